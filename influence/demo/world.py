"""The invented world: an agency, its people, the sandbox's marketplace account. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_organization
from tiktok.services.marketplace import connect_marketplace_account

PASSWORD = "sunlit-harbour-42"  # noqa: S105 -- of the invented people only
OWNER = "olivia@northlight.example"
VIEWER = "vera@northlight.example"
OPS = "ops@influence.example"
INFLUENCER = "tom@creators.example"
CONNECTED = "lena@creators.example"
PEOPLE = {
    OWNER: "owner of Northlight Agency",
    VIEWER: "viewer: reads, changes nothing",
    INFLUENCER: "influencer who has not connected TikTok yet (/me/)",
    CONNECTED: "influencer who has (/me/)",
    OPS: "ops: the administration (/admin/)",
}
SANDBOX_ACCOUNT_ID = "7300000000000000009"
SANDBOX_BRAND_TOKEN = "sandbox-brand-token"  # noqa: S105 -- the sandbox's invented token


@dataclass(frozen=True)
class World:
    organization: Organization
    owner: User


@transaction.atomic
def make_world() -> World:
    """The agency with its people and marketplace account; the same again when it exists."""
    owner = _person(OWNER, "Olivia Park")
    viewer = _person(VIEWER, "Vera Lindqvist")
    _person(OPS, "Ops", is_staff=True, is_superuser=True)
    _person(INFLUENCER, "Tom Trails")
    _person(CONNECTED, "Lena Brandt")
    organization = Organization.objects.filter(slug="northlight").first()
    if organization is None:
        organization = create_organization("Northlight Agency", "northlight", owner=owner)
        add_member(organization, viewer, role=Role.VIEWER, actor=owner)
        with organization_scope(organization):
            connect_marketplace_account(
                "Northlight on TikTok",
                tiktok_account_id=SANDBOX_ACCOUNT_ID,
                token=SANDBOX_BRAND_TOKEN,
                actor=owner,
            )
    return World(organization, owner)


def _person(email: str, name: str, **flags: bool) -> User:
    """Somebody invented, whose address is taken as confirmed (a second factor asks for that)."""
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    person = User.objects.create_user(email, PASSWORD, name=name, **flags)
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    return person
