"""Sends each request where it belongs and plays the planned faults."""

from __future__ import annotations

from . import consent, control, images, oddities, parameters, player, portal
from .answers import Refusal, enveloped
from .facts import Facts
from .http import Request, Response
from .phone import pages
from .routes import PREFIX, ROUTES
from .world import Fault, World

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
        if path.startswith(("/_sandbox/a/", "/_sandbox/t/")):
            return images.picture(self.world, request, path.rsplit("/", 1)[1])
        if path.startswith("/_sandbox/"):
            return control.answer(self.world, request, path.removeprefix("/_sandbox/").rstrip("/"))
        shown = player.page(self.world, request) or self._page(request)
        if shown is not None:
            return shown
        return enveloped({}, self.world.clock.now(), code=40400, message="Route not found.")

    def _page(self, request: Request) -> Response | None:
        place = request.path.rstrip("/")
        if place == "/v2/auth/authorize" and request.method in {"GET", "POST"}:
            return consent.page(self.world, request)
        if place == "/portal/auth" and request.method in {"GET", "POST"}:
            return portal.page(self.world, request)
        return pages.page(self.world, request)

    def _api(self, request: Request, path: str) -> Response:
        self.world.calls[path] += 1
        self.world.arrivals.append((self.world.clock.now(), path))
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
            given = parameters.of(request)
            self.world.limiter.admit(now, path, given.account)
            data = endpoint(self.world, request, given)
            switches = self.world.switches
            return enveloped(oddities.applied(switches.oddities, switches.spoilt_fields, data), now)
        except Refusal as refusal:
            return enveloped({}, now, code=refusal.code, message=refusal.message)

    def _next_fault(self, path: str) -> Fault | None:
        fault = next((each for each in self.world.faults if self._strikes(each, path)), None)
        if fault is not None and fault.rate is None:
            fault.times -= 1
            if fault.times <= 0:
                self.world.faults.remove(fault)
        return fault

    def _strikes(self, fault: Fault, path: str) -> bool:
        if fault.path not in path:
            return False
        fault.met += 1
        if fault.rate is None:
            return True
        return Facts(self.world.seed, "fault", str(fault.met)).unit("strikes") < fault.rate


def _is_spoilt(fault: Fault) -> bool:
    return bool(fault.code or fault.http_status or fault.garbage)


def _spoilt(fault: Fault, response: Response, world: World) -> Response:
    if fault.code:
        refusal = enveloped({}, world.clock.now(), code=fault.code, message="Injected fault.")
        refusal.status = fault.http_status or 200
        return refusal
    if fault.http_status:
        return Response(_HTML_PAGE, fault.http_status, "text/html")
    if fault.garbage == "html":
        return Response(_HTML_PAGE, 200, "text/html")
    if fault.garbage == "empty":
        return Response(b"")
    response.cut = fault.garbage == "truncated"
    return response
