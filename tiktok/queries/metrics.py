"""Metrics as every surface shows them: value, unit, source and time, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext

from tiktok.availability import (
    ACCOUNT_MATRIX,
    ACCOUNT_UNITS,
    COMPUTED_DEFINITIONS,
    POST_DEFINITIONS,
    POST_MATRIX,
    POST_UNITS,
    TOO_FEW_VIDEOS,
    UNREADABLE,
    Cell,
    account_cell,
)
from tiktok.enums import (
    CALCULATED,
    AccountKind,
    AccountMetric,
    Availability,
    Flag,
    PostMetric,
    PostTie,
    Source,
    Unit,
)
from tiktok.models import CREATOR_NUMBERS, Creator, Video, names_of
from ui.templatetags.formats import day, number

NOT_YET = "TikTok has not reported this yet."


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
    is_unreadable: bool = False

    @property
    def is_calculated(self) -> bool:
        return self.source == CALCULATED

    @property
    def reason(self) -> str:
        """The reason why there is no value, in words to act on; empty when there is one."""
        if self.value is not None:
            return ""
        if self.flag:
            return gettext(Flag(self.flag).label)
        if self.is_unreadable and self.cell.is_shown:
            return gettext(UNREADABLE)
        if self.cell.availability == Availability.COMPUTED:
            return gettext(TOO_FEW_VIDEOS)
        return self.cell.reason or gettext(NOT_YET)

    @property
    def source_label(self) -> str:
        if self.is_calculated:
            return gettext("Calculated")
        return gettext(Source(self.source).label) if self.source else ""

    @property
    def flag_text(self) -> str:
        """The flag of a value in words, empty without one; with the value that TikTok reported before where it is known."""
        if not self.flag or self.value is None:
            return ""
        if self.flag != Flag.FALLING or self.earlier is None:
            return gettext(Flag(self.flag).label)
        before, now = (number(round(each)) for each in (self.earlier[0], self.value))
        facts = {"before": before, "day": day(self.earlier[1]), "now": now}
        return gettext("TikTok reported %(before)s on %(day)s, now %(now)s.") % facts


def account_metrics(
    creator: Creator, kind: AccountKind, only: Iterable[AccountMetric] = ACCOUNT_MATRIX
) -> list[MetricValue]:
    """Account metrics of the matrix for this creator, all unless a list needs few, in the matrix's order."""
    has_absurd = creator.absurd and _is_seen(creator.profile_source, kind)
    absurd = names_of(creator.absurd, CREATOR_NUMBERS) if has_absurd else set()
    return [
        _account_metric(
            creator,
            metric,
            _absent(metric, kind, creator.profile_dialect),
            account_value(creator, kind, metric),
            is_absurd=metric in absurd,
        )
        for metric in only
    ]


def account_value(creator: Creator, kind: AccountKind, metric: AccountMetric) -> Any:
    """The value of one account metric, without source, time and reason; None where there is none."""
    return _reader(metric, kind, creator.profile_dialect, creator.profile_source)(creator)


@cache
def _reader(
    metric: AccountMetric, kind: AccountKind, dialect: str, source: str
) -> Callable[[Creator], Any]:
    cell = account_cell(metric, kind, dialect)
    if cell.availability == Availability.COMPUTED:
        return CALCULATIONS[metric]
    is_shown = cell.is_shown and _is_seen(source, kind)
    return ACCOUNT_VALUES[metric] if is_shown else lambda creator: None


def _is_seen(source: str, kind: AccountKind) -> bool:
    """May an account of this kind show what this source has told? The old source's is for the time before the cut-over."""
    return bool(source) and (source == Source.LEGACY) == (kind == AccountKind.LEGACY)


@cache
def _absent(metric: AccountMetric, kind: AccountKind, dialect: str) -> MetricValue:
    """The metric of an account that TikTok has told nothing odd about, and not this."""
    return MetricValue(
        key=metric.value,
        label=metric.label,
        unit=ACCOUNT_UNITS[metric],
        cell=account_cell(metric, kind, dialect),
    )


