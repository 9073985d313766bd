"""Everything that can change: orders, videos, grants, faults. It can be written down and read back."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, fields, replace

from . import creators, videos
from .clock import Clock
from .facts import Facts
from .limits import Limiter
from .records import (
    Anchor,
    BrandCode,
    BrandGrant,
    BrandProfile,
    Campaign,
    Delivery,
    Linked,
    LinkRequest,
    Publication,
    Spark,
    Subscription,
)

APP_ID = "7390000000000000001"
APP_SECRET = "sandbox-secret"  # noqa: S105 - an invented value that the sandbox prints at start
ACCOUNT_ID = "7300000000000000009"
TTO_ACCOUNT_ID = "7401112223334445556"
TTO_US_ACCOUNT_ID = "7401112223334445557"
BRAND_TOKEN = "sandbox-brand-token"  # noqa: S105 - an invented value that the sandbox prints at start
US_BRAND_TOKEN = "sandbox-brand-token-us"  # noqa: S105 - another invented value, of the second account alone
ORDERS_PER_CODE = 200


@dataclass(slots=True)
class CampaignCode:
    """A campaign code with its link; every order of it keeps ``video_number``."""

    code: str
    invite_link: str
    brand_name: str
    video_number: int
    order_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """One creator's order; ``accepted_at`` is set by the first video, ``spark_days`` are of each in turn."""

    order_id: str
    handle: str
    code: str
    accepted_at: float | None = None
    video_ids: list[str] = field(default_factory=list)
    spark_days: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Published:
    """A video that came in through the control plane."""

    video_id: str
    handle: str
    created_at: float
    caption: str


@dataclass(slots=True)
class Tie:
    """A video bound to an order, and its review. ``result`` is None while the review runs."""

    video_id: str
    handle: str
    order_id: str
    at: float
    afterwards: bool
    result: str | None = None
    reason: str = ""
    decided_at: float | None = None
    deleted_at: float | None = None


@dataclass(slots=True)
class AuthCode:
    """A creator's code between consent page and token call."""

    code: str
    handle: str
    scopes: list[str]
    redirect_uri: str
    expires_at: float


@dataclass(slots=True)
class Grant:
    """A creator's consent. Access tokens die one by one, the refresh token at ``deadline``."""

    open_id: str
    handle: str
    scopes: list[str]
    refresh_token: str
    deadline: float
    access: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Switches:
    """How this TikTok behaves. ``auto_review_seconds`` None leaves reviews to the control plane.

    ``publish_seconds`` is how long a fetched film is worked on, and again until its video is public; with
    ``publish_failure`` (a reason) that fails.

    ``oddities`` and ``spoilt_fields`` change how answers are written (`oddities`).
    """

    auto_review_seconds: float | None = None
    rotate_refresh: bool = False
    latency_seconds: float = 0.0
    handle_delay_seconds: float = 5.0
    webhook_duplicates: float = 0.05
    webhook_shuffle: bool = False
    authorization_webhook_url: str | None = None
    publish_seconds: float = 5.0
    publish_failure: str = ""
    legacy_accounts: int = 1
    oddities: list[str] = field(default_factory=list)
    spoilt_fields: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Fault:
    """A planned misbehaviour for the next ``times`` calls whose path contains ``path``.

    With ``rate`` it hits that share of all calls until it is cleared. With ``applied`` the call
    takes effect and only its answer is spoilt.
    """

    times: int
    path: str = ""
    code: int | None = None
    http_status: int | None = None
    hang_seconds: float = 0.0
    garbage: str | None = None
    applied: bool = False
    rate: float | None = None
    met: int = 0


