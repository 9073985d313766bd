"""Every test starts in a world where nothing has happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.sandbox_process import (
    ACCOUNT_ID,
    APP_ID,
    BRAND_TOKEN,
    REDIRECT_URI,
    SCOPES,
    SECRET,
    TTO_ACCOUNT_ID,
    TTO_SCOPES,
    Sandbox,
)
from tiktok.client import (
    Client,
    CreatorOAuth,
    Exchange,
    TtcmMarketplace,
    TtoCreator,
    TtoMarketplace,
    types,
)

# How TikTok may write the same answers: whatever holds for the documented ones holds for these.
SPELLINGS = {
    "as documented": [],
    "omitting": ["omit_empty"],
    "stretching": ["fractional_counters", "repeated_rows", "omit_empty"],
    "retyping": ["numbers_as_text", "repeated_rows"],
}


@pytest.fixture(params=SPELLINGS)
def tiktok(sandbox_of_the_run: Sandbox, request: pytest.FixtureRequest) -> Sandbox:
    """TikTok as new, in each of its spellings; the product is not asked to speak to it."""
    sandbox_of_the_run.as_new()
    sandbox_of_the_run.control("switches", oddities=SPELLINGS[request.param])
    return sandbox_of_the_run


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def naps() -> list[float]:
    """Seconds the client wanted to sleep between attempts."""
    return []


@pytest.fixture
def client(tiktok: Sandbox, exchanges: list[Exchange], naps: list[float]) -> Iterator[Client]:
    with Client(
        base_url=tiktok.url,
        app_id=APP_ID,
        secret=SECRET,
        on_exchange=exchanges.append,
        sleep=naps.append,
        timeout=(1.0, 1.0),
    ) as made:
        yield made


@pytest.fixture
def market(client: Client) -> TtcmMarketplace:
    return TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)


@pytest.fixture
def tto(client: Client) -> TtoMarketplace:
    return TtoMarketplace(client, account_id=TTO_ACCOUNT_ID, access_token=BRAND_TOKEN)


@pytest.fixture
def oauth(client: Client, tiktok: Sandbox) -> CreatorOAuth:
    return CreatorOAuth(client, authorize_base_url=tiktok.url)


@pytest.fixture
def connect(tiktok: Sandbox, oauth: CreatorOAuth) -> Callable[..., types.Grant]:
    """A creator goes through the consent page; the grant."""

    def connect(handle: str, scopes: tuple[str, ...] = SCOPES) -> types.Grant:
        url = oauth.authorize_url(redirect_uri=REDIRECT_URI, state="s", scopes=scopes)
        return oauth.exchange_code(tiktok.consent(url, handle)["code"], REDIRECT_URI)

    return connect


@pytest.fixture
def creator(client: Client, connect: Callable[..., types.Grant]) -> Callable[[str], TtoCreator]:
    """A creator of TikTok One who has consented to everything."""

    def creator(handle: str) -> TtoCreator:
        grant = connect(handle, TTO_SCOPES)
        return TtoCreator(client, creator_id=grant.open_id, access_token=grant.access_token)

    return creator


@dataclass(frozen=True)
class Campaign:
    """Orders of one code and what can be done with them."""

    tiktok: Sandbox
    created: types.CreatedOrders

    def publish(self, handle: str) -> str:
        return self.tiktok.control("publish", handle=handle, invite_link=self.created.invite_link)[
            "video_id"
        ]

    @property
    def order_id(self) -> str:
        return self.created.orders[0].order_id


@pytest.fixture
def order(tiktok: Sandbox, market: TtcmMarketplace) -> Callable[..., Campaign]:
    """Orders for the handles under a new code."""

    def order(*handles: str, video_count: int = 2) -> Campaign:
        created = market.create_orders(
            brand_name="Oakmill",
            description="Spring loaf",
            handles=handles,
            video_count=video_count,
        )
        return Campaign(tiktok, created)

    return order
