"""Half, old and new answers: unknown ignored, missing loud, absent None."""

import json

import pytest

from tiktok.client import account_ids, errors, ttcm_answers, types
from tiktok.client.reader import Row

STATUS = "/tcm/creator/status/get/"
PROFILE = "/tcm/creator/public/"
VIDEOS = "/tcm/creator/public/video/list/"
POST = {"video_id": 7455000000000000011, "create_time": "1767434400000"}


@pytest.mark.parametrize("field", ["handle_name", "handler_name"])
def test_both_spellings_of_the_handle_are_read(market, answers, field):
    answers(STATUS, {"onboarding_status": [{field: "Ann.B", "status": "IN"}]})
    assert market.membership(["@ann.b"]) == {"@ann.b": types.Membership.IN}


def test_a_status_of_tomorrow_and_a_forgotten_handle_are_left_out_not_guessed(market, answers):
    answers(STATUS, {"onboarding_status": [{"handle_name": "a", "status": "PAUSED"}]})
    assert market.membership(["a", "b"]) == {}


def test_a_null_list_is_an_empty_one(market, answers):
    answers(STATUS, {"onboarding_status": None})
    assert market.membership(["a"]) == {}


def test_a_profile_needs_a_handle_and_nothing_else(market, answers):
    answers(PROFILE, {"handle_name": "ann", "brand_new": {"x": 1}, "likes_count": None})
    assert market.public_profile("ann") == types.Profile(handle="ann", display_name="ann")


@pytest.mark.parametrize("field", ["following_count", "followings_count"])
def test_both_spellings_of_following_are_read(market, answers, field):
    answers(PROFILE, {"handle_name": "ann", field: "12"})
    assert market.public_profile("ann").following_count == 12


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"display_name": "Ann"},
        {"handle_name": None},
        {"handle_name": ["ann"], "followers_count": 5},
    ],
)
def test_a_profile_that_does_not_say_whose_it_is_is_loud(client, market, wire, answers, data):
    client._max_attempts = 1
    answers(PROFILE, data)
    with pytest.raises(errors.UnreadableDataError) as caught:
        market.public_profile("ann")
    assert caught.value.endpoint == PROFILE


@pytest.mark.parametrize(
    ("reported", "passed_on"), [(-5, -5), (10**30, 10**20), ("1e999999999", 10**20)]
)
def test_an_absurd_number_does_not_lose_the_profile(market, answers, reported, passed_on):
    answers(PROFILE, {"handle_name": "ann", "followers_count": reported, "likes_count": 7})
    profile = market.public_profile("ann")
    assert (profile.followers_count, profile.likes_count) == (passed_on, 7)


@pytest.mark.parametrize(
    "tail",
    [
        {"page_info": {"has_more": True, "cursor": 1767434400000}},
        {"page_info": {"has_more": True, "cursor": "1767434400000"}},
        {"has_more": True, "cursor": 1767434400000},
    ],
)
def test_the_cursor_is_found_in_page_info_or_beside_it(market, answers, tail):
    answers(VIDEOS, {"posts": [POST], **tail})
    page = market.public_videos("ann")
    assert (page.cursor, page.has_more) == (1767434400000, True)
    assert page.videos[0].video_id == "7455000000000000011"
    assert page.videos[0].likes is None


def test_a_page_without_any_end_is_the_last(market, answers):
    answers(VIDEOS, {"posts": None})
    assert market.public_videos("ann") == types.VideoPage((), 0, has_more=False)


@pytest.mark.parametrize("written", ["", "0", None, "-"])
def test_a_video_without_a_time_is_a_video(market, answers, written):
    answers(VIDEOS, {"posts": [{**POST, "create_time": written, "likes": 3}]})
    (video,) = market.public_videos("ann").videos
    assert (video.created_at, video.likes) == (None, 3)


@pytest.mark.parametrize(
    "reasons",
    [
        {"c": "too small"},
        [{"handle_name": "c", "reject_reason": "too small"}],
        {"c": ["too small"]},
    ],
)
def test_reasons_of_a_rejected_invitation_come_in_three_shapes(reasons):
    raw = Row(
        {"in_tcm": ["a"], "invited": ["b"], "rejected": ["c", "d"], "reject_reasons": reasons}
    )
    assert ttcm_answers.invite_result(raw) == types.InviteResult(
        ("a",), ("b",), {"c": "too small", "d": ""}
    )


def test_lists_of_booleans_in_an_invitation_answer_name_nobody(market, answers):
    answers("/tcm/creator/invite/", {"invited": [True], "rejected": [False]}, method="POST")
    assert market.invite(["a"]) == types.InviteResult((), (), {})


def test_an_order_without_quota_has_none(market, answers):
    order = {"order_id": 1, "handle_name": "a", "campaign_code": "C", "invite_link": "L"}
    answers("/tcm/order/get/v2/", {"orders": [order]})
    page = market.get_orders(order_ids=["1"])
    assert page.orders == (types.OrderState("1", "a", "C", "L", (), None),)
    assert (page.page, page.total_pages) == (1, 1)


