"""An end for requests that are sent too slowly: each holds a thread for as long as it is read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponseBase

GRACE_SECONDS = 60  # what a view takes is in it
SLOWEST = 64 * 1024  # bytes a second


class ReadingDeadline:
    """Closes the connection of a request whose body has not come, and been worked on, by then: a minute, and more the longer it
    is. That a sender falls silent is noticed sooner, by the socket itself (`gunicorn.conf.py`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        connection = request.META.get("gunicorn.socket")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if connection is None or not length.isdigit() or not int(length):
            return self.get_response(request)
        timer = threading.Timer(GRACE_SECONDS + int(length) / SLOWEST, _close, [connection])
        timer.daemon = True
        timer.start()
        try:
            return self.get_response(request)
        finally:
            timer.cancel()


def _close(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)
