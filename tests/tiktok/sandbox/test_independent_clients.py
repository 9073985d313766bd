"""The sandbox's answers decode in other people's clients, endpoint after endpoint, and hold no name that nobody reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.sandbox_process import ACCOUNT_ID, APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID, Sandbox
from tests.tiktok.sandbox.independent import ANSWERS, UNREAD, WEBHOOKS, problem
from tiktok.sandbox.routes import ROUTES

APP = {"app_id": APP_ID, "secret": SECRET}
CLIENT = {"client_id": APP_ID, "client_secret": SECRET}
REDIRECT_URI = "https://influence.example/oauth/tiktok/"
# Fields of tomorrow that the sandbox sends on purpose: a client must read past them.
NEWS = ("creator_tier", "ai_generated_share", "is_pinned")


SCOPES = (
    "user.info.basic", "user.info.username", "user.info.profile", "user.info.stats", "user.account.type",
    "user.insights", "biz.creator.info", "biz.creator.insights", "video.list", "video.insights", "tto.campaign.link",
    "video.publish",
)  # fmt: skip
LEGACY_FIELDS = [
    "handle_name", "display_name", "profile_image", "bio", "creator_id", "location", "followers_count",
    "followings_count", "likes_count", "videos_count", "average_views", "engagement_rate", "completion_rate",
    "six_seconds_views_rate", "creator_rate", "audience_countries", "audience_genders", "audience_ages",
    "audience_locales", "audience_device", "audience_usage", "topics", "creator_badges", "is_on_vacation",
    "vacation_start_date", "vacation_end_date", "average_likes", "average_shares", "average_comments",
    "followers_growth_rate", "average_views_benchmark", "engagement_rate_benchmark", "engagements_benchmark",
    "completion_rate_benchmark", "six_seconds_views_rate_benchmark", "followers_growth_rate_benchmark",
    "sponsored_video",
]  # fmt: skip
REPORT_METRICS = [
    "engagement_count", "engagement_rate", "video_views", "likes", "shares", "comments", "reach", "total_play_time",
    "average_view_time", "two_seconds_views", "six_seconds_views", "video_completion_rate", "video_view_retention",
    "lifetime_gender_distribution", "lifetime_top_age_distribution", "lifetime_top_country_distribution",
    "most_popular_country_state_distribution", "engagement_rate_benchmark_p25", "engagement_rate_benchmark_p50",
    "video_completion_rate_benchmark_p25", "video_completion_rate_benchmark_p50", "lifetime_device_distribution",
    "audience_interest_distribution", "video_views_by_source", "video_views_organic", "video_views_paid",
    "video_boosted_date",
]  # fmt: skip
TTO_FIELDS = set(ANSWERS["/tto/creator/authorized/"]) - {
    "creator_id", "median_views", "engagement_rate", "creator_price", "currency",
}  # fmt: skip


class Readers:
    """Asks as the independent clients ask, and notes what they could not read."""

    def __init__(self, tiktok: Sandbox) -> None:
        self.tiktok = tiktok
        self.asked: set[str] = set()
        self.problem: list[str] = []

    def get(self, path: str, **values):
        return self._read(path, self.tiktok.api("GET", path, **values))

    def post(self, path: str, **values):
        return self._read(path, self.tiktok.api("POST", path, **values))

    def _read(self, path: str, answer):
        assert set(answer) == {"code", "message", "request_id", "data"}
        assert (answer["code"], answer["message"]) == (0, "OK"), f"{path}: {answer['message']}"
        self.asked.add(path)
        found = problem(answer["data"], ANSWERS[path])
        news = tuple(f".{name} is read by nobody" for name in NEWS)
        self.problem += [f"{path} {each}" for each in found if not each.endswith(news)]
        return answer["data"]


@pytest.fixture
def readers(tiktok):
    return Readers(tiktok)


def code_of(tiktok, handle: str) -> str:
    """The code that the creator's consent to everything brings."""
    asked = {"client_key": APP_ID, "scope": ",".join(SCOPES), "response_type": "code", "state": "s"}
    query = urlencode(asked | {"redirect_uri": REDIRECT_URI})
    return tiktok.consent(f"{tiktok.url}/v2/auth/authorize?{query}", handle)["code"]


