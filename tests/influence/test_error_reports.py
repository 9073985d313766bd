"""The content that an error report may carry to Sentry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import sentry_sdk
from sentry_sdk.integrations.stdlib import StdlibIntegration

from influence.error_reports import without_secrets
from tests.sandbox_process import SECRET, Sandbox

BACK = "https://x.example/oauth/tiktok/"


def test_a_report_carries_the_address_without_its_query_and_no_body() -> None:
    event = {
        "request": {
            "url": f"{BACK}?code=secret",
            "query_string": "code=secret",
            "data": {"new_token": "secret"},
            "headers": {"Referer": f"{BACK}?code=secret", "Host": "x.example"},
        }
    }
    shown = {"url": BACK, "headers": {"Host": "x.example"}}
    assert without_secrets(event, {}) == {"request": shown}


@pytest.fixture
def reports() -> Iterator[list[dict[str, Any]]]:
    """The reports that would leave for Sentry."""
    sent: list[dict[str, Any]] = []

    def keep(event: Any, hint: dict[str, Any]) -> None:
        sent.append(without_secrets(event, hint))

    only = {"default_integrations": False, "integrations": [StdlibIntegration()]}
    sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", before_send=keep, **only)
    yield sent
    sentry_sdk.init(dsn="", **only)


def test_a_report_of_a_worker_tells_whom_it_called_and_not_with_which_secret(
    reports: list[dict[str, Any]], sandbox_of_the_run: Sandbox
) -> None:
    url = f"{sandbox_of_the_run.url}/open_api/v1.3/subscription/get/"
    requests.get(url, params={"secret": SECRET}, timeout=5)
    sentry_sdk.capture_message("x")
    [report] = reports
    assert "subscription/get" in str(report)
    assert SECRET not in str(report)
