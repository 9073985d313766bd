"""Segments: filters saved under a name, changed, deleted."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from crm.errors import TooManySegments
from crm.forms.segments import SegmentForm
from crm.models import Removal, Segment
from crm.policies.segments import may_change_segment
from crm.queries.segments import visible_segments
from crm.services.collections import segments
from crm.services.merging.keeping import from_texts
from crm.views.asked import Asked, read_request
from crm.views.frame import address, form_answer
from crm.views.removals import bring_back
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.scope import groups_scope
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done

NOT_YOURS = "A shared segment is changed by who saved it, or by an owner or admin."


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
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except TooManySegments as problem:
            form.add_error(None, str(problem))
        else:
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
    asked = read_request(request)
    with editing(request, _changeable(request, segment_pk)) as segment:
        segments.change_segment(
            segment, filters=asked.reading.filters.address, sort=asked.sort, actor=request.user
        )
    messages.success(request, f"“{isolated(segment.name)}” is saved.")
    return HttpResponseRedirect(_href(asked, segment))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete_segment(request: OrganizationRequest, segment_pk: int) -> HttpResponse:
    """Delete the segment; nobody it keeps is touched."""
    segment = _changeable(request, segment_pk)
    removal = segments.delete_segment(segment, actor=request.user)
    said = f"The segment “{isolated(segment.name)}” is deleted. Its creators stay."
    say_done(request, said, address(request, "restore_segment", removal.pk))
    return HttpResponseRedirect(address(request, "influencers"))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def restore_segment(request: OrganizationRequest, removal_pk: int) -> HttpResponse:
    """Bring a segment back, for whoever might have deleted it."""
    with groups_scope(None):  # it is about nobody
        removal = Removal.objects.filter(model=Segment._meta.label, pk=removal_pk).first()
        if removal and not _may_change(request, from_texts(Segment, removal.kept["row"])):
            raise PermissionDenied(NOT_YOURS)
        bring_back(request, removal, segments.restore_segment)
    return HttpResponseRedirect(address(request, "influencers"))


@staff_page(Permission.EDIT_INFLUENCERS)
def edit_segment(request: OrganizationRequest, segment_pk: int) -> HttpResponse:
    """Another name; shared, or kept to its owner again."""
    with editing(request, _changeable(request, segment_pk)) as segment:
        form = SegmentForm(request.POST if request.method == "POST" else None, segment=segment)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            try:
                segments.edit_segment(segment, **form.cleaned_data, actor=request.user)
            except TooManySegments as problem:
                form.add_error("is_shared", f"It would become yours. {problem}")
                is_saved = False
    if is_saved:
        messages.success(request, f"“{isolated(segment.name)}” is saved.")
        return go_to(request, address(request, "influencers"))
    return form_answer(
        request,
        "settings/form",
        title="Edit segment",
        back=address(request, "influencers"),
        form=form,
        action=request.path,
        verb="Save segment",
    )


def _changeable(request: OrganizationRequest, pk: int) -> Segment:
    """Raises Http404 as `_found` does, and PermissionDenied for a colleague's that is shared."""
    segment = _found(request, pk)
    if not _may_change(request, segment):
        raise PermissionDenied(NOT_YOURS)
    return segment


def _may_change(request: OrganizationRequest, segment: Segment) -> bool:
    return may_change_segment(request.membership, segment)


def _found(request: OrganizationRequest, pk: int) -> Segment:
    """Raises Http404 for an absent segment, another organization's, and a colleague's own."""
    return get_object_or_404(visible_segments(request.user.pk), pk=pk)


def _href(asked: Asked, segment: Segment) -> str:
    saved = Asked(asked.request, "", asked.sort, str(segment.pk), asked.reading, asked.asker)
    return saved.href(asked.reading.filters)
