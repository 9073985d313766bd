"""The client's address comes from our own proxies or from the connection, never from a stranger's header."""

from __future__ import annotations

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from influence.client_address import ClientAddress

PROXY = "172.18.0.1"


def seen(count: int, settings, **meta: str) -> HttpRequest:
    settings.TRUSTED_PROXY_COUNT = count
    request = RequestFactory().get("/", **meta)  # type: ignore[arg-type]
    ClientAddress(lambda request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("count", "peer", "forwarded", "client"),
    [
        (0, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (0, PROXY, "198.51.100.1", PROXY),
        (1, PROXY, "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "::1", "2001:db8::7", "2001:db8::7"),
        (1, "", "198.51.100.1", "198.51.100.1"),  # a Unix socket
        (1, PROXY, "10.0.0.1, 192.0.2.66, 198.51.100.1", "198.51.100.1"),  # two invented before it
        (1, PROXY, "192.168.7.7", "192.168.7.7"),  # a client of the private network
        (2, PROXY, "192.0.2.66, 198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, PROXY, "198.51.100.1", "198.51.100.1"),  # past the outer proxy
        (1, PROXY, "198.51.100.1:4711", "198.51.100.1"),
        (1, PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, PROXY, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, PROXY, "unknown", PROXY),
        (1, PROXY, "", PROXY),
        (1, "93.184.216.34", "198.51.100.1", "93.184.216.34"),  # a stranger, not our proxy
        (1, "not an address", "198.51.100.1", "not an address"),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(
    settings, count, peer, forwarded, client
) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = seen(count, settings, REMOTE_ADDR=peer, **headers)
    assert request.META["REMOTE_ADDR"] == client
    assert "HTTP_X_FORWARDED_FOR" not in request.META


@pytest.mark.parametrize(
    ("count", "peer", "is_secure"),
    [(1, PROXY, True), (1, "93.184.216.34", False), (0, PROXY, False)],
)
def test_only_our_proxy_says_that_the_client_spoke_tls(settings, count, peer, is_secure) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = seen(count, settings, REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert request.is_secure() is is_secure


@pytest.mark.django_db
def test_the_log_names_the_client_and_believes_no_header(settings, caplog) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    with caplog.at_level(logging.INFO):
        Client().get(
            "/accounts/login/", REMOTE_ADDR=PROXY,
            HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_REAL_IP="192.0.2.66", HTTP_CF_CONNECTING_IP="192.0.2.66",
        )  # fmt: skip
    assert "198.51.100.1" in caplog.text
    assert "192.0.2.66" not in caplog.text
