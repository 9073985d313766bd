"""A client whose wire is a script, for what a sandbox cannot do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import responses

from tiktok.client import (
    Client,
    CreatorOAuth,
    Exchange,
    TtcmMarketplace,
    TtoCreator,
    TtoMarketplace,
)

NOON = 1_767_787_200.0  # 2026-01-07 12:00:00 UTC
API = "https://business-api.tiktok.com/open_api/v1.3"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def client(exchanges: list[Exchange], naps: list[float]) -> Iterator[Client]:
    with Client(
        app_id="739",
        secret="app-s3cret",
        on_exchange=exchanges.append,
        clock=lambda: NOON,
        sleep=naps.append,
    ) as made:
        yield made


@pytest.fixture
def market(client: Client) -> TtcmMarketplace:
    return TtcmMarketplace(client, account_id="7300000000000000009", access_token="brand-t0ken")


@pytest.fixture
def tto(client: Client) -> TtoMarketplace:
    return TtoMarketplace(client, account_id="7401112223334445556", access_token="brand-t0ken")


@pytest.fixture
def creator(client: Client) -> TtoCreator:
    return TtoCreator(client, creator_id="open-1", access_token="creator-t0ken")


@pytest.fixture
def oauth(client: Client) -> CreatorOAuth:
    return CreatorOAuth(client)


@pytest.fixture
def answers(wire: responses.RequestsMock) -> Callable[..., None]:
    """The next answer of an endpoint: `data` in an envelope, or what is given raw."""

    def answers(path: str, data: object = None, *, method: str = "GET", **raw: object) -> None:
        raw = raw or {"json": {"code": 0, "message": "OK", "request_id": "R1", "data": data}}
        wire.add(method, API + path, **raw)

    return answers
