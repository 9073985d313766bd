"""An address that a member enters leads to public machines only, in whatever form it is written."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Event, Thread, Timer
from threading import enumerate as all_threads
from time import monotonic, sleep
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from influence.single_sign_on import outgoing
from influence.single_sign_on.outgoing import AddressRefused, OutgoingSession, public_address
from tenancy.models import SingleSignOn
from tests.influence.single_sign_on.conftest import change, set_out
from tests.openid_provider import OpenIdProvider

INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "0.0.0.0", "0",
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "2852039166",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "168.63.129.16", "fec0::1", "::7f00:1", "::ffff:0:127.0.0.1", "5f00::1", "4000::1",
]  # fmt: skip


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that a connection was begun to."""
    found: list[Any] = []

    def note(address: Any, *args: Any, **options: Any) -> socket.socket:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", note)
    return found


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_not_connected_to(host: str, connected: list[Any]) -> None:
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(AddressRefused), OutgoingSession() as session:
        session.get(f"https://{shown}/")
    assert connected == []


@pytest.mark.parametrize(
    "host", ["1.1.1.1", "2606:4700::1111", "2002:101:101::", "64:ff9b::101:101"]
)
def test_a_public_address_is(host: str, connected: list[Any]) -> None:
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(requests.ConnectionError), OutgoingSession() as session:
        session.get(f"https://{shown}/")
    assert [address[0] for address in connected] == [host]


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    left = iter(answers)

    def resolve(*args: Any, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in next(left)]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)


def test_a_name_that_means_one_address_inside_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    resolve_to(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        public_address("two-faced.example", 443)


def test_what_was_looked_at_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    resolve_to(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    with pytest.raises(requests.ConnectionError), OutgoingSession() as session:
        session.get("https://changing.example/")
    assert connected == [("1.1.1.1", 443)]


def test_nothing_is_asked_without_tls(connected: list[Any]) -> None:
    with pytest.raises(AddressRefused), OutgoingSession() as session:
        session.get("http://1.1.1.1/")
    assert connected == []


def test_on_ones_own_machine_its_own_addresses_are_open_and_others_inside_are_not(
    settings: Any, connected: list[Any]
) -> None:
    settings.LOCAL = True
    with OutgoingSession() as session:
        with pytest.raises(requests.ConnectionError):
            session.get("http://127.0.0.1:9/")
        with pytest.raises(AddressRefused):
            session.get("http://169.254.169.254/latest/meta-data/")
    assert connected == [("127.0.0.1", 9)]


@pytest.mark.django_db
def test_a_provider_that_points_inside_is_refused_at_each_step(
    provider: OpenIdProvider, sso: SingleSignOn, settings: Any
) -> None:
    client = Client()
    address = set_out(client)
    provider.metadata["token_endpoint"] = "http://169.254.169.254/token"
    answer = client.get("/sso/elm/callback/", provider.agree(address))
    assert answer.context["fault"] == "inside"
    settings.LOCAL = False
    for issuer in (provider.url, "https://169.254.169.254", "https://2130706433"):
        change(sso.organization, issuer=issuer)
        answer = client.post("/sso/", {"email": "ann@elm.example"})
        assert answer.context["fault"] == "inside", issuer


def test_a_host_that_is_no_name_is_an_answer_that_does_not_come() -> None:
    with pytest.raises(requests.RequestException), OutgoingSession() as session:
        session.get("https://a..b/")


def test_a_name_that_is_not_found_in_time_is_waited_for_no_longer(
    monkeypatch: pytest.MonkeyPatch, connected: list[Any]
) -> None:
    asked, answered = Event(), Event()

    def resolve(*args: Any, **options: Any) -> list[Any]:
        asked.set()
        answered.wait(10)
        return []

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outgoing, "EACH_STEP", 0.2)
    started = monotonic()
    with pytest.raises(requests.Timeout), OutgoingSession() as session:
        session.get("https://slow.example/")
    assert (asked.is_set(), connected) == (True, [])
    assert monotonic() - started < 3
    answered.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a certificate for 127.0.0.1, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return str(path)


@contextmanager
def dripping(begin: bytes, certificate: str | None) -> Iterator[str]:
    """A server that begins its answer so, sends a byte now and then, and never an end."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connected, _ = server.accept()
            if certificate:
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                tls.load_cert_chain(certificate)
                connected = tls.wrap_socket(connected, server_side=True)
            with connected, suppress(OSError):
                connected.sendall(begin)
                for _ in range(200):
                    connected.sendall(b"x")
                    sleep(0.05)

        Thread(target=drip, daemon=True).start()
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize("is_tls", [False, True])
@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
)
def test_an_answer_that_drips_is_cut_off(
    settings: Any, monkeypatch: pytest.MonkeyPatch, certificate: str, begin: bytes, is_tls: bool
) -> None:
    settings.LOCAL = True
    monkeypatch.setattr(outgoing, "LONGEST", 0.5)
    started = monotonic()
    with dripping(begin, certificate if is_tls else None) as url, OutgoingSession() as session:
        with pytest.raises(requests.RequestException):
            session.get(url, verify=certificate)
        assert monotonic() - started < 3


def test_a_quick_answer_leaves_no_watch_behind(provider: OpenIdProvider) -> None:
    with OutgoingSession() as session:
        assert session.get(f"{provider.url}/jwks").json()["keys"]
    assert not [
        each for each in all_threads() if isinstance(each, Timer) and not each.finished.is_set()
    ]