def ask_for_tokens(tiktok, readers) -> dict[str, str]:
    """Both grants from code to revocation; returns a creator's living token."""
    login = {**CLIENT, "token": ""}

    def granted(handle: str):
        return readers.post(
            "/tt_user/oauth2/token/", **login, grant_type="authorization_code",
            auth_code=code_of(tiktok, handle), redirect_uri=REDIRECT_URI,
        )  # fmt: skip

    given_up = granted("rio.runs")
    again = readers.post(
        "/tt_user/oauth2/refresh_token/", **login, grant_type="refresh_token",
        refresh_token=given_up["refresh_token"],
    )  # fmt: skip
    readers.post(
        "/tt_user/token_info/get/", app_id=APP_ID, access_token=again["access_token"], token=""
    )
    readers.post("/tt_user/oauth2/revoke/", **login, access_token=again["access_token"])

    portal = {"app_id": APP_ID, "state": "s", "redirect_uri": "https://influence.example/brand/"}
    _, _, location = tiktok.submit(
        f"{tiktok.url}/portal/auth?{urlencode(portal)}", b"decision=allow"
    )
    code = location.partition("auth_code=")[2].partition("&")[0]
    brand = readers.post("/oauth2/access_token/", **APP, auth_code=code, token="")["access_token"]
    readers.get("/tto/oauth2/tcm/", **APP, token=brand)
    readers.get("/tto/oauth2/info/", tto_tcm_account_id=TTO_ACCOUNT_ID, token=brand)
    readers.get("/oauth2/tcm/get/", **APP)
    readers.post("/oauth2/revoke_token/", **APP, access_token=brand, token=brand)
    return granted("maya.bakes")


def ask_for_creators_of_the_legacy_marketplace(readers, grant) -> None:
    us = {"tcm_account_id": ACCOUNT_ID}
    mine = {"token": grant["access_token"], "creator_id": grant["open_id"]}
    handles = ["maya.bakes", "tom_trails", "nosuch", "zoe.zen"]
    readers.get("/tcm/creator/status/get/", **us, handle_names=handles)
    readers.post("/tcm/creator/invite/", **us, handle_names=handles)
    for handle in ("maya.bakes", "zoe.zen"):  # with a price, and without
        readers.get("/tcm/creator/public/", **us, handle_name=handle)
        readers.get("/tcm/creator/public/video/list/", **us, handle_name=handle)
    readers.get("/tcm/creator/authorized/", **mine, fields=LEGACY_FIELDS)
    readers.get("/tcm/creator/authorized/video/list/", **mine)


def ask_for_orders(tiktok, readers) -> None:
    us = {"tcm_account_id": ACCOUNT_ID}
    created = readers.post(
        "/tcm/order/create/v2/", **us, brand_name="Oakmill", description="Loaf",
        handle_names=["maya.bakes", "tom_trails"], order_source="OTHER", video_number=3,
    )  # fmt: skip
    tiktok.control("clock", advance_seconds=120)
    for result in ("SUCCEED", "CONTENT_REVIEW_FAIL"):
        reported = tiktok.control(
            "publish", handle="maya.bakes", invite_link=created["invite_link"]
        )
        tiktok.control("review", video_id=reported["video_id"], result=result)
    tiktok.control("publish", handle="maya.bakes", invite_link=created["invite_link"])
    orders = [order["order_id"] for order in created["orders"]]
    readers.get("/tcm/video/audit_status/get/", **us, v2_order_id=orders[0], order_id=orders[0])
    tiktok.control("clock", advance_seconds=3 * 86_400)
    readers.get("/tcm/order/get/v2/", **us, query_type="ORDER_ID", order_ids=orders)
    readers.get(
        "/tcm/report/get/v2/", **us, order_ids=orders, need_daily_stats=True, metrics=REPORT_METRICS,
        **week(tiktok),
    )  # fmt: skip


