"""TikTok accounts of influencers: adding one, refreshing one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_POST

from crm.errors import CrmProblem
from crm.forms import AddAccountForm, AskForm
from crm.models import Influencer
from crm.services import accounts
from crm.services.accounts import AddOutcome, AddResult, add_tiktok_account
from crm.services.invitations import invites_by_mail
from crm.views.frame import (
    INVALID,
    address,
    form_answer,
    found_account,
    found_influencer,
    go_to,
)
from jobs.services.queue import JUST_NOW
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import TikTokProblem
from ui.bidi import isolated
from ui.templatetags.formats import too_soon


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
    return add_form(request, form, influencer)


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
        known = AskForm(initial={"email": influencer.email}) if influencer else None
        return refused(request, result.handle, form=known, is_invited=result.is_invited)
    if result.outcome == AddOutcome.NO_SUCH_ACCOUNT:
        form.add_error(
            "handle", f"TikTok knows no such account: @{result.handle}. Check the spelling."
        )
    if result.outcome == AddOutcome.ADDED and result.account:
        messages.success(request, f"@{result.handle} is added and tracked from now on.")
        return go_to(request, address(request, "influencer", result.account.influencer_id))
    return add_form(request, form, influencer, present=result.account)


def add_form(
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
        "accounts/add",
        title=f"Add a TikTok account of {isolated(influencer)}"
        if influencer
        else "Add a TikTok account",
        back=back,
        status=200 if is_fresh else INVALID,
        form=form,
        influencer=influencer,
        **context,
    )


def refused(
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
        "accounts/refused",
        title=f"@{handle} cannot be added yet",
        back=address(request, "influencers"),
        status=INVALID,
        handle=handle,
        form=form or AskForm(),
        invite_form=invite_form or invite_form_of(),
        is_invited=is_invited,
        problem=problem,
    )


def invite_form_of(data: QueryDict | None = None) -> AskForm | None:
    """The form for an invitation's address; None while TikTok itself invites."""
    return AskForm(data, auto_id="id_invite_%s") if invites_by_mail() else None


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def refresh_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """Ask TikTok now."""
    account = found_account(pk, account_pk)
    try:
        was_asked = accounts.refresh_account(account)
    except TikTokProblem as problem:
        messages.error(request, str(problem))
    else:
        if was_asked:
            messages.success(request, f"@{account.handle} was updated just now.")
        else:
            messages.info(request, too_soon(accounts.refresh_again(account), JUST_NOW))
    return HttpResponseRedirect(address(request, "influencer", pk))
