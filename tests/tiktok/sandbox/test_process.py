"""The process: its line at start, its HTTP, its end."""

import http.client
import json
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest

from tests.sandbox_process import (
    ACCOUNT_ID,
    APP_ID,
    BRAND_TOKEN,
    ROOT,
    SECRET,
    TTO_ACCOUNT_ID,
    Sandbox,
    sandbox,
)


@pytest.fixture(scope="module")
def running():
    with sandbox() as process:
        yield process


def talk(running, *packets):
    """Everything the server says to these packets until it closes or falls silent."""
    address = urlsplit(running.url)
    with socket.create_connection((address.hostname, address.port), timeout=2) as plug:
        for packet in packets:
            plug.sendall(packet)
            time.sleep(0.01)
        plug.shutdown(socket.SHUT_WR)
        heard = b""
        while part := plug.recv(65536):
            heard += part
    return heard


def test_it_starts_fast_and_dies_quietly():
    started = time.monotonic()
    with sandbox() as process:
        assert time.monotonic() - started < 2  # 0.1 s alone; the machine may be busy
        assert process.stop() == 0


def test_it_needs_no_package_and_no_server_beside_it():
    command = [
        sys.executable,
        "-S",
        "-m",
        "tiktok.sandbox",
        "--port",
        "0",
    ]  # -S: the standard library alone
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={}) as popen:
        alone = Sandbox(popen, popen.stdout.readline().split()[3])
        asked = {"tto_tcm_account_id": TTO_ACCOUNT_ID, "handle_name": "maya.bakes"}
        answer = alone.api("GET", "/tto/tcm/creator/public/", **asked)
        assert answer["data"]["display_name"] == "Maya Bakes"
        assert alone.stop() == 0


def test_health_tells_that_it_lives(running):
    health = running.read("health")
    assert health["ok"] is True
    assert health["seed"] == 1


def test_a_request_may_arrive_in_pieces_and_two_in_one(running):
    request = b"GET /_sandbox/health HTTP/1.1\r\nHost: x\r\n\r\n"
    heard = talk(running, request[:20], request[20:] + request)
    assert heard.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    ("packet", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000, 431),
    ],
)
def test_a_request_that_is_no_request_is_refused_and_the_server_lives(running, packet, status):
    assert talk(running, packet).startswith(f"HTTP/1.1 {status} ".encode())
    assert running.read("health")["ok"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_an_object_is_a_parameter_error_once_the_token_was_synced(running, body):
    for path, code in (("/tt_user/oauth2/token/", 40002), ("/tcm/order/create/v2/", 40104)):
        _, text, _ = running.submit(f"{running.url}/open_api/v1.3{path}", body)
        assert json.loads(text)["code"] == code


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/business/get/", {"end_date": "0001-01-01"}),
        ("/business/get/", {"start_date": "2026-W01-1"}),
        ("/business/video/list/", {"fields": ["item_id"], "filters": "[" * 20_000}),
        ("/tto/creator/authorized/", {"fields": "[" * 20_000}),
    ],
)
def test_a_value_beyond_reason_is_a_parameter_error(running, path, values):
    token = next(iter(tokens_of(running).values()))
    asked = {"business_id": "x", "creator_id": "x", **values}
    assert running.api("GET", path, token=token, **asked)["code"] == 40002


def tokens_of(running):
    running.control("reset")
    return running.control("seed")["tokens"]


@pytest.mark.parametrize("seconds", [-1, 1e300, "nan", 101 * 366 * 86_400])
def test_time_moves_forwards_and_a_century_at_most(running, seconds):
    with pytest.raises(AssertionError, match="a century"):
        running.control("clock", advance_seconds=seconds)


@pytest.mark.parametrize(
    "page", ["/portal/auth?app_id={app}", "/v2/auth/authorize?client_key={app}&response_type=code"]
)
def test_an_address_that_is_none_gets_a_page_that_says_so(running, page):
    address = (
        running.url + page.format(app=APP_ID) + "&scope=video.list&redirect_uri=http%3A%2F%2F["
    )
    status, text, _ = running.submit(address)
    assert status == 400
    assert "redirect_uri must be https" in text


def test_an_unknown_control_and_bad_arguments_are_told(running):
    with pytest.raises(AssertionError, match="unknown control"):
        running.control("explode")
    with pytest.raises(AssertionError, match="bad arguments"):
        running.control("publish")
    with pytest.raises(AssertionError, match="no such switch"):
        running.control("switches", speed=1)
    with pytest.raises(AssertionError, match="garbage"):
        running.control("fail", garbage="glitter")


def test_the_greeting_names_what_a_client_needs():
    with sandbox() as process:
        address = urlsplit(process.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=2)
        query = f"app_id={APP_ID}&secret={SECRET}"
        connection.request(
            "GET", f"/open_api/v1.3/oauth2/tcm/get/?{query}", headers={"Access-Token": BRAND_TOKEN}
        )
        assert json.loads(connection.getresponse().read())["data"]["tcm_account_ids"] == [
            ACCOUNT_ID
        ]
        connection.close()
