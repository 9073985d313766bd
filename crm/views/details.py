"""An influencer's details: one is added without an account, and edited."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse

from crm import queries
from crm.enums import Network
from crm.forms import DetailsForm
from crm.models import Influencer
from crm.services.accounts import add_other_account
from crm.services.errands import start_adding
from crm.services.influencers import save_details
from crm.views.accounts import follow_adding
from crm.views.frame import INVALID, address, form_answer, found_influencer
from jobs.models import Job
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token


@staff_page(Permission.EDIT_INFLUENCERS)
def create_influencer(request: OrganizationRequest) -> HttpResponse:
    """A creator, with an account or without; one on TikTok is added as soon as that has answered."""
    form = _form(request, None)
    if is_sent(request, form):
        errands: list[Job] = []  # the one that adds the account, if that is on TikTok
        make = partial(_made, form, request, errands)
        made = make_once(sent_token(request), make, actor=request.user)
        said = f"{isolated(form.cleaned_data['name'])} is added."
        say_made(request, said, is_first=made.is_first)
        for errand in errands:
            return follow_adding(request, errand)
        return go_to(request, address(request, "influencer", made.pk))
    return _answer(request, form, "Add creator", address(request, "influencers"), is_new=True)


def _made(form: DetailsForm, request: OrganizationRequest, errands: list[Job]) -> Influencer:
    """The influencer, and with them the errand to TikTok: whatever ends this request, both are there or neither."""
    account = form.cleaned_data["account"]
    made = save_details(None, form.details, actor=request.user)
    if account and account.network == Network.TIKTOK:
        errands.append(start_adding(account.handle, actor=request.user, influencer=made))
    elif account:
        add_other_account(account, actor=request.user, influencer=made)
    return made


@staff_page(Permission.EDIT_INFLUENCERS)
def edit_influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """All details, rates and custom fields."""
    found = found_influencer(pk)
    back = address(request, "influencer", pk)
    with editing(request, found) as stored:
        form = _form(request, stored)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            save_details(stored, form.details, actor=request.user)
    if is_saved:
        messages.success(request, "Saved.")
        return go_to(request, back)
    return _answer(request, form, "Edit creator", back)


def _form(request: OrganizationRequest, influencer: Influencer | None) -> DetailsForm:
    return DetailsForm(
        request.POST if request.method == "POST" else None,
        influencer=influencer,
        membership=request.membership,
        members=queries.member_choices(influencer.owner if influencer else None),
        fields=queries.custom_fields(),
    )


def _answer(
    request: OrganizationRequest,
    form: DetailsForm,
    title: str,
    back: str,
    *,
    is_new: bool = False,
) -> HttpResponse:
    status = INVALID if form.errors else 200
    return form_answer(
        request,
        "influencers/form",
        title=title,
        back=back,
        status=status,
        form=form,
        action=request.path,
        is_new=is_new,
    )
