"""A brand's consent, subscriptions and the Accounts API."""

import json
from datetime import UTC, date, datetime

import pytest
import requests

from tiktok.client import AccountsApi, BrandOAuth, Subscriptions, accounts_types, errors
from tiktok.client.accounts import VIDEO_FIELDS
from tiktok.client.brand_oauth import BrandAccountInfo, BrandGrant
from tiktok.client.subscriptions import Subscription
from tiktok.client.types import Share


@pytest.fixture
def brand(client):
    return BrandOAuth(client)


@pytest.fixture
def subscriptions(client):
    return Subscriptions(client)


@pytest.fixture
def accounts(client):
    return AccountsApi(client)


def body(wire):
    return json.loads(wire.calls[-1].request.body)


def test_a_brand_is_sent_to_the_portal(brand):
    assert brand.authorize_url(redirect_uri="https://a.example/b/", state="x&y") == (
        "https://business-api.tiktok.com/portal/auth?app_id=739&state=x%26y"
        "&redirect_uri=https%3A%2F%2Fa.example%2Fb%2F"
    )


def test_a_brands_code_becomes_a_token_that_no_log_shows(brand, answers, wire):
    data = {"access_token": "brand-tok-001", "scope": [12, 31], "advertiser_ids": None}
    answers("/oauth2/access_token/", data, method="POST")
    grant = brand.exchange_code("bac%2D9f1e22")
    assert grant == BrandGrant("brand-tok-001", (), (12, 31))
    assert "brand-tok" not in repr(grant)
    assert body(wire) == {
        "app_id": "739",
        "secret": "app-s3cret",
        "auth_code": "bac-9f1e22",
        "return_advertiser_ids": False,
    }
    assert "Access-Token" not in wire.calls[0].request.headers


def test_a_code_is_not_traded_twice(brand, answers, exchanges):
    answers("/oauth2/access_token/", method="POST", body=requests.ReadTimeout())
    with pytest.raises(errors.UnreachableError):
        brand.exchange_code("c")
    assert len(exchanges) == 1


def test_a_brands_accounts_are_listed_and_described(brand, answers, wire):
    answers("/tto/oauth2/tcm/", {"tto_tcm_account_ids": ["7401112223334445556"]})
    assert brand.account_ids("tok") == ("7401112223334445556",)
    assert wire.calls[-1].request.params == {"app_id": "739", "secret": "app-s3cret"}
    answers("/tto/oauth2/tcm/", {"tto_tcm_account_ids": None})
    assert brand.account_ids("tok") == ()
    reported = {
        "tto_tcm_account_id": "7401112223334445556",
        "account_name": "Northlight Agency",
        "country": "GB",
        "timezone": "Europe/London",
        "business_verification_status": "PASSED",
    }
    answers("/tto/oauth2/info/", reported)
    assert brand.account("tok", "7401112223334445556") == BrandAccountInfo(
        account_id="7401112223334445556",
        account_name="Northlight Agency",
        country="GB",
        timezone="Europe/London",
        business_verification_status="PASSED",
    )


def test_a_brands_consent_is_ended(brand, answers, wire, exchanges):
    answers("/oauth2/revoke_token/", method="POST", body=requests.ReadTimeout())
    answers("/oauth2/revoke_token/", {"app_id": "739"}, method="POST")
    brand.revoke("tok")
    assert len(exchanges) == 2
    assert body(wire) == {"app_id": "739", "secret": "app-s3cret", "access_token": "tok"}


def test_a_subscription_to_videos_names_account_and_token(subscriptions, answers, wire):
    path = "/subscription/subscribe/"
    answers(path, {"subscription_id": "7470000000000000003"}, method="POST")
    made = subscriptions.subscribe_to_videos("https://a.example/", account_id="7", access_token="t")
    assert made == "7470000000000000003"
    assert body(wire) == {
        "app_id": "739",
        "secret": "app-s3cret",
        "subscribe_entity": "TCM_VIDEOS",
        "callback_url": "https://a.example/",
        "subscription_detail": {"access_token": "t", "tto_tcm_account_id": "7"},
    }


def test_a_subscription_to_the_service_names_products(subscriptions, answers, wire):
    answers("/subscription/subscribe/", {"subscription_id": 5}, method="POST")
    assert subscriptions.subscribe_to_service_status("https://a/", access_token="t") == "5"
    assert body(wire)["subscription_detail"]["product_filters"] == ["TIKTOK_ONE_API"]


