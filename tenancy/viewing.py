"""View the influencers' dashboard as an influencer: a member, for half an hour, in one organization, read only.

The session says whose dashboard it is. The member is asked for their permission on each page, pages that are not marked as
`viewable` are not shown, and nothing is taken that is not asked by GET. Members' own pages are not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from tenancy.entry import missing_page
from tenancy.enums import Permission
from tenancy.models import Organization, User
from tenancy.policies import can
from tenancy.queries import influencer_organizations, membership_in

KEY, LASTS = "viewing", timedelta(minutes=30)
READING = {"GET", "HEAD"}
View = Callable[..., HttpResponseBase]
_organization: ContextVar[Organization | None] = ContextVar("viewed_organization", default=None)


@dataclass(frozen=True)
class Viewing:
    """The member who views, the person whose dashboard it is, what is shown of it, and until when."""

    member: User
    person: User
    organization: Organization
    influencer_id: int
    until: datetime


def begin_viewing(
    request: Any, organization: Organization, person: User, *, influencer_id: int, back: str
) -> None:
    """Show this person's dashboard in this session, as far as it is about the organization. `back`: where it ends."""
    request.session[KEY] = {
        "organization": organization.pk,
        "person": person.pk,
        "influencer": influencer_id,
        "until": (timezone.now() + LASTS).timestamp(),
        "back": back,
    }


def end_viewing(request: Any) -> str:
    """Show the member's own dashboard again. Returns the page from which they began, `/` if they had not."""
    return str(request.session.pop(KEY, {}).get("back", "/"))


def is_viewing(request: Any) -> bool:
    """Has the member begun to view somebody's dashboard, and has nothing ended it yet?"""
    return KEY in request.session


def viewed_organization() -> Organization | None:
    """The only organization that is shown on this page; None: all of the person's own."""
    return _organization.get()


def viewable(view: View) -> View:
    """Mark a page of the dashboard as one that changes nothing, and tells of nothing but organizations."""
    view.is_viewable = True  # type: ignore[attr-defined]
    return view


def seen_by_viewers(view: View) -> View:
    """Wrap a page of the dashboard: whoever views it as somebody else gets it if it is `viewable`, else a refusal."""

    @wraps(view)
    def shown(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_viewing(request):
            return view(request, *args, **kwargs)
        viewing = viewing_of(request)
        if viewing is None:
            messages.info(request, "You no longer view a creator's dashboard.")
            return redirect(end_viewing(request))
        if request.method not in READING or not getattr(view, "is_viewable", False):
            return refused_to_viewers(request)
        with _as_person(request, viewing):
            return view(request, *args, **kwargs)

    return shown


def refused_to_viewers(request: HttpRequest) -> HttpResponse:
    """The refusal of everything that the creator alone can do or read."""
    return render(request, "portal/viewing/refused.html", status=403)


def viewing_of(request: Any) -> Viewing | None:
    """The viewing that the session tells of; None once time, role, membership or the creator no longer allow it."""
    said = request.session[KEY]
    until = datetime.fromtimestamp(said["until"], UTC)
    mine = membership_in(request.user, said["organization"])
    if mine is None or until <= timezone.now() or not can(mine, Permission.IMPERSONATE):
        return None
    person = User.objects.filter(pk=said["person"], is_active=True).first()
    if person is None or missing_page(request, request.user, mine):
        return None
    if not influencer_organizations(person).filter(pk=mine.organization_id).exists():
        return None
    return Viewing(request.user, person, mine.organization, said["influencer"], until)


@contextmanager
def _as_person(request: Any, viewing: Viewing) -> Iterator[None]:
    token = _organization.set(viewing.organization)
    request.viewing, request.user = viewing, viewing.person
    try:
        yield
    finally:
        request.user = viewing.member
        _organization.reset(token)
