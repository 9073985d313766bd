"""The pages that TikTok sends a creator back to."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jobs.models import Job
from jobs.services.errands import done_of
from jobs.services.jobs import begin_at_once
from jobs.views import follow_own
from tenancy.access import portal_page
from tenancy.models import Organization, User
from tenancy.scope import person_scope
from tiktok.enums import AttemptOutcome
from tiktok.errors import ConnectDenied, ConnectRefused, TikTokProblem
from tiktok.models import Connection
from tiktok.services.connect.connect import start_connect
from tiktok.services.connect.errands import CONNECT, start_finishing
from ui.languages import own_language

RESULT, SET_OUT = "tiktok_connect_result", "tiktok_connect_set_out"


def set_out(
    request: HttpRequest,
    organization: Organization,
    *,
    handle: str,
    text: str,
    back: str,
    scopes: Sequence[str] = (),
) -> HttpResponse:
    """Lead a signed-in person, who has agreed to this text, to TikTok. `handle`: the account that is asked for; `back`: the page
    to try again from; `scopes`: what TikTok is to ask for besides. Raises NoMarketplaceAccount."""
    assert isinstance(request.user, User)  # noqa: S101 -- the caller saw to it
    try:
        address = start_connect(
            request.user,
            organization,
            session_key=request.session.session_key or "",
            expected_handle=handle,
            agreed_to=text,
            scopes=scopes,
        )
    except ConnectRefused as refusal:
        return _refused(request, str(refusal), back=back)
    request.session[SET_OUT] = {
        "organization": organization.name,
        "slug": organization.slug,
        "handle": handle,
        "back": back,
    }
    return redirect(address)


@require_GET
@never_cache
@portal_page
def callback(request: HttpRequest) -> HttpResponse:
    """TikTok's answer. What worked moves on to a page without the code in its address; a refusal says why right here."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    try:
        job = start_finishing(
            state=request.GET.get("state", ""),
            session_key=request.session.session_key or "",
            person=request.user,
            code=request.GET.get("code") or request.GET.get("auth_code"),
            error=request.GET.get("error"),
            language=own_language(request),
        )
    except ConnectDenied as denied:
        return _move_on(request, AttemptOutcome.DENIED, reason=str(denied))
    except TikTokProblem as problem:
        return _refused(request, str(problem), back=_back(request))
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
    if not job.is_finished:
        return follow_own(request, job)
    done = done_of(job)
    if done.key == AttemptOutcome.CONNECTED:
        return _move_on(request, AttemptOutcome.CONNECTED, handle=done.text)
    if done.key:
        return _move_on(request, AttemptOutcome.REFUSED, reason=done.text)
    return _refused(request, done.text, back=_back(request))


def _back(request: HttpRequest) -> str:
    """The page from which they set out."""
    return str(request.session.get(SET_OUT, {}).get("back", ""))


def _refused(request: HttpRequest, reason: str, *, back: str) -> HttpResponse:
    context = {"reason": gettext(reason), "back": back}
    return render(request, "portal/connect_refused.html", context, status=400)


def _move_on(request: HttpRequest, outcome: AttemptOutcome, **facts: str) -> HttpResponse:
    request.session[RESULT] = {"outcome": outcome.value, **facts}
    return redirect("tiktok_connect_result")


@require_GET
@never_cache
@portal_page
def result(request: HttpRequest) -> HttpResponse:
    """Show the outcome of a trip, and what happens next."""
    facts = request.session.get(RESULT)
    if not facts:
        return redirect("/me/")
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    own = Connection.objects.filter(person=request.user, handle=facts.get("handle", ""))
    context = {
        "result": facts,
        "trip": request.session.get(SET_OUT, {}),
        "connection": own.order_by("-connected_at").first(),
    }
    return render(request, "portal/connect_result.html", context)
