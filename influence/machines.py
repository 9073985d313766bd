"""A short way through the middleware for machines: an API key knows no session, form token, message or page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from influence.request_log import RequestLog

Handler = Callable[[HttpRequest], HttpResponse]
API = "/api/"
PAGES = ("/api/v1/docs/",)  # for people, in the site's own look


class MachinesLeave:
    """Hand a machine's request on to where `MachinesArrive` stands, past all middleware between the two."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        # Django makes the innermost middleware first.
        self.for_machines: Any = RequestLog(MachinesArrive.latest)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_machine = request.path_info.startswith(API) and request.path_info not in PAGES
        answer: HttpResponse = (self.for_machines if is_machine else self.get_response)(request)
        return answer


class MachinesArrive:
    """The end of what machines are spared."""

    latest: ClassVar[Handler]

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        MachinesArrive.latest = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
