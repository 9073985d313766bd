"""A shared report: `/r/<token>/`. Whoever holds the link reads it, and knows the password where it asks for one.

The scope of its organization is opened for this one page. Nothing keeps a copy of it, its address goes nowhere, and it sets no
cookie but that of the session in which the password was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.forms import market_names
from campaigns.models import Report
from campaigns.queries import campaign_with_counts
from campaigns.queries.report import ReportContent
from campaigns.services.report import (
    is_password,
    is_proof,
    note_opening,
    proof_of,
    read_link,
    shared_report,
)
from crm.enums import AccessKind
from crm.services.access.recording import note_access
from files.views import as_picture
from public.links import private
from public.visits import is_a_person
from tenancy.access import public_page
from tenancy.scope import organization_scope
from tenancy.streams import one_transaction

WRONG = "This is not the password. Ask whoever sent you the link."
TOO_OFTEN = "Too many passwords were tried. Wait ten minutes, then try again."


class PasswordForm(forms.Form):
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@public_page
@csrf_exempt  # the form sends a password that only its reader knows, and a token would be a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """The report as it was chosen to be shared. A link that is not ours, revoked or expired: the same answer."""
    return private(_answer(request, token, show=_shown))


@public_page
@require_safe
def logo(request: HttpRequest, token: str) -> HttpResponseBase:
    """The client's logo, for whoever may read the report that it stands on."""
    return private(_answer(request, token, show=_logo))


def _answer(
    request: HttpRequest, token: str, *, show: Callable[..., HttpResponseBase]
) -> HttpResponseBase:
    if not _consume(request, "report_page"):
        return render(request, "public/report/too_often.html", status=429)
    link = read_link(token)
    if link is None:
        return _over(request)
    with organization_scope(link.organization), one_transaction(request):
        report = shared_report(link)
        if report is None:
            return _over(request)
        if report.password and not is_proof(report, request.session.get(_key(report))):
            return _ask(request, token, report)
        return show(request, token, report)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "public/report/over.html", status=404)


def _consume(
    request: HttpRequest, action: str, key: str | None = None
) -> ratelimit.RateLimitUsage | None:
    return ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True)


def _tries(request: HttpRequest, report: Report) -> list[ratelimit.RateLimitUsage | None]:
    """One more try of a password, by the limits that it counts to; None for one that is used up."""
    keys = {
        "report_password": f"{report.pk} {ratelimit.get_ip(request)}",
        "report_password_anywhere": str(report.pk),
    }
    return [_consume(request, action, key) for action, key in keys.items()]


def _key(report: Report) -> str:
    return f"report {report.pk}"


def _ask(request: HttpRequest, token: str, report: Report) -> HttpResponse:
    """Ask for the password. Whoever gave it is remembered in their session, until it is another one."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    tries = _tries(request, report) if form.is_bound else []
    if not all(tries):
        form.add_error("password", TOO_OFTEN)
        return _asked(request, form, status=429)
    if form.is_valid():
        if is_password(report, form.cleaned_data["password"]):
            for each in filter(None, tries):
                each.rollback()  # whoever knows it uses up nobody's tries
            request.session[_key(report)] = proof_of(report)
            if not request.user.is_authenticated:
                request.session.set_expiry(0)  # until the browser is closed
            return redirect("report", token)
        form.add_error("password", WRONG)
    return _asked(request, form, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: PasswordForm, *, status: int) -> HttpResponse:
    return render(request, "public/report/password.html", {"form": form}, status=status)


def _logo(request: HttpRequest, token: str, report: Report) -> HttpResponseBase:
    return as_picture(report.logo, name="logo.png") if report.logo else _over(request)


def _shown(request: HttpRequest, token: str, report: Report) -> HttpResponse:
    campaign: Any = campaign_with_counts(report.campaign_id)
    if is_a_person(request):
        note_opening(report)
        note_access(AccessKind.SHARED, campaign_id=report.campaign_id)
    content = ReportContent(campaign, report, sees_money=True, today=timezone.now().date())
    context = {
        "report": report,
        "campaign": campaign,
        "content": content,
        "markets": market_names(content.campaign.markets),
        "logo_url": reverse("report_logo", args=[token]) if report.logo else "",
        "organization_name": report.organization.name,
    }
    return render(request, "public/report/report.html", context)