def ask_for_creators(readers, grant) -> None:
    us = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    mine = {"token": grant["access_token"], "creator_id": grant["open_id"]}
    readers.get("/tto/tcm/creator/status/get/", **us, handle_names=["maya.bakes", "nosuch"])
    for handle in ("maya.bakes", "zoe.zen"):
        readers.get("/tto/tcm/creator/public/", **us, handle_name=handle)
        readers.get("/tto/tcm/creator/public/video/list/", **us, handle_name=handle, limit=1)
    labels = readers.get("/tto/tcm/category/label/", **us, label_type="RANKING")
    when = {"time_period": "WEEK", "time_period_lookback": "ONE", "country_code": "US"}
    for board, kind in (("BRANDED_CONTENT", "industry"), ("ORGANIC_CONTENT", "content")):
        label = labels[f"{kind}_labels"][0]["label_id"]
        readers.get("/tto/tcm/rank/", **us, **when, ranking_type=board, label_id=label)
    readers.get("/tto/tcm/creator/discover/", **us, country_codes=["GB", "US"])
    readers.get("/tto/creator/authorized/", **mine, fields=sorted(TTO_FIELDS))
    readers.get("/tto/creator/authorized/video/list/", **mine)


def ask_for_campaigns(tiktok, readers, seeded, grant) -> None:
    us = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    brand = {"brand_industry_id": "27", "brand_website": "https://oakmill.example"}
    logo = {"logo_url": "https://oakmill.example/logo.png"}
    readers.post("/tto/tcm/brand/profile/create/", **us, brand_name="Elm", **brand, **logo)
    readers.get("/tto/tcm/brand/profile/get/", **us)
    made = readers.post(
        "/tto/tcm/campaign/create/", **us, brand_name="Oakmill", campaign_name="Loaf",
        handle_names=["maya.bakes", "tom_trails"],
    )  # fmt: skip
    readers.post(
        "/tto/tcm/campaign/update/", **us, campaign_id=made["campaign_id"], campaign_type="CAMPAIGN",
        handle_names=["rio.runs"],
    )  # fmt: skip
    tiktok.control("clock", advance_seconds=60)
    readers.get("/tto/tcm/campaign/", **us)
    ask_for_links(tiktok, readers, made, grant)
    readers.get("/tto/tcm/campaign/link/status/", **us)
    for code in ("US", "CA"):
        for span in ({}, week(tiktok)):
            readers.get(
                "/tto/tcm/report/", **us, campaign_id=seeded["campaigns"]["multi_country"],
                headers={"Country-Code": code}, **span,
            )  # fmt: skip


def week(tiktok) -> dict[str, str]:
    today = datetime.fromtimestamp(tiktok.read("clock")["now"], UTC).date()
    return {"start_date": str(today - timedelta(days=7)), "end_date": str(today)}


def ask_for_links(tiktok, readers, made, grant) -> None:
    """The brand asks for one video, the creator gives two."""
    us = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    mine = {"token": grant["access_token"], "creator_id": grant["open_id"]}
    link = {"tto_invite_link": made["invite_link"]}
    newest = readers.get("/tto/tcm/creator/public/video/list/", **us, handle_name="maya.bakes")
    wanted, offered = newest["posts"][5]["video_id"], newest["posts"][6]["video_id"]
    readers.post("/tto/creator/campaign/join/", **mine, **link)
    readers.post(
        "/tto/tcm/campaign/link/", **us, campaign_id=made["campaign_id"], video_id=wanted, action="LINK"
    )  # fmt: skip
    [asked] = readers.get("/tto/creator/link/request/get/", **mine, **link)["link_requests"]
    readers.post(
        "/tto/creator/link/request/confirm/", **mine, link_request_id=asked["link_request_id"], action="APPROVE"
    )  # fmt: skip
    readers.post("/tto/creator/campaign/video/link/", **mine, **link, video_id=offered)


