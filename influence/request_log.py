"""The request log, without what is secret in an address.

Query strings hold authorization codes, cursors and searched names; paths hold the keys of links that we mail.
"""

from __future__ import annotations

import logging

import structlog
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware

CUT = "…"
LONGEST_FIRST_PART = 20  # characters; no secret is as short
SHORTEST_SECRET = 8


def shown_path(path: str) -> str:
    """The path as logs and error reports may have it: of its parameters only numbers and organizations' slugs.

    An address that nobody serves may be a mailed link that was cut short: of it only the first part.
    """
    try:
        parameters = resolve(path).kwargs
    except Resolver404:
        first, _, rest = path.removeprefix("/").partition("/")
        return f"/{first if len(first) <= LONGEST_FIRST_PART else CUT}{'/' + CUT if rest else ''}"
    for name, value in parameters.items():
        text = str(value)
        if name == "slug" or text.isdigit():
            continue
        if len(text) >= SHORTEST_SECRET:
            path = path.replace(text, CUT)
        else:
            path = "/".join(CUT if part == text else part for part in path.split("/"))
    return path


class RequestLog(RequestMiddleware):
    @staticmethod
    def format_request(request: HttpRequest) -> str:
        kept = vars(request)
        if "shown_path" not in kept:
            kept["shown_path"] = shown_path(request.path_info)
        return f"{request.method} {kept['shown_path']}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Log the client's address as `ClientAddress` knows it."""
        structlog.contextvars.bind_contextvars(ip=request.META.get("REMOTE_ADDR", ""))


class ShownPaths(logging.Filter):
    """Django's own lines about a request name its path; they get the one that may be shown."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(
                shown_path(request.path_info) if value == request.path else value
                for value in record.args
            )
        return True
