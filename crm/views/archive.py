"""Influencers that are put away: archived, restored, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from crm import queries
from crm.forms import DeleteForm
from crm.queries.reversible import latest_change
from crm.services.influencers import (
    archive_influencers,
    delete_influencer,
    restore_influencers,
)
from crm.views.frame import (
    INVALID,
    address,
    allowances,
    form_answer,
    found_influencer,
)
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.redirects import go_to
from ui.undoing import is_overtaken, say_done

GOING = (
    "What TikTok told of their accounts over time is being deleted; Activity shows how far that is."
)


@staff_page(Permission.READ)
def archived(request: OrganizationRequest) -> HttpResponse:
    """The archived influencers, the latest first."""
    page = queries.archived_page(cursor=request.GET.get("cursor", ""))
    context = {**allowances(request), "page": page}
    return render(request, "staff/crm/influencers/archived.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def archive(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Put an influencer away; the message offers to undo it."""
    found = found_influencer(pk)
    if not is_overtaken(request, latest_change(found, "archive")):
        archive_influencers([found], actor=request.user)
        said = f"{isolated(found)} is archived. Nothing was deleted, and tracking goes on."
        undo = address(request, "restore_influencer", pk)
        say_done(request, said, undo, of=latest_change(found, "archive"))
    return HttpResponseRedirect(address(request, "influencer", pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def restore(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Bring an archived influencer back."""
    found = found_influencer(pk)
    if not is_overtaken(request, latest_change(found, "archive")):
        restore_influencers([found], actor=request.user)
        undo = address(request, "archive_influencer", pk)
        said = f"{isolated(found)} is restored."
        say_done(request, said, undo, of=latest_change(found, "archive"))
    return HttpResponseRedirect(address(request, "influencer", pk))


@staff_page(Permission.EDIT_INFLUENCERS)
def delete(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Delete an influencer for good, once their name is typed."""
    found = found_influencer(pk)
    form = DeleteForm(request.POST if request.method == "POST" else None, name=found.name)
    if request.method == "POST" and form.is_valid():
        deleted = delete_influencer(found, actor=request.user)
        gone = f"{isolated(found)} is deleted, with everything about them."
        messages.success(request, f"{gone} {GOING}" if deleted.readings else gone)
        return go_to(request, address(request, "influencers"))
    return form_answer(
        request,
        "influencers/delete",
        title=f"Delete {isolated(found)}",
        back=address(request, "influencer", pk),
        status=INVALID if form.errors else 200,
        form=form,
        influencer=found,
    )
