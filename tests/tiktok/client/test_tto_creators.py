"""Creators of TikTok One: the documented shapes, and those that contradict the documentation."""

import inspect
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.client import (
    DIALECTS,
    CampaignMarketplace,
    Marketplace,
    OrderMarketplace,
    TtcmMarketplace,
    TtoMarketplace,
    errors,
    tto_types,
    types,
)
from tiktok.client.answers import profile as read_profile
from tiktok.client.reader import Row
from tiktok.client.tto import CAPABILITIES
from tiktok.client.tto_creator import PROFILE_FIELDS
from tiktok.client.types import Label, Membership, Money, Share

STATUS = "/tto/tcm/creator/status/get/"
PUBLIC = "/tto/tcm/creator/public/"
VIDEOS = "/tto/tcm/creator/public/video/list/"
AUTHORIZED = "/tto/creator/authorized/"
OWN_VIDEOS = "/tto/creator/authorized/video/list/"
LABELS = "/tto/tcm/category/label/"
RANK = "/tto/tcm/rank/"
DISCOVER = "/tto/tcm/creator/discover/"

MAYA = {
    "handle_name": "maya.bakes",
    "display_name": "Maya Bakes",
    "bio": "Bread & cake\nLeeds",
    "profile_image": "https://img.example/a/maya.webp?x-expires=1768213860",
    "creator_id": "7212345678901234567",
    "followers_count": 184220,
    "following_count": 312,
    "videos_count": 641,
    "likes_count": 3920114,
    "median_views": 41250,
    "engagement_rate": 0.0714,
    "creator_price": 450,
    "currency": "GBP",
    "industry_labels": [{"label_id": "18000000000", "label_name": "Household Products"}],
    "content_labels": [{"label_id": "11010004", "label_name": "Cooking & Recipes"}],
}
POST = {
    "video_id": "7455000000000000011",
    "display_name": "Maya Bakes",
    "caption": "3-step brioche #baking",
    "thumbnail_url": "https://img.example/t/11.webp",
    "embed_url": "https://www.tiktok.com/player/v1/7455000000000000011",
    "likes": 2210,
    "comments": 84,
    "shares": 130,
    "favorites": 402,
    "video_views": 39500,
    "create_time": "1767434400000",
}


def sent(wire):
    return wire.calls[-1].request.params


def test_membership_is_keyed_as_asked_and_every_word_has_its_meaning(tto, answers, wire):
    reported = [
        ("maya.bakes", "IN"),
        ("tom_trails", "NOT_IN"),
        ("nosuch", "INVALID"),
        ("x", "PAUSED"),
    ]
    entries = [{"handle_name": name, "status": status} for name, status in reported]
    answers(STATUS, {"onboarding_status": entries})
    assert tto.membership(["@Maya.Bakes", "tom_trails", "nosuch", "x"]) == {
        "@Maya.Bakes": Membership.IN,
        "tom_trails": Membership.NOT_IN,
        "nosuch": Membership.INVALID,
    }
    assert sent(wire) == {
        "tto_tcm_account_id": "7401112223334445556",
        "handle_names": '["Maya.Bakes","tom_trails","nosuch","x"]',
    }
    assert wire.calls[0].request.headers["Access-Token"] == "brand-t0ken"


def test_asking_for_nobody_makes_no_call(tto, exchanges):
    assert tto.membership([]) == {}
    assert exchanges == []


def test_a_public_profile_has_median_rate_price_and_labels(tto, answers):
    answers(PUBLIC, MAYA)
    assert tto.public_profile("@maya.bakes") == types.Profile(
        handle="maya.bakes",
        display_name="Maya Bakes",
        bio="Bread & cake\nLeeds",
        profile_image="https://img.example/a/maya.webp?x-expires=1768213860",
        creator_id="7212345678901234567",
        followers_count=184220,
        following_count=312,
        videos_count=641,
        likes_count=3920114,
        median_views=41250.0,
        engagement_rate=0.0714,
        creator_rate=Money(Decimal(450), "GBP"),
        industry_labels=(Label("18000000000", "Household Products"),),
        content_labels=(Label("11010004", "Cooking & Recipes"),),
    )


def test_what_is_null_or_absent_is_absent(tto, answers):
    nothing = dict.fromkeys(set(MAYA) - {"handle_name"})
    answers(PUBLIC, {"handle_name": "ann", **nothing})
    answers(PUBLIC, {"handle_name": "ann", "of_tomorrow": {"x": 1}})
    for _ in range(2):
        assert tto.public_profile("ann") == types.Profile(handle="ann", display_name="ann")


def test_a_creator_outside_the_marketplace_has_no_public_profile(tto, answers):
    message = "Handle tom_trails is not a marketplace creator."
    answers(PUBLIC, json={"code": 40121, "message": message, "request_id": "R", "data": {}})
    with pytest.raises(errors.NotInMarketplaceError):
        tto.public_profile("tom_trails")


