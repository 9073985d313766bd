"""Sends each request where it belongs and plays the planned faults."""

from __future__ import annotations

from collections.abc import Callable

from . import consent, control, images, orders, parameters, report, tcm, tokens
from .answers import Refusal, enveloped
from .http import Request, Response
from .parameters import Parameters
from .world import Fault, World

PREFIX = "/open_api/v1.3"
Endpoint = Callable[[World, Request, Parameters], dict[str, object]]

ROUTES: dict[tuple[str, str], Endpoint] = {
    ("GET", "/tcm/creator/status/get/"): tcm.status,
    ("POST", "/tcm/creator/invite/"): tcm.invite,
    ("GET", "/tcm/creator/public/"): tcm.public,
    ("GET", "/tcm/creator/public/video/list/"): tcm.public_videos,
    ("GET", "/tcm/creator/authorized/"): tcm.authorized,
    ("GET", "/tcm/creator/authorized/video/list/"): tcm.authorized_videos,
    ("POST", "/tcm/order/create/v2/"): orders.create,
    ("GET", "/tcm/order/get/v2/"): orders.get,
    ("GET", "/tcm/video/audit_status/get/"): orders.reviews,
    ("GET", "/tcm/report/get/v2/"): report.get,
    ("POST", "/tt_user/oauth2/token/"): tokens.exchange,
    ("POST", "/tt_user/oauth2/refresh_token/"): tokens.refresh,
    ("POST", "/tt_user/oauth2/revoke/"): tokens.revoke,
    ("POST", "/tt_user/token_info/get/"): tokens.info,
    ("GET", "/oauth2/tcm/get/"): tokens.accounts,
}

_HTML_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Application:
    """The whole TikTok over one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        path = request.path
        if path.startswith(PREFIX + "/"):
            return self._api(request, path.removeprefix(PREFIX))
        if path.rstrip("/") == "/v2/auth/authorize" and request.method in {"GET", "POST"}:
            return consent.page(self.world, request)
        if path.startswith(("/_sandbox/a/", "/_sandbox/t/")):
            return images.picture(self.world, request, path.rsplit("/", 1)[1])
        if path.startswith("/_sandbox/"):
            return control.answer(self.world, request, path.removeprefix("/_sandbox/").rstrip("/"))
        return enveloped({}, self.world.clock.now(), code=40400, message="Route not found.")

    def _api(self, request: Request, path: str) -> Response:
        self.world.calls[path] += 1
        fault = self._next_fault(path)
        if fault is not None and _is_spoilt(fault) and not fault.applied:
            response = _spoilt(fault, enveloped({}, self.world.clock.now()), self.world)
        else:
            response = self._envelope(request, path)
            if fault is not None:
                response = _spoilt(fault, response, self.world)
        response.delay = self.world.switches.latency_seconds
        if fault is not None:
            response.delay += fault.hang_seconds
        return response

    def _envelope(self, request: Request, path: str) -> Response:
        now = self.world.clock.now()
        try:
            endpoint = ROUTES.get((request.method, path))
            if endpoint is None:
                raise Refusal(40400, "Route not found.")
            self.world.limiter.admit(now)
            return enveloped(endpoint(self.world, request, parameters.of(request)), now)
        except Refusal as refusal:
            return enveloped({}, now, code=refusal.code, message=refusal.message)

    def _next_fault(self, path: str) -> Fault | None:
        fault = next((each for each in self.world.faults if each.path in path), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.world.faults.remove(fault)
        return fault


def _is_spoilt(fault: Fault) -> bool:
    return bool(fault.code or fault.http_status or fault.garbage)


def _spoilt(fault: Fault, response: Response, world: World) -> Response:
    if fault.code:
        return enveloped({}, world.clock.now(), code=fault.code, message="Injected fault.")
    if fault.http_status:
        return Response(_HTML_PAGE, fault.http_status, "text/html")
    if fault.garbage == "html":
        return Response(_HTML_PAGE, 200, "text/html")
    if fault.garbage == "empty":
        return Response(b"")
    response.cut = fault.garbage == "truncated"
    return response
