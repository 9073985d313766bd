"""Invitations to the marketplace: of one account, of a selection, of a handle that is not here yet."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from crm.errors import CrmProblem
from crm.forms import AddAccountForm, AskForm
from crm.models import SocialAccount
from crm.queries.conditions import conditions_of_account
from crm.services import errands, influencers, invitations
from crm.views.accounts import add_form, invite_form_of, refused
from crm.views.frame import (
    INVALID,
    address,
    form_answer,
    found_account,
)
from jobs.services.errands import done_of, says
from jobs.services.jobs import begin_at_once
from jobs.views import end_of, follow, following, tell
from mail.errors import MailProblem
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import MarketplaceStatus
from tiktok.queries import memberships_by_market
from tiktok.queries.accounts import MarketMembership
from ui.redirects import go_to


@staff_page(Permission.INVITE_CREATORS)
def invite_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """Invite the account to the marketplace; a GET asks first, and whoever has no e-mail address is asked for one."""
    account = found_account(pk, account_pk)
    by_mail, known = invitations.invites_by_mail(), account.influencer.mail_address
    data = request.POST if request.method == "POST" else None
    form = AskForm(data) if by_mail and not known else None
    if request.method == "POST" and (form is None or form.is_valid()):
        if form is not None:
            influencers.edit_influencer(account.influencer, actor=request.user, **form.cleaned_data)
        return _invite(request, pk, account_pk)
    return form_answer(
        request,
        "invitations/invite",
        title=f"Invite @{account.handle}",
        back=address(request, "influencer", pk),
        status=200 if request.method != "POST" else INVALID,
        account=account,
        by_mail=by_mail,
        known=known,
        form=form,
        conditions=conditions_of_account(account),
        markets=_markets(account),
    )


def _markets(account: SocialAccount) -> list[MarketMembership]:
    """The several markets in which the account was looked for; empty where it is in one of them."""
    markets = memberships_by_market(account.creator) if account.creator else []
    return [] if any(each.status == MarketplaceStatus.IN for each in markets) else markets


def _invite(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    account = found_account(pk, account_pk)
    if not invitations.invites_by_mail():
        return follow(request, errands.start_inviting(account, actor=request.user))
    result = invitations.invite_influencer_accounts([account], actor=request.user)
    tell(request, says(*errands.sentences_about(result), to=()))
    return go_to(request, address(request, "influencer", pk))


@staff_page(Permission.INVITE_CREATORS)
@require_POST
def invite_handle(request: OrganizationRequest) -> HttpResponse:
    """Invite an account that cannot be added to the marketplace."""
    handle, invite_form = request.POST.get("handle", ""), invite_form_of(request.POST)
    if invite_form is not None and not invite_form.is_valid():
        return refused(request, handle, invite_form=invite_form)
    try:
        if invite_form is None:
            return _have_handle_invited(request, handle)
        email = invite_form.cleaned_data["email"]
        result = invitations.invite_handle(handle, actor=request.user, email=email)
    except MailProblem as problem:
        return refused(request, handle, problem=str(problem))
    except CrmProblem as problem:
        form = AddAccountForm(request.POST)
        form.add_error("handle", str(problem))
        return add_form(request, form, None)
    tell(request, says(*errands.sentences_about(result), to=()))
    return go_to(request, address(request, "influencers"))


def _have_handle_invited(request: OrganizationRequest, handle: str) -> HttpResponse:
    job = begin_at_once(errands.start_inviting_handle(handle, actor=request.user))
    if job.is_finished and not done_of(job).key:
        return refused(request, handle, problem=done_of(job).text)
    return go_to(request, end_of(request, job) if job.is_finished else following(request, job))