@dataclass(slots=True)
class World:
    """The state. Every change sets ``dirty``."""

    seed: int
    clock: Clock
    limiter: Limiter
    born_at: float
    switches: Switches = field(default_factory=Switches)
    numbers: int = 0
    memberships: dict[str, str] = field(default_factory=dict)
    markets: dict[str, str] = field(default_factory=dict)  # by account and handle: "740…/ann.b"
    codes: dict[str, CampaignCode] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    published: dict[str, Published] = field(default_factory=dict)
    published_by: dict[str, list[str]] = field(default_factory=dict)
    ties: dict[str, Tie] = field(default_factory=dict)
    added_views: dict[str, list[list[float]]] = field(default_factory=dict)
    auth_codes: dict[str, AuthCode] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    link_requests: dict[str, LinkRequest] = field(default_factory=dict)
    linked: dict[str, Linked] = field(default_factory=dict)
    brands: dict[str, BrandProfile] = field(default_factory=dict)
    anchors: dict[str, Anchor] = field(default_factory=dict)
    sparks: dict[str, Spark] = field(default_factory=dict)
    brand_codes: dict[str, BrandCode] = field(default_factory=dict)
    brand_grants: dict[str, BrandGrant] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    arrivals: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=100_000))
    dirty: bool = False

    def creator(self, handle: str, account_id: str = "") -> creators.Creator:
        """The account of a handle, with what the control plane made of its membership, in the market of this account too."""
        person = creators.creator(self.seed, handle.lower())
        everywhere = self.memberships.get(person.handle)
        override = self.markets.get(f"{account_id}/{person.handle}", everywhere)
        return person if override is None else replace(person, membership=override)

    def move(self, handle: str, membership: str, account_id: str = "") -> None:
        """Give a handle this membership, everywhere or in the market of one account."""
        if account_id:
            self.markets[f"{account_id}/{handle.lower()}"] = membership
        else:
            self.memberships[handle.lower()] = membership
        self.dirty = True

    def videos_of(self, handle: str) -> list[videos.Video]:
        """The videos that the creator has published by now, newest first."""
        person = creators.creator(self.seed, handle.lower())
        now = self.clock.now()
        shown = [
            v for v in videos.catalogue(self.seed, self.born_at, person) if v.created_at <= now
        ]
        mine = (self.published[video_id] for video_id in self.published_by.get(person.handle, ()))
        shown += [self._shot(person, each) for each in mine]
        return sorted(shown, key=lambda video: (video.created_at, video.video_id), reverse=True)

    def public_videos_of(self, handle: str) -> list[videos.Video]:
        """The creator's videos that everybody may see."""
        return [each for each in self.videos_of(handle) if each.video_id not in self.private]

    def video(self, handle: str, video_id: str) -> videos.Video | None:
        """One of the creator's videos."""
        shot = self.published.get(video_id)
        if shot is not None and shot.handle == handle.lower():
            return self._shot(creators.creator(self.seed, shot.handle), shot)
        return next((v for v in self.videos_of(handle) if v.video_id == video_id), None)

    def _shot(self, person: creators.Creator, shot: Published) -> videos.Video:
        return videos.video(self.seed, shot.video_id, person, shot.created_at, shot.caption)

    def publish(self, shot: Published) -> None:
        """Add a video to its creator's."""
        self.published[shot.video_id] = shot
        self.published_by.setdefault(shot.handle, []).append(shot.video_id)
        self.dirty = True

    def views_at(self, video: videos.Video, at: float) -> int:
        """Views of a video at an instant."""
        pace = videos.habits(self.seed, video.video_id)
        return videos.views(video, pace, at, self.added_views.get(video.video_id, []))

    def next_id(self, prefix: str) -> str:
        """A new 19-digit id; ids of one kind grow."""
        self.numbers += 1
        self.dirty = True
        return f"{prefix}{self.numbers:0{19 - len(prefix)}d}"

    def token(self, kind: str) -> str:
        """A new token or code. Invented facts, not chance: the same run gives the same tokens."""
        self.numbers += 1
        self.dirty = True
        facts = Facts(self.seed, "token", kind, repr(self.born_at), str(self.numbers))
        return f"{kind}-{facts.number('a'):016x}{facts.number('b'):016x}"


def new(seed: int, level: str, switches: Switches) -> World:
    """A world in which nothing has happened yet."""
    clock = Clock()
    world = World(seed, clock, Limiter(level), clock.now() // 1, switches)
    for token, account_id in ((BRAND_TOKEN, TTO_ACCOUNT_ID), (US_BRAND_TOKEN, TTO_US_ACCOUNT_ID)):
        world.brand_grants[token] = BrandGrant(token, [account_id])
    return world


def start_over(world: World) -> None:
    """Forget everything but seed, limits and switches."""
    fresh = new(world.seed, world.limiter.level, world.switches)
    fresh.limiter.limits, fresh.limiter.special = world.limiter.limits, world.limiter.special
    for each in fields(World):
        setattr(world, each.name, getattr(fresh, each.name))
    world.dirty = True
