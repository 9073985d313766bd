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
    health = running.look("health")
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
    assert running.look("health")["ok"]


def test_a_body_that_is_not_json_is_a_parameter_error(running):
    url = f"{running.url}/open_api/v1.3/tcm/order/create/v2/"
    for body in (b"{", b"[]", b"\xff"):
        _, text, _ = running.submit(url, body)
        assert json.loads(text)["code"] == 40002


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
