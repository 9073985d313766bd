"""The same facts written otherwise: what each switch of the sandbox does to an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

PUBLIC = "/tto/tcm/creator/public/"
VIDEOS = "/tto/tcm/creator/public/video/list/"
CAMPAIGNS = "/tto/tcm/campaign/"
REPORT = "/tto/tcm/report/"
DAY = 86_400


@pytest.fixture(autouse=True)
def _plain_again(tiktok) -> Iterator[None]:
    yield
    tiktok.control("switches", oddities=[], spoilt_fields={})


def test_what_is_empty_is_not_sent(tiktok, one):
    one.campaign("maya.bakes")
    assert one.get(CAMPAIGNS)["campaigns"][0]["advertiser_ids"] == []
    tiktok.control("switches", oddities=["omit_empty"])
    (campaign,) = one.get(CAMPAIGNS)["campaigns"]
    assert not {"advertiser_ids", "anchor_id", "video_ids"} & campaign.keys()
    assert "campaigns" not in one.get(CAMPAIGNS, page=2)  # one page past the end


def test_counters_may_be_fractions(tiktok, one):
    tiktok.control("switches", oddities=["fractional_counters"])
    assert isinstance(one.get(PUBLIC, handle_name="maya.bakes")["followers_count"], float)


def test_numbers_may_be_text_and_ids_numbers(tiktok, one):
    (plain,) = one.get(VIDEOS, handle_name="maya.bakes", limit=1)["posts"]
    tiktok.control("switches", oddities=["numbers_as_text"])
    (odd,) = one.get(VIDEOS, handle_name="maya.bakes", limit=1)["posts"]
    assert (odd["likes"], odd["video_id"]) == (str(plain["likes"]), int(plain["video_id"]))


def test_rows_may_repeat(tiktok, one):
    tiktok.control("switches", oddities=["repeated_rows"])
    first, again, nothing = one.get(VIDEOS, handle_name="maya.bakes", limit=1)["posts"]
    assert (first, nothing) == (again, None)


def test_campaigns_may_be_those_of_tiktoks_own_screens(tiktok, one):
    for _ in range(3):
        one.campaign("maya.bakes")
    tiktok.control("switches", oddities=["live_campaigns"])
    campaigns = one.get(CAMPAIGNS)["campaigns"]
    assert not any({"handle_names", "brand_name"} & each.keys() for each in campaigns)
    assert {each["campaign_channel_type"] for each in campaigns} == {"STANDARD_CAMPAIGN"}
    assert ["invite_link" in each for each in campaigns].count(False) == 1


def test_a_report_may_have_anchor_metrics_and_days_split_by_advertising(tiktok, one):
    made = one.campaign("maya.bakes")
    publish = {"handle": "maya.bakes", "invite_link": made["invite_link"]}
    tiktok.control("publish", **publish)
    tiktok.control("clock", advance_seconds=3 * DAY)
    tiktok.control("switches", oddities=["anchor_metrics", "daily_splits"])
    today = int(tiktok.read("clock")["now"]) // DAY * DAY
    begun, ended = (_day(today - days * DAY) for days in (3, 1))
    answer = tiktok.api(
        "GET",
        REPORT,
        headers={"Country-Code": "GB"},
        tto_tcm_account_id="7401112223334445556",
        campaign_id=made["campaign_id"],
        start_date=begun,
        end_date=ended,
    )
    (row,) = answer["data"]["videos"]
    assert row["anchor_metrics"]["anchor_views"] > 0
    day = row["daily_stats"][0]
    for name in ("likes", "comments", "shares", "favorites"):
        assert day[f"{name}_organic"] + day[f"{name}_paid"] == day[name]
    assert day["engagement_rate_organic"] == day["engagement_rate"]


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def test_any_field_may_be_spoilt(tiktok, one):
    tiktok.control("switches", spoilt_fields={"likes": "N/A"})
    assert {each["likes"] for each in one.get(VIDEOS, handle_name="maya.bakes")["posts"]} == {"N/A"}


def test_an_oddity_nobody_knows_is_refused(tiktok):
    with pytest.raises(AssertionError, match="Must be among"):
        tiktok.control("switches", oddities=["upside_down"])
    assert tiktok.read("switches")["oddities"] == []
    assert json.dumps(tiktok.read("switches")["spoilt_fields"]) == "{}"


def test_whom_a_campaign_notified_is_remembered(tiktok, one):
    made = one.campaign("maya.bakes", send_notification=True)
    again = {"campaign_id": made["campaign_id"], "campaign_type": "CAMPAIGN"}
    for notify in (False, True):
        one.post(
            "/tto/tcm/campaign/update/",
            **again,
            handle_names=["maya.bakes"],
            send_notification=notify,
        )
    (campaign,) = tiktok.read("campaigns")["campaigns"]
    assert campaign["notifications"] == {"maya.bakes": 2}
