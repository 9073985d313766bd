"""Reads of the TikTok wrapper: kinds, metrics with source, time and reason, histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import redis
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import models
from django.db.models.functions import Coalesce, JSONObject, TruncDate
from django.utils import timezone

from tiktok.availability import (
    ACCOUNT_MATRIX,
    ACCOUNT_UNITS,
    COMPUTED_DEFINITIONS,
    POST_DEFINITIONS,
    POST_MATRIX,
    POST_UNITS,
    TOO_FEW_VIDEOS,
    Cell,
    account_cell,
)
from tiktok.enums import (
    CALCULATED,
    LIVE_CONNECTION_STATES,
    AccountKind,
    AccountMetric,
    AccountState,
    Availability,
    Flag,
    MarketplaceStatus,
    PollKind,
    PostMetric,
    PostTie,
    Source,
    Unit,
)
from tiktok.models import (
    CREATOR_NUMBERS,
    VIDEO_NUMBERS,
    Consent,
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    MarketplaceAccount,
    Poll,
    ServiceIncident,
    Video,
    VideoDay,
    VideoSnapshot,
    names_of,
)
from tiktok.policies import account_kind

NOT_YET = "TikTok has not reported this yet."
STANDING_INCIDENTS = "tiktok:standing-incidents"
# What we use of TikTok, in the words of `incident_products`.
OUR_PRODUCTS = ["TIKTOK_ONE_API", "ACCOUNTS_API"]
# The word that it is over may have been lost.
INCIDENT_FORGOTTEN_AFTER = timedelta(days=7)
NOT_LISTED = "The account has published 30 newer videos."
NOT_SUPPORTED = "TikTok no longer lets us track the account."
A_LOOK_TAKES = timedelta(hours=1)  # at the very most


@dataclass(frozen=True)
class MetricValue:
    """A number as every surface shows it: value, unit, source and time, or the reason why there is none.

    `value` is an int (count), float (fraction, seconds), str (text), (Decimal, currency) for money, a list of
    {"name", "fraction"} (shares), or a list of fractions by second (curve). None means not there; never 0.
    """

    key: str
    label: str
    unit: Unit
    cell: Cell
    value: Any = None
    source: str = ""
    fetched_at: datetime | None = None
    definition: str = ""
    flag: str = ""
    earlier: tuple[float, datetime] | None = None

    @property
    def is_calculated(self) -> bool:
        return self.source == CALCULATED

    @property
    def reason(self) -> str:
        """Why there is no value, in words to act on; empty when there is one."""
        if self.value is not None:
            return ""
        if self.flag:
            return Flag(self.flag).label
        if self.cell.availability == Availability.COMPUTED:
            return TOO_FEW_VIDEOS
        return self.cell.reason or NOT_YET

    @property
    def source_label(self) -> str:
        if self.is_calculated:
            return "Calculated"
        return Source(self.source).label if self.source else ""

    @property
    def flag_text(self) -> str:
        """What is odd about the value, empty when nothing is; with what TikTok reported before where that is known."""
        if not self.flag or self.value is None:
            return ""
        if self.flag != Flag.FALLING or self.earlier is None:
            return Flag(self.flag).label
        before, at = self.earlier
        return f"TikTok reported {before:,.0f} on {at.day} {at:%b %Y}, now {self.value:,.0f}."


def is_released() -> bool:
    """Does the organization in scope show TikTok's own data (it never had, or has cut over from, the old source)?"""
    return not LegacyMigration.objects.filter(cut_over_at=None).exists()


def standing_consents() -> models.QuerySet[Consent]:
    """Consents that stand over a connection that is alive."""
    return Consent.objects.filter(withdrawn_at=None, connection__state__in=LIVE_CONNECTION_STATES)


def authenticated(creator_path: str = "pk") -> Coalesce:
    """Annotation: is the creator at this path authenticated for the organization in scope?

    Not EXISTS: PostgreSQL would read all consents into a hash table, however few rows the page shows.
    """
    consents = standing_consents().filter(creator=models.OuterRef(creator_path))
    found = models.Subquery(consents.values(found=models.Value(True))[:1])
    return Coalesce(found, False, output_field=models.BooleanField())


