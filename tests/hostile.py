"""A TikTok that misbehaves on the wire in ways the sandbox cannot: raw bytes, as slowly or as many as a test likes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

# From a path and its query to the bytes that follow.
Script = Callable[[str, dict[str, list[str]]], Iterable[bytes]]


class Hostile:
    """Answers every request by its script, one request a connection."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls: list[str] = []
        self.bytes_sent = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            target = _target_of(connection)
            path = urlsplit(target).path.removeprefix("/open_api/v1.3")
            self.calls.append(path)
            try:
                for part in self.script(path, parse_qs(urlsplit(target).query)):
                    connection.sendall(part)
                    self.bytes_sent += len(part)
            except OSError:
                pass  # the client has had enough


def _target_of(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    return head.split(b" ", 2)[1].decode()


@contextmanager
def hostile(script: Script) -> Iterator[Hostile]:
    server = Hostile(script)
    try:
        yield server
    finally:
        server.close()


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def envelope(data: object, code: int = 0, message: str = "OK") -> bytes:
    answer = {"code": code, "message": message, "request_id": "R-hostile", "data": data}
    return http(json.dumps(answer).encode())


def always(answer: bytes) -> Script:
    """The same to everything."""
    return lambda path, query: [answer]


def slowly(answer: bytes, seconds_a_byte: float) -> Script:
    """A byte at a time."""

    def script(path: str, query: dict[str, list[str]]) -> Iterator[bytes]:
        for byte in answer:
            time.sleep(seconds_a_byte)
            yield bytes([byte])

    return script


def without_end(head: bytes, part: bytes) -> Script:
    """An answer that never ends."""

    def script(path: str, query: dict[str, list[str]]) -> Iterator[bytes]:
        yield head
        while True:
            yield part

    return script
