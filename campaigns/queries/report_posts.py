"""The posts of a report: the best ones with their numbers on its day, how long people watch them, and who watches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median, quantiles
from typing import Any

from django.db.models import F

from campaigns.enums import PostOrigin
from campaigns.models import CampaignResult, Post
from campaigns.queries.posts import is_visible
from campaigns.queries.report_campaigns import best_accounts
from crm.countries import COUNTRIES
from tiktok.availability import POST_MATRIX
from tiktok.enums import LIVE_CONNECTION_STATES, PostMetric, Source
from tiktok.models import VideoReading
from tiktok.policies import post_tie
from ui.bidi import isolated
from ui.paging import is_among, with_facts
from ui.plots import resampled, steepest

MOST_POSTS = 200
# In a campaign with more posts than this, the best ones are those of the creators who are ranked first.
SORTED_WHOLE, CREATORS_FIRST = 5_000, 100
STEPS = 41  # of a curve over the length of a video
FEWEST_FOR_MEDIAN, FEWEST_FOR_BAND = 3, 8
HOOK_SECONDS, HELD_SECONDS = 2, 3
COUNTERS = ("video_views", "likes", "comments", "shares")
BY_REPORT = ("reach", "video_completion_rate", "average_play_time")
# What a report says of a post, its creator and its video: it reads two hundred of them and shows six.
FACTS = (
    "network_post_id", "url", "order", "review_state", "published_at",
    "account__influencer__name", "account__creator__grant_state",
    *(f"video__{name}" for name in (
        "tiktok_video_id", "caption", "thumbnail_url", *COUNTERS, *BY_REPORT,
        "engagement_rate", "retention", "audience_age", "audience_gender", "audience_country", "breakdown",
    )),
)  # fmt: skip


@dataclass(frozen=True)
class ReportPost:
    """A post with its numbers on the day of the report; None: not known then."""

    post: Any
    numbers: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.post)

    @property
    def creator(self) -> str:
        return str(self.post.account.influencer.name)

    @property
    def views(self) -> int | None:
        return self.numbers["video_views"]

    @property
    def completion(self) -> float | None:
        return self.numbers["video_completion_rate"]

    @property
    def curve(self) -> list[float]:
        """The share of viewers who still watch at second 0, 1, …; empty where TikTok has not reported it."""
        found = self.post.video.retention if self.post.is_tied_to_order else None
        return found if found and len(found) > HOOK_SECONDS else []

    @property
    def hook_loss(self) -> float | None:
        """The share of viewers who leave in the first seconds."""
        return 1 - self.curve[HOOK_SECONDS] / self.curve[0] if self.curve else None

    @property
    def shows_engagement(self) -> bool:
        """Does the availability matrix let the post have engagements and their rate?"""
        creator = self.post.account.creator
        is_authenticated = creator is not None and creator.grant_state in LIVE_CONNECTION_STATES
        tie = post_tie(has_order=self.post.is_tied_to_order, is_authenticated=is_authenticated)
        return POST_MATRIX[PostMetric.ENGAGEMENT_RATE][tie].is_shown

    @property
    def sums(self) -> CampaignResult:
        """The same as the sums of one post."""
        n = self.numbers
        views, is_known = n["video_views"] or 0, n["video_views"] is not None
        rate, play = n["video_completion_rate"], n["average_play_time"]
        reactions = [n[name] for name in ("likes", "comments", "shares") if n[name] is not None]
        is_engaged = bool(reactions) and self.shows_engagement
        engagements = sum(reactions) if is_engaged else 0
        return CampaignResult(
            posts=1, creators=1, known=int(is_known), views=views,
            likes=n["likes"] or 0, comments=n["comments"] or 0, shares=n["shares"] or 0,
            engaged=int(is_engaged), engagements=engagements, engaged_views=views if is_engaged else 0,
            unseen_engagements=0 if is_known else engagements,
            reported=int(n["reach"] is not None), reach=n["reach"] or 0,
            rated_views=views if rate is not None else 0, completed_views=(rate or 0) * views,
            played_views=views if play is not None else 0, played_seconds=(play or 0) * views,
        )  # fmt: skip


def report_posts(
    ids: Sequence[int], published: int, as_of: date | None, *, most: int = MOST_POSTS
) -> list[ReportPost]:
    """The posts of these campaigns with most views, at most `most` of the `published` ones."""
    rows = Post.objects.filter(is_visible(), campaign__in=ids, video__isnull=False)
    rows = rows.exclude(origin=PostOrigin.LEGACY).exclude(video__source=Source.LEGACY)
    if as_of:
        rows = rows.filter(published_at__lt=_end_of(as_of))
    if published > SORTED_WHOLE:
        rows = rows.filter(is_among(best_accounts(ids, CREATORS_FIRST), "account_id"))
    first = rows.order_by(F("video__video_views").desc(nulls_last=True), "-pk")[:most]
    joined = ("account__influencer", "account__creator", "video")
    found = with_facts(first, lambda posts: posts.select_related(*joined).only(*FACTS))
    posts = [ReportPost(post, _numbers(post, post.video)) for post in found]
    if as_of:
        posts = _as_of(posts, as_of)
    return sorted(posts, key=lambda each: (each.views is None, -(each.views or 0), -each.post.pk))


def _numbers(post: Post, reading: Any) -> dict[str, Any]:
    tied = BY_REPORT if post.is_tied_to_order else ()
    return {
        **dict.fromkeys(BY_REPORT),
        **{name: getattr(reading, name) for name in (*COUNTERS, *tied)},
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _as_of(posts: Sequence[ReportPost], day: date) -> list[ReportPost]:
    """The posts with the numbers that were read last by the end of the day."""
    ids = [each.post.video_id for each in posts]
    readings = VideoReading.objects.filter(video_id__in=ids, fetched_at__lt=_end_of(day))
    last = readings.exclude(source=Source.LEGACY).order_by("video_id", "source", "-fetched_at")
    known: dict[int, list[Any]] = defaultdict(list)
    for reading in last.distinct("video_id", "source"):
        known[reading.video_id].append(reading)
    return [ReportPost(e.post, _read_by(e.post, known[e.post.video_id])) for e in posts]


def _read_by(post: Post, readings: list[Any]) -> dict[str, Any]:
    """The numbers of the newest reading; what an order's report alone brings is of that report's."""
    found: dict[str, Any] = dict.fromkeys((*COUNTERS, *BY_REPORT))
    for reading in sorted(readings, key=lambda each: each.fetched_at):
        known = {
            name: value for name, value in _numbers(post, reading).items() if value is not None
        }
        found |= known
    return found


@dataclass(frozen=True)
class Retention:
    """Curves of the best posts over the length of the video, the campaign's median, and its middle half."""

    lines: list[tuple[str, list[float]]]
    median: list[float] | None
    band: tuple[list[float], list[float]] | None
    count: int


