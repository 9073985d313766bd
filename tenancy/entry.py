"""Coming in as a member: what an organization asks of them besides their membership."""

from __future__ import annotations

from datetime import timedelta
from time import time

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from tenancy.models import Membership, Organization, User, provider_key
from tenancy.queries import has_second_factor, requires_sign_on

# How long a member is trusted to be one at the provider still.
SIGNED_ON_FOR = timedelta(hours=12)


def missing_page(request: HttpRequest, user: User, membership: Membership) -> str:
    """The page about what the organization asks of this member besides; empty if nothing is missing.

    Its provider's factors count as a second one: whether it asks for them is the organization's own rule.
    """
    organization = membership.organization
    needs_provider = requires_sign_on(membership, user)
    needs_factor = organization.requires_second_factor and not has_second_factor(user)
    if not (needs_provider or needs_factor) or came_by_provider(request, user, organization):
        return ""
    return f"public/{'single_sign_on' if needs_provider else 'second_factor'}_needed.html"


def came_by_provider(request: HttpRequest, user: User, organization: Organization) -> bool:
    """Was this session opened by the organization's own provider, in the last twelve hours and since it is on?"""
    since = organization.single_sign_on_since
    if since is None:
        return False
    after = max(time() - SIGNED_ON_FOR.total_seconds(), since.timestamp())
    return any(
        each.get("provider") == provider_key(organization.pk) and each["at"] > after
        for each in get_authentication_records(request, user)
    )
