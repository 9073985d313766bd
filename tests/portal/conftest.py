"""Maya's order at TikTok One, and Maya, who publishes for it from here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Order
from tenancy.models import Organization, User
from tests.filming import FilmHost
from tests.portal.ordering import order_at_tiktok_one
from tests.portal.publishing import allow
from tests.portal.test_dashboard import connect, signed_in
from tests.sandbox_process import Sandbox

BRIEF = "<p>Say why. #OakLoaf #ad</p>"


@pytest.fixture
def order(tiktok: Sandbox, oak: Organization, maya: User) -> Order:
    """An order of Maya's at TikTok One, of one video."""
    return order_at_tiktok_one(oak, maya, brief=BRIEF, video_count=1, description="A loaf #bread")


@pytest.fixture
def film(settings: Any) -> Iterator[FilmHost]:
    """Stands where our addresses lead, for TikTok."""
    host = FilmHost()
    settings.PUBLIC_URL = host.url.removesuffix("/film.mp4")
    yield host
    host.close()


@pytest.fixture
def connected(tiktok: Sandbox, order: Order, maya: User) -> Client:
    """Maya, connected, who has allowed nothing more."""
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes", "?account=maya.bakes")
    return client


@pytest.fixture
def allowed(tiktok: Sandbox, order: Order, connected: Client, film: FilmHost) -> Client:
    """Maya, who has let us publish."""
    allow(connected, tiktok, order)
    tiktok.control("switches", publish_seconds=0)
    return connected
