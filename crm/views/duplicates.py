"""The queue of influencers who may be one person."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from crm.models import Duplicate
from crm.queries.duplicates import (
    MOST_COUNTED,
    duplicate_by_id,
    duplicate_page,
    open_duplicate_count,
)
from crm.services.merging import pairs
from crm.views.frame import address, allowances
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.undoing import say_done


@staff_page(Permission.READ)
def duplicates(request: OrganizationRequest) -> HttpResponse:
    """Pairs side by side, found last first."""
    context = {
        **allowances(request),
        "page": duplicate_page(request.GET.get("cursor", "")),
    }
    return render(request, "staff/crm/merging/duplicates.html", context)


@staff_page(Permission.READ)
def duplicate_count(request: OrganizationRequest) -> HttpResponse:
    """The line of the list of influencers that says how many pairs wait; empty for none."""
    count = open_duplicate_count()
    context = {"count": count, "are_more": count == MOST_COUNTED}
    return render(request, "staff/crm/merging/count.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def dismiss_duplicate(request: OrganizationRequest, pair_pk: int) -> HttpResponse:
    """Say that a pair is two people."""
    pair = _found_pair(pair_pk)
    pairs.dismiss_duplicate(pair, actor=request.user)
    text = f"{isolated(pair.first)} and {isolated(pair.second)} are kept apart from now on."
    say_done(request, text, undo=address(request, "reopen_duplicate", pair.pk))
    return redirect("crm:duplicates", request.organization.slug)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def reopen_duplicate(request: OrganizationRequest, pair_pk: int) -> HttpResponse:
    """Undo that they are two people."""
    pairs.reopen_duplicate(_found_pair(pair_pk), actor=request.user)
    return redirect("crm:duplicates", request.organization.slug)


def _found_pair(pk: int) -> Duplicate:
    pair = duplicate_by_id(pk)
    if pair is None:
        raise Http404
    return pair
