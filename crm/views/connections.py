"""Asking influencers to connect their TikTok accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.errors import CrmProblem
from crm.forms import AskForm
from crm.models import ConnectInvitation
from crm.services.connections import answers, asking
from crm.views.accounts import refused
from crm.views.frame import (
    address,
    form_answer,
    found_account,
)
from mail.errors import MailProblem
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.models import Consent
from tiktok.queries.consents import is_outdated, text_of
from ui.bidi import isolated
from ui.redirects import go_to
from ui.templatetags.formats import relative


@staff_page(Permission.EDIT_INFLUENCERS)
def ask_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """E-mail the influencer the link to their dashboard; asks for the address if none is known."""
    account = found_account(pk, account_pk)
    known = account.influencer.person
    form = AskForm(request.POST or None, initial={"email": account.influencer.email})
    if known is not None:
        del form.fields["email"]
    if request.method == "POST" and form.is_valid():
        try:
            asked = asking.ask_to_connect(
                account, actor=request.user, email=form.cleaned_data.get("email", "")
            )
        except (CrmProblem, MailProblem) as problem:
            form.add_error(None if known else "email", str(problem))
        else:
            _tell(request, account.handle, asked)
            return go_to(request, address(request, "influencer", pk))
    return form_answer(
        request,
        "connections/ask",
        title=f"Ask to connect @{account.handle}",
        back=address(request, "influencer", pk),
        form=form,
        account=account,
        known=known,
    )


def _tell(request: OrganizationRequest, handle: str, asked: asking.Asked, more: str = "") -> None:
    if asked.is_news:
        messages.success(request, f"The link to connect @{handle} went to {asked.email}.{more}")
        return
    when = relative(asked.at, timezone.now())
    messages.info(
        request,
        f"@{handle} was already asked {when}: the link went to {asked.email}, and no second one was sent.",
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def link_to_connect(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """The personal link to connect an account, to be copied; asks for the creator's address if none is known."""
    account, link = found_account(pk, account_pk), ""
    known = account.influencer.person
    email = known.email if known else request.POST.get("email", account.influencer.email)
    form = AskForm({"email": email})
    if form.is_valid():
        try:
            link = asking.link_to_connect(
                account, actor=request.user, email=form.cleaned_data["email"]
            )
        except CrmProblem as problem:
            form.add_error(None, str(problem))
    return form_answer(
        request,
        "connections/link",
        title=f"Link to connect @{account.handle}",
        back=address(request, "influencer", pk),
        form=form,
        account=account,
        known=known,
        link=link,
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def stop_asking(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """End the invitation of this account: its link works no longer."""
    account = found_account(pk, account_pk)
    invitation = ConnectInvitation.objects.filter(influencer=pk, handle=account.handle).first()
    handle = isolated(account.handle)
    if invitation is not None and answers.stop(invitation, actor=request.user):
        said = f"The invitation to connect @{handle} is stopped. You can ask again."
        messages.success(request, said)
    else:
        messages.info(request, f"No invitation to connect @{handle} waits for an answer.")
    return redirect("crm:influencer", request.organization.slug, pk)


@staff_page(Permission.READ)
def agreed_text(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """The text that the creator agreed to for this account, as it was."""
    account = found_account(pk, account_pk)
    consents = Consent.objects.filter(creator=account.creator_id).select_related("purpose")
    consent = consents.order_by("-granted_at").first()
    if consent is None:
        raise Http404("The creator has agreed to nothing for this account.")
    context = {
        "account": account,
        "organization": request.organization,
        "consent": consent,
        "text": text_of(consent),
        "is_outdated": consent.withdrawn_at is None and is_outdated(consent),
    }
    return render(request, "staff/crm/connections/agreed_text.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def ask_handle(request: OrganizationRequest) -> HttpResponse:
    """Ask the influencer behind an account that cannot be added to connect it."""
    handle, form = request.POST.get("handle", ""), AskForm(request.POST)
    if form.is_valid():
        try:
            asked = asking.ask_handle_to_connect(
                handle, email=form.cleaned_data["email"], actor=request.user
            )
        except (CrmProblem, MailProblem) as problem:
            form.add_error(None, str(problem))
        else:
            _tell(request, handle, asked, " The account appears here once it is connected.")
            return go_to(request, address(request, "influencer", asked.influencer.pk))
    return refused(request, handle, form=form)
