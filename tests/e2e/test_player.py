"""The video of a post plays beside its retention: the marker follows it, and a second is played from by a press."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.models import User
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AT = re.compile(r"^(\d+)\s+s · \d+\s+% watching$")


def test_nothing_of_tiktok_is_loaded_before_a_press_then_the_marker_follows_the_video(
    whole: Whole, manager: User, signed_in: Callable[..., Page], tiktok: Any, settings: Any
) -> None:
    settings.TIKTOK_PLAYER_URL = f"{tiktok.url}/player/v1/"
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["frame-src"] = [tiktok.url]
    settings.CONTENT_SECURITY_POLICY = policy
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/posts/{whole.by_order.pk}/")
    said, slider = page.locator("[data-at]"), page.get_by_role("slider", name="Second of the video")
    expect(page.locator("iframe")).to_have_count(0)
    slider.press("ArrowRight")
    expect(said).to_have_text(re.compile(r"^1\s+s"))

    page.get_by_role("button", name="Play the video in TikTok’s player").click()
    player = page.frame_locator("iframe")
    expect(player.get_by_text("Sandbox · not TikTok")).to_be_visible()
    expect(said).to_have_text(re.compile(r"^[1-9]\s+s"))
    slider.press(" ")
    expect(player.get_by_role("button", name="Play")).to_be_visible()

    drop = page.locator("[data-second]").last
    second = int(drop.get_attribute("data-second") or 0)
    drop.click()
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    slider.press(" ")
    found = AT.match(said.inner_text())
    assert found
    assert int(found[1]) >= second


def test_a_player_that_does_not_come_leaves_the_way_to_tiktok(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    silent = {"status": 200, "content_type": "text/html", "body": "<!doctype html>"}
    page.route("https://www.tiktok.com/**", lambda route: route.fulfill(**silent))
    page.clock.install()
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/posts/{whole.by_order.pk}/")
    page.get_by_role("button", name="Play the video in TikTok’s player").click()
    page.clock.fast_forward(8_000)
    expect(page.get_by_role("alert").get_by_text("TikTok’s player did not load.")).to_be_visible()
