"""Audiences: every view carries the mark of the one it serves. A guard test walks all URLs for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tenancy.enums import Permission
from tenancy.models import Membership, Organization, User
from tenancy.policies import can
from tenancy.viewing import seen_by_viewers
from ui.languages import in_own_language

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
    """A page of the influencers' dashboard, in their language: any signed-in person, who sees only what is their own.

    A member who views it as somebody else reads it in the member's own language.
    """
    guarded = login_required(in_own_language(seen_by_viewers(view)))
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
