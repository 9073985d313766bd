"""Social accounts, and what is known of each TikTok account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from crm.enums import Network
from crm.models import SocialAccount
from crm.policies import (
    Badge,
    Label,
    account_labels,
    account_status,
    badge_in_list,
    ends_soon,
    is_invited,
    may_be_invited,
)
from crm.policies.addresses import AccountAddress
from crm.queries.past import History, Point, past
from tenancy.scope import groups_scope
from tiktok.enums import (
    ENDED_CONNECTION_STATES,
    AccountKind,
    AccountMetric,
    MarketplaceStatus,
    PollKind,
)
from tiktok.models import Creator, Video
from tiktok.policies import account_kind, is_supported
from tiktok.queries import (
    ACCOUNT_POLLS,
    MetricValue,
    Polls,
    SyncTimes,
    account_metrics,
    account_sync,
    account_value,
    authenticated,
    needs_reconnect,
    polls_at,
    read_polls,
    visible_videos,
)

SHOWN_VIDEOS = 8


@dataclass(frozen=True)
class AccountView:
    """A TikTok account as pages show it, for the organization in scope."""

    account: SocialAccount
    creator: Creator
    kind: AccountKind
    needs_reconnect: bool
    polls: Polls
    ends_at: datetime | None = None  # the day on which TikTok asks the creator again

    @property
    def status(self) -> Badge:
        """Kind, state and next date in one label."""
        return account_status(self.labels, self.ends_at, is_authenticated=self.is_authenticated)

    @property
    def badge(self) -> Badge:
        """The one badge of a list: both facts, and the date if it is near."""
        soon = ends_soon(self.ends_at, timezone.now()) if self.ends_at else None
        return badge_in_list(self.labels, soon)

    @property
    def labels(self) -> tuple[Label, ...]:
        return account_labels(
            self.kind,
            self.creator.marketplace_status,
            invited_at=self.creator.invited_at,
            needs_reconnect=self.needs_reconnect,
        )

    @property
    def is_supported(self) -> bool:
        return is_supported(self.kind)

    @property
    def is_authenticated(self) -> bool:
        return self.kind in {AccountKind.AUTHENTICATED_TTCM, AccountKind.AUTHENTICATED_NON_TTCM}

    @property
    def is_unsupported(self) -> bool:
        return self.kind == AccountKind.UNSUPPORTED

    @property
    def is_invited(self) -> bool:
        return is_invited(self.creator.marketplace_status, self.creator.invited_at)

    @property
    def may_be_invited(self) -> bool:
        creator = self.creator
        return may_be_invited(
            self.kind, creator.marketplace_status, creator.invited_at, timezone.now()
        )

    @cached_property
    def metrics(self) -> list[MetricValue]:
        return account_metrics(self.creator, self.kind)

    def metric(self, metric: AccountMetric) -> MetricValue:
        return account_metrics(self.creator, self.kind, only=[metric])[0]

    def value(self, metric: AccountMetric) -> Any:
        """The value of a metric alone."""
        return account_value(self.creator, self.kind, metric)

    @cached_property
    def likes(self) -> MetricValue:
        return self.metric(AccountMetric.LIKE_COUNT)

    @cached_property
    def videos(self) -> MetricValue:
        return self.metric(AccountMetric.VIDEO_COUNT)

    @cached_property
    def followers(self) -> MetricValue:
        return self.metric(AccountMetric.FOLLOWER_COUNT)

    @cached_property
    def engagement_rate(self) -> MetricValue:
        return self.metric(AccountMetric.ENGAGEMENT_RATE)

    @cached_property
    def average_views(self) -> MetricValue:
        return self.metric(AccountMetric.AVERAGE_VIEWS)

    @property
    def picture(self) -> str:
        """The profile image, empty while the account's kind does not allow one."""
        return self.value(AccountMetric.PROFILE_IMAGE) or ""

    @property
    def sync(self) -> SyncTimes:
        """The sync times of this account: of its numbers, else of its membership."""
        return account_sync(self.creator, self.polls, is_unsupported=self.is_unsupported)


@dataclass(frozen=True)
class AccountPanel:
    """Everything the profile page shows of one TikTok account."""

    view: AccountView
    history: History
    videos: list[Video]
    insights: SyncTimes | None  # of audience and averages, where they have a time of their own
    videos_sync: SyncTimes

    @property
    def followers(self) -> list[Point]:
        """Followers by day, all that is known."""
        return self.history.points("follower_count")


def accounts_with_facts() -> models.QuerySet[SocialAccount]:
    """Social accounts with their creator, `is_authenticated`, `is_to_reconnect` and `polls`; TikTok's first."""
    return (
        SocialAccount.objects.select_related("creator")
        .annotate(
            is_authenticated=authenticated("creator"),
            is_to_reconnect=needs_reconnect("creator"),
            polls=polls_at("creator_id", *ACCOUNT_POLLS, PollKind.VIDEOS),
        )
        .order_by("-creator_id", "id")
    )


