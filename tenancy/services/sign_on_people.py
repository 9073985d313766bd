"""The person whom an organization's provider names: known, invited, let in for the first time, or refused."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction

from tenancy.addresses import domain_of, one_spelling
from tenancy.enums import Role, Verb
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import FormerMember, Membership, Organization, SingleSignOn, User
from tenancy.queries import sign_on_domains
from tenancy.services.events import record
from tenancy.services.invitations import accept_without_link
from tenancy.services.members import person_at
from tenancy.services.organizations import add_member
from tenancy.services.single_sign_on import unchanged

LONGEST_ADDRESS = 254  # characters, as a person's row has it


@dataclass(frozen=True)
class Claims:
    """The provider's words about a person. `is_verified`: None where it does not say."""

    subject: str
    email: str = ""
    is_verified: bool | None = None
    name: str = ""


def verified_address(provider: SingleSignOn, claims: Claims) -> str:
    """The address that the provider vouches for, in its one spelling. Raises SignOnRefused."""
    email = one_spelling(claims.email)
    if not _is_address(email):
        raise SignOnRefused(SignOnFault.NO_ADDRESS)
    is_trusted = provider.trusts_addresses and claims.is_verified is None
    if not (claims.is_verified or is_trusted):
        raise SignOnRefused(SignOnFault.UNVERIFIED)
    return email


def _is_address(email: str) -> bool:
    """Tell whether it is one address that can be kept; quoted ones can hold commas and further @."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= LONGEST_ADDRESS and '"' not in email


@transaction.atomic
def signed_on(provider: SingleSignOn, claims: Claims) -> SocialAccount:
    """The link with the person whom the claims name, who is a member by now. Raises SignOnRefused."""
    provider = unchanged(provider)  # held: who signs in twice at once is linked once
    if not provider.is_on:
        raise SignOnRefused(SignOnFault.OFF)
    organization, email = provider.organization, verified_address(provider, claims)
    proven = sign_on_domains().filter(proven_at__isnull=False)
    if not proven.filter(domain=domain_of(email)).exists():
        raise SignOnRefused(SignOnFault.OTHER_DOMAIN)
    links = SocialAccount.objects.filter(provider=provider.provider_key).select_related("user")
    link = links.filter(uid=claims.subject).first()
    if link and link.user.email != email:
        raise SignOnRefused(SignOnFault.OTHER_ADDRESS)
    person = User.objects.filter(email=email).first()
    if person and not person.is_active:
        raise SignOnRefused(SignOnFault.INACTIVE)
    if person and (person.is_staff or person.is_superuser):
        raise SignOnRefused(SignOnFault.OPERATIONS)
    if person and not link and links.filter(user=person).exists():
        raise SignOnRefused(SignOnFault.OTHER_PERSON)
    membership = Membership.objects.filter(organization=organization, user=person or 0).first()
    if membership is None:
        membership = _let_in(provider, organization, email, claims)
    return link or _link(provider, membership, claims)


def _let_in(
    provider: SingleSignOn, organization: Organization, email: str, claims: Claims
) -> Membership:
    """Make the person a member: by an open invitation, else by the rule. Raises SignOnRefused."""
    invited = accept_without_link(email, claims.name)
    if invited is not None:
        return invited
    is_same = models.Q(user__email=email) | models.Q(subject=claims.subject)
    if FormerMember.objects.filter(is_same).exists():
        raise SignOnRefused(SignOnFault.REMOVED)
    if not provider.gives_role:
        raise SignOnRefused(SignOnFault.NOT_INVITED)
    person = person_at(email, claims.name)
    return add_member(organization, person, role=Role(provider.gives_role), actor=person)


def _link(provider: SingleSignOn, membership: Membership, claims: Claims) -> SocialAccount:
    link = SocialAccount.objects.create(
        provider=provider.provider_key, uid=claims.subject, user=membership.user
    )
    record(Verb.SINGLE_SIGN_ON_LINKED, membership, actor=membership.user)
    return link
