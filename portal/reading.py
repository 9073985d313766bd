"""The reads of a person's own pages: their accounts, who sees them, what is seen, and when it was last synced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from crm.enums import Network
from crm.models import Influencer, SocialAccount
from portal.access import in_each_organization
from tenancy.models import Organization, User
from tenancy.viewing import viewed_organization
from tiktok.availability import AUTHENTICATE_OR_ORDER, INVITE_TO_MARKETPLACE, SEND_AN_ORDER
from tiktok.enums import AccountMetric, ConnectionState, Unit
from tiktok.models import Connection, Consent, Creator, PublishingConsent
from tiktok.policies import account_kind
from tiktok.queries import (
    ACCOUNT_POLLS,
    MetricValue,
    SyncTimes,
    account_metrics,
    account_sync,
    audience_bars,
    is_released,
    polls_at,
    read_polls,
    visible_videos,
)
from tiktok.queries.consents import with_outdated
from tiktok.services.grants.grants import LINKING
from ui.live import Live

NOT_LISTED = {AccountMetric.PROFILE_IMAGE, AccountMetric.USER_NAME, AccountMetric.CREATOR_ID}
# What staff are told to do, said to the person whose account it is.
OWN_WORDS = {
    INVITE_TO_MARKETPLACE: _("TikTok gives this only for creators in its marketplace."),
    SEND_AN_ORDER: _("TikTok reports this only for posts of an order."),
    AUTHENTICATE_OR_ORDER: _(
        "TikTok gives this only for accounts that are connected, and for posts of an order."
    ),
}


@dataclass(frozen=True)
class OwnAccount:
    """One TikTok account of the person in one organization. `consent` is None when nothing was agreed to (any more)."""

    creator: Creator
    consent: Consent | None
    sync: SyncTimes
    is_outdated: bool = False  # the text allows more by now, and they are asked again
    publishing: PublishingConsent | None = None  # they let us publish what they upload for it

    @property
    def connection(self) -> Connection | None:
        return self.consent.connection if self.consent else None

    @property
    def is_seen(self) -> bool:
        """Does the organization see through a live connection?"""
        return self.connection is not None and self.connection.is_live

    @property
    def needs_reconnect(self) -> bool:
        return self.connection is not None and not self.connection.is_live

    @property
    def may_renew(self) -> bool:
        """Does TikTok ask again soon? Connecting again now makes it another year."""
        return self.connection is not None and self.connection.state == ConnectionState.EXPIRING

    @property
    def may_link(self) -> bool:
        """Has the person let us answer link requests at TikTok for them?"""
        return self.is_seen and LINKING in self.connection.scopes  # type: ignore[union-attr]  # seen over one


@dataclass(frozen=True)
class OwnOrganization:
    """An organization that works with the person."""

    organization: Organization
    accounts: list[OwnAccount]


@dataclass(frozen=True)
class OwnConnection:
    """A TikTok account the person has connected, and who sees it."""

    connection: Connection
    seen_by: list[str]

    @property
    def can_be_disconnected(self) -> bool:
        return self.connection.is_live or bool(self.seen_by)


@dataclass(frozen=True)
class AudienceShares:
    """One distribution of the audience, as the chart of shares takes it; `reason` says why there is none."""

    key: str
    label: str
    rows: list[dict[str, object]]
    reason: str


@dataclass(frozen=True)
class Seen:
    """The data of one account that the organization in scope sees now: single numbers, shares of the audience, videos."""

    own: OwnAccount
    numbers: list[MetricValue]
    audience: list[AudienceShares]
    video_count: int | None


def own_organizations(person: User) -> list[OwnOrganization]:
    """The organizations that work with this person, each with the person's TikTok accounts there."""
    return in_each_organization(person, own_organization)


def own_organization(organization: Organization, influencer: Influencer) -> OwnOrganization:
    """The organization in scope with this influencer's TikTok accounts there."""
    return OwnOrganization(organization, own_accounts(influencer))


def to_reconnect(organizations: list[OwnOrganization]) -> list[tuple[Organization, OwnAccount]]:
    """The accounts whose permission has ended, each once, with an organization that saw it."""
    found: dict[str, tuple[Organization, OwnAccount]] = {}
    for own in organizations:
        for account in own.accounts:
            if account.needs_reconnect:
                found.setdefault(account.creator.handle, (own.organization, account))
    return list(found.values())


def with_new_text(organizations: list[OwnOrganization]) -> list[tuple[Organization, OwnAccount]]:
    """The accounts for which an organization has a text that allows more than what was agreed to."""
    return [
        (own.organization, account)
        for own in organizations
        for account in own.accounts
        if account.is_seen and account.is_outdated
    ]


