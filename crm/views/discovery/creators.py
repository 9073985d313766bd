"""Creators whom TikTok shows: the numbers of one, and adding those that were selected."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from crm import queries
from crm.errors import CrmProblem, HandleNotReadable
from crm.policies import tiktok_handle
from crm.queries.discovery import accounts_called
from crm.services.discovery import start_adding_found
from crm.views.discovery.waiting import back_to, waiting
from crm.views.frame import INVALID, address, allowances, form_answer, sees_money
from crm.views.tags import chosen_list
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from jobs.views import end_of, following
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from tiktok.services.creators import discovery
from ui.redirects import go_to
from ui.submitting import MAY_BE_DOUBLED, sent_token


# --- one creator -------------------------------------------------------------------------------------------------
@staff_page(Permission.READ)
def found_creator(request: OrganizationRequest) -> HttpResponse:
    """Numbers of one creator that a search leaves out, in a dialog which asks TikTok for them by a POST."""
    account, handle = discovery.discovery_account(), _handle(request)
    if account is None or not handle:
        return go_to(request, address(request, "discover"))
    is_asking = request.method == "POST"
    reply: discovery.Reply[Any] = (
        discovery.shown_profile(account, handle) if is_asking else discovery.Reply()
    )
    context = {
        **allowances(request),
        **waiting(request, reply),
        "handle": handle,
        "profile": reply.value,
        "sees_money": sees_money(request),
        "view": accounts_called([handle]).get(handle),
        "query": request.GET.get("query", ""),
        "from": request.GET.get("from", ""),
        "back": back_to(request, request.GET),
    }
    if is_asking:
        return render(request, "staff/crm/discovery/creator.html", context)
    return form_answer(request, "discovery/creator", title=f"@{handle}", **context)


def _handle(request: OrganizationRequest) -> str:
    try:
        return tiktok_handle(request.GET.get("handle", "")[:100])
    except HandleNotReadable:
        return ""


# --- added -------------------------------------------------------------------------------------------------------
@staff_page(Permission.EDIT_INFLUENCERS)
@require_safe
def list_found(request: OrganizationRequest) -> HttpResponse:
    """Choose the list that the selected creators are put on."""
    if not request.GET.getlist("handle"):
        return HttpResponseRedirect(address(request, "discover"))
    return _list_form(request, request.GET)


def _list_form(request: OrganizationRequest, given: QueryDict, problem: str = "") -> HttpResponse:
    handles = given.getlist("handle")
    context: dict[str, Any] = {
        "handles": handles,
        "lists": queries.lists_by_name(),
        "chosen": given.get("list", ""),
        "name": given.get("name", ""),
        "query": given.get("query", ""),
        "from": given.get("from", ""),
        "problem": problem,
    }
    return form_answer(
        request,
        "discovery/list",
        title=f"Add {len(handles)} {'creator' if len(handles) == 1 else 'creators'} to a list",
        back=back_to(request, given),
        status=INVALID if problem else 200,
        **context,
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def add_found(request: OrganizationRequest) -> HttpResponse:
    """Add the selected creators, and put them on the list if one is chosen; lead back to where they were found."""
    given = request.POST
    back, handles = back_to(request, given), given.getlist("handle")
    if not handles:
        messages.warning(request, "Select at least one creator first.")
        return go_to(request, back)
    try:
        job = begin_at_once(_started(request, handles))
    except ValidationError as problem:
        return _list_form(request, given, problem.messages[0])
    except CrmProblem as problem:
        if "list" in given:
            return _list_form(request, given, str(problem))
        messages.error(request, str(problem))
        return go_to(request, back)
    if not job.is_finished:
        return go_to(request, following(request, job))
    end_of(request, job)
    return go_to(request, back)


def _started(request: OrganizationRequest, handles: list[str]) -> Job:
    """The job that adds them; for a list, which may be new, one for each submission of the form."""
    actor, token = request.user, sent_token(request)
    if "list" not in request.POST:
        return start_adding_found(handles, target=None, actor=actor)
    if not token:
        raise ValidationError(MAY_BE_DOUBLED)

    def start() -> Job:
        return start_adding_found(handles, target=chosen_list(request), actor=actor)

    return Job.objects.get(pk=make_once(token, start, actor=actor).pk)