def ask_for_anchors_and_spark(tiktok, readers, seeded) -> None:
    us = {"tto_tcm_account_id": TTO_ACCOUNT_ID}
    made = readers.post(
        "/tto/tcm/anchor/create/", **us, anchor_type="WEB_ANCHOR", anchor_sub_type="DESTINATION",
        category_label_id=3, country_code="CA", anchor_title="READ_MORE", anchor_name="Loaf",
        call_to_action={"landing_page_url": "https://oakmill.example"}, upload_type="UPLOAD_BY_URL",
        thumbnail_url="https://oakmill.example/a.png",
    )  # fmt: skip
    readers.get("/tto/tcm/anchor/get/", **us, anchor_ids=[made["anchor_id"]])
    tiktok.control("anchor", anchor_id=made["anchor_id"], status="DRAFT")
    readers.post("/tto/tcm/anchor/delete/", **us, anchor_id=made["anchor_id"])
    account = {"tcm_account_id": TTO_ACCOUNT_ID}
    readers.post("/tcm/tt_video/apply/", **account, video_id=seeded["sparks"]["NONE"])
    for video in seeded["sparks"].values():
        readers.get("/tcm/tt_video/status/", **account, video_id=video)


def ask_the_accounts_api(readers, grant) -> None:
    mine = {"token": grant["access_token"], "business_id": grant["open_id"]}
    profile = ANSWERS["/business/get/"]
    fields = [*(set(profile) - {"metrics"}), *(set(profile["metrics"][0]) - {"date"})]
    readers.get("/business/get/", **mine, fields=fields)
    item = ANSWERS["/business/video/list/"]["videos"][0]
    readers.get("/business/video/list/", **mine, fields=sorted(item))
    made = readers.post(
        "/business/video/publish/", **mine, video_url="https://films.example/a.mp4", post_info={}
    )
    readers.get("/business/publish/status/", **mine, publish_id=made["share_id"])


def ask_for_subscriptions(readers) -> None:
    detail = {"access_token": BRAND_TOKEN, "tto_tcm_account_id": TTO_ACCOUNT_ID}
    asked = {**APP, "token": "", "callback_url": "https://influence.example/hooks/tiktok/"}
    made = readers.post(
        "/subscription/subscribe/", **asked, subscribe_entity="TCM_VIDEOS", subscription_detail=detail
    )  # fmt: skip
    readers.get("/subscription/get/", **APP, token="")
    readers.post("/subscription/unsubscribe/", **APP, token="", **made)


def test_every_answer_decodes_in_independent_clients(tiktok, readers, seeded) -> None:
    grant = ask_for_tokens(tiktok, readers)
    ask_for_creators_of_the_legacy_marketplace(readers, grant)
    ask_for_creators(readers, grant)
    ask_for_campaigns(tiktok, readers, seeded, grant)
    ask_for_anchors_and_spark(tiktok, readers, seeded)
    ask_the_accounts_api(readers, grant)
    ask_for_subscriptions(readers)
    ask_for_orders(tiktok, readers)

    assert readers.problem == []
    assert {path for _, path in ROUTES} - readers.asked == UNREAD


def test_every_webhook_decodes_in_independent_clients(tiktok, readers, one) -> None:
    for entity, detail in {
        "TCM_VIDEOS": {"tto_tcm_account_id": TTO_ACCOUNT_ID},
        "API_SERVICE_STATUS": {"product_filters": ["TIKTOK_ONE_API"]},
    }.items():
        readers.post(
            "/subscription/subscribe/", **APP, token="", subscribe_entity=entity,
            callback_url="http://127.0.0.1:9/", subscription_detail={"access_token": BRAND_TOKEN, **detail},
        )  # fmt: skip
    made = one.campaign("maya.bakes")
    reported = tiktok.control("publish", handle="maya.bakes", invite_link=made["invite_link"])
    tiktok.control("review", video_id=reported["video_id"], result="APPROVED")
    tiktok.control("webhook", incident={"incident_id": "1", "incident_level": "MAJOR"})

    bodies = [json.loads(each["body"]) for each in tiktok.read("webhooks")["deliveries"]]
    assert sorted(body["object"] for body in bodies) == [10, 10, 14]
    assert [each for body in bodies for each in problem(body, WEBHOOKS[body["object"]])] == []
    assert readers.problem == []
