"""What is answered while something that we stand on is away."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from api.errors import answer, is_for_api
from influence.views import healthz, readyz

RETRY_AFTER_SECONDS = 10
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}
MACHINES = ("/hooks/", "/metrics")
TEXT = (
    "Our database does not answer at the moment. Nothing was changed. Try again in a few seconds."
)


@receiver(got_request_exception)
def note_outage(request: HttpRequest, **_: Any) -> None:
    """The database failed the request, not the request the database: it may be sent again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        request.is_database_away = True  # type: ignore[attr-defined]


class Outages:
    """Stands before everything that asks for a session, and so for the database.

    Probes are answered here, the same whoever asks. An error page that the database's absence has made, in whichever
    layer, becomes one that says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if probe := PROBES.get(request.path_info):
            return probe(request)
        response = self.get_response(request)
        return unavailable(request) if getattr(request, "is_database_away", False) else response


def unavailable(request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if is_for_machine(request):
        response = answer(503, TEXT)
    else:
        response = HttpResponse(render_to_string("503.html", {"text": TEXT}), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def is_for_machine(request: HttpRequest) -> bool:
    wanted = request.get_preferred_type(["text/html", "application/json"])
    return (
        is_for_api(request)
        or request.path_info.startswith(MACHINES)
        or wanted == "application/json"
    )