def test_a_review_word_of_tomorrow_is_passed_on(market, answers):
    entry = {
        "video_id": "1",
        "review_status": "HUMAN_REVIEWING",
        "upload_time": "2026-01-03 10:00:00",
    }
    answers("/tcm/video/audit_status/get/", {"audit_status_list": [entry]})
    (review,) = market.video_reviews("7")
    assert review.review_status == "HUMAN_REVIEWING"
    assert review.uploaded_at.isoformat() == "2026-01-03T10:00:00+00:00"


def test_a_word_that_is_null_is_an_empty_one(market, answers):
    entry = {"video_id": "1", "review_status": "SUCCEED", "video_status": None, "bind_status": None}
    answers("/tcm/video/audit_status/get/", {"audit_status_list": [entry]})
    assert market.video_reviews("7") == (
        types.VideoReview(video_id="1", video_status="", bind_status="", review_status="SUCCEED"),
    )


def test_an_empty_report_row_has_no_zero_in_it(market, answers):
    dimensions = {"order_id": "1", "video_id": "2", "handle_name": "a"}
    answers("/tcm/report/get/v2/", {"insights": [{"dimensions": dimensions, "metrics": {}}]})
    (row,) = market.order_report(["1"]).rows
    assert row == types.ReportRow(
        order_id="1",
        video_id="2",
        handle="a",
        released_at=None,
        metrics=types.ReportMetrics(),
        daily=None,
    )


@pytest.mark.parametrize("name", ["views", "video_views"])
def test_a_days_views_go_by_two_names(market, answers, name):
    dimensions = {"order_id": "1", "video_id": "2", "handle_name": "a"}
    metrics = {"daily_stats": [{"date": "2026-01-03", name: 5}]}
    answers("/tcm/report/get/v2/", {"insights": [{"dimensions": dimensions, "metrics": metrics}]})
    (row,) = market.order_report(["1"]).rows
    assert [(day.on.isoformat(), day.video_views, day.likes) for day in row.daily] == [
        ("2026-01-03", 5, None)
    ]


@pytest.mark.parametrize("missing", ["campaign_code", "invite_link", "orders"])
def test_a_creation_answer_without_what_matters_is_loud(market, answers, missing):
    data = {"campaign_code": "C", "invite_link": "L", "orders": []}
    data.pop(missing)
    answers("/tcm/order/create/v2/", data, method="POST")
    with pytest.raises(errors.GarbledAnswerError) as caught:
        market.create_orders(brand_name="B", description="D", handles=["a"])
    assert caught.value.outcome_unknown


AUTHORIZED = "/tcm/creator/authorized/"
REFUSED = {"json": {"code": 40002, "message": "fields: creator_id", "request_id": "R", "data": {}}}


def test_where_tiktok_refuses_unlisted_fields_the_profile_is_asked_for_without_them(
    market, answers, wire
):
    answers(AUTHORIZED, **REFUSED)
    answers(AUTHORIZED, {"handle_name": "ann", "average_views": 7})
    assert market.authorized_profile("creator-t0ken", "open-1").average_views == 7
    first, second = (json.loads(call.request.params["fields"]) for call in wire.calls)
    assert set(first) - set(second) == {
        "creator_id",
        "followings_count",
        "likes_count",
        "videos_count",
    }
    assert len(second) == 16


def test_a_profile_refused_for_another_reason_is_refused(market, answers, wire):
    answers(AUTHORIZED, **REFUSED)
    with pytest.raises(errors.InvalidParameterError):
        market.authorized_profile("creator-t0ken", "open-1")
    assert len(wire.calls) == 2


ACCOUNTS = "/oauth2/tcm/get/"


def page_of_accounts(number, size=100):
    return {"tcm_account_ids": [str(number * 1000 + n) for n in range(size)]}


def test_accounts_are_read_to_the_end_whatever_the_totals_say(client, answers, wire):
    for number, size in ((1, 100), (2, 100), (3, 7)):
        answers(ACCOUNTS, page_of_accounts(number, size) | {"page_info": {"total_page": 1}})
    found = account_ids(client, "brand-t0ken")
    assert (len(found), found[0], found[-1]) == (207, "1000", "3006")
    assert [call.request.params["page"] for call in wire.calls] == ["1", "2", "3"]


def test_a_page_of_accounts_that_comes_again_is_the_last(client, answers, wire):
    answers(ACCOUNTS, page_of_accounts(1))
    assert len(account_ids(client, "brand-t0ken")) == 100
    assert len(wire.calls) == 2


def test_a_list_of_accounts_without_an_end_is_loud(client, answers, wire):
    for number in range(1, 51):
        answers(ACCOUNTS, page_of_accounts(number))
    with pytest.raises(errors.GarbledAnswerError, match="without an end"):
        account_ids(client, "brand-t0ken")
    assert len(wire.calls) == 50


def test_an_account_without_an_id_is_left_out(client, answers):
    answers(ACCOUNTS, {"tcm_account_ids": ["", None, 7]})
    assert account_ids(client, "brand-t0ken") == ("7",)