def kind_of(creator: Creator) -> AccountKind:
    """The account's kind for the organization in scope. For lists, annotate with `authenticated()` instead."""
    return account_kind(
        creator.marketplace_status,
        is_authenticated=standing_consents().filter(creator=creator).exists(),
        is_released=is_released(),
    )


def marketplace_accounts() -> models.QuerySet[MarketplaceAccount]:
    """The organization's own marketplace accounts: the connected before the others, the one chosen last on top."""
    chosen_last = models.F("chosen_at").desc(nulls_last=True)
    return MarketplaceAccount.objects.order_by("state", chosen_last, "pk")


def marketplace_account() -> MarketplaceAccount | None:
    """The organization's own marketplace account that new calls are made through: of the connected, the one chosen last."""
    return marketplace_accounts().filter(state=AccountState.CONNECTED).first()


def account_metrics(creator: Creator, kind: AccountKind) -> list[MetricValue]:
    """All account metrics of the matrix for this creator, in the matrix's order."""
    shown = creator.profile_source and (creator.profile_source == Source.LEGACY) == (
        kind == AccountKind.LEGACY
    )
    values = _account_values(creator) if shown else {}
    absurd = names_of(creator.absurd, CREATOR_NUMBERS) if shown and creator.absurd else set()
    return [
        _account_metric(
            creator,
            metric,
            account_cell(metric, kind, creator.profile_dialect),
            values.get(metric),
            is_absurd=metric.value in absurd,
        )
        for metric in ACCOUNT_MATRIX
    ]


def _account_metric(
    creator: Creator, metric: AccountMetric, cell: Cell, value: Any, *, is_absurd: bool
) -> MetricValue:
    (source, fetched_at), definition = _account_origin(creator, metric), ""
    if cell.availability == Availability.COMPUTED:
        value = CALCULATIONS[metric](creator)
        source, fetched_at, is_absurd = CALCULATED, creator.calculated_at, False
        definition = COMPUTED_DEFINITIONS[metric].format(videos=creator.calculated_videos)
    value = value if cell.is_shown else None
    is_told = value is not None
    return MetricValue(
        key=metric.value,
        label=metric.label,
        unit=ACCOUNT_UNITS[metric],
        cell=cell,
        value=value,
        source=source if is_told else "",
        fetched_at=fetched_at if is_told else None,
        definition=definition if is_told else "",
        flag=Flag.ABSURD if is_absurd and cell.is_shown else "",
    )


CALCULATIONS: dict[AccountMetric, Callable[[Creator], float | None]] = {
    AccountMetric.AVERAGE_VIEWS: attrgetter("calculated_average_views"),
    AccountMetric.ENGAGEMENT_RATE: attrgetter("calculated_engagement_rate"),
}


_COUNTED = {
    AccountMetric.FOLLOWER_COUNT, AccountMetric.LIKE_COUNT, AccountMetric.VIDEO_COUNT, AccountMetric.PROFILE_IMAGE,
    AccountMetric.USER_NAME, AccountMetric.DISPLAY_NAME, AccountMetric.CREATOR_ID,
}  # fmt: skip


def _account_origin(creator: Creator, metric: AccountMetric) -> tuple[str, datetime | None]:
    """Source and time: names and counts are the last look's, the rest the authorized one's if there was one."""
    if metric not in _COUNTED and creator.insights_fetched_at:
        return Source.AUTHORIZED, creator.insights_fetched_at
    return creator.profile_source, creator.profile_fetched_at