def _account_metric(
    creator: Creator, metric: AccountMetric, absent: MetricValue, value: Any, *, is_absurd: bool
) -> MetricValue:
    is_absurd = is_absurd and absent.cell.availability != Availability.COMPUTED
    is_reported = value is not None
    is_unreadable = metric in creator.unreadable
    if not (is_reported or is_absurd or is_unreadable):
        return absent
    source, fetched_at, definition = "", None, ""
    if is_reported:
        source, fetched_at, definition = _account_origin(creator, metric, absent.cell)
    flag = Flag.ABSURD if is_absurd and absent.cell.is_shown else ""
    return MetricValue(
        absent.key, absent.label, absent.unit, absent.cell, value, source, fetched_at, definition, flag,
        is_unreadable=is_unreadable,
    )  # fmt: skip


CALCULATIONS: dict[AccountMetric, Callable[[Creator], float | None]] = {
    AccountMetric.AVERAGE_VIEWS: attrgetter("calculated_average_views"),
    AccountMetric.ENGAGEMENT_RATE: attrgetter("calculated_engagement_rate"),
}


_COUNTED = {
    AccountMetric.FOLLOWER_COUNT, AccountMetric.LIKE_COUNT, AccountMetric.VIDEO_COUNT, AccountMetric.PROFILE_IMAGE,
    AccountMetric.USER_NAME, AccountMetric.DISPLAY_NAME, AccountMetric.CREATOR_ID,
}  # fmt: skip


def _account_origin(
    creator: Creator, metric: AccountMetric, cell: Cell
) -> tuple[str, datetime | None, str]:
    """Source, time and definition: names and counts are the last sync's, the rest the authorized one's if there was one."""
    if cell.availability == Availability.COMPUTED:
        definition = gettext(COMPUTED_DEFINITIONS[metric]).format(videos=creator.calculated_videos)
        return CALCULATED, creator.calculated_at, definition
    if metric not in _COUNTED and creator.insights_fetched_at:
        return Source.AUTHORIZED, creator.insights_fetched_at, ""
    return creator.profile_source, creator.profile_fetched_at, ""


def _rate(creator: Creator) -> tuple[Decimal, str] | None:
    amount = creator.creator_rate_amount
    return None if amount is None else (amount, creator.creator_rate_currency)


# A list shows few of them, hundreds of times.
ACCOUNT_VALUES: dict[AccountMetric, Callable[[Creator], Any]] = {
    **{metric: attrgetter(metric.value) for metric in AccountMetric},
    AccountMetric.CREATOR_RATE: _rate,
    AccountMetric.PROFILE_IMAGE: lambda creator: creator.profile_image or None,
    AccountMetric.USER_NAME: attrgetter("handle"),
    AccountMetric.DISPLAY_NAME: lambda creator: creator.display_name or None,
    AccountMetric.CREATOR_ID: lambda creator: creator.tiktok_creator_id or None,
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
    is_plain = not (flags or earlier or (video and video.unreadable))
    return [
        absent
        if is_plain and (values.get(metric) is None or not absent.cell.is_shown)
        else _post_metric(
            video,
            metric,
            absent.cell,
            values.get(metric),
            flag=flags.get(metric.value, ""),
            earlier=(earlier or {}).get(metric.value),
        )
        for metric, absent in ABSENT[tie].items()
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
        is_unreadable=video is not None and metric.value in video.unreadable,
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


# Most of a list's metrics are absent for no other reason than the matrix's.
ABSENT: dict[PostTie, dict[PostMetric, MetricValue]] = {
    tie: {
        metric: _post_metric(None, metric, row[tie], None, flag="", earlier=None)
        for metric, row in POST_MATRIX.items()
    }
    for tie in PostTie
}
