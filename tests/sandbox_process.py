"""Starts the TikTok sandbox as a process of its own, for any test that wants a real TikTok."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

ROOT = Path(__file__).parents[1]
APP_ID = "7390000000000000001"
SECRET = "sandbox-secret"
ACCOUNT_ID = "7300000000000000009"
TTO_ACCOUNT_ID = "7401112223334445556"
PUBLIC_URL = "http://127.0.0.1:8000"  # where the app is registered to bring people back to
BRAND_TOKEN = "sandbox-brand-token"
REDIRECT_URI = "https://influence.example/oauth/tiktok/"
TTO_SCOPES = (
    "user.info.basic",
    "user.info.username",
    "user.info.profile",
    "user.info.stats",
    "user.account.type",
    "user.insights",
    "biz.creator.info",
    "biz.creator.insights",
    "video.list",
    "video.insights",
    "tto.campaign.link",
    "video.publish",
)
SCOPES = ("user.info.basic", "biz.creator.info", "biz.creator.insights", "video.list")


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


_OPENER = build_opener(ProxyHandler({}), _NoRedirect())


class Sandbox:
    """A running sandbox: `url` for clients, `control` for what TikTok and its creators do."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def as_new(self) -> None:
        """A fresh world, and every switch as the process started with it: `reset` keeps those."""
        self.control("reset")
        self.control(
            "switches",
            level="unlimited",
            auto_review_seconds=None,
            rotate_refresh=False,
            latency_seconds=0,
            handle_delay_seconds=5,
            webhook_duplicates=0.05,
            webhook_shuffle=False,
            authorization_webhook_url="",
            publish_seconds=5,
            publish_failure="",
            legacy_accounts=1,
            oddities=[],
            spoilt_fields={},
        )

    def control(self, path: str, /, **values: Any) -> dict[str, Any]:
        """POST ``/_sandbox/<path>``; the answer. Raises AssertionError with its words on a refusal."""
        body = json.dumps(values).encode()
        return self._json(Request(f"{self.url}/_sandbox/{path}", body, method="POST"))

    def read(self, path: str, /, **query: str) -> dict[str, Any]:
        """GET ``/_sandbox/<path>``."""
        return self._json(Request(f"{self.url}/_sandbox/{path}?{urlencode(query)}"))

    def _json(self, request: Request) -> dict[str, Any]:
        try:
            with _OPENER.open(request, timeout=10) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                raise AssertionError(f"{request.full_url}: {error.read().decode()}") from None

    def api(
        self,
        method: str,
        path: str,
        *,
        token: str = BRAND_TOKEN,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> dict[str, Any]:
        """One bare API call, as TikTok documents its wire; the whole envelope."""
        url = f"{self.url}/open_api/v1.3{path}"
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            sent["Access-Token"] = token
        if method == "POST":
            return self._json(Request(url, json.dumps(values).encode(), sent, method="POST"))
        query = {k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in values.items()}
        return self._json(Request(f"{url}?{urlencode(query)}", headers=sent))

    def consent(
        self, authorize_url: str, handle: str, *, scopes: tuple[str, ...] | None = None, allow=True
    ) -> dict[str, str]:
        """Plays the creator on the consent page; what comes back to the redirect address."""
        asked = parse_qs(urlsplit(authorize_url).query)["scope"][0].split(",")
        form = [("handle", handle), ("decision", "allow" if allow else "deny")]
        form += [("scopes", scope) for scope in (asked if scopes is None else scopes)]
        status, text, location = self.submit(authorize_url, urlencode(form).encode())
        assert status == 302, text
        callback = parse_qs(urlsplit(location).query)
        return {name: values[0] for name, values in callback.items()}

    def submit(self, url: str, form: bytes | None = None) -> tuple[int, str, str]:
        """GET, or POST with a form, as a browser that does not follow: status, body, Location."""
        try:
            with _OPENER.open(Request(url, form), timeout=10) as page:
                return page.status, page.read().decode(), ""
        except HTTPError as other:
            with other:
                return other.code, other.read().decode(), other.headers.get("Location", "")

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        status = self.process.wait(timeout=5)
        self.process.stdout.close()
        return status


@contextmanager
def sandbox(
    seed: int = 1,
    level: str = "unlimited",
    *,
    state: Path | None = None,
    auto_review_seconds: float | None = None,
) -> Iterator[Sandbox]:
    """A sandbox on a free port for the length of the block."""
    command = [sys.executable, "-m", "tiktok.sandbox", "--port", "0", "--seed", str(seed)]
    command += ["--level", level]
    command += [] if state is None else ["--state", str(state)]
    if auto_review_seconds is not None:
        command += ["--auto-review-seconds", str(auto_review_seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    greeting = process.stdout.readline()
    assert greeting.startswith("TikTok sandbox on "), greeting
    running = Sandbox(process, greeting.split()[3])
    try:
        yield running
    finally:
        if process.poll() is None:
            running.stop()