def test_a_nested_token_that_tiktok_repeats_is_masked(client, subscriptions, answers):
    client._max_attempts = 1
    refusal = {"code": 40002, "message": "token n3sted-t0ken is odd", "request_id": "R", "data": {}}
    answers("/subscription/subscribe/", method="POST", json=refusal)
    with pytest.raises(errors.InvalidParameterError) as caught:
        subscriptions.subscribe_to_videos("https://a/", account_id="7", access_token="n3sted-t0ken")
    assert "n3sted-t0ken" not in str(caught.value)


@pytest.mark.parametrize("name", ["tto_tcm_account_id", "tto_tmc_account_id"])
def test_subscriptions_are_listed_without_their_tokens(subscriptions, answers, name):
    listed = {
        "subscription_id": "1",
        "subscribe_entity": "TCM_VIDEOS",
        "callback_url": "https://a.example/",
        "subscription_detail": {"access_token": "t0ken", name: "7"},
    }
    plain = {"subscription_id": "2", "subscribe_entity": "NEW", "subscription_detail": None}
    page_info = {"page": 1, "total_page": 1}
    answers("/subscription/get/", {"subscriptions": [listed, plain], "page_info": page_info})
    page = subscriptions.page()
    assert page.subscriptions == (
        Subscription(
            subscription_id="1",
            entity="TCM_VIDEOS",
            callback_url="https://a.example/",
            account_id="7",
        ),
        Subscription(subscription_id="2", entity="NEW"),
    )
    assert "t0ken" not in repr(page)


def test_a_subscription_is_ended_once(subscriptions, answers, wire, exchanges):
    answers("/subscription/unsubscribe/", method="POST", body=requests.ReadTimeout())
    with pytest.raises(errors.UnreachableError):
        subscriptions.unsubscribe("1")
    assert len(exchanges) == 1
    assert body(wire)["subscription_id"] == "1"


def test_an_account_has_days_and_an_audience(accounts, client, answers, wire):
    announced = []
    client._before_call = announced.append
    answers(
        "/business/get/",
        {
            "display_name": "Maya Bakes",
            "username": "maya.bakes",
            "is_verified": False,
            "is_business_account": None,
            "total_likes": 3921002,
            "followers_count": 184301,
            "audience_ages": [{"age": "18-24", "percentage": 0.4}],
            "audience_genders": [{"gender": "Other", "percentage": 0.02}],
            "audience_cities": [
                {"city_name": "London", "percentage": 17.5},
                {"city_name": "Leeds", "percentage": 0.5},
            ],
            "metrics": [{"date": "2026-01-05", "video_views": 100, "daily_new_followers": None}],
        },
    )
    profile = accounts.profile("t", "open-1", start_on=date(2026, 1, 1), end_on=date(2026, 1, 5))
    assert (profile.username, profile.likes_count) == ("maya.bakes", 3921002)
    assert (profile.is_verified, profile.is_business_account) == (False, None)
    assert profile.audience_genders == (Share("OTHER", 0.02),)
    assert profile.audience_cities == (Share("London", 0.175), Share("Leeds", 0.005))
    assert profile.days == (accounts_types.AccountDay(on=date(2026, 1, 5), video_views=100),)
    assert announced[0].bucket == "/business/get/open-1"
    assert wire.calls[0].request.params["start_date"] == "2026-01-01"


def test_an_empty_account_is_an_account(accounts, answers):
    answers("/business/get/", {"metrics": None})
    assert accounts.profile("t", "o") == accounts_types.AccountProfile()


VIDEO = {
    "item_id": "7455000000000000012",
    "create_time": "1767690000",
    "video_duration": 21.033,
    "likes": 905,
    "video_views": 15010,
    "reach": 13880,
    "total_time_watched": 118579.0,
    "average_time_watched": 7.9,
    "full_video_watched_rate": 0.212,
    "video_view_retention": [
        {"second": "1", "percentage": 0.71},
        {"second": "0", "percentage": 1.0},
    ],
    "impression_sources": [{"impression_source": "For You", "percentage": 0.88}],
    "audience_genders": [{"gender": "Female", "percentage": 0.7}],
    "audience_countries": [{"country": "GB", "percentage": 0.66}],
    "audience_cities": [{"city": "Köln", "percentage": 0.2}],
    "audience_types": [{"type": "NEW_VIEWER", "percentage": 0.8}],
}


