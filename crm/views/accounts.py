"""Accounts of influencers: adding one, removing one, refreshing one on TikTok."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from crm.enums import Network
from crm.errors import AccountConnected, AccountGone, AccountHere, AccountInUse, CrmProblem
from crm.forms import AddAccountForm, AskForm
from crm.models import Influencer
from crm.policies.addresses import account_name
from crm.queries import other_account_by_id, tiktok_account_by_id
from crm.queries.conditions import conditions_of_handle
from crm.services import accounts
from crm.services.accounts import AddOutcome, add_other_account
from crm.services.errands import (
    ADD,
    INVITE_HANDLE,
    added,
    owner_of,
    start_adding,
    start_refreshing,
)
from crm.services.influencers import group_of_new
from crm.services.invitations import invites_by_mail
from crm.views.frame import (
    INVALID,
    address,
    form_answer,
    found_account,
    found_influencer,
)
from jobs.models import Job
from jobs.queries import jobs_seen
from jobs.services.errands import done_of
from jobs.services.jobs import begin_at_once
from jobs.views import end_of, follow, following
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.keys import key_in
from ui.redirects import go_to


@staff_page(Permission.EDIT_INFLUENCERS)
def add_account(request: OrganizationRequest) -> HttpResponse:
    """Add an account by handle or address, to `?influencer=` or to a new influencer; one on TikTok as soon as that has
    answered."""
    influencer = _chosen_influencer(request)
    form = AddAccountForm(request.POST or None, initial={"handle": request.GET.get("handle", "")})
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["address"].network == Network.TIKTOK:
                handle = form.cleaned_data["handle"]
                job = start_adding(handle, actor=request.user, influencer=influencer)
                return follow_adding(request, job)
            return _add_elsewhere(request, form, influencer)
        except CrmProblem as problem:
            form.add_error("handle", str(problem))
    return add_form(request, form, influencer)


def follow_adding(request: OrganizationRequest, job: Job) -> HttpResponse:
    """Have TikTok asked about a handle now, and answer with the outcome or the page that waits for it."""
    job = begin_at_once(job)
    return _answer(request, job) if job.is_finished else go_to(request, following(request, job))


def _add_elsewhere(
    request: OrganizationRequest, form: AddAccountForm, influencer: Influencer | None
) -> HttpResponse:
    wanted = form.cleaned_data["address"]
    group = None if influencer else group_of_new()
    result = add_other_account(wanted, actor=request.user, influencer=influencer, group_id=group)
    if result.outcome == AddOutcome.ADDED and result.account:
        account = result.account
        sentence = f"{isolated(account)} on {account.get_network_display()} is added."
        messages.success(request, sentence)
        return go_to(request, address(request, "influencer", account.influencer_id))
    if result.account is None:
        form.add_error("handle", str(AccountHere(account_name(wanted.network, wanted.handle))))
    return add_form(request, form, influencer, present=result.account)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_GET
def added_account(request: OrganizationRequest, job_pk: int) -> HttpResponse:
    """The answer to a request that took long: the form as it was sent, or the ways out."""
    job = get_object_or_404(jobs_seen(request.user), pk=job_pk, kind__in=[ADD, INVITE_HANDLE])
    if not job.is_finished:
        return go_to(request, following(request, job))
    if job.kind == INVITE_HANDLE:
        return refused(request, job.params["handle"], problem=done_of(job).text)
    return _answer(request, job)


def _chosen_influencer(request: OrganizationRequest) -> Influencer | None:
    chosen = request.POST.get("influencer") or request.GET.get("influencer", "")
    if not chosen:
        return None
    return found_influencer(key_in(chosen) or 0)


def _answer(request: OrganizationRequest, job: Job) -> HttpResponse:
    result = added(job)
    if result is not None and result.outcome == AddOutcome.ADDED:
        return go_to(request, end_of(request, job))
    influencer = owner_of(job)
    if result is not None and result.outcome == AddOutcome.NOT_IN_MARKETPLACE:
        known = AskForm(initial={"email": influencer.email}) if influencer else None
        return refused(
            request,
            result.handle,
            influencer=influencer,
            form=known,
            is_invited=result.is_invited,
        )
    form = AddAccountForm({"handle": job.params["handle"]})
    if result is None:
        form.add_error(None, done_of(job).text)
    elif result.outcome == AddOutcome.PRESENT and result.account is None:
        form.add_error("handle", str(AccountHere(f"@{result.handle}")))
    elif result.outcome == AddOutcome.NO_SUCH_ACCOUNT:
        form.add_error(
            "handle", f"TikTok knows no such account: @{result.handle}. Check the spelling."
        )
    return add_form(request, form, influencer, present=result and result.account)


def add_form(
    request: OrganizationRequest,
    form: AddAccountForm,
    influencer: Influencer | None,
    **context: object,
) -> HttpResponse:
    back = (
        address(request, "influencer", influencer.pk)
        if influencer
        else address(request, "influencers")
    )
    return form_answer(
        request,
        "accounts/add",
        title=f"Add an account of {isolated(influencer)}" if influencer else "Add an account",
        back=back,
        status=_status(request),
        form=form,
        influencer=influencer,
        **context,
    )


def refused(
    request: OrganizationRequest,
    handle: str,
    *,
    influencer: Influencer | None = None,
    form: AskForm | None = None,
    invite_form: AskForm | None = None,
    is_invited: bool = False,
    problem: str = "",
) -> HttpResponse:
    return form_answer(
        request,
        "accounts/refused",
        title=f"@{handle} cannot be added yet",
        back=address(request, "influencers"),
        status=_status(request),
        handle=handle,
        conditions=conditions_of_handle(influencer),
        form=form or AskForm(),
        invite_form=invite_form or invite_form_of(),
        is_invited=is_invited,
        problem=problem,
    )


def _status(request: OrganizationRequest) -> int:
    return INVALID if request.method == "POST" else 200


def invite_form_of(data: QueryDict | None = None) -> AskForm | None:
    """The form for an invitation's address; None while TikTok itself invites."""
    return AskForm(data, auto_id="id_invite_%s") if invites_by_mail() else None


@staff_page(Permission.EDIT_INFLUENCERS)
def remove_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """Remove an account that nobody has worked with; a GET asks first."""
    account = other_account_by_id(pk, account_pk) or tiktok_account_by_id(pk, account_pk)
    if account is None:
        raise Http404
    back, problem = address(request, "influencer", pk), ""
    if request.method == "POST":
        try:
            accounts.remove_account(account, actor=request.user)
        except (AccountInUse, AccountConnected) as reason:
            problem = str(reason)
        except AccountGone as gone:
            messages.info(request, str(gone))
            return go_to(request, back)
        else:
            messages.success(request, f"{isolated(account)} is removed.")
            return go_to(request, back)
    return form_answer(
        request,
        "accounts/remove",
        title=f"Remove {isolated(account)}",
        back=back,
        status=INVALID if problem else 200,
        account=account,
        problem=problem,
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def refresh_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """Ask TikTok now."""
    account = found_account(pk, account_pk)
    return follow(request, start_refreshing(account, actor=request.user))
