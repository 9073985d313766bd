"""Types that the client returns: frozen, one unit per field whatever the dialect sends.

Ids are strings. Instants are aware and UTC. Rates and shares are fractions (0.25 is 25 %). Durations
are seconds. What TikTok did not send is None, never 0; ``unreadable`` names (in TikTok's words) the fields that
were sent and could not be read.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class Membership(StrEnum):
    """``onboarding_status[].status``: is the handle in the Creator Marketplace?"""

    IN = "IN"
    NOT_IN = "NOT_IN"
    INVALID = "INVALID"
    INVITED = "INVITED"


class InviteResult(msgspec.Struct, frozen=True):
    """Answer of an invitation to join: who is in already, who was invited, and why others were not."""

    in_marketplace: tuple[str, ...]
    invited: tuple[str, ...]
    rejected: dict[str, str]


class Money(msgspec.Struct, frozen=True):
    """An amount and its ISO 4217 currency."""

    amount: Decimal
    currency: str


class Share(msgspec.Struct, frozen=True):
    """One part of a distribution: ``name`` in upper case where it is a code, ``fraction`` of the whole."""

    name: str
    fraction: float


class Label(msgspec.Struct, frozen=True):
    """A topic: of the commercial experience (industry) or of the account (content)."""

    label_id: str
    name: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's account. A public answer leaves more fields None than an authorized one.

    ``profile_image`` is a temporary address. Averages, median and rates are TikTok's, over the latest 30
    videos; ``creator_rate`` is a starting price. Which dialect fills what: `Capabilities`.
    """

    handle: str
    display_name: str
    profile_image: str | None = None
    bio: str | None = None
    creator_id: str | None = None
    country: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    videos_count: int | None = None
    average_views: float | None = None
    median_views: float | None = None
    engagement_rate: float | None = None
    completion_rate: float | None = None
    creator_rate: Money | None = None
    audience_countries: tuple[Share, ...] | None = None
    audience_genders: tuple[Share, ...] | None = None
    audience_ages: tuple[Share, ...] | None = None
    audience_locales: tuple[Share, ...] | None = None
    audience_devices: tuple[Share, ...] | None = None
    audience_usages: tuple[Share, ...] | None = None
    industry_labels: tuple[Label, ...] = ()
    content_labels: tuple[Label, ...] = ()
    unreadable: frozenset[str] = frozenset()


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """One post of a creator with its counters of now. ``thumbnail_url`` is a temporary address.

    ``collaboration_status``: PAID_PARTNERSHIP, CREATOR_EARNS_COMMISSION, NONE, or a word of tomorrow.
    """

    video_id: str
    created_at: datetime | None = None
    caption: str = ""
    embed_url: str | None = None
    thumbnail_url: str | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    video_views: int | None = None
    engagement_count: int | None = None
    engagement_rate: float | None = None
    hashtags: tuple[str, ...] = ()
    mentioned_accounts: tuple[str, ...] = ()
    collaboration_status: str | None = None
    unreadable: frozenset[str] = frozenset()


class VideoPage(msgspec.Struct, frozen=True):
    """Videos, newest first. ``cursor`` (epoch milliseconds) asks for the next page if ``has_more``."""

    videos: tuple[Video, ...]
    cursor: int
    has_more: bool


class CreatedOrder(msgspec.Struct, frozen=True):
    """One creator's order."""

    order_id: str
    handle: str


class CreatedOrders(msgspec.Struct, frozen=True):
    """Answer of an order creation. A handle that is not among ``orders`` was not accepted.

    ``remaining_orders`` of the code is None when TikTok does not say.
    """

    campaign_code: str
    invite_link: str
    remaining_orders: int | None
    orders: tuple[CreatedOrder, ...]


class Quota(msgspec.Struct, frozen=True):
    """Videos uploaded for an order, allowed for its creator, and allowed for its campaign code."""

    current_video_count: int | None
    per_creator_video_limit: int | None
    total_video_limit: int | None


class OrderState(msgspec.Struct, frozen=True):
    """An order as TikTok describes it. There is no status word: read ``video_ids`` and ``quota``."""

    order_id: str
    handle: str
    campaign_code: str
    invite_link: str
    video_ids: tuple[str, ...]
    quota: Quota | None


class OrderPage(msgspec.Struct, frozen=True):
    """One page of orders; ``total_pages`` is TikTok's word and not to be trusted for loop control."""

    orders: tuple[OrderState, ...]
    page: int
    total_pages: int
    listed: int = 0