def _account_values(creator: Creator) -> dict[AccountMetric, Any]:
    amount = creator.creator_rate_amount
    return {
        AccountMetric.FOLLOWER_COUNT: creator.follower_count,
        AccountMetric.LIKE_COUNT: creator.like_count,
        AccountMetric.VIDEO_COUNT: creator.video_count,
        AccountMetric.AVERAGE_VIEWS: creator.average_views,
        AccountMetric.ENGAGEMENT_RATE: creator.engagement_rate,
        AccountMetric.COMPLETION_RATE: creator.completion_rate,
        AccountMetric.CREATOR_RATE: None
        if amount is None
        else (amount, creator.creator_rate_currency),
        AccountMetric.AUDIENCE_COUNTRIES: creator.audience_countries,
        AccountMetric.AUDIENCE_GENDERS: creator.audience_genders,
        AccountMetric.AUDIENCE_AGES: creator.audience_ages,
        AccountMetric.AUDIENCE_LOCALES: creator.audience_locales,
        AccountMetric.PROFILE_IMAGE: creator.profile_image or None,
        AccountMetric.USER_NAME: creator.handle,
        AccountMetric.DISPLAY_NAME: creator.display_name or None,
        AccountMetric.CREATOR_ID: creator.tiktok_creator_id or None,
    }


def post_metrics(
    video: Video | None,
    tie: PostTie,
    *,
    earlier: Mapping[str, tuple[float, datetime]] | None = None,
) -> list[MetricValue]:
    """All 16 post metrics of the matrix for a video that stands in a campaign by this tie.

    `earlier`: what `earlier_numbers` found, for a page that tells from where a number fell.
    """
    values = _post_values(video) if video else {}
    flags: Mapping[str, Flag] = video.flags if video else {}
    return [
        _post_metric(
            video,
            metric,
            row[tie],
            values.get(metric),
            flag=flags.get(metric.value, ""),
            earlier=(earlier or {}).get(metric.value),
        )
        for metric, row in POST_MATRIX.items()
    ]


_COUNTERS = {PostMetric.VIDEO_VIEWS, PostMetric.LIKES, PostMetric.COMMENTS, PostMetric.SHARES}


def _post_metric(
    video: Video | None,
    metric: PostMetric,
    cell: Cell,
    value: Any,
    *,
    flag: str,
    earlier: tuple[float, datetime] | None,
) -> MetricValue:
    value = value if cell.is_shown else None
    source, fetched_at = "", None
    if video and value is not None:
        by_report = metric not in _COUNTERS and video.report_fetched_at is not None
        source = Source.ORDER_REPORT if by_report else video.counts_source
        fetched_at = video.report_fetched_at if by_report else video.counts_fetched_at
    return MetricValue(
        key=metric.value,
        label=metric.label,
        unit=POST_UNITS[metric],
        cell=cell,
        value=value,
        source=source,
        fetched_at=fetched_at,
        definition=POST_DEFINITIONS[metric],
        flag=flag if cell.is_shown else "",
        earlier=earlier,
    )


def _post_values(video: Video) -> dict[PostMetric, Any]:
    return {
        PostMetric.VIDEO_VIEWS: video.video_views,
        PostMetric.LIKES: video.likes,
        PostMetric.COMMENTS: video.comments,
        PostMetric.SHARES: video.shares,
        PostMetric.TOTAL_ENGAGEMENTS: video.total_engagements,
        PostMetric.ENGAGEMENT_RATE: video.engagement_rate,
        PostMetric.REACH: video.reach,
        PostMetric.TOTAL_PLAY_TIME: video.total_play_time,
        PostMetric.AVERAGE_PLAY_TIME: video.average_play_time,
        PostMetric.VIDEO_COMPLETION_RATE: video.video_completion_rate,
        PostMetric.VIDEO_VIEW_RETENTION: video.half_way_retention,
        PostMetric.RETENTION_PER_SECOND: video.retention,
        PostMetric.AUDIENCE_AGE: video.audience_age,
        PostMetric.AUDIENCE_GENDER: video.audience_gender,
        PostMetric.AUDIENCE_GEOGRAPHY: video.audience_geography,
        PostMetric.AUDIENCE_COUNTRY: video.audience_country,
    }


def visible_videos() -> models.QuerySet[Video]:
    """Videos the organization may see: the old source's before the cut-over, TikTok's own after it."""
    if is_released():
        return Video.objects.exclude(source=Source.LEGACY)
    return Video.objects.filter(source=Source.LEGACY)


