"""Settings: the organization's own TikTok accounts, and the way back from TikTok's consent page for brands."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jobs.models import Job
from jobs.services.errands import done_of
from jobs.services.jobs import begin_at_once
from jobs.views import follow, follow_own
from tenancy.access import OrganizationRequest, portal_page, staff_page
from tenancy.enums import Permission
from tenancy.models import User
from tenancy.policies import can
from tenancy.scope import person_scope
from tiktok.errors import SealBroken, TikTokProblem
from tiktok.models import MarketplaceAccount
from tiktok.queries import current_pause, marketplace_accounts, marketplace_live
from tiktok.services.brands.abilities import Ability, abilities, sends_events
from tiktok.services.brands.accounts import accounts_of, choose_marketplace_account
from tiktok.services.brands.errands import (
    CONNECT,
    start_checking,
    start_disconnecting,
    start_finishing,
)
from tiktok.services.brands.oauth import start_brand_connect
from tiktok.views.redirects import leads_to
from ui.bidi import isolated
from ui.redirects import go_to

SET_OUT_FROM = "tiktok_brand_set_out_from"  # the settings page to go back to


@dataclass(frozen=True)
class ShownAccount:
    """An account as its card shows it."""

    account: MarketplaceAccount
    is_in_use: bool
    sends_events: bool
    abilities: list[Ability]


# --- settings ----------------------------------------------------------------------------------------------------
@leads_to("TIKTOK_BASE_URL")
@never_cache
@staff_page(Permission.READ)
@require_GET
def accounts(request: OrganizationRequest) -> HttpResponse:
    """Show the accounts, their states, what can be done through them, and whether calls are paused."""
    found = list(marketplace_accounts())
    in_use = found[0] if found and found[0].is_connected else None
    shown = [
        ShownAccount(each, each == in_use, sends_events(each.dialect), abilities(each.dialect))
        for each in found
    ]
    live = marketplace_live(found)
    context = {
        "shown": shown,
        "in_use": in_use,
        "may_manage": can(request.membership, Permission.MANAGE_TIKTOK),
        "pause": current_pause(),
        "live": live,
    }
    return live.answer(request) or render(request, "staff/tiktok/accounts.html", context)


@staff_page(Permission.MANAGE_TIKTOK)
@require_POST
def connect(request: OrganizationRequest) -> HttpResponse:
    """Redirect to TikTok."""
    request.session[SET_OUT_FROM] = _settings_page(request.organization.slug)
    return redirect(
        start_brand_connect(
            request.user,
            request.organization,
            session_key=request.session.session_key or "",
        )
    )


@staff_page(Permission.MANAGE_TIKTOK)
@require_POST
def choose(request: OrganizationRequest, marketplace_account_id: int) -> HttpResponse:
    """New orders and look-ups go through this account."""
    account = get_object_or_404(MarketplaceAccount, pk=marketplace_account_id)
    try:
        choose_marketplace_account(account, actor=request.user)
    except TikTokProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(
            request,
            f"New orders and look-ups go through {isolated(account)} from now on, where the creator is in its marketplace.",
        )
    return redirect("tiktok_settings:accounts", request.organization.slug)


@staff_page(Permission.MANAGE_TIKTOK)
@require_POST
def check(request: OrganizationRequest, marketplace_account_id: int) -> HttpResponse:
    """Ask TikTok now how the account stands, and set up what is missing of its events."""
    account = get_object_or_404(MarketplaceAccount, pk=marketplace_account_id)
    return follow(request, start_checking(account, actor=request.user))


@never_cache
@staff_page(Permission.MANAGE_TIKTOK)
@require_http_methods(["GET", "POST"])
def disconnect(request: OrganizationRequest, marketplace_account_id: int) -> HttpResponse:
    """End the permission; a GET says first what ends with it."""
    account = get_object_or_404(MarketplaceAccount, pk=marketplace_account_id)
    back = _settings_page(request.organization.slug)
    if request.method == "POST":
        return follow(request, start_disconnecting(account, actor=request.user))
    if not account.is_connected:
        return go_to(request, back)
    try:
        ending = accounts_of(account.open_token())
    except SealBroken as broken:
        messages.error(request, str(broken))
        return go_to(request, back)
    remaining = [each for each in marketplace_accounts() if each.is_connected]
    context = {
        "title": f"Disconnect {isolated(account)}?",
        "back": back,
        "account": account,
        "others": [each for each in ending if each != account],
        "next": next((each for each in remaining if each not in ending), None),
    }
    wrapper = "disconnect_dialog" if request.htmx else "disconnect"
    return render(request, f"staff/tiktok/{wrapper}.html", context)


def _settings_page(slug: str) -> str:
    return reverse("tiktok_settings:accounts", args=[slug])


# --- TikTok's answer ---------------------------------------------------------------------------------------------
@require_GET
@never_cache
@portal_page
def callback(request: HttpRequest) -> HttpResponse:
    """Finish the trip: a success redirects to the settings, without the code in the address; a refusal says why right here.

    It stands below no organization: the attempt says which one it is, and there the person's role is asked for again.
    """
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    try:
        job = start_finishing(
            state=request.GET.get("state", ""),
            session_key=request.session.session_key or "",
            person=request.user,
            code=request.GET.get("auth_code") or request.GET.get("code"),
            error=request.GET.get("error"),
        )
    except TikTokProblem as problem:
        return _refused(request, str(problem))
    with person_scope(request.user):
        return _end(request, begin_at_once(job))


@require_GET
@never_cache
@portal_page
def finished(request: HttpRequest, job_pk: int) -> HttpResponse:
    """The end of a trip whose last part took long."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    with person_scope(request.user):
        return _end(request, get_object_or_404(Job, pk=job_pk, kind=CONNECT))


def _end(request: HttpRequest, job: Job) -> HttpResponse:
    if job.is_finished and not done_of(job).key:
        return _refused(request, done_of(job).text)
    return follow_own(request, job)


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    context = {"reason": reason, "back": request.session.get(SET_OUT_FROM, "/")}
    return render(request, "public/brand_refused.html", context, status=400)
