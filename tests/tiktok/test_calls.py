"""Calls to TikTok per tracked account-day and order-day, counted at the sandbox. `docs/tiktok.md` shows this table."""

from __future__ import annotations

import math

import pytest
from django.utils import timezone

from tenancy.scope import organization_scope
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator, Poll
from tiktok.services import sync  # noqa: F401 -- registers the handlers
from tiktok.services.membership import track_creator
from tiktok.services.polling import make_due, pump

pytestmark = pytest.mark.django_db
HANDLES = ("maya.bakes", "rio.runs", "lena.lifts")
API = "/tcm/"


def calls_of_a_day(tiktok) -> dict[str, int]:
    """What one round of all due polls asks of TikTok."""
    tiktok.control("stats")
    Poll.objects.update(due_at=timezone.now())
    while pump():
        pass
    calls = tiktok.look("stats")["calls"]
    return {path.removeprefix(API): count for path, count in calls.items()}


def test_a_tracked_account_costs_a_profile_and_the_pages_of_its_latest_thirty_videos_a_day(
    oak, tiktok
) -> None:
    with organization_scope(oak):
        for handle in HANDLES:
            track_creator(handle, MarketplaceStatus.IN)

    published = [len(tiktok.look("videos", handle=handle)["videos"]) for handle in HANDLES]
    pages = sum(min(3, math.ceil(videos / 10)) for videos in published)
    assert calls_of_a_day(tiktok) == {"creator/public/": 3, "creator/public/video/list/": pages}


def test_invited_accounts_cost_one_membership_call_for_twenty_a_day(oak, tiktok) -> None:
    with organization_scope(oak):
        invited = [Creator.objects.create(handle=f"somebody{number}") for number in range(40)]
        make_due(PollKind.MEMBERSHIP, *(creator.pk for creator in invited))

    assert calls_of_a_day(tiktok) == {"creator/status/get/": 2}


def test_an_unsupported_account_costs_nothing(oak, tiktok) -> None:
    with organization_scope(oak):
        track_creator("tom_trails", MarketplaceStatus.NOT_IN)

    assert calls_of_a_day(tiktok) == {}