def account_history(creator: Creator, kind: AccountKind) -> models.QuerySet[CreatorSnapshot]:
    """The account's snapshots, oldest first; the old source's are shown before the cut-over only. Gaps stay gaps."""
    rows = CreatorSnapshot.objects.filter(creator_id=creator.pk).order_by("bucket_at")
    is_legacy = models.Q(source=Source.LEGACY)
    return rows.filter(is_legacy if kind == AccountKind.LEGACY else ~is_legacy)


def post_history(video: Video) -> models.QuerySet[VideoSnapshot]:
    """The post's snapshots, oldest first. Gaps stay gaps."""
    return (
        VideoSnapshot.objects.filter(video_id=video.pk)
        .exclude(source=Source.LEGACY)
        .order_by("bucket_at")
    )


def earlier_numbers(video: Video) -> dict[str, tuple[float, datetime]]:
    """Of each number that fell: what the same source told before, and when. No query where nothing fell."""
    if not video.falling:
        return {}
    fell = names_of(video.falling, VIDEO_NUMBERS)
    counters = {name for name in fell if name in _COUNTERS}
    by_report = video.report_fetched_at is not None
    found: dict[str, tuple[float, datetime]] = {}
    for names, source, at in (
        (counters, video.counts_source, video.counts_fetched_at),
        (
            fell - counters,
            Source.ORDER_REPORT if by_report else video.counts_source,
            video.report_fetched_at or video.counts_fetched_at,
        ),
    ):
        facts = VideoSnapshot.objects.filter(video_id=video.pk, source=source)
        last = (
            facts.filter(bucket_at__lt=_hour(at)).order_by("-bucket_at").first() if names else None
        )
        if last is not None:
            told = {name: getattr(last, name) for name in names}
            found |= {n: (value, last.fetched_at) for n, value in told.items() if value is not None}
    return found


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


DAY_COLUMNS = ("video_id", "day", "source", "video_views", "likes", "comments", "shares")


def video_days(video_ids: Iterable[int]) -> models.QuerySet[Any, Any]:
    """The counters of these videos as last seen on each UTC day, whatever the source: DAY_COLUMNS, a day's order is not given.

    Finished days out of the roll-up, the running one from the video's own row. A day without a look is missing.
    """
    ids = list(video_ids)
    running = (
        Video.objects.filter(pk__in=ids, video_views__isnull=False)
        .exclude(counts_source=Source.LEGACY)
        .annotate(
            video_id=models.F("pk"),
            day=TruncDate("counts_fetched_at"),
            told_by=models.F("counts_source"),
        )
    )
    told = ("video_id", "day", "told_by", *DAY_COLUMNS[3:])
    finished = VideoDay.objects.filter(video_id__in=ids)
    return finished.values_list(*DAY_COLUMNS).union(running.values_list(*told), all=True)


def standing_incidents() -> list[dict[str, Any]]:
    """TikTok's trouble that concerns us and is not over: `title`, `level`, `started_at`. Read once a minute for all pages."""
    try:
        return cache.get_or_set(STANDING_INCIDENTS, _read_incidents, 60) or []
    except redis.RedisError:  # no page fails for want of a banner
        return _read_incidents()


def _read_incidents() -> list[dict[str, Any]]:
    """An incident without products concerns us: TikTok tells of what was subscribed to."""
    concerns_us = models.Q(products__overlap=OUR_PRODUCTS) | models.Q(products=[])
    heard_lately = models.Q(updated_at__gt=timezone.now() - INCIDENT_FORGOTTEN_AFTER)
    standing = ServiceIncident.objects.filter(concerns_us, heard_lately, resolved_at=None)
    rows = standing.order_by("started_at", "pk").values("title", "level", "started_at")
    return [dict(row) for row in rows]


