"""Field names and JSON types of TikTok One's answers, endpoint by endpoint, as documented."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID


class Maybe(NamedTuple):
    """The kind or null."""

    kind: object


NUMBER = (int, float)
PAGES = {"page": int, "page_size": int, "total_number": int, "total_page": int}
LABELS = [{"label_id": str, "label_name": str}]
POST = {
    "video_id": str,
    "display_name": str,
    "thumbnail_url": str,
    "embed_url": str,
    "caption": str,
    "likes": int,
    "comments": int,
    "shares": int,
    "favorites": int,
    "video_views": int,
    "create_time": str,
    "caption_hashtags": [str],
    "mentioned_accounts": [str],
    "collaboration_status": str,
}
CAMPAIGN = {
    "campaign_id": str,
    "campaign_type": str,
    "brand_name": str,
    "brand_profile_id": Maybe(str),
    "campaign_name": str,
    "campaign_description": str,
    "anchor_id": Maybe(str),
    "advertiser_ids": [str],
    "spark_ads_requested_authorization_days": int,
    "invite_link": str,
    "handle_names": [str],
    "video_ids": [str],
    "country_codes": [str],
    "create_time": str,
}
SPLIT = [
    "video_views",
    "likes",
    "comments",
    "shares",
    "favorites",
    "average_view_time",
    "video_completion_rate",
    "reach",
    "engagement_rate",
]
RATES = {"average_view_time", "video_completion_rate", "engagement_rate"}
ADS = ["cost", "clicks", "conversions", "impressions", "cpa", "cpc", "cpm", "ctr", "cvr", "roas"]
EARLY = [
    f"{side}{name}_seconds_views" for side in ("", "organic_", "paid_") for name in ("two", "six")
]
REPORT_VIDEO = {
    "video_info": {
        "video_id": str,
        "create_time": str,
        "embed_url": str,
        "thumbnail_url": str,
        "authorization_code": Maybe(str),
    },
    "creator_info": {"handle_name": str, "display_name": str},
    **{
        f"{name}{side}": Maybe(NUMBER if name in RATES else int)
        for name in SPLIT
        for side in ("", "_organic", "_paid")
    },
    **{name: Maybe(float) for name in EARLY},
    **{f"ad_{name}": Maybe(NUMBER) for name in ADS},
    "engagement_count": int,
    "total_play_time": int,
    "video_view_retention": Maybe([NUMBER]),
    "video_views_by_source": (dict, list),
    "audience_genders_distribution": Maybe([{"gender": str, "percentage": float}]),
    "audience_age_distribution": Maybe([{"age": str, "percentage": float}]),
    "audience_countries_distribution": Maybe([{"country": str, "percentage": float}]),
    "audience_locale_distribution": Maybe([{"locale": str, "percentage": float}]),
    "audience_device_distribution": Maybe([{"device": str, "percentage": float}]),
    "audience_language_distribution": Maybe([{"language": str, "percentage": float}]),
    "audience_interest_distribution": Maybe([{"interest_tag": str, "percentage": float}]),
    "anchor_id": Maybe(str),
    "anchor_metrics": Maybe(dict),
}
DAY = {
    "date": str,
    "views": int,
    "video_views_organic": int,
    "video_views_paid": Maybe(int),
    "reach": int,
    "engagement_rate": float,
    "video_completion_rate": float,
    "likes": int,
    "comments": int,
    "shares": int,
    "favorites": int,
}


def check(value, kind, place="data"):
    """Exactly these members, exactly these kinds; a bool is no number."""
    if isinstance(kind, Maybe):
        if value is not None:
            check(value, kind.kind, place)
    elif isinstance(kind, dict):
        assert isinstance(value, dict), place
        assert set(value) == set(kind), place
        for name, inner in kind.items():
            check(value[name], inner, f"{place}.{name}")
    elif isinstance(kind, list):
        assert isinstance(value, list), place
        for number, each in enumerate(value):
            check(each, kind[0], f"{place}[{number}]")
    else:
        assert isinstance(value, kind), f"{place}: {value!r}"
        assert not isinstance(value, bool) or kind is bool, place


def test_brand_token_accounts_and_description(tiktok, one):
    url = (
        f"{tiktok.url}/portal/auth?app_id={APP_ID}&state=s"
        "&redirect_uri=https%3A%2F%2Finfluence.example%2Fbrand%2F"
    )
    status, _, location = tiktok.submit(url, b"decision=allow")
    assert status == 302
    code = location.partition("auth_code=")[2].partition("&")[0]
    who = {"app_id": APP_ID, "secret": SECRET}
    asked = {**who, "auth_code": code, "token": ""}
    granted = one.post("/oauth2/access_token/", return_advertiser_ids=False, **asked)
    check(granted, {"access_token": str, "advertiser_ids": [str], "scope": [int]})
    assert granted["advertiser_ids"] == []
    token = granted["access_token"]
    assert one.get("/tto/oauth2/tcm/", token=token, **who) == {
        "tto_tcm_account_ids": [TTO_ACCOUNT_ID]
    }
    assert one.get("/tto/oauth2/info/", token=token, tto_tcm_account_id=TTO_ACCOUNT_ID) == {
        "tto_tcm_account_id": TTO_ACCOUNT_ID,
        "account_name": "Harbour Goods",
        "country": "GB",
        "timezone": "Europe/London",
        "business_verification_status": "PASSED",
    }
    assert one.refused("POST", "/oauth2/access_token/", **asked)[0] == 40110
    gone = one.post("/oauth2/revoke_token/", access_token=token, **who)
    assert gone == {"app_id": APP_ID, "advertiser_ids": []}
    assert one.refused("GET", "/tto/oauth2/tcm/", token=token, **who)[0] == 40105


def test_creator_status(one):
    handles = ["maya.bakes", "tom_trails", "nosuch"]
    found = one.get("/tto/tcm/creator/status/get/", handle_names=handles)
    assert found == {
        "onboarding_status": [
            {"handle_name": "maya.bakes", "status": "IN"},
            {"handle_name": "tom_trails", "status": "NOT_IN"},
            {"handle_name": "nosuch", "status": "INVALID"},
        ]
    }


def test_public_creator(one):
    kind = {
        "handle_name": str,
        "display_name": str,
        "bio": str,
        "profile_image": str,
        "creator_id": str,
        "followers_count": int,
        "following_count": int,
        "videos_count": int,
        "likes_count": int,
        "median_views": int,
        "engagement_rate": float,
        "creator_price": Maybe(int),
        "currency": Maybe(str),
        "industry_labels": Maybe(LABELS),
        "content_labels": LABELS,
    }
    maya = one.get("/tto/tcm/creator/public/", handle_name="maya.bakes")
    check(maya, kind)
    assert 0 < maya["engagement_rate"] < 1
    zoe = one.get("/tto/tcm/creator/public/", handle_name="zoe.zen")
    check(zoe, {**kind, "creator_tier": dict})
    assert (zoe["creator_price"], zoe["currency"]) == (None, None)


def test_public_videos(one):
    first = one.get("/tto/tcm/creator/public/video/list/", handle_name="maya.bakes", limit=3)
    check(first, {"posts": [POST], "page_info": {"has_more": bool, "cursor": int}})
    assert len(first["posts"]) == 3
    cursor = first["page_info"]["cursor"]
    assert cursor == int(first["posts"][-1]["create_time"])
    asked = {"handle_name": "maya.bakes", "cursor": cursor, "limit": 25}
    rest = one.get("/tto/tcm/creator/public/video/list/", **asked)
    assert all(int(each["create_time"]) < cursor for each in rest["posts"])
    strange = one.get("/tto/tcm/creator/public/video/list/", handle_name="zoe.zen", limit=1)
    check(strange["posts"], [{**POST, "ai_generated_share": float}])
    assert strange["posts"][0]["collaboration_status"] == "GIFTED_BY_BRAND"


def test_authorized_creator_and_videos(tiktok, one, seeded):
    open_id = tiktok.read("creator", handle="maya.bakes")["open_id"]
    mine = {"token": seeded["tokens"]["maya.bakes"], "creator_id": open_id}
    assert set(one.get("/tto/creator/authorized/", **mine)) == {"profile_image", "display_name"}
    kind = {
        "profile_image": str,
        "handle_name": str,
        "display_name": str,
        "bio": str,
        "country_code": str,
        "followers_count": int,
        "following_count": int,
        "likes_count": int,
        "videos_count": int,
        "creator_rate": {"rate": int, "currency": str},
        "content_labels": [{"label_id": int, "label_name": str}],
        "industry_labels": [{"label_id": int, "label_name": str}],
        "audience_countries": [{"country": str, "percentage": float}],
        "audience_genders": [{"gender": str, "percentage": float}],
        "audience_ages": [{"age": str, "percentage": float}],
        "audience_devices": [{"device": str, "percentage": float}],
        "audience_usages": [{"usage": str, "percentage": float}],
    }
    found = one.get("/tto/creator/authorized/", fields=list(kind), **mine)
    check(found, kind)
    for name in (each for each in kind if each.startswith("audience_")):
        assert sum(part["percentage"] for part in found[name]) == pytest.approx(1, abs=1e-3)
    listed = one.get("/tto/creator/authorized/video/list/", limit=2, **mine)
    check(listed, {"posts": [POST], "has_more": bool, "cursor": int})
    assert one.refused("GET", "/tto/creator/authorized/", fields=["shoe_size"], **mine)[0] == 40002


def test_a_tiny_account_has_no_audience(tiktok, one, seeded):
    open_id = tiktok.read("creator", handle="wee.kim")["open_id"]
    mine = {"token": seeded["tokens"]["wee.kim"], "creator_id": open_id}
    fields = ["followers_count", "audience_ages"]
    found = one.get("/tto/creator/authorized/", fields=fields, **mine)
    assert found == {"followers_count": 64, "audience_ages": []}


def test_labels_ranks_and_search(one):
    labels = one.get("/tto/tcm/category/label/", label_type="RANKING")
    check(labels, {"industry_labels": LABELS, "content_labels": LABELS})
    when = {"time_period": "WEEK", "time_period_lookback": "ONE", "country_code": "US"}
    kind = {
        "ranking_change": str,
        "handle": str,
        "display_name": str,
        "profile_image": str,
        "country": str,
        "industry_labels": Maybe(LABELS),
        "content_labels": LABELS,
        "score": float,
        "number_of_followers": int,
        "branded_content_video_views": Maybe(int),
        "branded_content_engagement_rate": Maybe(float),
        "total_video_views": int,
        "engagement_rate": float,
        "starting_price": Maybe(int),
        "starting_price_currency": str,
        "follower_growth": Maybe(int),
    }
    for board, name in (("BRANDED_CONTENT", "industry"), ("ORGANIC_CONTENT", "content")):
        label = labels[f"{name}_labels"][0]["label_id"]
        asked = {"ranking_type": board, "label_id": label, **when}
        ranked = one.get("/tto/tcm/rank/", **asked)
        check(ranked, {"creators": [kind], "last_updated_at": str, "page_info": PAGES})
        assert ranked["creators"]
        assert max(each["engagement_rate"] for each in ranked["creators"]) > 1  # percent
    found = one.get("/tto/tcm/creator/discover/", country_codes=["GB", "US"], page_size=200)
    hit = {
        "handle_name": str,
        "display_name": str,
        "profile_image": str,
        "followers_count": int,
        "following_count": int,
        "likes_count": int,
        "videos_count": int,
    }
    check(found, {"creators": [hit], "page_info": PAGES})
    assert "maya.bakes" in [each["handle_name"] for each in found["creators"]]


def test_brand_profiles(one):
    made = one.post(
        "/tto/tcm/brand/profile/create/",
        brand_name="Oakmill",
        brand_industry_id="27",
        brand_website="https://oakmill.example",
        logo_url="https://oakmill.example/logo.png",
    )
    kind = {
        "brand_profile_id": str,
        "brand_name": str,
        "brand_industry_id": str,
        "brand_website": str,
        "logo_url": str,
        "tiktok_account_url": Maybe(str),
    }
    check(made, kind)
    assert one.get("/tto/tcm/brand/profile/get/")["brands"] == [made]


def test_campaigns(one):
    made = one.campaign("maya.bakes", "tom_trails")
    created = {name: kind for name, kind in CAMPAIGN.items() if name != "video_ids"}
    check(made, {**created, "failed_handle_names": [str]})
    assert (made["handle_names"], made["failed_handle_names"]) == (["maya.bakes"], ["tom_trails"])
    read = one.get("/tto/tcm/campaign/")
    check(read, {"campaigns": [CAMPAIGN], "page_info": PAGES})
    asked = {"campaign_id": made["campaign_id"], "campaign_type": "CAMPAIGN"}
    more = one.post("/tto/tcm/campaign/update/", handle_names=["rio.runs"], **asked)
    check(more, {**created, "update_time": str})
    assert more["country_codes"] == ["GB", "US"]


def test_link_requests(one, seeded):
    listed = one.get("/tto/tcm/campaign/link/status/")
    kind = {
        "video_id": str,
        "campaign_id": str,
        "campaign_type": str,
        "status": str,
        "last_reminded_timestamp": str,
        "number_of_requests": int,
        "link_request_id": str,
    }
    check(listed, {"video_infos": [kind], "page_info": PAGES})
    states = {each["status"] for each in listed["video_infos"]}
    assert states == {"IN_REVIEW", "APPROVE", "REJECTED", "REVOKE"}
    campaign_id = seeded["campaigns"]["requests"]
    video = one.videos("maya.bakes")[5]
    asked = {"campaign_id": campaign_id, "video_id": video, "action": "LINK"}
    sent = one.post("/tto/tcm/campaign/link/", **asked)
    check(sent, {k: v for k, v in kind.items() if k not in {"campaign_id", "link_request_id"}})


def test_report(tiktok, one, seeded):
    asked = {"campaign_id": seeded["campaigns"]["multi_country"]}
    tiktok.control("clock", advance_seconds=2 * 86_400)
    today = tiktok.read("clock")["now"]
    last = datetime.fromtimestamp(today, UTC).date()
    span = {"start_date": str(last - timedelta(days=7)), "end_date": str(last)}
    counts = {}
    for country in ("US", "CA"):
        found = one.get("/tto/tcm/report/", headers={"Country-Code": country}, **asked, **span)
        check(
            found,
            {
                "tto_tcm_account_id": str,
                "campaign_id": str,
                "country_code": str,
                "campaign_type": str,
                "campaign_channel_type": str,
                "page_info": PAGES,
                "videos": [{**REPORT_VIDEO, "daily_stats": [DAY]}],
            },
        )
        counts[country] = len(found["videos"])
        for video in found["videos"]:
            assert_logical(video)
    assert counts == {"US": 7, "CA": 1}
    bare = one.get("/tto/tcm/report/", headers={"Country-Code": "CA"}, **asked)
    check(bare["videos"], [REPORT_VIDEO])
    assert bare["videos"][0]["audience_locale_distribution"] is None


def assert_logical(video):
    views, retention = video["video_views"], video["video_view_retention"]
    engaged = video["likes"] + video["comments"] + video["shares"]
    assert video["engagement_count"] == engaged
    assert video["engagement_rate"] == pytest.approx(engaged / views, abs=1e-5)
    assert video["average_view_time"] == pytest.approx(video["total_play_time"] / views, abs=1e-3)
    assert retention[0] == 1
    assert retention == sorted(retention, reverse=True)
    assert retention[-1] == video["video_completion_rate"]
    assert video["reach"] <= views
    for name in (each for each in video if each.endswith("_distribution")):
        if video[name] is not None:
            assert sum(part["percentage"] for part in video[name]) == pytest.approx(1, abs=1e-3)
    sources = video["video_views_by_source"]
    counted = sources.values() if isinstance(sources, dict) else [x["video_views"] for x in sources]
    assert sum(counted) == views
    if video["video_views_paid"] is not None:
        assert video["video_views_organic"] + video["video_views_paid"] == views


def test_daily_figures_are_null_on_the_first_day(tiktok, one):
    made = one.campaign("maya.bakes")
    now = tiktok.read("clock")["now"]
    tiktok.control("clock", advance_seconds=86_400 - now % 86_400 + 60)
    tiktok.control("publish", handle="maya.bakes", invite_link=made["invite_link"])
    tiktok.control("clock", advance_seconds=3600)
    asked = {"campaign_id": made["campaign_id"], "headers": {"Country-Code": "GB"}}
    (fresh,) = one.get("/tto/tcm/report/", **asked)["videos"]
    assert fresh["video_views"] > 0
    late = ("reach", "two_seconds_views", "audience_genders_distribution")
    assert [fresh[name] for name in late] == [None, None, None]
    tiktok.control("clock", advance_seconds=86_400)
    (older,) = one.get("/tto/tcm/report/", **asked)["videos"]
    assert None not in [older[name] for name in late]


def test_play_time_moves_daily_once_a_post_is_a_week_old(tiktok, one):
    made = one.campaign("maya.bakes")
    tiktok.control("publish", handle="maya.bakes", invite_link=made["invite_link"])
    now = tiktok.read("clock")["now"]
    tiktok.control("clock", advance_seconds=8 * 86_400 + 86_400 - now % 86_400)

    def read():
        asked = {"campaign_id": made["campaign_id"], "headers": {"Country-Code": "GB"}}
        (video,) = one.get("/tto/tcm/report/", **asked)["videos"]
        return video["video_views"], video["total_play_time"]

    views, seconds = read()
    tiktok.control("clock", advance_seconds=20 * 3600)
    assert read()[0] > views
    assert read()[1] == seconds
    tiktok.control("clock", advance_seconds=86_400)
    assert read()[1] > seconds


def test_anchors(tiktok, one):
    made = one.post(
        "/tto/tcm/anchor/create/",
        anchor_type="WEB_ANCHOR",
        anchor_sub_type="DESTINATION",
        category_label_id=3,
        country_code="CA",
        call_to_action={"landing_page_url": "https://oakmill.example"},
        anchor_title="READ_MORE",
        anchor_name="Loaf",
        upload_type="UPLOAD_BY_URL",
        thumbnail_url="https://oakmill.example/a.png",
    )
    assert (made["status"], made["anchor_title"]) == ("IN_REVIEW", "Read more")
    read = one.get("/tto/tcm/anchor/get/", anchor_ids=[made["anchor_id"]])
    assert read["anchors"] == [made]
    check(read["page_info"], PAGES)
    gone = {"anchor_id": made["anchor_id"]}
    assert one.refused("POST", "/tto/tcm/anchor/delete/", **gone)[0] == 40002
    tiktok.control("anchor", status="DRAFT", **gone)
    assert one.post("/tto/tcm/anchor/delete/", **gone) == {}
    assert one.get("/tto/tcm/anchor/get/")["anchors"] == []


def test_spark_in_each_state(one, seeded):
    videos = seeded["sparks"]
    base = {
        "video_id": str,
        "auth_status": str,
        "auth_status_updated_time": str,
        "requested_authorization_days": int,
    }
    code = dict.fromkeys(
        ("auth_code", "auth_code_start_time", "auth_code_end_time", "auth_code_status"), str
    )

    def status(state):
        asked = {"tcm_account_id": TTO_ACCOUNT_ID, "video_id": videos[state]}
        return one.get("/tcm/tt_video/status/", **asked)

    for state in ("WAITING", "REJECTED"):
        check(status(state), base)
        assert status(state)["auth_status"] == state
    for state in ("NOT_USED", "IN_USE", "EXPIRED", "DELETED"):
        check(status(state), base | code)
        assert (status(state)["auth_status"], status(state)["auth_code_status"]) == (
            "ACCEPTED",
            state,
        )
    asked = {"tcm_account_id": TTO_ACCOUNT_ID, "video_id": videos["NONE"]}
    assert one.refused("GET", "/tcm/tt_video/status/", **asked)[0] == 40007
    assert one.post("/tcm/tt_video/apply/", **asked) == {}
    assert status("NONE")["auth_status"] == "WAITING"
    listed = one.get("/spark_ad/recommend/", tcm_account_id=TTO_ACCOUNT_ID)["videos"]
    names = {name for each in listed for name in each} - {"creator_handle", "handle_name"}
    assert names == {"item_id", "recommendation_level", "embed_url", "thumbnail_url", "create_time"}


def test_accounts_api(tiktok, one, seeded):
    open_id = tiktok.read("creator", handle="maya.bakes")["open_id"]
    mine = {"token": seeded["tokens"]["maya.bakes"], "business_id": open_id}
    real_time = {
        "profile_image": str,
        "username": str,
        "display_name": str,
        "profile_deep_link": str,
        "bio_description": str,
        "is_verified": bool,
        "is_business_account": bool,
        "following_count": int,
        "followers_count": int,
        "total_likes": int,
        "videos_count": int,
    }
    lists = {
        "audience_ages": [{"age": str, "percentage": float}],
        "audience_genders": [{"gender": str, "percentage": float}],
        "audience_countries": [{"country": str, "percentage": float}],
        "audience_cities": [{"city_name": str, "percentage": float}],
    }
    found = one.get("/business/get/", fields=[*real_time, *lists, "video_views"], **mine)
    day = {"date": str, "video_views": int, "followers_count": int}
    check(found, {**real_time, **lists, "metrics": [day]})
    assert len(found["metrics"]) == 7
    item = {
        "item_id": str,
        "create_time": str,
        "video_duration": float,
        "likes": int,
        "favorites": int,
        "video_views": int,
        "reach": int,
        "total_time_watched": float,
        "average_time_watched": float,
        "full_video_watched_rate": float,
        "video_view_retention": [{"second": str, "percentage": NUMBER}],
        "impression_sources": [{"impression_source": str, "percentage": float}],
        "audience_genders": [{"gender": str, "percentage": float}],
        "audience_countries": [{"country": str, "percentage": float}],
    }
    listed = one.get("/business/video/list/", fields=list(item), max_count=20, **mine)
    check(listed, {"videos": [item], "cursor": int, "has_more": bool})


def test_subscriptions(one):
    who = {"app_id": APP_ID, "secret": SECRET, "token": ""}
    detail = {"access_token": BRAND_TOKEN, "tto_tcm_account_id": TTO_ACCOUNT_ID}
    wish = {
        "subscribe_entity": "TCM_VIDEOS",
        "callback_url": "https://influence.example/hooks/tiktok/",
        "subscription_detail": detail,
    }
    made = one.post("/subscription/subscribe/", **who, **wish)
    check(made, {"subscription_id": str})
    assert one.get("/subscription/get/", **who)["subscriptions"] == [
        {"app_id": APP_ID, **made, **wish}
    ]
    one.post("/subscription/unsubscribe/", **who, **made)
    assert one.get("/subscription/get/", **who)["subscriptions"] == []
    for url in ("http://influence.example/hooks/", "ftp://127.0.0.1/", "http://10.0.0.1/x"):
        asked = {**who, **wish, "callback_url": url}
        assert one.refused("POST", "/subscription/subscribe/", **asked)[0] == 40002


def test_ids_are_nineteen_digits_above_what_a_float_holds(one):
    made = one.campaign("maya.bakes")
    assert len(made["campaign_id"]) == 19
    assert int(made["campaign_id"]) > 2**53