def retention(posts: Sequence[ReportPost], shown: int = 4) -> Retention:
    """How long people watch, over all posts of the report of which TikTok has said it."""
    found = [(each, resampled(each.curve, STEPS)) for each in posts if each.curve]
    steps = list(zip(*(curve for _, curve in found), strict=True))
    has_band = len(found) >= FEWEST_FOR_BAND
    quarters = [quantiles(step, n=4) for step in steps] if has_band else []
    return Retention(
        lines=[(_label(each), curve) for each, curve in found[:shown]],
        median=[median(step) for step in steps] if len(found) >= FEWEST_FOR_MEDIAN else None,
        band=([q[0] for q in quarters], [q[2] for q in quarters]) if has_band else None,
        count=len(found),
    )


def _label(each: ReportPost) -> str:
    return f"{isolated(each.name[:40])} ({isolated(each.creator)}, {len(each.curve) - 1} s)"


@dataclass(frozen=True)
class Moments:
    """The places where a video loses and where it holds its viewers. `lost` of all viewers leave in second `worst`; from second
    `best` of its first half on, `kept` of those who watch then still watch three seconds later; None in one that is too short."""

    post: ReportPost
    worst: int
    lost: float
    best: int | None
    kept: float | None
    end: float


def moments(posts: Sequence[ReportPost], shown: int = 5) -> list[Moments]:
    """The best and worst moments of the best posts."""
    return [_moments(each) for each in posts if each.curve][:shown]


