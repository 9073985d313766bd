"""TikTok's envelope, and the refusals that fill it."""

from __future__ import annotations

import json
import secrets

from .clock import utc
from .http import Response


class Refusal(Exception):
    """A non-zero return code; sent with HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> Refusal:
    """40002: the request is wrong; the message names the field."""
    return Refusal(40002, message)


def enveloped(data: object, now: float, *, code: int = 0, message: str = "OK") -> Response:
    """The envelope around ``data``."""
    stamp = utc(now).strftime("%Y%m%d%H%M%S")
    return as_json(
        {
            "code": code,
            "message": message,
            "request_id": stamp + secrets.token_hex(8).upper(),
            "data": data,
        }
    )


def as_json(value: object, status: int = 200) -> Response:
    """Any JSON answer."""
    return Response(json.dumps(value, separators=(",", ":")).encode(), status)


def page_info(page: int, size: int, total: int) -> dict[str, object]:
    """TikTok's page numbers."""
    pages = -(-total // size)
    return {"page": page, "page_size": size, "total_number": total, "total_page": pages}
