"""A member's alerts: the bell's count, the page of all, and the way to what one is about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.queries.lines import lines_of
from alerts.queries.listing import MOST_COUNTED, Asked, alerts_page, own_alerts, unread_count
from alerts.services.marking import mark_all_read, mark_opened, mark_read
from alerts.services.reading import read_on
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.keys import key_in
from ui.live import SEEN, Live


@staff_page(Permission.READ)
@require_safe
def alerts_list(request: OrganizationRequest) -> HttpResponse:
    """The reader's alerts, newest first, of one kind or all, unread ones or all."""
    asked = Asked.of(request.GET)
    page = alerts_page(request.membership, asked, request.GET.get("cursor", ""))
    shown = [(line.alert.pk, line.alert.read_at, line.words) for line in page.rows]
    live = Live.of(shown, is_under_way=True)
    context = {
        "page": page,
        "asked": asked,
        "kinds": AlertKind.choices,
        "has_unread": any(line.is_unread for line in page.rows),
        "newest": page.rows[0].alert.pk if page.rows else 0,
        "live": live,
    }
    return live.answer(request) or render(request, "staff/alerts/list.html", context)


@staff_page(Permission.READ)
@require_safe
def count(request: OrganizationRequest) -> HttpResponse:
    """The number at the bell; it asks again by itself, and lets the news be read meanwhile. Alerts about what is on the page
    that asks first, or about what that page has `opened` on top, are read."""
    read_on()
    if SEEN not in request.headers:
        opened = request.GET.get("opened") or request.htmx.current_url_abs_path or ""
        mark_opened(request.membership, opened)
    unread = unread_count(request.user)
    live = Live.of(unread, is_under_way=True)
    context = {"count": unread, "most": MOST_COUNTED, "live": live}
    return live.answer(request) or render(request, "staff/alerts/count.html", context)


@staff_page(Permission.READ)
@require_safe
def follow(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Mark an alert as read, and go to what it is about; back to the list where that is gone."""
    alert = _own(request, pk)
    mark_read(alert)
    (line,) = lines_of([alert.pk], request.organization.slug)
    return redirect(line.path or reverse("alerts:list", args=[request.organization.slug]))


@staff_page(Permission.READ)
@require_POST
def mark(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Mark one alert as read, or as unread."""
    mark_read(_own(request, pk), is_read=request.POST.get("unread") != "1")
    return _back(request)


@staff_page(Permission.READ)
@require_POST
def mark_all(request: OrganizationRequest) -> HttpResponse:
    """Mark as read what the page shows, and all older ones of its kind."""
    up_to = key_in(request.POST.get("newest", "")) or 0
    done = mark_all_read(request.user, Asked.of(request.GET), up_to=up_to)
    said = ngettext("%d alert marked as read.", "%d alerts marked as read.", done) % done
    messages.success(request, said)
    return _back(request)


def _own(request: OrganizationRequest, pk: int) -> Alert:
    return get_object_or_404(own_alerts(request.user), pk=pk)


def _back(request: OrganizationRequest) -> HttpResponse:
    address = reverse("alerts:list", args=[request.organization.slug])
    query = Asked.of(request.GET).query
    return redirect(f"{address}?{query}" if query else address)
