"""The hosts that the client may connect to, and the session it connects with."""

from __future__ import annotations

import socket
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from threading import Timer
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_CONNECTIONS_KEPT = 32


class _NoCredentials(requests.auth.AuthBase):
    """Keeps requests from reading a ``.netrc`` and sending what it finds there."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Watched(HTTPConnection):
    """Hangs up on an answer whose head drips: a time-out begins anew with every byte, the watch does not."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """The head of the answer, within twice the read time-out."""
        watch = Timer(2 * float(self.timeout or 0), self._hang_up)
        watch.daemon = True
        watch.start()
        try:
            return super().getresponse()
        finally:
            watch.cancel()

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):  # it is closed already
            self.sock.shutdown(socket.SHUT_RDWR)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


def new_session(base_url: str) -> requests.Session:
    """A pool of kept connections without cookies, ``.netrc`` or repetition of its own."""
    session = requests.Session()
    session.auth = _NoCredentials()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = base_url.startswith("https://")
    session.headers["User-Agent"] = "tiktok-one-client"
    adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS_KEPT, max_retries=0)
    adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def checked_base_url(base_url: str) -> str:
    """``base_url`` as scheme and host; ValueError for one that would leak tokens."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host or parts.path.strip("/") or parts.query:
        raise ValueError("base_url is scheme and host only")
    if parts.username or parts.password:
        raise ValueError("base_url carries no credentials")
    if parts.scheme == "http" and not _is_local(host):
        raise ValueError("plain http is for a sandbox on this machine or a container's short name")
    return f"{parts.scheme}://{parts.netloc}"


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or "." not in host
