"""Rules of the legacy marketplace: fields, metrics, deliverables, and the order of its checks."""

import pytest

from tests.sandbox_process import ACCOUNT_ID
from tiktok.sandbox.report import DEFAULT_METRICS, OPT_IN_METRICS

AUTHORIZED = "/tcm/creator/authorized/"
CREATE = "/tcm/order/create/v2/"
ORDERS = "/tcm/order/get/v2/"
REPORT = "/tcm/report/get/v2/"
US = {"tcm_account_id": ACCOUNT_ID}
# TikTok's own list of what may be asked for.
FIELDS = (
    "profile_image", "display_name", "followers_count", "handle_name", "bio", "is_on_vacation",
    "vacation_start_date", "vacation_end_date", "creator_rate", "location", "topics", "creator_badges",
    "audience_countries", "audience_genders", "audience_ages", "audience_locales", "audience_device",
    "audience_usage", "average_views", "average_views_benchmark", "six_seconds_views_rate",
    "six_seconds_views_rate_benchmark", "engagement_rate", "engagement_rate_benchmark", "engagements_benchmark",
    "completion_rate", "completion_rate_benchmark", "followers_growth_rate", "followers_growth_rate_benchmark",
    "average_likes", "average_shares", "average_comments", "sponsored_video",
)  # fmt: skip


@pytest.fixture
def as_creator(tiktok, seeded):
    """Token and id of a creator who has consented."""
    return lambda handle: {
        "token": seeded["tokens"][handle],
        "creator_id": tiktok.read("creator", handle=handle)["open_id"],
    }


def ordered(one, **values):
    asked = {"brand_name": "Oakmill", "description": "Loaf", "handle_names": ["maya.bakes"]}
    return one.post(CREATE, **US, **(asked | values))


def test_every_listed_field_of_an_authorized_creator_is_answered(one, as_creator):
    found = one.get(AUTHORIZED, fields=[*FIELDS], **as_creator("maya.bakes"))
    assert set(found) == set(FIELDS)
    assert {name for name, value in found.items() if value is None} == {"audience_locales"}
    assert 0 < found["average_likes"] < found["average_views"]
    assert 0 < found["followers_growth_rate_benchmark"] <= 1
    sponsored = found["sponsored_video"]
    assert 0 < sponsored["recent_videos_likes"] < sponsored["avg_views_per_video"]


def test_who_never_advertised_has_no_sponsored_videos_and_who_is_outside_no_averages(
    tiktok, one, as_creator
):
    asked = as_creator("wee.kim") | {"fields": ["sponsored_video", "average_likes"]}
    found = one.get(AUTHORIZED, **asked)
    assert found["sponsored_video"] is None
    assert found["average_likes"] > 0
    tiktok.control("creator", handle="wee.kim", membership="NOT_IN")
    assert one.get(AUTHORIZED, **asked) == dict.fromkeys(asked["fields"])


def test_a_wrong_field_is_told_before_a_foreign_account(one, as_creator):
    asked = as_creator("maya.bakes") | {"creator_id": "somebody-else"}
    assert one.refused("GET", AUTHORIZED, fields=["taste"], **asked)[0] == 40002
    assert one.refused("GET", AUTHORIZED, fields=["bio"], **asked)[0] == 40001


def test_a_report_knows_each_documented_metric_and_no_other(tiktok, one):
    made = ordered(one)
    asked = {**US, "order_ids": [made["orders"][0]["order_id"]]}
    names = ["reach", "organic_video_views"]
    assert one.refused("GET", REPORT, metrics=names, **asked) == (
        40002,
        "metrics: organic_video_views is not a valid metric.",
    )
    tiktok.control("publish", handle="maya.bakes", invite_link=made["invite_link"])
    every = [*DEFAULT_METRICS, *OPT_IN_METRICS]
    assert {"video_views_organic", "video_views_paid"} <= set(every)
    (row,) = one.get(REPORT, metrics=every, **asked)["insights"]
    assert list(row["metrics"]) == every


def test_deliverables_say_how_many_videos_and_what_days_come_with_each(tiktok, one):
    made = ordered(
        one,
        video_number=7,
        default_spark_ads_requested_authorization_days=30,
        deliverables=[
            {"deliverable_name": "Crust", "spark_ads_requested_authorization_days": 0},
            {"deliverable_name": "Crumb"},
        ],
    )
    asked = {"query_type": "CAMPAIGN_CODE", "campaign_code": made["campaign_code"]}
    (order,) = one.get(ORDERS, **US, **asked)["orders"]
    assert order["quota"]["per_creator_video_limit"] == 2
    link = {"handle": "maya.bakes", "invite_link": made["invite_link"]}
    first, second = (tiktok.control("publish", **link)["video_id"] for _ in range(2))
    assert one.refused("GET", "/tcm/tt_video/status/", video_id=first, **US)[0] == 40007
    spark = one.get("/tcm/tt_video/status/", video_id=second, **US)
    assert (spark["auth_status"], spark["requested_authorization_days"]) == ("ACCEPTED", 30)


@pytest.mark.parametrize(
    "deliverables",
    [
        [{}],
        [{"deliverable_name": "x" * 61}],
        [{"deliverable_name": "Crust", "spark_ads_requested_authorization_days": 8}],
        ["Crust"],
        [{"deliverable_name": "Crust"}] * 11,
    ],
)
def test_a_deliverable_has_a_short_name_and_known_days(one, deliverables):
    asked = {"brand_name": "B", "description": "D", "handle_names": ["maya.bakes"], **US}
    assert one.refused("POST", CREATE, deliverables=deliverables, **asked)[0] == 40002


def test_an_order_is_shown_by_the_fields_that_were_asked_for(one):
    made = ordered(one, video_number=4)
    asked = {**US, "query_type": "CAMPAIGN_CODE", "campaign_code": made["campaign_code"]}
    order_id = made["orders"][0]["order_id"]
    shown = one.get(ORDERS, fields=["order_id", "total_video_limit"], **asked)["orders"]
    assert shown == [{"order_id": order_id, "quota": {"total_video_limit": 800}}]
    assert one.get(ORDERS, fields=["order_id"], **asked)["orders"] == [{"order_id": order_id}]
    assert one.refused("GET", ORDERS, fields=["quota"], **asked)[0] == 40002