def test_a_video_has_reach_watch_time_and_a_curve(accounts, answers, wire):
    data = {"videos": [VIDEO], "cursor": 1767690000000, "has_more": True}
    answers("/business/video/list/", data)
    page = accounts.videos("t", "open-1", video_ids=["7455000000000000012"])
    assert (page.cursor, page.has_more) == (1767690000000, True)
    assert page.videos == (
        accounts_types.AccountVideo(
            video_id="7455000000000000012",
            created_at=datetime(2026, 1, 6, 9, tzinfo=UTC),
            duration=21.033,
            likes=905,
            video_views=15010,
            reach=13880,
            total_time_watched=118579.0,
            average_time_watched=7.9,
            completion_rate=0.212,
            retention=(1.0, 0.71),
            impression_sources=(Share("For You", 0.88),),
            audience_genders=(Share("FEMALE", 0.7),),
            audience_countries=(Share("GB", 0.66),),
            audience_cities=(Share("Köln", 0.2),),
            audience_types=(Share("NEW_VIEWER", 0.8),),
        ),
    )
    asked = wire.calls[0].request.params
    assert asked["filters"] == '{"video_ids":["7455000000000000012"]}'
    assert asked["max_count"] == "20"
    assert sorted(json.loads(asked["fields"])) == sorted(VIDEO_FIELDS)


@pytest.mark.parametrize("rest", [{}, dict.fromkeys(set(VIDEO) - {"item_id"})])
def test_a_video_without_insights_has_no_zero_in_it(accounts, answers, rest):
    answers("/business/video/list/", {"videos": [{"item_id": 7} | rest]})
    assert accounts.videos("t", "o").videos == (accounts_types.AccountVideo(video_id="7"),)


PUBLISH, STATUS = "/business/video/publish/", "/business/publish/status/"
SECRET_URL = "https://influence.example/f/signed-secret/"


def test_a_film_is_published_and_linked_in_one_call(accounts, client, answers, wire):
    announced = []
    client._before_call = announced.append
    answers(PUBLISH, {"share_id": "v_pub_url~v1.2345"}, method="POST")
    share_id = accounts.publish_video(
        "t",
        "open-1",
        video_url=SECRET_URL,
        caption="#ad",
        invite_link="https://www.tiktok.com/t/Z/",
    )
    assert share_id == "v_pub_url~v1.2345"
    assert announced[0].bucket == f"{PUBLISH}open-1"
    assert body(wire) == {
        "business_id": "open-1",
        "video_url": SECRET_URL,
        "post_info": {
            "caption": "#ad",
            "is_brand_organic": False,
            "is_branded_content": True,
            "tto_invite_link": "https://www.tiktok.com/t/Z/",
        },
    }


def test_a_film_may_be_linked_to_nothing(accounts, answers, wire):
    answers(PUBLISH, {"share_id": "v_pub_url~v1.2345"}, method="POST")
    accounts.publish_video("t", "o", video_url=SECRET_URL, is_branded_content=False)
    assert body(wire)["post_info"] == {
        "caption": "", "is_brand_organic": False, "is_branded_content": False,
    }  # fmt: skip


def test_publishing_is_never_repeated_and_its_address_is_a_secret(accounts, answers, exchanges):
    answers(PUBLISH, method="POST", body="<html>502</html>", status=502)
    with pytest.raises(errors.TikTokError) as lost:
        accounts.publish_video("t", "o", video_url=SECRET_URL)
    assert lost.value.outcome_unknown
    assert len(exchanges) == 1
    refusal = {"code": 40002, "message": f"bad {SECRET_URL}", "request_id": "r", "data": {}}
    answers(PUBLISH, method="POST", json=refusal)
    with pytest.raises(errors.InvalidParameterError) as refused:
        accounts.publish_video("t", "o", video_url=SECRET_URL)
    assert str(refused.value).startswith("bad ***")
    assert SECRET_URL not in repr(exchanges)


def test_a_publication_is_followed_by_its_id(accounts, answers, wire):
    answers(STATUS, {"status": "FAILED", "reason": "video_pull_failed"})
    found = accounts.publish_status("t", "open-1", "v_pub_url~v1.2345")
    assert found == accounts_types.PublishStatus(status="FAILED", reason="video_pull_failed")
    assert wire.calls[0].request.params == {"business_id": "open-1", "publish_id": "v_pub_url~v1.2345"}  # fmt: skip
    answers(STATUS, {"status": "PUBLISH_COMPLETE", "post_ids": [7455000000000000012]})
    assert accounts.publish_status("t", "o", "s").post_ids == ("7455000000000000012",)
