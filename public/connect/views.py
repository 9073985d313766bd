"""An invitation to connect TikTok: what is asked for, and every answer to it. Reading and saying no needs no sign-in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.enums import ConnectState
from crm.queries.connections import consent_asked_for, takes_no_mail
from crm.services.connections import answers
from crm.services.connections.links import note_opening
from public.connect.access import InvitationRequest, invitation_link
from public.connect.forms import ReasonForm
from public.sign_in import send_code
from public.visits import is_a_person
from tenancy.models import User
from tenancy.queries import membership_in
from tiktok.errors import NoMarketplaceAccount
from tiktok.queries.consents import ConsentText, current_text, is_outdated
from tiktok.services.connect.consents import agree_anew
from tiktok.views.creators import set_out
from tiktok.views.redirects import leads_to
from ui.bidi import isolated

AGREED = "connect_agreed_to"  # of the session: invitation and text, from the click to the sign-in


@leads_to("TIKTOK_AUTHORIZE_URL")
@invitation_link
@require_http_methods(["GET", "HEAD"])
def show(request: InvitationRequest) -> HttpResponse:
    """The invitation, or how it was answered."""
    if is_a_person(request) and not _is_of_the_team(request):
        note_opening(request.invitation)
    return _page(request)


def _page(request: InvitationRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    invitation = request.invitation
    consent = consent_asked_for(invitation)
    if consent is not None and not is_outdated(consent):
        return _rendered(request, "connected", {"consent": consent})
    if invitation.state == ConnectState.DECLINED:
        return _rendered(request, "declined", {"form": ReasonForm(), "consent": consent})
    if invitation.state == ConnectState.LATER:
        return _rendered(request, "later", {"consent": consent})
    context = {
        "text": current_text(),
        "problem": problem,
        "is_outdated": consent is not None,
        "is_other": request.user.is_authenticated and not _is_theirs(request),
    }
    return _rendered(request, "invitation", context, status=status)


def _is_of_the_team(request: InvitationRequest) -> bool:
    """Members who look at the page of their creator do not open it for them."""
    user, organization = request.user, request.invitation.influencer.organization
    return user.is_authenticated and bool(membership_in(user, organization.pk))


def _is_theirs(request: InvitationRequest) -> bool:
    return bool(request.user == request.invitation.influencer.person)


# --- yes ---------------------------------------------------------------------------------------------------------
@leads_to("TIKTOK_AUTHORIZE_URL")
@invitation_link
@require_http_methods(["GET", "POST"])
def agree(request: InvitationRequest) -> HttpResponse:
    """Agree to the text that was read, prove the address by a code, and go on to TikTok."""
    text = current_text()
    agreed = [request.invitation.organization_id, request.invitation.pk, str(text)]
    if request.method == "POST":
        if request.POST.get("text") != str(text):
            problem = _("The text has changed meanwhile. Please read it again before you agree.")
            return _page(request, problem=problem, status=409)
        request.session[AGREED] = agreed
    if request.session.get(AGREED) != agreed:
        return _back(request)
    if not request.user.is_authenticated:
        return _prove_address(request)
    if not _is_theirs(request):
        return _back(request)
    del request.session[AGREED]
    return _agree(request, request.user, text)


def _prove_address(request: InvitationRequest) -> HttpResponse:
    person = request.invitation.influencer.person
    assert person is not None  # noqa: S101 -- an invitation without one is not found
    try:
        return send_code(request, person)
    except ValidationError as refused:  # too many codes
        return _page(request, problem=" ".join(refused.messages), status=429)


def _agree(request: InvitationRequest, person: User, text: ConsentText) -> HttpResponse:
    invitation = request.invitation
    consent = consent_asked_for(invitation)
    if consent is not None:
        agree_anew(consent, text, actor=person)
        answers.note_connected(invitation.influencer_id, invitation.handle)
        return _back(request)
    organization = invitation.influencer.organization
    try:
        return set_out(
            request, organization, handle=invitation.handle, text=str(text), back=_address(request)
        )
    except NoMarketplaceAccount:
        problem = _(
            "%(who)s has not set up TikTok here yet. Please let them know, and try again later."
        )
        return _page(request, problem=problem % {"who": isolated(organization)}, status=409)


# --- no ----------------------------------------------------------------------------------------------------------
@invitation_link
@require_POST
def decline(request: InvitationRequest) -> HttpResponse:
    """Say no; with a reason, if one is given."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        consent = consent_asked_for(request.invitation)
        return _rendered(request, "declined", {"form": form, "consent": consent}, status=422)
    answers.decline(request.invitation, **form.cleaned_data)
    return _back(request)


@invitation_link
@require_POST
def later(request: InvitationRequest) -> HttpResponse:
    """Not now."""
    answers.postpone(request.invitation)
    return _back(request)


@invitation_link
@require_POST
def reopen(request: InvitationRequest) -> HttpResponse:
    """Take an answer back."""
    answers.reconsider(request.invitation)
    return _back(request)


@invitation_link
@require_http_methods(["GET", "POST"])
def mail(request: InvitationRequest) -> HttpResponse:
    """No more mail from this organization; or it is welcome again."""
    if request.method == "POST":
        if "undo" in request.POST:
            answers.welcome_mail(request.invitation)
        elif not takes_no_mail(request.invitation):
            answers.refuse_mail(request.invitation)
        return redirect("connect_mail", request.token)
    return _rendered(request, "mail", {})


@invitation_link
@require_http_methods(["GET", "POST"])
def report(request: InvitationRequest) -> HttpResponse:
    """Tell operations about the invitation. A GET says what follows."""
    if request.method == "POST":
        answers.report(request.invitation)
        return redirect("connect_report", request.token)
    return _rendered(request, "report", {})


def _address(request: InvitationRequest) -> str:
    return f"/c/{request.token}/"


def _back(request: InvitationRequest) -> HttpResponse:
    return redirect(_address(request))


def _rendered(
    request: InvitationRequest, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    invitation = request.invitation
    frame = {
        "invitation": invitation,
        "invitation_token": request.token,
        "organization": invitation.influencer.organization,
        "handle": invitation.handle,
        "takes_no_mail": takes_no_mail(invitation),
    }
    return render(request, f"public/connect/{name}.html", {**frame, **context}, status=status)
