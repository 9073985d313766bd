"""A sender that is too slow holds no thread for long."""

from __future__ import annotations

import runpy
import socket
import struct
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from influence import reading
from influence.reading import ReadingDeadline


def answered(view: Any, connection: socket.socket | None, body: bytes) -> Any:
    request = RequestFactory().post("/", body, content_type="text/plain")
    if connection is not None:
        request.META["gunicorn.socket"] = connection
    return ReadingDeadline(view)(request)


def test_a_body_that_does_not_come_in_time_ends_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.05)
    ours, theirs = socket.socketpair()

    def waiting(_: HttpRequest) -> HttpResponse:
        return HttpResponse(ours.recv(10))

    assert answered(waiting, ours, b"x").content == b"", "the end, though nobody has sent anything"
    assert theirs.recv(10) == b""
    ours.close()
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.01)

    def late(_: HttpRequest) -> HttpResponse:
        time.sleep(0.1)
        return HttpResponse("late")

    assert answered(late, ours, b"x").content == b"late", "a closed connection is closed already"
    theirs.close()


def test_one_that_comes_in_time_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    for connection, body in ((ours, b"x"), (ours, b""), (None, b"x")):
        assert answered(lambda _: HttpResponse("yes"), connection, body).content == b"yes"
    time.sleep(0.15)
    theirs.send(b"still open")
    assert ours.recv(20) == b"still open"
    ours.close()
    theirs.close()


def test_the_longer_a_body_the_longer_it_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    timer = SimpleNamespace(start=lambda: None, cancel=lambda: None, daemon=False)
    monkeypatch.setattr("threading.Timer", lambda after, *_: seen.append(after) or timer)
    ours, theirs = socket.socketpair()
    answered(lambda _: HttpResponse(), ours, b"x" * 65_536)
    assert seen == [61]
    ours.close()
    theirs.close()


def test_connections_that_fall_silent_end_by_themselves() -> None:
    configured = runpy.run_path(str(django_settings.BASE_DIR / "gunicorn.conf.py"))
    configured["limit_silence"].__globals__["SILENCE_SECONDS"] = 1
    with socket.create_server(("127.0.0.1", 0)) as listener:
        configured["limit_silence"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))
        client = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
        ours.setblocking(True)
        period = ours.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.calcsize("ll"))
        assert struct.unpack("ll", period)[0] == 1
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        ours.close()
        client.close()