# --- looks -------------------------------------------------------------------------------------------------------
ACCOUNT_POLLS = (PollKind.PROFILE, PollKind.INSIGHTS, PollKind.MEMBERSHIP)
Polls = dict[str, Poll]  # of one subject, by kind


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_POLL_FIELDS: dict[str, Callable[[Any], Any]] = {
    "kind": str, "attempts": int, "stopped_reason": str,
    "due_at": _moment, "lease_until": _moment, "last_finished_at": _moment,
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """When TikTok was last asked about a subject and when it is asked next: the words of every page are made of this.

    `over` says why it is not asked any more, where the poll does not know.
    """

    at: datetime | None
    poll: Poll | None = None
    over: str = ""

    @property
    def stopped_reason(self) -> str:
        return self.over or (self.poll.stopped_reason if self.poll else "")

    @property
    def is_under_way(self) -> bool:
        lease = self.poll and self.poll.lease_until
        return not self.stopped_reason and bool(lease and lease > timezone.now())

    @property
    def next_at(self) -> datetime | None:
        """None: at once, or not at all."""
        if self.poll is None or self.stopped_reason or self.poll.due_at <= timezone.now():
            return None
        return self.poll.due_at

    @property
    def is_put_off(self) -> bool:
        """The last try brought nothing, the next one waits."""
        return self.next_at is not None and self.poll is not None and self.poll.attempts > 0

    @property
    def is_due(self) -> bool:
        return self.poll is not None and not self.stopped_reason and self.next_at is None


def polls_at(subject_path: str, *kinds: PollKind) -> ArraySubquery:
    """Annotation: the polls of these kinds of the subject at this path, for `read_polls`. A list asks no query more."""
    found = JSONObject(**{name: name for name in _POLL_FIELDS})
    return ArraySubquery(_polls_of(subject_path, *kinds).values(found=found))


def _polls_of(subject_path: str, *kinds: PollKind) -> models.QuerySet[Poll]:
    """Polls know no tenant policy: those of the row's own organization."""
    return Poll.objects.filter(
        organization_id=models.OuterRef("organization_id"),
        kind__in=kinds,
        subject_id=models.OuterRef(subject_path),
    )


def read_polls(rows: Iterable[dict[str, Any]]) -> Polls:
    """What `polls_at` brought, by kind."""
    return {
        row["kind"]: Poll(**{name: _POLL_FIELDS[name](value) for name, value in row.items()})
        for row in rows
    }


def account_look(creator: Creator, polls: Polls, *, is_unsupported: bool = False) -> Look:
    """When TikTok is asked about an account: for its public profile in the marketplace, else for the authorized one,
    and where neither may be, whether it has joined the marketplace. `polls`: its own, of ACCOUNT_POLLS."""
    if is_unsupported:
        poll = polls.get(PollKind.MEMBERSHIP)
        return Look(creator.marketplace_checked_at, poll, over="" if poll else NOT_SUPPORTED)
    main = PollKind.PROFILE if creator.is_in_marketplace else PollKind.INSIGHTS
    return Look(creator.profile_fetched_at or creator.marketplace_checked_at, polls.get(main))


def video_look(video: Video, poll: Poll | None, *, is_supported: bool) -> Look:
    """When this video's counters were last read, and are next; `poll` is that of its account's videos."""
    if not is_supported:
        return Look(video.counts_fetched_at, over=NOT_SUPPORTED)
    done = poll and poll.last_finished_at
    is_left_out = bool(done and done - video.counts_fetched_at > A_LOOK_TAKES)
    return Look(video.counts_fetched_at, poll, over=NOT_LISTED if is_left_out else "")


def next_account_check(creator_path: str) -> models.Case:
    """Annotation: when TikTok is asked next about the creator at this path, as `account_look` says it."""
    pk, is_in = f"{creator_path}_id", {f"{creator_path}__marketplace_status": MarketplaceStatus.IN}
    return models.Case(
        models.When(**is_in, then=next_check(PollKind.PROFILE, pk)),
        default=Coalesce(next_check(PollKind.INSIGHTS, pk), next_check(PollKind.MEMBERSHIP, pk)),
    )


def next_check(kind: PollKind, subject_path: str) -> models.Subquery:
    """Annotation: when TikTok is asked next about the subject at this path, None when that is not planned."""
    planned = _polls_of(subject_path, kind).filter(stopped_reason="")
    return models.Subquery(planned.values("due_at")[:1])