class VideoReview(msgspec.Struct, frozen=True, kw_only=True):
    """Review state of a video of an order, in TikTok's words.

    ``video_status`` INIT, UPLOAD, RELEASE, DELETE; ``bind_status`` BIND, UNBIND; ``review_status``
    NO_REVIEW, CONTENT_REVIEWING, AD_REVIEWING, CONTENT_REVIEW_FAIL, AD_REVIEW_FAIL, ALL_FAIL, SUCCEED.
    Unknown words are passed on. ``embed_url`` is there only after SUCCEED.
    """

    video_id: str
    video_status: str
    bind_status: str
    review_status: str
    uploaded_at: datetime | None = None
    published_at: datetime | None = None
    embed_url: str | None = None
    reject_reason: str | None = None


class ReportMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Lifetime numbers of a video tied to an order.

    ``total_play_time`` and ``average_view_time`` are seconds; ``two_seconds_views``,
    ``six_seconds_views``, ``video_completion_rate`` and ``engagement_rate`` are fractions;
    ``video_view_retention[n]`` is the share still watching at second n; the benchmarks are the 25th and
    50th percentile of similar creators' videos.
    """

    engagement_count: int | None = None
    engagement_rate: float | None = None
    video_views: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    reach: int | None = None
    total_play_time: float | None = None
    average_view_time: float | None = None
    video_completion_rate: float | None = None
    two_seconds_views: float | None = None
    six_seconds_views: float | None = None
    video_view_retention: tuple[float, ...] | None = None
    gender_distribution: tuple[Share, ...] | None = None
    age_distribution: tuple[Share, ...] | None = None
    country_distribution: tuple[Share, ...] | None = None
    locale_distribution: tuple[Share, ...] | None = None
    locale_country: str | None = None
    engagement_rate_benchmark_p25: float | None = None
    engagement_rate_benchmark_p50: float | None = None
    video_completion_rate_benchmark_p25: float | None = None
    video_completion_rate_benchmark_p50: float | None = None
    unreadable: frozenset[str] = frozenset()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The organic or the paid part of a video's numbers; often None throughout without Spark Ads."""

    video_views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    reach: int | None = None
    engagement_rate: float | None = None
    average_view_time: float | None = None
    video_completion_rate: float | None = None
    two_seconds_views: float | None = None
    six_seconds_views: float | None = None


class DailyMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """One UTC day of a video. A day without data is missing from the list."""

    on: date
    video_views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    reach: int | None = None
    engagement_rate: float | None = None
    video_completion_rate: float | None = None
    organic: Part = Part()
    paid: Part = Part()


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One video of one order. ``released_at`` has the day's precision: midnight UTC of its first day."""

    order_id: str
    video_id: str
    handle: str
    released_at: datetime | None
    metrics: ReportMetrics
    daily: tuple[DailyMetrics, ...] | None


class ReportPage(msgspec.Struct, frozen=True):
    """One page of a report; ``total_pages`` is TikTok's word and not to be trusted for loop control."""

    rows: tuple[ReportRow, ...]
    page: int
    total_pages: int
    listed: int = 0


class SparkStatus(StrEnum):
    """``auth_status`` of a Spark Ads authorization."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class SparkAuthorization(msgspec.Struct, frozen=True, kw_only=True):
    """Spark Ads authorization of a video; ``status`` is a `SparkStatus` or a new word.

    ``auth_code`` may already be there while the status is WAITING. ``auth_code_status``: NOT_USED,
    IN_USE, EXPIRED, DELETED.
    """

    video_id: str
    status: str
    status_updated_at: datetime | None = None
    requested_days: int | None = None
    remaining_requests: int | None = None
    auth_code: str | None = None
    auth_code_status: str | None = None
    auth_code_starts_at: datetime | None = None
    auth_code_ends_at: datetime | None = None

    def __repr__(self) -> str:
        return f"SparkAuthorization(video_id={self.video_id!r}, status={self.status!r})"


class Grant(msgspec.Struct, frozen=True):
    """A creator's consent: tokens, seconds until each dies, the account and what was really granted.

    ``is_refresh_life_supposed``: TikTok did not say when the refresh token dies.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_token_expires_in: int
    open_id: str
    scopes: frozenset[str]
    is_refresh_life_supposed: bool = False

    def __repr__(self) -> str:
        return f"Grant(open_id={self.open_id!r}, scopes={sorted(self.scopes)!r})"


class TokenInfo(msgspec.Struct, frozen=True):
    """The owner of a token and what it may do."""

    open_id: str
    scopes: frozenset[str]
