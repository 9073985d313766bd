"""Tags and lists of one influencer, each change with its undo."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from crm import queries
from crm.errors import CrmProblem
from crm.models import List, Tag
from crm.services.collections.lists import add_to_list, create_list, remove_from_list
from crm.services.collections.tags import create_tag, tag_influencers, untag_influencers
from crm.views.frame import address, form_answer, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.keys import key_in
from ui.redirects import go_to
from ui.undoing import say_done


@staff_page(Permission.EDIT_INFLUENCERS)
def labels(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose a tag or a list to add."""
    found = found_influencer(pk)
    return form_answer(
        request,
        "influencers/labels",
        title=f"Tags and lists of {isolated(found)}",
        back=address(request, "influencer", pk),
        influencer=found,
        tags=queries.tags_by_name(),
        lists=queries.lists_by_name(),
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def add_tag(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Give an influencer the tag of this name, made if there is none."""
    found, back = found_influencer(pk), address(request, "influencer", pk)
    try:
        tag = create_tag(request.POST.get("name", "")[:60], actor=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return go_to(request, back)
    if tag_influencers(tag, [found], actor=request.user):
        undo = address(request, "remove_tag", pk, tag.pk)
        say_done(request, f"Tag “{isolated(tag)}” added.", undo)
    return go_to(request, back)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def remove_tag(request: OrganizationRequest, pk: int, tag_pk: int) -> HttpResponse:
    """Take a tag from an influencer."""
    found, tag = found_influencer(pk), Tag.objects.filter(pk=tag_pk).first()
    if tag is None:
        raise Http404
    if untag_influencers(tag, [found], actor=request.user):
        undo = address(request, "add_tag", pk)
        say_done(request, f"Tag “{isolated(tag)}” removed.", undo, name=tag.name)
    return go_to(request, address(request, "influencer", pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def add_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Put an influencer on a list, or on a new one of the name that was entered."""
    found, back = found_influencer(pk), address(request, "influencer", pk)
    try:
        target = chosen_list(request)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return go_to(request, back)
    except CrmProblem as problem:
        messages.error(request, str(problem))
        return go_to(request, back)
    if add_to_list(target, [found], actor=request.user):
        undo = address(request, "remove_list", pk, target.pk)
        say_done(request, f"Added to the list “{isolated(target)}”.", undo)
    return go_to(request, back)


def chosen_list(request: OrganizationRequest) -> List:
    """A new list of the name entered, or the list that a form names. Raises Http404, NameTaken, ValidationError."""
    chosen, name = request.POST.get("list", ""), request.POST.get("name", "")[:120]
    if name.strip() or not chosen:
        return create_list(name, actor=request.user)
    found = List.objects.filter(pk=key_in(chosen) or 0).first()
    if found is None:
        raise Http404
    return found


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def remove_list(request: OrganizationRequest, pk: int, list_pk: int) -> HttpResponse:
    """Take an influencer from a list."""
    found, target = found_influencer(pk), List.objects.filter(pk=list_pk).first()
    if target is None:
        raise Http404
    if remove_from_list(target, [found], actor=request.user):
        undo = address(request, "add_list", pk)
        say_done(request, f"Removed from the list “{isolated(target)}”.", undo, list=target.pk)
    return go_to(request, address(request, "influencer", pk))
