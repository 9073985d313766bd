"""One sandbox process for these tests; every test starts in a world where nothing has happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sandbox_process import TTO_ACCOUNT_ID, Sandbox, sandbox


@dataclass(frozen=True)
class One:
    """TikTok One's wire: ``get`` and ``post`` give the data, ``refused`` the code and its words."""

    tiktok: Sandbox

    def get(self, path: str, **values: Any) -> dict[str, Any]:
        return self._data("GET", path, values)

    def post(self, path: str, **values: Any) -> dict[str, Any]:
        return self._data("POST", path, values)

    def refused(self, method: str, path: str, **values: Any) -> tuple[int, str]:
        answer = self._answer(method, path, values)
        assert answer["data"] == {}
        return answer["code"], answer["message"]

    def _data(self, method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
        answer = self._answer(method, path, values)
        assert (answer["code"], answer["message"]) == (0, "OK")
        return answer["data"]

    def _answer(self, method: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
        if path.startswith("/tto/tcm/"):
            values = {"tto_tcm_account_id": TTO_ACCOUNT_ID, **values}
        return self.tiktok.api(method, path, **values)

    def campaign(self, *handles: str, **values: Any) -> dict[str, Any]:
        """A campaign for the handles, who are visible at once."""
        self.tiktok.control("switches", handle_delay_seconds=0)
        asked = {"brand_name": "Oakmill", "campaign_name": "Loaf", "handle_names": [*handles]}
        return self.post("/tto/tcm/campaign/create/", **(asked | values))

    def videos(self, handle: str) -> list[str]:
        """Ids of a creator's public videos, newest first."""
        listed = self.get("/tto/tcm/creator/public/video/list/", handle_name=handle)
        return [each["video_id"] for each in listed["posts"]]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture
def tiktok(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.control("reset")
    running_sandbox.control(
        "switches",
        level="unlimited",
        auto_review_seconds=None,
        handle_delay_seconds=5,
        webhook_duplicates=0,
        webhook_shuffle=False,
        authorization_webhook_url=None,
        publish_seconds=5,
        publish_failure="",
    )
    running_sandbox.control("fail", times=0)
    return running_sandbox


@pytest.fixture
def one(tiktok: Sandbox) -> One:
    return One(tiktok)


@pytest.fixture
def seeded(tiktok: Sandbox) -> dict[str, Any]:
    """An example of every state."""
    return tiktok.control("seed")
