"""Adding a TikTok account, and the two ways out for one that cannot be added."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from crm.errors import CrmProblem, MailNotSent
from crm.forms import AddAccountForm, AskForm
from crm.models import Influencer
from crm.services.accounts import AddOutcome, AddResult, add_tiktok_account
from crm.services.influencers import ask_handle_to_connect
from crm.services.joining import invite_handle as invite
from crm.services.joining import invites_by_mail
from crm.views.answers import (
    INVALID,
    address,
    form_answer,
    found_influencer,
    go_to,
    tell_invitations,
)
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import TikTokProblem


@staff_page(Permission.EDIT_INFLUENCERS)
def add_account(request: OrganizationRequest) -> HttpResponse:
    """Add a TikTok account by handle, to `?influencer=` or to a new influencer."""
    influencer = _chosen_influencer(request)
    form = AddAccountForm(request.POST or None, initial={"handle": request.GET.get("handle", "")})
    if request.method == "POST" and form.is_valid():
        try:
            result = add_tiktok_account(
                form.cleaned_data["handle"], actor=request.user, influencer=influencer
            )
        except CrmProblem as problem:
            form.add_error("handle", str(problem))
        except TikTokProblem as problem:
            form.add_error(None, str(problem))
        else:
            return _answer(request, form, result, influencer)
    return _form(request, form, influencer)


def _chosen_influencer(request: OrganizationRequest) -> Influencer | None:
    chosen = request.POST.get("influencer") or request.GET.get("influencer", "")
    if not chosen:
        return None
    is_key = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
    return found_influencer(int(chosen) if is_key else 0)


def _answer(
    request: OrganizationRequest,
    form: AddAccountForm,
    result: AddResult,
    influencer: Influencer | None,
) -> HttpResponse:
    if result.outcome == AddOutcome.NOT_IN_MARKETPLACE:
        return _refused(request, result.handle, is_invited=result.is_invited)
    if result.outcome == AddOutcome.NO_SUCH_ACCOUNT:
        form.add_error(
            "handle", f"TikTok knows no such account: @{result.handle}. Check the spelling."
        )
    if result.outcome == AddOutcome.ADDED and result.account:
        messages.success(request, f"@{result.handle} is added and tracked from now on.")
        return go_to(request, address(request, "influencer", result.account.influencer_id))
    return _form(request, form, influencer, present=result.account)


def _form(
    request: OrganizationRequest,
    form: AddAccountForm,
    influencer: Influencer | None,
    **context: object,
) -> HttpResponse:
    is_fresh = request.method != "POST"
    back = (
        address(request, "influencer", influencer.pk)
        if influencer
        else address(request, "influencers")
    )
    return form_answer(
        request,
        "add_account",
        title=f"Add a TikTok account of {influencer}" if influencer else "Add a TikTok account",
        back=back,
        status=200 if is_fresh else INVALID,
        form=form,
        influencer=influencer,
        **context,
    )


def _refused(
    request: OrganizationRequest,
    handle: str,
    *,
    form: AskForm | None = None,
    invite_form: AskForm | None = None,
    is_invited: bool = False,
    problem: str = "",
) -> HttpResponse:
    return form_answer(
        request,
        "refused",
        title=f"@{handle} cannot be added yet",
        back=address(request, "influencers"),
        status=INVALID,
        handle=handle,
        form=form or AskForm(),
        invite_form=invite_form or _invite_form(),
        is_invited=is_invited,
        problem=problem,
    )


def _invite_form(data: QueryDict | None = None) -> AskForm | None:
    """Where an invitation by e-mail goes; None while TikTok itself invites."""
    return AskForm(data, auto_id="id_invite_%s") if invites_by_mail() else None


@staff_page(Permission.INVITE_CREATORS)
@require_POST
def invite_handle(request: OrganizationRequest) -> HttpResponse:
    """Invite an account that cannot be added to the marketplace."""
    handle, invite_form = request.POST.get("handle", ""), _invite_form(request.POST)
    if invite_form is not None and not invite_form.is_valid():
        return _refused(request, handle, invite_form=invite_form)
    email = invite_form.cleaned_data["email"] if invite_form else ""
    try:
        result = invite(handle, actor=request.user, email=email)
    except MailNotSent as problem:
        return _refused(request, handle, problem=str(problem))
    except CrmProblem as problem:
        form = AddAccountForm(request.POST)
        form.add_error("handle", str(problem))
        return _form(request, form, None)
    except TikTokProblem as problem:
        return _refused(request, handle, problem=str(problem))
    tell_invitations(request, result)
    return go_to(request, address(request, "influencers"))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def ask_handle(request: OrganizationRequest) -> HttpResponse:
    """Ask the influencer behind an account that cannot be added to connect it."""
    handle, form = request.POST.get("handle", ""), AskForm(request.POST)
    if form.is_valid():
        try:
            asked = ask_handle_to_connect(
                handle, email=form.cleaned_data["email"], actor=request.user
            )
        except CrmProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request,
                f"The link to connect @{handle} went to {asked.email}. The account appears here once it is connected.",
            )
            return go_to(request, address(request, "influencer", asked.influencer.pk))
    return _refused(request, handle, form=form)
