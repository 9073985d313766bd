"""Audiences: every view carries the mark of the one it serves. A guard test walks all URLs for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tenancy.enums import Permission
from tenancy.models import Membership, Organization, User, provider_key
from tenancy.policies import can
from ui.languages import in_own_language

# How long a member is trusted to be one at the provider still.
SIGNED_ON_FOR = timedelta(hours=12)
View = Callable[..., HttpResponseBase]


class OrganizationRequest(HttpRequest):
    """A request inside `/o/<slug>/`, as the middleware hands it on."""

    user: User
    organization: Organization
    membership: Membership
    memberships: list[Membership]  # the member's, in all organizations
    htmx: Any


def staff_page(permission: Permission, *further: Permission) -> Callable[[View], View]:
    """A page for members under `/o/<slug>/`. The middleware has refused strangers; this asks for the permissions."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: OrganizationRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            for needed in (permission, *further):
                if not can(request.membership, needed):
                    raise PermissionDenied(f"Your role does not include “{needed.label}”.")
            return view(request, *args, **kwargs)

        guarded.audience = "staff"  # type: ignore[attr-defined]
        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def portal_page(view: View) -> View:
    """A page of the influencers' dashboard, in their language: any signed-in person, who sees only what is their own."""
    guarded = login_required(in_own_language(view))
    guarded.audience = "portal"  # type: ignore[attr-defined]
    return guarded


def public_page(view: View) -> View:
    """A page that anybody may open."""
    view.audience = "public"  # type: ignore[attr-defined]
    return view


def machine_hook(view: View) -> View:
    """Mark a view to which another service posts its news: no session, no form token. The view's service asks for the signature."""
    guarded = csrf_exempt(require_POST(view))
    guarded.audience = "hooks"  # type: ignore[attr-defined]
    return guarded


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
