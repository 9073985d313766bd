"""One influencer: particulars, TikTok accounts with every number or its reason, and what can be done about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from crm import queries
from crm.errors import CrmProblem
from crm.forms import AskForm, InfluencerForm
from crm.models import SocialAccount
from crm.services import accounts, influencers, joining
from crm.views.answers import (
    INVALID,
    address,
    allowances,
    form_answer,
    found_account,
    found_influencer,
    go_to,
    tell_invitations,
)
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tiktok.availability import ASK_TO_AUTHENTICATE, INVITE_TO_MARKETPLACE
from tiktok.enums import AccountMetric, Unit
from tiktok.errors import TikTokProblem
from tiktok.queries import MetricValue, is_released

REMEDIES = {
    ASK_TO_AUTHENTICATE: ("Ask to connect", "ask_account", Permission.EDIT_INFLUENCERS),
    INVITE_TO_MARKETPLACE: ("Invite", "invite_account", Permission.INVITE_CREATORS),
}
LOOKED_ALREADY = "is being looked at, or was just now. TikTok was not asked again."
METRICS = AccountMetric.values  # in the order of the page: followers first
NAMED = {AccountMetric.AUDIENCE_COUNTRIES: "region"}  # codes that the browser spells out


@dataclass(frozen=True)
class ShownMetric:
    """A metric as the page's components take it; a missing one with its reason and remedy."""

    metric: MetricValue
    remedy_label: str = ""
    remedy_href: str = ""

    @property
    def shares(self) -> list[dict[str, Any]]:
        """The bars; TikTok writes genders in capitals, countries as codes."""
        is_word = self.metric.key == AccountMetric.AUDIENCE_GENDERS
        return [
            {
                "label": row["name"].capitalize() if is_word else row["name"],
                "share": row["fraction"],
                "name_of": NAMED.get(AccountMetric(self.metric.key), ""),
            }
            for row in self.metric.value or ()
        ]


@staff_page(Permission.READ)
def influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The influencer's page."""
    found = found_influencer(pk)
    released = is_released()
    row = queries.influencer_row(found, released=released)
    panels = [_panel(request, queries.account_panel(view)) for view in row.accounts]
    context = {
        **allowances(request),
        "row": row,
        "influencer": found,
        "panels": panels,
        "is_released": released,
    }
    return render(request, "staff/crm/influencer.html", context)


def _panel(request: OrganizationRequest, panel: queries.AccountPanel) -> dict[str, Any]:
    in_order = sorted(panel.view.metrics, key=lambda metric: METRICS.index(metric.key))
    shown = [_shown(request, metric, panel.view.account) for metric in in_order]
    return {
        "view": panel.view,
        "panel": panel,
        "numbers": [
            each for each in shown if each.metric.unit in (Unit.COUNT, Unit.FRACTION, Unit.MONEY)
        ],
        "audience": [each for each in shown if each.metric.unit == Unit.SHARES],
        "facts": [each for each in shown if each.metric.unit == Unit.TEXT],
        "followers": [{"name": "Followers", "points": panel.followers}] if panel.followers else [],
    }


def _shown(
    request: OrganizationRequest, metric: MetricValue, account: SocialAccount
) -> ShownMetric:
    label, name, permission = REMEDIES.get(metric.reason, ("", "", None))
    if permission is None or not can(request.membership, permission):
        return ShownMetric(metric)
    return ShownMetric(metric, label, address(request, name, account.influencer_id, account.pk))


@staff_page(Permission.EDIT_INFLUENCERS)
def edit_influencer(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Name, e-mail, country, language."""
    found = found_influencer(pk)
    back = address(request, "influencer", pk)
    form = InfluencerForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        influencers.edit_influencer(found, actor=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return go_to(request, back)
    status = INVALID if form.errors else 200
    return form_answer(
        request, "influencer_form", title="Edit influencer", back=back, status=status, form=form
    )


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
            messages.success(request, f"@{account.handle} was looked at just now.")
        else:
            messages.info(request, f"@{account.handle} {LOOKED_ALREADY}")
    return HttpResponseRedirect(address(request, "influencer", pk))


@staff_page(Permission.INVITE_CREATORS)
def invite_account(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    """Invite the account to the marketplace; a GET asks first, and whoever has no e-mail address is asked for one."""
    account = found_account(pk, account_pk)
    by_mail, known = joining.invites_by_mail(), joining.mail_address(account)
    data = request.POST if request.method == "POST" else None
    form = AskForm(data) if by_mail and not known else None
    if request.method == "POST" and (form is None or form.is_valid()):
        if form is not None:
            influencers.edit_influencer(account.influencer, actor=request.user, **form.cleaned_data)
        return _invite(request, pk, account_pk)
    return form_answer(
        request,
        "invite",
        title=f"Invite @{account.handle}",
        back=address(request, "influencer", pk),
        status=200 if request.method != "POST" else INVALID,
        account=account,
        by_mail=by_mail,
        known=known,
        form=form,
    )


def _invite(request: OrganizationRequest, pk: int, account_pk: int) -> HttpResponse:
    try:
        result = joining.invite_influencer_accounts(
            [found_account(pk, account_pk)], actor=request.user
        )
        tell_invitations(request, result)
    except TikTokProblem as problem:
        messages.error(request, str(problem))
    return go_to(request, address(request, "influencer", pk))


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
            asked = influencers.ask_to_connect(
                account, actor=request.user, email=form.cleaned_data.get("email", "")
            )
        except CrmProblem as problem:
            form.add_error(None if known else "email", str(problem))
        else:
            messages.success(
                request, f"The link to connect @{account.handle} went to {asked.email}."
            )
            return go_to(request, address(request, "influencer", pk))
    return form_answer(
        request,
        "ask",
        title=f"Ask to connect @{account.handle}",
        back=address(request, "influencer", pk),
        status=INVALID if form.errors else 200,
        form=form,
        account=account,
        known=known,
    )
