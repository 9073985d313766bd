"""Calls to addresses that members have entered: to public ones only, small answers, a few seconds at most.

An address is refused by what its name resolves to at the moment of connecting, in whatever form it was written; the
connection then goes to what was looked at, so that the name cannot mean something else a moment later.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread, Timer
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

MOST_BYTES = 1_000_000
LONGEST, EACH_STEP = 10.0, 5.0  # seconds: of a call as a whole, and of waiting for the next byte
NAT64 = ip_network("64:ff9b::/96")
PUBLIC_IPV6 = ip_network("2000::/3")  # all that is given out; Python calls more than this global
# Called global by Python: protocol assignments, and the inside of Azure's machines.
NOT_PUBLIC = (ip_network("192.0.0.0/24"), ip_network("168.63.129.16/32"))


class AddressRefused(Exception):
    """An address that is not public: nothing was connected to."""


class AnswerTooLong(requests.RequestException):
    """An answer of more than a megabyte."""


def public_address(host: str, port: int) -> str:
    """The numeric address that this host means now.

    Raises AddressRefused, OSError for a name that means nothing or is not found in time.
    """
    try:
        found = _resolved(host, port)
    except ValueError as problem:  # no name at all, such as a..b
        raise requests.exceptions.InvalidURL(host) from problem
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not all(_is_public(address) for address in addresses):
        raise AddressRefused(host)
    return str(addresses[0])


def _resolved(host: str, port: int) -> list[Any]:
    """The addresses of a name. A resolver waits as long as its servers let it, so a thread of its own waits for it."""
    found: Future[list[Any]] = Future()

    def resolve() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as problem:
            found.set_exception(problem)

    Thread(target=resolve, name="resolve", daemon=True).start()
    return found.result(EACH_STEP)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if settings.LOCAL and address.is_loopback:  # a provider on one's own machine
        return True
    inner = _inside(address)
    is_known = any(inner in network for network in NOT_PUBLIC)
    is_given_out = inner.version == 4 or inner in PUBLIC_IPV6
    return inner.is_global and is_given_out and not inner.is_multicast and not is_known


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that a gateway would take out of an IPv6 one (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


class _Watch(Timer):
    """Cuts a connection off once it has lasted too long, however much comes.

    It holds a descriptor of its own: TLS takes the connection's away, and `Connection: close` closes it before the body.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.twin, self.has_cut = connected.dup(), False
        super().__init__(LONGEST, self.cut)
        self.daemon = True

    def cut(self) -> None:
        self.has_cut = True
        with suppress(OSError):  # the other side was quicker
            self.twin.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.cancel()
        self.twin.close()


_watches: ContextVar[list[_Watch]] = ContextVar("watches")


@contextmanager
def _watched() -> Iterator[list[_Watch]]:
    """The watches over what is connected within the block; they end with it."""
    watches: list[_Watch] = []
    before = _watches.set(watches)
    try:
        yield watches
    finally:
        _watches.reset(before)
        for watch in watches:
            watch.end()


class _Checked(HTTPConnection):
    """A watched connection to a public address."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            self._dns_host = public_address(name, int(self.port or 0))
            connected = super()._new_conn()
        finally:
            self._dns_host = name  # what TLS asks the certificate for
        watch = _Watch(connected)
        _watches.get().append(watch)
        watch.start()
        return connected


class _CheckedTls(_Checked, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Checked


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedTls


class OutgoingSession(requests.Session):
    """Calls without cookies of before, `.netrc`, proxy, repetition or redirects. A 5xx is a RequestException, too."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        adapter = HTTPAdapter(max_retries=0)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, method: Any, url: Any, **options: Any) -> requests.Response:  # type: ignore[override]  # as requests' own
        """Raises AddressRefused, RequestException."""
        if not (str(url).startswith("https://") or settings.LOCAL):
            raise AddressRefused(url)
        with _watched() as watches:
            answer = self._read(method, url, options)
            if any(watch.has_cut for watch in watches):
                raise requests.Timeout(url)
        if answer.status_code >= 500:
            answer.raise_for_status()
        return answer

    def _read(self, method: Any, url: Any, options: dict[str, Any]) -> requests.Response:
        fixed = {"allow_redirects": False, "stream": True, "timeout": EACH_STEP}
        answer = super().request(method, url, **{**options, **fixed})
        body = b""
        for part in answer.iter_content(65_536):
            body += part
            if len(body) > MOST_BYTES:
                answer.close()
                raise AnswerTooLong(url)
        answer._content = body  # noqa: SLF001 -- as reading it without a limit would have set it
        return answer
