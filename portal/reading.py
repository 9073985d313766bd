"""What a person's own pages show: their accounts, who sees them, what is seen, and when it was last looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.enums import Network
from crm.models import Influencer, SocialAccount
from portal.access import in_each_organization
from tenancy.models import Organization, User
from tenancy.templatetags import formats
from tiktok.enums import AccountMetric, Unit
from tiktok.models import Connection, Consent, Creator, Video
from tiktok.policies import account_kind
from tiktok.queries import MetricValue, account_metrics, is_released

NOT_LISTED = {AccountMetric.PROFILE_IMAGE, AccountMetric.USER_NAME, AccountMetric.CREATOR_ID}


@dataclass(frozen=True)
class OwnAccount:
    """One TikTok account of the person in one organization. `consent` is None when nothing was agreed to (any more)."""

    creator: Creator
    consent: Consent | None

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
    def last_looked_at(self) -> datetime | None:
        return self.creator.profile_fetched_at if self.is_seen else None


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
class SeenNumber:
    """One thing an organization sees, in words."""

    label: str
    text: str
    reason: str


def own_organizations(person: User) -> list[OwnOrganization]:
    """The organizations that work with this person, each with the person's TikTok accounts there."""
    return in_each_organization(
        person,
        lambda organization, influencer: OwnOrganization(organization, own_accounts(influencer)),
    )


def own_accounts(influencer: Influencer) -> list[OwnAccount]:
    """This influencer's TikTok accounts in the organization in scope, by handle."""
    accounts = (
        SocialAccount.objects.filter(influencer=influencer, network=Network.TIKTOK)
        .select_related("creator")
        .order_by("handle")
    )
    creators = [account.creator for account in accounts if account.creator is not None]
    standing = Consent.objects.filter(
        creator__in=creators, withdrawn_at=None, connection__person=influencer.person
    ).select_related("connection")
    by_creator = {consent.creator_id: consent for consent in standing}
    return [OwnAccount(creator, by_creator.get(creator.pk)) for creator in creators]


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
    shown = [own for own in connections if own.can_be_disconnected or own.connection.handle]
    return sorted(shown, key=lambda own: not own.connection.is_live)


def seen_numbers(account: OwnAccount) -> list[SeenNumber]:
    """Every account number of the matrix as the organization in scope sees it now."""
    kind = account_kind(
        account.creator.marketplace_status,
        is_authenticated=account.is_seen,
        is_released=is_released(),
    )
    return [
        SeenNumber(metric.label, as_text(metric), metric.reason)
        for metric in account_metrics(account.creator, kind)
        if metric.key not in NOT_LISTED
    ]


def seen_videos(account: OwnAccount) -> int:
    """How many of the account's videos the organization in scope keeps numbers of."""
    return Video.objects.filter(creator=account.creator).count()


def as_text(metric: MetricValue) -> str:
    """A number in one line: `184,220`, `6.1 %`, `450.00 GBP`, `GB 61.0 % · US 20.0 %`; empty when there is none."""
    value = metric.value
    if value is None:
        return ""
    if metric.unit == Unit.COUNT:
        return formats.number(value)
    if metric.unit == Unit.FRACTION:
        return formats.percent(value)
    if metric.unit == Unit.MONEY:
        return formats.money(*value)
    if metric.unit == Unit.SHARES:
        return " · ".join(f"{row['name']} {formats.percent(row['fraction'])}" for row in value)
    return str(value)