def with_end(accounts: models.QuerySet[SocialAccount]) -> models.QuerySet[SocialAccount]:
    """Annotate `ends_at`: when the grant ends through which the account is seen."""
    return accounts.annotate(ends_at=F("creator__grant_ends_at"))


def account_view(account: SocialAccount, creator: Creator, *, released: bool) -> AccountView:
    """The facts that pages show of a TikTok account of `accounts_with_facts()`."""
    return AccountView(
        account=account,
        creator=creator,
        kind=account_kind(
            creator.marketplace_status,
            is_authenticated=account.is_authenticated,  # type: ignore[attr-defined]
            is_released=released,
        ),
        needs_reconnect=account.is_to_reconnect,  # type: ignore[attr-defined]
        polls=read_polls(polls) if (polls := getattr(account, "polls", None)) else {},
        ends_at=getattr(account, "ends_at", None),
    )


def creators_to_reconnect() -> models.QuerySet[Creator]:
    """Creators whose consent rests on a grant that has ended."""
    return Creator.objects.filter(grant_state__in=ENDED_CONNECTION_STATES)


def creators_of_kind(kind: str) -> models.QuerySet[Creator]:
    """Creators whose account is of one of the four kinds."""
    is_in = Q(marketplace_status=MarketplaceStatus.IN)
    is_authenticated = Q(is_authenticated=True)
    conditions = {
        AccountKind.AUTHENTICATED_TTCM: is_in & is_authenticated,
        AccountKind.NOT_AUTHENTICATED_TTCM: is_in & ~is_authenticated,
        AccountKind.AUTHENTICATED_NON_TTCM: ~is_in & is_authenticated,
        AccountKind.UNSUPPORTED: ~is_in & ~is_authenticated,
    }
    creators = Creator.objects.annotate(is_authenticated=authenticated())
    condition = conditions.get(AccountKind(kind))
    return creators.filter(condition) if condition else creators.none()


def tiktok_account(handle: str) -> SocialAccount | None:
    """The organization's TikTok account with this handle."""
    return account_at(AccountAddress(Network.TIKTOK, handle))


def account_at(address: AccountAddress) -> SocialAccount | None:
    """The organization's account at this address; None too where the member does not see it."""
    accounts = SocialAccount.objects.select_related("influencer", "creator")
    return accounts.filter(network=address.network, handle=address.handle).first()


def is_hidden(address: AccountAddress) -> bool:
    """Is the account here with an influencer whom the member does not see?"""
    with groups_scope(None):
        is_here = account_at(address) is not None
    return is_here and account_at(address) is None


def tiktok_account_by_id(influencer_id: int, pk: int) -> SocialAccount | None:
    """A TikTok account of this influencer; None for an absent one and for another organization's."""
    return (
        SocialAccount.objects.select_related("influencer__person", "creator")
        .filter(pk=pk, influencer_id=influencer_id, creator__isnull=False)
        .first()
    )


def other_account_by_id(influencer_id: int, pk: int) -> SocialAccount | None:
    """An account of this influencer on another network than TikTok; None for an absent one."""
    accounts = SocialAccount.objects.select_related("influencer")
    return accounts.filter(pk=pk, influencer_id=influencer_id, creator=None).first()


def tiktok_accounts_by_id(pks: Sequence[int]) -> list[SocialAccount]:
    """The organization's TikTok accounts among these."""
    accounts = SocialAccount.objects.select_related("creator", "influencer__person")
    return list(accounts.filter(pk__in=pks, creator__isnull=False))


def account_panel(view: AccountView) -> AccountPanel:
    """Numbers over time, latest videos, and when TikTok was and will be asked."""
    is_tracked, poll = not view.is_unsupported, view.polls.get(PollKind.VIDEOS)
    return AccountPanel(
        view=view,
        history=past(view.creator, view.kind) if is_tracked else History({}, timedelta(days=1)),
        videos=_latest_videos(view.creator) if is_tracked else [],
        insights=_insights_sync(view),
        videos_sync=SyncTimes(poll.last_finished_at if poll else None, poll),
    )


def _insights_sync(view: AccountView) -> SyncTimes | None:
    if view.kind != AccountKind.AUTHENTICATED_TTCM:
        return None
    return SyncTimes(view.creator.insights_fetched_at, view.polls.get(PollKind.INSIGHTS))


def _latest_videos(creator: Creator) -> list[Video]:
    videos = visible_videos().filter(creator=creator)
    return list(videos.order_by("-published_at", "-pk")[:SHOWN_VIDEOS])
