"""Orders, their codes and links, quotas and reviews over the wire."""

import pytest

from tiktok.client import errors
from tiktok.client.types import Quota, SparkStatus

pytestmark = pytest.mark.contract


def test_an_order_works_for_creators_in_and_out_of_the_marketplace(order):
    created = order("maya.bakes", "tom_trails").created
    assert [each.handle for each in created.orders] == ["maya.bakes", "tom_trails"]
    assert created.remaining_orders == 200
    assert created.campaign_code
    assert created.invite_link.startswith("https://")
    assert all(len(each.order_id) == 19 and int(each.order_id) > 2**53 for each in created.orders)


def test_a_handle_that_does_not_exist_gets_no_order_and_the_others_do(order):
    assert [each.handle for each in order("nosuch", "maya.bakes").created.orders] == ["maya.bakes"]


def test_nobody_existing_is_an_error(order):
    with pytest.raises(errors.InvalidParameterError):
        order("nosuch")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"brand_name": "x" * 61}, "brand_name"),
        ({"description": "x" * 61}, "description"),
        ({"brand_name": ""}, "brand_name"),
        ({"handles": [f"p{n}" for n in range(101)]}, "handle_names"),
        ({"video_count": 11}, "video_number"),
        ({"spark_days": 31}, "spark"),
    ],
)
def test_a_request_over_a_limit_is_refused_by_name(market, change, field):
    asked = {"brand_name": "Oak", "description": "Loaf", "handles": ["maya.bakes"], **change}
    with pytest.raises(errors.InvalidParameterError, match=field):
        market.create_orders(**asked)


def test_a_request_at_its_limits_is_accepted(market):
    created = market.create_orders(
        brand_name="x" * 60,
        description="x" * 60,
        handles=[f"p{n}" for n in range(100)],
        video_count=10,
        spark_days=365,
    )
    assert 80 < len(created.orders) <= 100


def test_two_equal_creations_make_two_codes(order):
    assert order("maya.bakes").created.campaign_code != order("maya.bakes").created.campaign_code


def test_later_orders_join_the_code_with_its_link_and_video_count(market, order):
    first = order("maya.bakes", video_count=3).created
    again = market.create_orders(
        brand_name="Oakmill",
        description="More",
        handles=["rio.runs"],
        video_count=3,
        campaign_code=first.campaign_code,
    )
    assert (again.campaign_code, again.invite_link) == (first.campaign_code, first.invite_link)
    page = market.get_orders(campaign_code=first.campaign_code)
    assert [each.handle for each in page.orders] == ["maya.bakes", "rio.runs"]
    assert {each.quota.per_creator_video_limit for each in page.orders} == {3}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"video_count": 5}, errors.InvalidParameterError),
        ({"brand_name": "Another"}, errors.InvalidParameterError),
        ({"campaign_code": "NO-SUCH"}, errors.NotFoundError),
    ],
)
def test_a_code_keeps_its_brand_and_video_count(market, order, change, error):
    first = order("maya.bakes", video_count=3).created
    asked = {
        "brand_name": "Oakmill",
        "description": "More",
        "handles": ["rio.runs"],
        "video_count": 3,
        "campaign_code": first.campaign_code,
        **change,
    }
    with pytest.raises(error):
        market.create_orders(**asked)


def test_orders_are_found_by_id_code_and_link(market, order):
    created = order("maya.bakes", "rio.runs", video_count=4).created
    ids = [each.order_id for each in created.orders]
    by_id = market.get_orders(order_ids=[*ids, "7310000000000009999"])
    assert by_id == market.get_orders(campaign_code=created.campaign_code)
    assert by_id == market.get_orders(invite_link=created.invite_link)
    assert [each.order_id for each in by_id.orders] == ids
    assert by_id.orders[0].quota == Quota(0, 4, 800)
    assert by_id.orders[0].video_ids == ()


def test_orders_are_asked_by_exactly_one_key(market):
    with pytest.raises(TypeError):
        market.get_orders()
    with pytest.raises(TypeError):
        market.get_orders(campaign_code="a", invite_link="b")


