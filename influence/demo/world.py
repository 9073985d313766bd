"""The invented world: an agency on the Creator Marketplace, a brand on TikTok One in two markets, a company with an old
source, their people. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_organization
from tiktok.enums import Dialect
from tiktok.services.brands.accounts import connect_marketplace_account

PASSWORD = "sunlit-harbour-42"  # noqa: S105 -- of the invented people only
OWNER = "olivia@northlight.example"
MANAGER = "marco@northlight.example"
VIEWER = "vera@northlight.example"
SECOND_OWNER = "sam@kestrel.example"
OPS = "ops@influence.example"
INFLUENCER = "tom@creators.example"
CONNECTED = "lena@creators.example"
PEOPLE = {
    OWNER: "owner of Northlight Agency (Creator Marketplace), Harbour Goods (TikTok One), Kestrel Media (old source)",
    MANAGER: "manager at Northlight who sees the group Food only",
    VIEWER: "viewer: reads, changes nothing",
    SECOND_OWNER: "second owner of Kestrel Media, to approve its cut-over",
    INFLUENCER: "influencer who has not connected TikTok yet (/me/)",
    CONNECTED: "influencer who has (/me/)",
    OPS: "ops: the administration (/admin/)",
}
SANDBOX_ACCOUNT_ID = "7300000000000000009"
SANDBOX_TIKTOK_ONE_ID = "7401112223334445556"
SANDBOX_TIKTOK_ONE_US_ID = "7401112223334445557"
SANDBOX_BRAND_TOKEN = "sandbox-brand-token"  # noqa: S105 -- the sandbox's invented token
SANDBOX_US_BRAND_TOKEN = "sandbox-brand-token-us"  # noqa: S105 -- that of the account in the United States


class OwnAccount(NamedTuple):
    """An account that an organization has at the sandbox."""

    dialect: Dialect
    tiktok_account_id: str
    token: str = SANDBOX_BRAND_TOKEN
    name: str = ""


TTCM = OwnAccount(Dialect.TTCM, SANDBOX_ACCOUNT_ID)
TIKTOK_ONE = OwnAccount(Dialect.TTO, SANDBOX_TIKTOK_ONE_ID)
TIKTOK_ONE_US = OwnAccount(
    Dialect.TTO, SANDBOX_TIKTOK_ONE_US_ID, SANDBOX_US_BRAND_TOKEN, "Harbour & Pine on TikTok"
)


@dataclass(frozen=True)
class World:
    organization: Organization
    on_tiktok_one: Organization
    on_old_source: Organization
    owner: User
    manager: User


@transaction.atomic
def make_world() -> World:
    """The organizations with their people and marketplace accounts; the same again when they exist."""
    owner = make_person(OWNER, "Olivia Park")
    manager, viewer = make_person(MANAGER, "Marco Bianchi"), make_person(VIEWER, "Vera Lindqvist")
    make_person(OPS, "Ops", is_staff=True, is_superuser=True)
    make_person(INFLUENCER, "Tom Trails")
    make_person(CONNECTED, "Lena Brandt")
    northlight = _organization("Northlight Agency", owner, TTCM)
    harbour = _organization("Harbour Goods", owner, TIKTOK_ONE, TIKTOK_ONE_US)
    for person, role in ((manager, Role.MANAGER), (viewer, Role.VIEWER)):
        if not northlight.memberships.filter(user=person).exists():
            add_member(northlight, person, role=role, actor=owner)
    kestrel = _organization("Kestrel Media", owner, TTCM)
    second = make_person(SECOND_OWNER, "Sam Okafor")
    if not kestrel.memberships.filter(user=second).exists():
        add_member(kestrel, second, role=Role.OWNER, actor=owner)
    return World(northlight, harbour, kestrel, owner, manager)


def _organization(name: str, owner: User, *accounts: OwnAccount) -> Organization:
    """Make an organization with its own accounts at TikTok, the first of them in use."""
    slug = name.split(maxsplit=1)[0].lower()
    known = Organization.objects.filter(slug=slug).first()
    if known is not None:
        return known
    organization = create_organization(name, slug, owner=owner)
    with organization_scope(organization):
        for account in accounts:
            connect_marketplace_account(
                account.name or f"{name} on TikTok",
                tiktok_account_id=account.tiktok_account_id,
                token=account.token,
                actor=owner,
                dialect=account.dialect,
            )
    return organization


def make_person(email: str, name: str, **flags: bool) -> User:
    """Somebody invented, whose address is taken as confirmed (a second factor asks for that)."""
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    person = User.objects.create(email=email, password=_hashed_password(), name=name, **flags)
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    return person


@cache
def _hashed_password() -> str:
    """The password of all, hashed once: that takes a quarter of a second."""
    return make_password(PASSWORD)
