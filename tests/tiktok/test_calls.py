"""Calls to TikTok per tracked account-day and post-day, counted at the sandbox. `docs/tiktok.md` shows this table."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.utils import timezone

from jobs.services.queue import make_due
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.factories.creators import track_creator
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, TTO_ACCOUNT_ID
from tests.tiktok import costs
from tests.working import all_polls, pump
from tiktok.client import DIALECTS
from tiktok.client.protocol import Capabilities
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator, MarketplaceAccount
from tiktok.services.creators import profiles, videos  # noqa: F401 -- registers the handlers

pytestmark = pytest.mark.django_db
HANDLES = ("maya.bakes", "rio.runs", "lena.lifts")
ACCOUNTS = {"ttcm": ACCOUNT_ID, "tto": TTO_ACCOUNT_ID}
BRAND_SIDE = {"ttcm": "/tcm/creator/", "tto": "/tto/tcm/creator/"}
CREATOR_SIDE = {"ttcm": "/tcm/creator/authorized/", "tto": "/tto/creator/authorized/"}


@pytest.fixture(params=ACCOUNTS)
def dialect(request) -> str:
    return request.param


@pytest.fixture
def offered(dialect) -> Capabilities:
    return DIALECTS[dialect].capabilities


@pytest.fixture
def ash(db, dialect) -> Organization:
    """An organization with a marketplace account of the dialect."""
    organization = Organization.objects.create(name="Ash", slug="ash")
    with organization_scope(organization):
        account = MarketplaceAccount(
            name="Ash at TikTok", dialect=dialect, tiktok_account_id=ACCOUNTS[dialect]
        )
        account.set_token(BRAND_TOKEN)
        account.save()
    return organization


def calls_of_a_day(tiktok) -> dict[str, int]:
    """The calls of one round of all daily polls."""
    tiktok.control("stats")
    all_polls().exclude(kind=PollKind.INSIGHTS).update(due_at=timezone.now())
    while pump():
        pass
    return tiktok.read("stats")["calls"]


def published(tiktok, handle: str) -> int:
    return len(tiktok.read("videos", handle=handle)["videos"])


def test_a_tracked_account_costs_a_profile_and_the_pages_of_its_latest_thirty_videos_a_day(
    ash, tiktok, dialect, offered
) -> None:
    with organization_scope(ash):
        for handle in HANDLES:
            track_creator(handle, MarketplaceStatus.IN)

    pages = [costs.videos_day(offered, published(tiktok, handle)) for handle in HANDLES]
    path = f"{BRAND_SIDE[dialect]}public/"
    assert calls_of_a_day(tiktok) == {
        path: costs.profile_day() * len(HANDLES),
        f"{path}video/list/": sum(pages),
    }


def test_an_authenticated_account_costs_a_public_profile_and_pages_of_ten_videos_a_day(
    ash, tiktok, dialect, offered, settings
) -> None:
    connect(tiktok, a_person("maya@example.com", ash), ash, "maya.bakes")
    with organization_scope(ash):
        track_creator("maya.bakes", MarketplaceStatus.IN)

    pages = costs.videos_day(offered, published(tiktok, "maya.bakes"), is_authorized=True)
    assert calls_of_a_day(tiktok) == {
        f"{BRAND_SIDE[dialect]}public/": costs.profile_day(),
        f"{CREATOR_SIDE[dialect]}video/list/": pages,
    }


def test_invited_accounts_cost_one_membership_call_for_twenty_a_day(
    ash, tiktok, dialect, offered
) -> None:
    with organization_scope(ash):
        invited = [Creator.objects.create(handle=f"somebody{number}") for number in range(41)]
        make_due(PollKind.MEMBERSHIP, *(creator.pk for creator in invited))

    calls = costs.memberships_day(offered, len(invited))
    assert calls_of_a_day(tiktok) == {f"{BRAND_SIDE[dialect]}status/get/": calls}


def test_an_unsupported_account_costs_nothing(ash, tiktok) -> None:
    with organization_scope(ash):
        track_creator("tom_trails", MarketplaceStatus.NOT_IN)

    assert calls_of_a_day(tiktok) == {}


def test_the_table_of_the_documentation_is_what_the_dialects_offer() -> None:
    def row(dialect: str, *, is_authorized: bool) -> tuple[int, Fraction]:
        offered = DIALECTS[dialect].capabilities
        pages = costs.videos_day(offered, 30, is_authorized=is_authorized)
        return costs.profile_day() + pages, costs.post_day(offered, is_authorized=is_authorized)

    # (calls of an account-day, calls of a post-day)
    assert {dialect: row(dialect, is_authorized=False) for dialect in ACCOUNTS} == {
        "ttcm": (4, Fraction(1, 10)),
        "tto": (3, Fraction(1, 15)),
    }
    assert {dialect: row(dialect, is_authorized=True) for dialect in ACCOUNTS} == {
        "ttcm": (4, Fraction(1, 10)),
        "tto": (4, Fraction(1, 10)),
    }
