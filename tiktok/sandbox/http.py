"""A small HTTP/1.1 server on asyncio: keep-alive, one thread, so that state needs no locks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 4 * 1024 * 1024
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the endpoints see it; header names are in lower case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The query's first value per name."""
        return {name: values[0] for name, values in self.query_lists.items()}

    @property
    def query_lists(self) -> dict[str, list[str]]:
        """The query with every value."""
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def origin(self) -> str:
        """How the caller reached this server, for addresses inside answers."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass(slots=True)
class Response:
    """An answer. ``delay`` seconds pass before it is sent; ``cut`` drops the connection half-way."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False

    def encoded(self, *, keep_alive: bool) -> bytes:
        """Status line, headers and body."""
        lines = [
            f"HTTP/1.1 {self.status} {_phrase(self.status)}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Connection: keep-alive" if keep_alive else "Connection: close",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        body = self.body[: len(self.body) // 2] if self.cut else self.body
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


Application = Callable[[Request], Response]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Connection(asyncio.Protocol):
    """One client's connection; requests are answered in the order they came."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._buffer = bytearray()
        self._waiting = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP gives nothing else
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every complete request in the buffer."""
        self._buffer += data
        self._answer_waiting()

    def _answer_waiting(self) -> None:
        while not self._waiting and self._transport is not None:
            request = self._next_request()
            if request is None:
                return
            self._answer(request)

    def _next_request(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _LARGEST_HEAD:
                self._refuse(431)
            return None
        try:
            method, target, headers = _parsed_head(bytes(self._buffer[:end]))
            length = int(headers.get("content-length", "0"))
        except ValueError:
            self._refuse(400)
            return None
        if not 0 <= length <= _LARGEST_BODY or "transfer-encoding" in headers:
            self._refuse(413)
            return None
        if len(self._buffer) < end + 4 + length:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        parts = urlsplit(target)
        return Request(method, unquote(parts.path), parts.query, headers, body)

    def _refuse(self, status: int) -> None:
        if self._transport is not None:
            self._buffer.clear()
            refusal = Response(b"", status, "text/plain")
            self._transport.write(refusal.encoded(keep_alive=False))
            self._transport.close()

    def _answer(self, request: Request) -> None:
        response = self._application(request)
        keep_alive = request.headers.get("connection", "").lower() != "close"
        if response.delay <= 0:
            self._send(response, keep_alive=keep_alive)
            return
        self._waiting = True
        loop = asyncio.get_running_loop()
        loop.call_later(response.delay, self._send_late, response, keep_alive)

    def _send_late(self, response: Response, keep_alive: bool) -> None:
        self._waiting = False
        self._send(response, keep_alive=keep_alive)
        self._answer_waiting()

    def _send(self, response: Response, *, keep_alive: bool) -> None:
        if self._transport is None:
            return
        self._transport.write(response.encoded(keep_alive=keep_alive))
        if response.cut or not keep_alive:
            self._transport.close()


def _parsed_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("not HTTP/1")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return method, target, headers