def own_accounts(influencer: Influencer) -> list[OwnAccount]:
    """The influencer's TikTok accounts in the organization in scope, by handle."""
    accounts = (
        SocialAccount.objects.filter(influencer=influencer, network=Network.TIKTOK)
        .select_related("creator")
        .annotate(polls=polls_at("creator_id", *ACCOUNT_POLLS))
        .order_by("handle")
    )
    found = [(row.creator, read_polls(row.polls)) for row in accounts if row.creator is not None]
    consents = Consent.objects.filter(
        creator__in=[creator for creator, _ in found],
        withdrawn_at=None,
        connection__person=influencer.person,
    ).select_related("connection")
    allowed = PublishingConsent.objects.filter(
        creator__in=[creator for creator, _ in found],
        withdrawn_at=None,
        connection__person=influencer.person,
    )
    publishing = {row.creator_id: row for row in allowed}
    by_creator: dict[int, Any] = {row.creator_id: row for row in with_outdated(consents)}
    return [
        OwnAccount(
            creator,
            by_creator.get(creator.pk),
            account_sync(creator, polls),
            is_outdated=creator.pk in by_creator and by_creator[creator.pk].is_outdated,
            publishing=publishing.get(creator.pk),
        )
        for creator, polls in found
    ]


def own_connections(person: User, organizations: list[OwnOrganization]) -> list[OwnConnection]:
    """The connections this person may end, live ones first, each with the names of those who see through it."""
    rows = Connection.objects.filter(person=person).order_by("handle", "pk")
    connections = [
        OwnConnection(
            row,
            [
                own.organization.name
                for own in organizations
                if any(account.connection == row for account in own.accounts)
            ],
        )
        for row in rows
    ]
    # A member who views the dashboard learns nothing of accounts that only others see.
    is_viewed = viewed_organization() is not None
    shown = [
        own
        for own in connections
        if own.seen_by or (not is_viewed and (own.can_be_disconnected or own.connection.handle))
    ]
    return sorted(shown, key=lambda own: not own.connection.is_live)


def seen_of(own: OwnAccount) -> Seen:
    """Every number of the matrix as the organization in scope sees it; nothing without a live consent."""
    if not own.is_seen:
        return Seen(own, [], [], None)
    kind = account_kind(
        own.creator.marketplace_status, is_authenticated=True, is_released=is_released()
    )
    metrics = [
        in_own_words(metric)
        for metric in account_metrics(own.creator, kind)
        if metric.key not in NOT_LISTED
    ]
    numbers = [metric for metric in metrics if metric.unit != Unit.SHARES]
    return Seen(
        own=own,
        numbers=sorted(
            numbers, key=lambda metric: metric.value is None
        ),  # what there is comes first
        audience=[_shares(metric) for metric in metrics if metric.unit == Unit.SHARES],
        video_count=visible_videos().filter(creator=own.creator).count() or None,
    )


def in_own_words(metric: MetricValue) -> MetricValue:
    """The same number in the language of the person whose account it is; the reason why it is missing is said to them."""
    reason = OWN_WORDS.get(metric.cell.reason, metric.cell.reason)
    return replace(
        metric,
        label=gettext(metric.label),
        definition=gettext(metric.definition),
        cell=replace(metric.cell, reason=gettext(reason)),
    )


def _shares(metric: MetricValue) -> AudienceShares:
    return AudienceShares(metric.key, metric.label, audience_bars(metric), metric.reason)


def home_live(
    organizations: list[OwnOrganization], connections: list[OwnConnection], work: list[object]
) -> Live:
    """The person's first page: more is to come while a connected account is read. `work`: what it shows of orders."""
    accounts = [account for own in organizations for account in own.accounts]
    return Live.of(
        [(own.organization.pk, own.organization.name) for own in organizations],
        [_facts(account) for account in accounts],
        [(own.connection.pk, own.connection.version, own.seen_by) for own in connections],
        work,
        is_under_way=any(map(_is_read, accounts)),
    )


def seen_live(accounts: list[Seen]) -> Live:
    """The numbers that one organization sees: more is to come while they are read."""
    return Live.of(
        [(_facts(seen.own), seen.numbers, seen.audience, seen.video_count) for seen in accounts],
        is_under_way=any(_is_read(seen.own) for seen in accounts),
    )


def _is_read(account: OwnAccount) -> bool:
    return account.is_seen and account.sync.is_coming


def _facts(account: OwnAccount) -> tuple[object, ...]:
    creator, consent, connection = account.creator, account.consent, account.connection
    state = (connection.state, connection.state_reason) if connection else ()
    is_synced = (account.sync.at, account.sync.is_under_way, account.sync.next_at)
    return (
        creator.pk,
        creator.handle,
        creator.profile_image,
        consent and consent.pk,
        account.is_outdated,
        account.publishing and account.publishing.pk,
        state,
        is_synced,
    )
