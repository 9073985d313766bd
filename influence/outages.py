"""The answers while a service that we depend on is away."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from api.errors import answer, is_for_api
from influence.views import healthz, readyz

RETRY_AFTER_SECONDS = 10
# A crowd that is gone within a moment is waited for. Once it was not, nobody waits, so that no queue grows.
WAIT_SECONDS, CROWDED_SECONDS = 0.25, 1.0
PROBES: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {
    "/healthz": healthz,
    "/readyz": readyz,
}
MACHINES = ("/hooks/", "/metrics")
TEXT = "{} Nothing was changed. Try again in a few seconds."
AWAY = TEXT.format("Our database does not answer at the moment.")
CROWDED = TEXT.format("More is asked of us than we can answer at the moment.")


@receiver(got_request_exception)
def note_outage(request: HttpRequest, **_: Any) -> None:
    """The database failed the request, not the request the database: it may be sent again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        request.is_database_away = True  # type: ignore[attr-defined]


class Places:
    """How many requests are worked on at a time: all threads but one."""

    def __init__(self, number: int) -> None:
        self.free = threading.Semaphore(number)
        self.crowded_until = 0.0

    def take(self) -> bool:
        is_crowded = time.monotonic() < self.crowded_until
        if self.free.acquire(timeout=0 if is_crowded else WAIT_SECONDS):
            return True
        self.crowded_until = time.monotonic() + CROWDED_SECONDS
        return False


class Outages:
    """Stands before everything that asks for a session, and so for the database.

    Probes are answered here, at once and the same whoever asks: one thread is always free for them. An error page that
    the database's absence has made, in whichever layer, becomes one that says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.places = Places(max(1, settings.WEB_THREADS - 1))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if probe := PROBES.get(request.path_info):
            return probe(request)
        if not self.places.take():
            return unavailable(request, CROWDED)
        is_streaming = False
        try:
            response = self.get_response(request)
            if getattr(request, "is_database_away", False):
                response = unavailable(request, AWAY)
            is_streaming = response.streaming
            if is_streaming:  # its thread is taken until the end
                response._resource_closers.append(self.places.free.release)  # type: ignore[attr-defined]  # noqa: SLF001 -- Django has no public name for it
        finally:
            if not is_streaming:
                self.places.free.release()
        return response


def unavailable(request: HttpRequest, text: str) -> HttpResponse:
    response: HttpResponse
    if is_for_machine(request):
        response = answer(503, text)
    else:
        response = HttpResponse(render_to_string("503.html", {"text": text}), status=503)
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