def test_public_videos_carry_their_cursor_in_page_info(tto, answers, wire):
    newer = {
        "caption_hashtags": ["baking"],
        "mentioned_accounts": [],
        "collaboration_status": "NONE",
    }
    page_info = {"has_more": True, "cursor": 1767434400000}
    answers(VIDEOS, {"posts": [POST | newer], "page_info": page_info})
    page = tto.public_videos("maya.bakes", limit=25)
    assert (page.cursor, page.has_more) == (1767434400000, True)
    assert page.videos == (
        types.Video(
            video_id="7455000000000000011",
            created_at=datetime(2026, 1, 3, 10, tzinfo=UTC),
            caption="3-step brioche #baking",
            embed_url="https://www.tiktok.com/player/v1/7455000000000000011",
            thumbnail_url="https://img.example/t/11.webp",
            likes=2210,
            comments=84,
            shares=130,
            favorites=402,
            video_views=39500,
            hashtags=("baking",),
            collaboration_status="NONE",
        ),
    )
    assert sent(wire)["limit"] == "25"
    assert "cursor" not in sent(wire)


def test_authorized_videos_carry_their_cursor_beside_the_posts(tto, answers, wire):
    answers(OWN_VIDEOS, {"posts": [POST], "has_more": False, "cursor": 1767690000000})
    page = tto.authorized_videos("creator-t0ken", "open-1", cursor=7)
    assert (page.cursor, page.has_more, len(page.videos)) == (1767690000000, False, 1)
    assert sent(wire) == {"creator_id": "open-1", "cursor": "7", "limit": "10"}
    assert wire.calls[0].request.headers["Access-Token"] == "creator-t0ken"


def test_a_page_of_null_is_empty_and_the_last(tto, answers):
    answers(VIDEOS, {"posts": None, "page_info": None})
    assert tto.public_videos("ann") == types.VideoPage((), 0, has_more=False)


def test_an_authorized_profile_asks_for_every_field_and_reads_number_label_ids(tto, answers, wire):
    own = {name: value for name, value in MAYA.items() if name in PROFILE_FIELDS}
    answers(
        AUTHORIZED,
        own
        | {
            "country_code": "GB",
            "creator_rate": {"rate": 450, "currency": "GBP"},
            "content_labels": [{"label_id": 11010004, "label_name": "Cooking & Recipes"}],
            "industry_labels": None,
            "audience_countries": [{"country": "GB", "percentage": 0.61}],
            "audience_genders": [{"gender": "Female", "percentage": 0.74}],
            "audience_ages": [
                {"age": "55+", "percentage": 0.06},
                {"age": "Other", "percentage": 0.2},
            ],
            "audience_devices": [{"device": "APPLE", "percentage": 0.6}],
            "audience_usages": [{"usage": "active", "percentage": 0.93}],
        },
    )
    profile = tto.authorized_profile("creator-t0ken", "open-1")
    assert profile.country == "GB"
    assert profile.creator_rate == Money(Decimal(450), "GBP")
    assert profile.content_labels == (Label("11010004", "Cooking & Recipes"),)
    assert profile.industry_labels == ()
    assert profile.audience_countries == (Share("GB", 0.61),)
    assert profile.audience_genders == (Share("FEMALE", 0.74),)
    assert profile.audience_ages == (Share("55+", 0.06), Share("OTHER", 0.2))
    assert profile.audience_devices == (Share("APPLE", 0.6),)
    assert profile.audience_usages == (Share("ACTIVE", 0.93),)
    assert profile.average_views is None
    assert profile.audience_locales is None
    assert sorted(json.loads(sent(wire)["fields"])) == sorted(PROFILE_FIELDS)
    assert len(PROFILE_FIELDS) == 17


def test_labels_come_in_two_kinds_and_broken_ones_are_left_out(tto, answers, wire):
    broken = [{"label_id": None, "label_name": "x"}, {"label_id": "1"}, {}]
    answers(
        LABELS,
        {
            "industry_labels": [{"label_id": "16000000000", "label_name": "Food"}, *broken],
            "content_labels": None,
        },
    )
    assert tto.labels("RANKING") == tto_types.Labels((Label("16000000000", "Food"),), ())
    assert sent(wire)["label_type"] == "RANKING"


@pytest.mark.parametrize(
    ("written", "change"), [("+4", 4), ("-2", -2), ("0", 0), ("N/A", None), (None, None), (3, 3)]
)
def test_a_leaderboards_rates_are_percent_and_its_changes_text(tto, answers, written, change):
    row = {
        "ranking_change": written,
        "handle": "rio.runs",
        "display_name": "Rio",
        "country": "US",
        "industry_labels": None,
        "content_labels": [{"label_id": "11007001", "label_name": "Running"}],
        "score": 91.25,
        "number_of_followers": 88210,
        "branded_content_video_views": None,
        "branded_content_engagement_rate": None,
        "total_video_views": 1200300,
        "engagement_rate": 2.97,
        "starting_price": None,
        "starting_price_currency": "",
        "follower_growth": -12,
    }
    info = {"page": 1, "page_size": 20, "total_number": 1, "total_page": 1}
    answers(
        RANK,
        {"creators": [row], "last_updated_at": "2026-01-05T00:00:00Z", "page_info": info},
    )
    ranking = tto.rank("11007001")
    assert ranking == tto_types.Ranking(
        (
            tto_types.RankedCreator(
                handle="rio.runs",
                display_name="Rio",
                country="US",
                ranking_change=change,
                score=91.25,
                followers_count=88210,
                total_video_views=1200300,
                engagement_rate=pytest.approx(0.0297),
                follower_growth=-12,
                content_labels=(Label("11007001", "Running"),),
            ),
        ),
        datetime(2026, 1, 5, tzinfo=UTC),
        1,
        1,
    )