def _moments(each: ReportPost) -> Moments:
    curve = each.curve
    worst, lost = steepest(curve)
    held = [
        (curve[n + HELD_SECONDS] / curve[n], n)
        for n in range(HOOK_SECONDS, len(curve) // 2 + 1)
        if curve[n] > 0 and n + HELD_SECONDS < len(curve)
    ]
    kept, best = max(held, default=(None, None))
    return Moments(each, worst, lost, best, kept, curve[-1])


@dataclass(frozen=True)
class Benchmarked:
    """A post beside TikTok's 25th and 50th percentile of similar videos: its rate, P25 and P50 of each number that TikTok gave."""

    post: ReportPost
    engagement: tuple[float | None, float, float] | None
    completion: tuple[float | None, float, float] | None


def benchmarked(posts: Sequence[ReportPost], shown: int = 10) -> list[Benchmarked]:
    """The best posts of which TikTok gave benchmarks. TikTok One gives none."""
    found = [
        Benchmarked(each, _beside(each, "engagement_rate"), _beside(each, "video_completion_rate"))
        for each in posts
    ]
    return [each for each in found if each.engagement or each.completion][:shown]


def _beside(each: ReportPost, metric: str) -> tuple[float | None, float, float] | None:
    video = each.post.video
    pair = video.breakdown.get("benchmarks", {}).get(metric) if each.post.is_tied_to_order else None
    return (getattr(video, metric), pair[0], pair[1]) if pair else None


AUDIENCES = (
    ("audience_age", "Age"),
    ("audience_gender", "Gender"),
    ("audience_country", "Country"),
)
MOST_PARTS = 6


@dataclass(frozen=True)
class Audience:
    """The viewers by one trait, weighted by views over the `count` posts of which TikTok has told it."""

    trait: str
    label: str
    bars: list[dict[str, Any]]
    count: int
    in_markets: float | None = None


def audiences(posts: Sequence[ReportPost], markets: Sequence[str]) -> list[Audience]:
    """The viewers by age, gender and country; those traits of which TikTok has told something."""
    found = [_audience(posts, *trait, markets) for trait in AUDIENCES]
    return [each for each in found if each.count]


def _audience(
    posts: Sequence[ReportPost], trait: str, label: str, markets: Sequence[str]
) -> Audience:
    shares: dict[str, float] = defaultdict(float)
    whole = count = 0
    for each in posts:
        parts = getattr(each.post.video, trait) if each.post.is_tied_to_order else None
        if not parts or not each.views:
            continue
        whole, count = whole + each.views, count + 1
        for part in parts:
            shares[part["name"]] += part["fraction"] * each.views
    is_country = trait == "audience_country"
    known = {name: share / whole for name, share in shares.items()}
    order = sorted(known.items(), key=lambda each: each[0] if trait == "audience_age" else -each[1])
    bars = [{"label": _trait(trait, name), "share": share} for name, share in order[:MOST_PARTS]]
    there = (
        sum(known.get(code, 0) for code in markets) if is_country and markets and count else None
    )
    return Audience(trait, label, bars, count, there)


def _trait(trait: str, name: str) -> str:
    if trait == "audience_gender":
        return name.capitalize()
    return COUNTRIES.get(name, name) if trait == "audience_country" else name.replace("-", "–")