def test_orders_come_in_pages_of_twenty(market, order):
    created = order(*(f"person{n}" for n in range(60))).created
    total = len(created.orders)
    seen, page = [], 1
    while True:
        got = market.get_orders(campaign_code=created.campaign_code, page=page)
        if not got.orders:
            break
        seen += [each.order_id for each in got.orders]
        page += 1
    assert seen == [each.order_id for each in created.orders]
    assert got.total_pages == -(-total // 20)
    with pytest.raises(errors.InvalidParameterError, match="page_size"):
        market.get_orders(campaign_code=created.campaign_code, page_size=21)


def test_a_published_video_shows_in_its_order_and_takes_an_order_from_the_code(market, order):
    campaign = order("maya.bakes", "rio.runs")
    video_id = campaign.publish("maya.bakes")
    mine, other = market.get_orders(campaign_code=campaign.created.campaign_code).orders
    assert mine.video_ids == (video_id,)
    assert mine.quota == Quota(1, 2, 400)
    assert other.video_ids == ()
    again = market.create_orders(
        brand_name="Oakmill",
        description="More",
        handles=["lena.lifts"],
        video_count=2,
        campaign_code=campaign.created.campaign_code,
    )
    assert again.remaining_orders == 199


def test_an_order_takes_no_more_videos_than_it_asked_for(order):
    campaign = order("maya.bakes", video_count=1)
    campaign.publish("maya.bakes")
    with pytest.raises(AssertionError, match="all its videos"):
        campaign.publish("maya.bakes")


def test_who_has_no_order_cannot_use_the_link(order):
    with pytest.raises(AssertionError, match="no order"):
        order("maya.bakes").publish("tom_trails")


def test_a_code_accepts_two_hundred_orders_and_not_one_more(tiktok, market, order):
    campaign = order("maya.bakes", video_count=1)
    code = campaign.created.campaign_code
    for _ in range(200):
        market.create_orders(
            brand_name="Oakmill",
            description="More",
            handles=["rio.runs"],
            video_count=1,
            campaign_code=code,
        )
    for _ in range(200):
        campaign.publish("rio.runs")
    with pytest.raises(errors.InvalidParameterError, match="remaining"):
        market.create_orders(
            brand_name="Oakmill",
            description="More",
            handles=["rio.runs"],
            video_count=1,
            campaign_code=code,
        )
    with pytest.raises(AssertionError, match="remaining"):
        campaign.publish("maya.bakes")


def test_a_video_that_is_already_public_is_tied_by_the_code(tiktok, market, order):
    campaign = order("tom_trails")
    old = tiktok.read("videos", handle="tom_trails")["videos"][5]["video_id"]
    asked = {"handle": "tom_trails", "video_id": old}
    tiktok.control("tie", campaign_code=campaign.created.campaign_code, **asked)
    assert market.get_orders(order_ids=[campaign.order_id]).orders[0].video_ids == (old,)
    (review,) = market.video_reviews(campaign.order_id)
    assert review.video_status == "RELEASE"
    assert review.published_at is not None
    with pytest.raises(AssertionError, match="already"):
        tiktok.control("tie", campaign_code=campaign.created.campaign_code, **asked)


def test_a_review_goes_from_upload_through_content_review_to_success(tiktok, market, order):
    campaign = order("maya.bakes")
    video_id = campaign.publish("maya.bakes")
    (fresh,) = market.video_reviews(campaign.order_id)
    assert (fresh.video_id, fresh.video_status, fresh.review_status) == (
        video_id,
        "UPLOAD",
        "NO_REVIEW",
    )
    assert fresh.bind_status == "BIND"
    assert fresh.uploaded_at is not None
    assert fresh.published_at is None
    tiktok.control("clock", advance_seconds=61)
    (running,) = market.video_reviews(campaign.order_id)
    assert (running.video_status, running.review_status) == ("RELEASE", "CONTENT_REVIEWING")
    assert running.published_at == fresh.uploaded_at
    assert running.embed_url is None
    tiktok.control("review", video_id=video_id, result="SUCCEED")
    (done,) = market.video_reviews(campaign.order_id)
    assert done.review_status == "SUCCEED"
    assert done.embed_url.endswith(video_id)
    assert done.reject_reason is None


def test_a_failed_review_has_a_reason_and_no_address(tiktok, market, order):
    campaign = order("maya.bakes")
    video_id = campaign.publish("maya.bakes")
    tiktok.control("review", video_id=video_id, result="CONTENT_REVIEW_FAIL", reason="Music")
    (review,) = market.video_reviews(campaign.order_id)
    assert (review.review_status, review.reject_reason) == ("CONTENT_REVIEW_FAIL", "Music")
    assert review.embed_url is None


def test_reviews_succeed_by_themselves_when_the_switch_is_set(tiktok, market, order):
    tiktok.control("switches", auto_review_seconds=900)
    campaign = order("maya.bakes")
    campaign.publish("maya.bakes")
    tiktok.control("clock", advance_seconds=899 - 5)
    assert market.video_reviews(campaign.order_id)[0].review_status == "CONTENT_REVIEWING"
    tiktok.control("clock", advance_seconds=10)
    assert market.video_reviews(campaign.order_id)[0].review_status == "SUCCEED"


def test_an_unknown_order_has_no_reviews(market):
    with pytest.raises(errors.NotFoundError):
        market.video_reviews("7310000000000009999")


def test_a_creation_whose_answer_is_lost_is_not_repeated(tiktok, market, order, exchanges):
    tiktok.control("fail", times=1, garbage="truncated", applied=True, path="/order/create/")
    with pytest.raises(errors.TikTokError) as caught:
        order("maya.bakes")
    assert caught.value.outcome_unknown
    assert len(exchanges) == 1
    assert len(tiktok.read("orders")["orders"]) == 1


def test_spark_ads_are_asked_for_a_video_of_an_order_too(tiktok, market, order):
    video_id = order("maya.bakes").publish("maya.bakes")
    market.apply_for_spark_ads(video_id, days=30)
    waiting = market.spark_authorization(video_id)
    assert (waiting.status, waiting.remaining_requests) == (SparkStatus.WAITING, 29)
    tiktok.control("spark", video_id=video_id, accept=True, days=7)
    assert market.spark_authorization(video_id).status == SparkStatus.ACCEPTED
