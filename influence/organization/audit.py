"""The audit log: what happened in the organization, newest first, filtered by the address, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.forms import EventFilterForm
from tenancy.models import Event
from tenancy.queries import events_matching, people_in_scope
from ui.csv_rows import csv_lines
from ui.paging import keyset_page

ERASED = "Erased"
HEAD = ("Time (UTC)", "Verb", "What", "Who", "Object", "Object id", "Name", "Texts", "Details")
ROWS_AT_ONCE = 1000


@staff_page(Permission.READ_EVENTS)
@require_safe
def audit_page(request: OrganizationRequest) -> HttpResponse:
    """Fifty events that match the filter."""
    form = EventFilterForm(request.GET, people=people_in_scope())
    wanted = form.found()
    rows = events_matching(wanted)
    page = keyset_page(rows, "-at", "-id", facts=_with_names, cursor=request.GET.get("cursor"))
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {"page": page, "form": form, "wanted": wanted, "query": query.urlencode()}
    return render(request, "staff/organization/audit.html", context)


@staff_page(Permission.READ_EVENTS)
@require_safe
def export(request: OrganizationRequest) -> StreamingHttpResponse:
    """All events that match the filter, as CSV, made while it is sent."""
    wanted = EventFilterForm(request.GET, people=people_in_scope()).found()
    rows = _with_names(events_matching(wanted))
    file_name = f"audit-log-{request.organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        csv_lines(HEAD, _rows(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _with_names(events: QuerySet[Event]) -> QuerySet[Event]:
    return events.select_related("actor", "text")


def _rows(events: QuerySet[Event]) -> Iterator[tuple[Any, ...]]:
    for event in events.iterator(chunk_size=ROWS_AT_ONCE):
        yield (
            event.at.isoformat(timespec="seconds"),
            event.verb,
            event.get_verb_display(),
            event.actor.email if event.actor else "",
            event.object_type,
            event.object_id,
            ERASED if event.is_erased else event.label,
            " · ".join(event.notes),
            " · ".join(f"{key}: {value}" for key, value in event.detail.items()),
        )
