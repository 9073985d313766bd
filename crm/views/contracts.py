"""Contracts with an influencer: drafted, sent, answered, and made anew as the next version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from crm.enums import ContractState
from crm.errors import CrmProblem
from crm.forms import ContractForm
from crm.models import Contract
from crm.policies.contracts import BADGES, BEFORE, NEXT
from crm.services.documents.contracts import (
    add_version,
    change_state,
    create_contract,
    delete_draft,
    take_state_back,
)
from crm.views.frame import address, allowances, form_answer, found_influencer
from files.errors import FileRefused
from files.views import as_download
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.redirects import go_to
from ui.submitting import MADE_BEFORE, is_sent, sent_token
from ui.undoing import say_done

VERBS = {
    ContractState.SENT: "Mark as sent",
    ContractState.ACCEPTED: "Mark as accepted",
    ContractState.DECLINED: "Mark as declined",
}


@staff_page(Permission.READ)
def contract(request: OrganizationRequest, pk: int, contract_pk: int) -> HttpResponse:
    """A version: its words or its file, how far it is agreed, and the other versions."""
    found = _found(pk, contract_pk)
    versions = Contract.objects.filter(influencer=pk, title=found.title).order_by("-version")
    context = {
        **allowances(request),
        "contract": found,
        "badge_kind": BADGES[ContractState(found.state)],
        "versions": [(each, BADGES[ContractState(each.state)]) for each in versions],
        "steps": [(state, VERBS[state]) for state in NEXT.get(found.state, ())],
        "before": BEFORE.get(found.state),
    }
    return render(request, "staff/crm/contracts/contract.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
def create(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The first draft of a contract."""
    found = found_influencer(pk)
    return _draft(
        request,
        pk,
        f"Contract with {isolated(found)}",
        lambda given: create_contract(found, actor=request.user, **given),
    )


@staff_page(Permission.EDIT_INFLUENCERS)
def next_version(request: OrganizationRequest, pk: int, contract_pk: int) -> HttpResponse:
    """The draft of the next version."""
    earlier = _found(pk, contract_pk)

    return _draft(
        request,
        pk,
        f"New version of “{isolated(earlier.title)}”",
        lambda given: add_version(earlier, actor=request.user, **given),
        earlier,
    )


def _draft(
    request: OrganizationRequest,
    pk: int,
    title: str,
    make: Callable[[dict[str, Any]], Contract],
    earlier: Contract | None = None,
) -> HttpResponse:
    initial = {"title": earlier.title, "text": earlier.text} if earlier else {}
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ContractForm(*data, initial=initial, is_new=earlier is None)
    if is_sent(request, form):
        try:
            made = make_once(sent_token(request), lambda: make(form.given), actor=request.user)
        except FileRefused as refused:
            form.add_error("file", str(refused))
        except CrmProblem as problem:
            form.add_error(None, str(problem))
        else:
            if not made.is_first:
                messages.info(request, MADE_BEFORE)
            return go_to(request, address(request, "contract", pk, made.pk))
    return form_answer(
        request,
        "documents/form",
        title=title,
        back=address(request, "influencer", pk),
        form=form,
        action=request.path,
    )


@staff_page(Permission.READ)
@require_safe
def contract_file(request: OrganizationRequest, pk: int, contract_pk: int) -> FileResponse:
    """The file of a contract that is one."""
    found = _found(pk, contract_pk)
    if found.file is None:
        raise Http404
    return as_download(found.file)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def contract_state(request: OrganizationRequest, pk: int, contract_pk: int) -> HttpResponse:
    """Say that a contract was sent, accepted or declined."""
    found, wanted = _found(pk, contract_pk), request.POST.get("state", "")
    if wanted not in ContractState:
        raise Http404
    try:
        change_state(found, ContractState(wanted), actor=request.user)
    except CrmProblem as problem:
        messages.error(request, str(problem))
    else:
        undo = address(request, "take_contract_back", pk, contract_pk)
        said = f"Marked as {ContractState(wanted).label.lower()}."
        say_done(request, said, undo, state=wanted)
    return go_to(request, address(request, "contract", pk, contract_pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def take_contract_back(request: OrganizationRequest, pk: int, contract_pk: int) -> HttpResponse:
    """One step back from the state that the form names."""
    found, state = _found(pk, contract_pk), request.POST.get("state", "")
    if state not in ContractState:
        raise Http404
    try:
        now = take_state_back(found, ContractState(state), actor=request.user)
    except CrmProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Taken back: the contract is {now.label.lower()} again.")
    return go_to(request, address(request, "contract", pk, contract_pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete_contract(request: OrganizationRequest, pk: int, contract_pk: int) -> HttpResponse:
    """Delete a draft; the message offers to undo it."""
    try:
        removal = delete_draft(_found(pk, contract_pk), actor=request.user)
    except CrmProblem as problem:
        messages.error(request, str(problem))
        return go_to(request, address(request, "contract", pk, contract_pk))
    undo = address(request, "restore_removed", pk, removal.pk)
    say_done(request, "The draft is deleted.", undo)
    return go_to(request, address(request, "influencer", pk))


def _found(pk: int, contract_pk: int) -> Contract:
    rows = Contract.objects.select_related("influencer", "file", "created_by")
    return get_object_or_404(rows, influencer=pk, pk=contract_pk)
