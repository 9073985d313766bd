"""Reads of the TikTok wrapper: kinds, metrics with source, time and reason, histories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from tenancy.scope import required_organization_id
from tiktok.availability import (
    ACCOUNT_MATRIX,
    ACCOUNT_UNITS,
    POST_DEFINITIONS,
    POST_MATRIX,
    POST_UNITS,
    Cell,
)
from tiktok.enums import (
    LIVE_CONNECTION_STATES,
    AccountKind,
    AccountMetric,
    AccountState,
    PollKind,
    PostMetric,
    PostTie,
    Source,
    Unit,
)
from tiktok.models import (
    Consent,
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    MarketplaceAccount,
    Poll,
    Video,
    VideoSnapshot,
)
from tiktok.policies import account_kind

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

    @property
    def reason(self) -> str:
        """Why there is no value, in words to act on; empty when there is one."""
        if self.value is not None:
            return ""
        return self.cell.reason or NOT_YET

    @property
    def source_label(self) -> str:
        return Source(self.source).label if self.source else ""


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
    return [
        MetricValue(
            key=metric.value,
            label=metric.label,
            unit=ACCOUNT_UNITS[metric],
            cell=(cell := row[kind]),
            value=(value := values.get(metric) if cell.is_shown else None),
            source=creator.profile_source if value is not None else "",
            fetched_at=creator.profile_fetched_at if value is not None else None,
        )
        for metric, row in ACCOUNT_MATRIX.items()
    ]


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


def post_metrics(video: Video | None, tie: PostTie) -> list[MetricValue]:
    """All 16 post metrics of the matrix for a video that stands in a campaign by this tie."""
    values = _post_values(video) if video else {}
    return [
        _post_metric(video, metric, row[tie], values.get(metric))
        for metric, row in POST_MATRIX.items()
    ]


_COUNTERS = {PostMetric.VIDEO_VIEWS, PostMetric.LIKES, PostMetric.COMMENTS, PostMetric.SHARES}


def _post_metric(video: Video | None, metric: PostMetric, cell: Cell, value: Any) -> MetricValue:
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


def poll_of(kind: PollKind, subject_id: int) -> Poll | None:
    """When this subject was last looked at, and when next."""
    return Poll.objects.filter(
        organization_id=required_organization_id(), kind=kind, subject_id=subject_id
    ).first()
