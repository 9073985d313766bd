"""Segments: filters saved under a name, changed, deleted."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from crm.forms.segments import SegmentForm
from crm.models import Segment
from crm.queries.segments import segments_of
from crm.services.collections import segments
from crm.views.asked import Asked, read_request
from crm.views.frame import address, form_answer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token


@staff_page(Permission.EDIT_INFLUENCERS)
def add_segment(request: OrganizationRequest) -> HttpResponse:
    """Save the filters of the address under a name, for oneself or for all."""
    asked = read_request(request)
    form = SegmentForm(request.POST if request.method == "POST" else None)
    if is_sent(request, form):
        make = partial(
            segments.create_segment,
            **form.cleaned_data,
            filters=asked.reading.filters.address,
            sort=asked.sort,
            actor=request.user,
        )
        made = make_once(sent_token(request), make, actor=request.user)
        segment = _found(request, made.pk)
        said = f"“{isolated(segment.name)}” is saved."
        say_made(request, said, is_first=made.is_first)
        return go_to(request, _href(asked, segment))
    return form_answer(
        request,
        "influencers/segment",
        title="Save segment",
        back=asked.href(asked.reading.filters),
        form=form,
        asked=asked,
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def change_segment(request: OrganizationRequest, segment_pk: int) -> HttpResponse:
    """Let the segment be the filters of the address."""
    asked, segment = read_request(request), _found(request, segment_pk)
    segments.change_segment(
        segment, filters=asked.reading.filters.address, sort=asked.sort, actor=request.user
    )
    messages.success(request, f"“{isolated(segment.name)}” is saved.")
    return HttpResponseRedirect(_href(asked, segment))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete_segment(request: OrganizationRequest, segment_pk: int) -> HttpResponse:
    """Delete the segment; nobody it keeps is touched."""
    segment = _found(request, segment_pk)
    segments.delete_segment(segment, actor=request.user)
    messages.success(
        request, f"The segment “{isolated(segment.name)}” is deleted. Its creators stay."
    )
    return HttpResponseRedirect(address(request, "influencers"))


def _found(request: OrganizationRequest, pk: int) -> Segment:
    """Raises Http404 for an absent segment, another organization's, and a colleague's own."""
    for segment in segments_of(request.user):
        if segment.pk == pk:
            return segment
    raise Http404


def _href(asked: Asked, segment: Segment) -> str:
    saved = Asked(asked.request, "", asked.sort, str(segment.pk), asked.reading, asked.asker)
    return saved.href(asked.reading.filters)
