"""The pages that TikTok sends a creator back to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenancy.access import portal_page
from tenancy.models import User
from tiktok.enums import AttemptOutcome
from tiktok.errors import ConnectDenied, TikTokProblem
from tiktok.services.connect.connect import finish_connect

RESULT = "tiktok_connect_result"


@require_GET
@never_cache
@portal_page
def callback(request: HttpRequest) -> HttpResponse:
    """TikTok's answer. What worked moves on to a page without the code in its address; a refusal says why right here."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    try:
        connection = finish_connect(
            state=request.GET.get("state", ""),
            session_key=request.session.session_key or "",
            person=request.user,
            code=request.GET.get("code") or request.GET.get("auth_code"),
            error=request.GET.get("error"),
        )
    except ConnectDenied as denied:
        return _move_on(request, AttemptOutcome.DENIED, reason=str(denied))
    except TikTokProblem as problem:
        return render(request, "portal/connect_refused.html", {"reason": str(problem)}, status=400)
    if not connection.is_live:
        return _move_on(request, AttemptOutcome.REFUSED, reason=connection.state_reason)
    return _move_on(request, AttemptOutcome.CONNECTED, handle=connection.handle)


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
    return render(request, "portal/connect_result.html", {"result": facts})
