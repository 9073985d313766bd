"""Tags and lists of one influencer, each change with its undo."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from crm import queries
from crm.errors import CrmProblem
from crm.models import Influencer, List, Tag
from crm.queries.reversible import latest_change
from crm.services.collections.lists import add_to_list, create_list, remove_from_list
from crm.services.collections.tags import create_tag, tag_influencers, untag_influencers
from crm.views.frame import address, form_answer, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.keys import key_in
from ui.redirects import go_to
from ui.undoing import GONE, OF, is_overtaken, say_done

Row = TypeVar("Row", Tag, List)


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
    is_undo = OF in request.POST  # a tag that was deleted or renamed since is not made anew
    tag = _undone(request, found, Tag, "tag") if is_undo else _named_tag(request)
    if tag and tag_influencers(tag, [found], actor=request.user):
        undo, of = address(request, "remove_tag", pk, tag.pk), latest_change(found, "tag", tag.pk)
        say_done(request, f"Tag “{isolated(tag)}” added.", undo, of=of)
    return go_to(request, back)


def _named_tag(request: OrganizationRequest) -> Tag | None:
    """The tag of the name entered; None when that is none, which is said."""
    try:
        return create_tag(request.POST.get("name", "")[:60], actor=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return None


def _undone(
    request: OrganizationRequest, found: Influencer, model: type[Row], subject: str
) -> Row | None:
    """The row into which an undo puts an influencer again; None where it has gone or somebody changed that since, which is said."""
    row = model._default_manager.filter(pk=key_in(request.POST.get(subject, "")) or 0).first()
    if row is None:
        messages.warning(request, GONE)
        return None
    return None if is_overtaken(request, latest_change(found, subject, row.pk)) else row


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def remove_tag(request: OrganizationRequest, pk: int, tag_pk: int) -> HttpResponse:
    """Take a tag from an influencer."""
    found, tag = found_influencer(pk), Tag.objects.filter(pk=tag_pk).first()
    if tag is None:
        raise Http404
    is_kept = is_overtaken(request, latest_change(found, "tag", tag.pk))
    if not is_kept and untag_influencers(tag, [found], actor=request.user):
        undo, of = address(request, "add_tag", pk), latest_change(found, "tag", tag.pk)
        say_done(request, f"Tag “{isolated(tag)}” removed.", undo, of=of, tag=tag.pk)
    return go_to(request, address(request, "influencer", pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def add_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Put an influencer on a list, or on a new one of the name that was entered."""
    found, back = found_influencer(pk), address(request, "influencer", pk)
    is_undo = OF in request.POST
    target = _undone(request, found, List, "list") if is_undo else _entered_list(request)
    if target and add_to_list(target, [found], actor=request.user):
        undo = address(request, "remove_list", pk, target.pk)
        of = latest_change(found, "list", target.pk)
        say_done(request, f"Added to the list “{isolated(target)}”.", undo, of=of)
    return go_to(request, back)


def _entered_list(request: OrganizationRequest) -> List | None:
    """The list that was entered or chosen; None when that is none, which is said."""
    try:
        return chosen_list(request)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    except CrmProblem as problem:
        messages.error(request, str(problem))
    return None


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
    is_kept = is_overtaken(request, latest_change(found, "list", target.pk))
    if not is_kept and remove_from_list(target, [found], actor=request.user):
        undo, of = address(request, "add_list", pk), latest_change(found, "list", target.pk)
        said = f"Removed from the list “{isolated(target)}”."
        say_done(request, said, undo, of=of, list=target.pk)
    return go_to(request, address(request, "influencer", pk))