def test_a_percent_under_one_is_still_percent(tto, answers):
    answers(RANK, {"creators": [{"handle": "a", "engagement_rate": 0.5}]})
    assert tto.rank("1").creators[0].engagement_rate == 0.005


def test_a_search_sends_what_filters_and_nothing_else(tto, answers, wire):
    hit = {"handle_name": "rio.runs", "display_name": "Rio", "followers_count": 88210}
    info = {"page": 1, "page_size": 2, "total_number": 1, "total_page": 2}
    answers(DISCOVER, {"creators": [hit], "page_info": info})
    search = tto_types.Search(
        country_codes=["US"],
        state_provinces=("CA",),
        content_label_ids=("11007001",),
        min_followers=50000,
        min_median_views=0,
        min_engagement_rate=0.03,
        keyword_search="trail",
        follower_country_codes=("US",),
        follower_gender_ratio="FEMALE_60",
        sort_field="MEDIAN_VIEWS",
    )
    page = tto.discover(search, page_size=2)
    assert page.creators == (
        tto_types.FoundCreator(handle="rio.runs", display_name="Rio", followers_count=88210),
    )
    assert sent(wire) == {
        "tto_tcm_account_id": "7401112223334445556",
        "country_codes": '["US"]',
        "state_provinces": '["CA"]',
        "content_label_ids": '["11007001"]',
        "min_followers": "50000",
        "min_median_views": "0",
        "min_engagement_rate": "0.03",
        "keyword_search": "trail",
        "follower_country_codes": '["US"]',
        "follower_country_code": "US",
        "follower_gender_ratio": "FEMALE_60",
        "sort_field": "MEDIAN_VIEWS",
        "page": "1",
        "page_size": "2",
    }


def test_six_paths_have_a_request_budget_of_their_own(tto, client, answers):
    seen = []
    client._before_call = seen.append
    answers(PUBLIC, MAYA)
    answers(VIDEOS, {"posts": []})
    answers(AUTHORIZED, MAYA)
    answers(OWN_VIDEOS, {"posts": []})
    answers(RANK, {"creators": []})
    answers(DISCOVER, {"creators": []})
    answers(LABELS, {})
    tto.public_profile("a")
    tto.public_videos("a")
    tto.authorized_profile("t", "o")
    tto.authorized_videos("t", "o")
    tto.rank("1")
    tto.discover(tto_types.Search(country_codes=("US",)))
    tto.labels()
    own = [call.path for call in seen if call.bucket == call.path]
    assert own == [PUBLIC, VIDEOS, AUTHORIZED, OWN_VIDEOS, RANK, DISCOVER]
    assert seen[-1].bucket == "app"


def test_the_dialects_say_what_they_cannot(tto, market):
    only_here = {"has_link_requests", "has_linked_video_events"}
    only_there = {
        "has_orders",
        "has_campaign_codes",
        "has_marketplace_invite",
        "has_average_views",
        "has_audience_locales",
    }
    for name in only_here:
        assert getattr(tto.capabilities, name)
        assert not getattr(market.capabilities, name)
    for name in only_there:
        assert getattr(market.capabilities, name)
        assert not getattr(CAPABILITIES, name)


@pytest.mark.parametrize(
    ("promised", "dialect"),
    [
        (Marketplace, TtcmMarketplace),
        (Marketplace, TtoMarketplace),
        (OrderMarketplace, TtcmMarketplace),
        (CampaignMarketplace, TtoMarketplace),
    ],
)
def test_a_dialect_takes_and_returns_what_its_protocol_promises(promised, dialect):
    calls = [name for name, call in vars(promised).items() if inspect.isfunction(call)]
    for name in (name for name in calls if not name.startswith("_")):
        reported, made = (inspect.signature(getattr(cls, name)) for cls in (promised, dialect))
        assert reported == made, name


anything = st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.booleans())


@given(st.dictionaries(st.sampled_from(sorted(MAYA) + list(PROFILE_FIELDS)), anything))
def test_whatever_stands_in_a_profile_costs_its_field_alone(fields):
    profile = read_profile(Row(fields | {"handle_name": "a"}))
    assert profile.handle == "a"
    assert profile.followers_count is None or isinstance(profile.followers_count, int)


@pytest.mark.parametrize("name", ["ttcm", "tto"])
def test_a_dialect_is_chosen_by_name(client, name):
    made = DIALECTS[name](client, account_id="7", access_token="brand-t0ken")
    assert made.capabilities.has_link_requests is (name == "tto")
    assert "brand-t0ken" not in repr(made)
    assert "account_id='7'" in repr(made)
