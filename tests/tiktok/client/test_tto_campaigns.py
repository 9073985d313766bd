"""Campaigns, link requests, Spark Ads and anchors of TikTok One."""

import json
from datetime import UTC, datetime

import pytest
import requests

from tiktok.client import errors, paging, tto_types, types
from tiktok.client.tto_types import LinkStatus

CREATE = "/tto/tcm/campaign/create/"
CAMPAIGNS = "/tto/tcm/campaign/"
LINK = "/tto/tcm/campaign/link/"
LINKS = "/tto/tcm/campaign/link/status/"
ACCOUNT = {"tto_tcm_account_id": "7401112223334445556"}
CREATED = {
    "campaign_id": "7460000000000000101",
    "campaign_type": "CAMPAIGN",
    "brand_name": "Oakmill",
    "campaign_name": "Oakmill spring loaf [inf-3f9a]",
    "campaign_description": "One short video with the seeded loaf.",
    "handle_names": ["maya.bakes"],
    "failed_handle_names": ["tom_trails"],
    "country_codes": ["GB"],
    "invite_link": "https://www.tiktok.com/t/ZSbx0001/",
    "spark_ads_requested_authorization_days": 30,
    "create_time": "2026-01-05 11:00:00",
}
WRITES = {
    "/tto/tcm/brand/profile/create/": lambda tto: tto.create_brand_profile(
        brand_name="B", brand_industry_id="1", brand_website="https://b.example", logo_url="u"
    ),
    CREATE: lambda tto: tto.create_campaign(campaign_name="N", handles=["a"], brand_name="B"),
    "/tto/tcm/campaign/update/": lambda tto: tto.update_campaign("1", handles=["a"]),
    LINK: lambda tto: tto.send_link_request("1", "2"),
    "/tcm/tt_video/apply/": lambda tto: tto.apply_for_spark_ads("2"),
    "/tto/tcm/anchor/create/": lambda tto: tto.create_anchor(
        country_code="GB",
        landing_page_url="https://b.example",
        title="READ_MORE",
        name="n",
        category_label_id=1,
        thumbnail_url="https://b.example/p.png",
    ),
    "/tto/tcm/anchor/delete/": lambda tto: tto.delete_anchor("1"),
}
CREATOR_WRITES = {
    "/tto/creator/campaign/join/": lambda creator: creator.join("link"),
    "/tto/creator/campaign/video/link/": lambda creator: creator.link_video("link", "2"),
    "/tto/creator/link/request/confirm/": lambda creator: creator.approve_link("3"),
}


def body(wire):
    return json.loads(wire.calls[-1].request.body)


def sent(wire):
    return wire.calls[-1].request.params


def test_a_creation_tells_who_was_added_and_who_was_not(tto, answers, wire):
    answers(CREATE, CREATED, method="POST")
    campaign = tto.create_campaign(
        campaign_name="Oakmill spring loaf [inf-3f9a]",
        handles=["@maya.bakes", "tom_trails"],
        brand_name="Oakmill",
        campaign_description="One short video with the seeded loaf.",
        spark_days=30,
        send_notification=True,
    )
    assert campaign == tto_types.Campaign(
        campaign_id="7460000000000000101",
        campaign_type="CAMPAIGN",
        brand_name="Oakmill",
        campaign_name="Oakmill spring loaf [inf-3f9a]",
        campaign_description="One short video with the seeded loaf.",
        handles=("maya.bakes",),
        failed_handles=("tom_trails",),
        country_codes=("GB",),
        invite_link="https://www.tiktok.com/t/ZSbx0001/",
        spark_days=30,
        created_at=datetime(2026, 1, 5, 11, tzinfo=UTC),
    )
    assert body(wire) == ACCOUNT | {
        "campaign_type": "CAMPAIGN",
        "brand_name": "Oakmill",
        "campaign_name": "Oakmill spring loaf [inf-3f9a]",
        "campaign_description": "One short video with the seeded loaf.",
        "default_spark_ads_requested_authorization_days": 30,
        "handle_names": ["maya.bakes", "tom_trails"],
        "send_notification": True,
    }


def test_a_brand_link_needs_a_profile_and_nothing_of_a_campaign(tto, answers, wire):
    answers(CREATE, CREATED | {"campaign_type": "BRAND", "handle_names": None}, method="POST")
    campaign = tto.create_brand_link("77", advertiser_ids=["8"], spark_days=0)
    assert campaign.campaign_type == tto_types.CampaignType.BRAND_LINK
    assert campaign.handles == ()
    assert body(wire) == ACCOUNT | {
        "campaign_type": "BRAND_LINK",
        "brand_profile_id": "77",
        "advertiser_ids": ["8"],
        "default_spark_ads_requested_authorization_days": 0,
    }


def test_an_update_adds(tto, answers, wire):
    answers(
        "/tto/tcm/campaign/update/",
        CREATED | {"update_time": "2026-01-06 08:30:00"},
        method="POST",
    )
    campaign = tto.update_campaign("7460000000000000101", handles=["tom_trails"])
    assert campaign.updated_at == datetime(2026, 1, 6, 8, 30, tzinfo=UTC)
    assert body(wire) == ACCOUNT | {
        "campaign_id": "7460000000000000101",
        "campaign_type": "CAMPAIGN",
        "handle_names": ["tom_trails"],
        "send_notification": False,
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ({}, None),
        ("", None),
        ("[redacted]", None),
        ("[1]", None),
        ({"business_account_handle": "oak", "dm_allowed": True}, ("oak", True)),
        ('{"business_account_handle": "oak", "dm_allowed": "true"}', ("oak", True)),
        ({"dm_allowed": None, "more": 1}, None),
    ],
)
def test_dm_info_is_an_object_a_text_or_nothing(tto, answers, written, read):
    page = {"campaigns": [CREATED | {"dm_info": written}], "dm_info": written}
    answers(CAMPAIGNS, page)
    page = tto.campaigns()
    for known in (page.campaigns[0].direct_messages, page.direct_messages):
        assert (known and (known.business_account_handle, known.dm_allowed)) == read


def test_a_read_campaign_has_its_videos_and_null_lists_are_empty(tto, answers, wire):
    found = CREATED | {
        "anchor_id": None,
        "video_ids": ["7455000000000000012", 7455000000000000013],
        "advertiser_ids": None,
        "handle_names": None,
        "failed_handle_names": None,
        "country_codes": None,
        "campaign_type": "AFFILIATE",
        "extra": [{}],
    }
    info = {"page": 1, "page_size": 5, "total_number": 1, "total_page": 1}
    answers(CAMPAIGNS, {"campaigns": [found], "page_info": info})
    page = tto.campaigns(campaign_ids=["7460000000000000101"])
    (campaign,) = page.campaigns
    assert campaign.video_ids == ("7455000000000000012", "7455000000000000013")
    assert (campaign.anchor_id, campaign.country_codes, campaign.handles) == (None, (), ())
    assert campaign.campaign_type == "AFFILIATE"
    assert (page.page, page.total_pages) == (1, 1)
    assert sent(wire) == ACCOUNT | {
        "campaign_ids": '["7460000000000000101"]',
        "campaign_type": "CAMPAIGN",
        "page": "1",
        "page_size": "5",
    }


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("send_link_request", "LINK"),
        ("remind_link_request", "LINK"),
        ("revoke_link_request", "REVOKE"),
    ],
)
def test_a_link_is_requested_reminded_of_and_revoked_by_one_call(tto, answers, wire, call, action):
    data = {
        "video_id": "7455000000000000011",
        "status": "IN_REVIEW",
        "campaign_type": "CAMPAIGN",
        "last_reminded_timestamp": "2026-01-08T09:00:00Z",
        "number_of_requests": 1,
    }
    answers(LINK, data, method="POST")
    request = getattr(tto, call)("7460000000000000101", "7455000000000000011")
    assert request.last_reminded_at == datetime(2026, 1, 8, 9, tzinfo=UTC)
    assert request.status == LinkStatus.IN_REVIEW
    assert body(wire) == ACCOUNT | {
        "campaign_id": "7460000000000000101",
        "video_id": "7455000000000000011",
        "action": action,
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("IN_REVIEW", LinkStatus.IN_REVIEW),
        ("APPROVE", LinkStatus.APPROVE),
        ("APPROVED", LinkStatus.APPROVE),
        ("REJECT", LinkStatus.REJECTED),
        ("REJECTED", LinkStatus.REJECTED),
        ("REVOKE", LinkStatus.REVOKE),
        ("ESCALATED", "ESCALATED"),
    ],
)
@pytest.mark.parametrize("total", ["total_page", "total_size"])
def test_every_spelling_of_a_link_status_is_one_word(tto, answers, written, read, total):
    entry = {
        "video_id": "1",
        "campaign_id": "2",
        "status": written,
        "link_request_id": "7461000000000000007",
        "last_reminded_timestamp": 1767862800,
    }
    answers(LINKS, {"video_infos": [entry], "page_info": {"page": 1, total: 3}})
    page = tto.link_requests(campaign_ids=["2"], handles=["@maya.bakes"])
    (request,) = page.requests
    assert request.status == read
    assert request.link_request_id == "7461000000000000007"
    assert request.last_reminded_at == datetime(2026, 1, 8, 9, tzinfo=UTC)
    assert page.total_pages == 3


@pytest.mark.parametrize("name", ["brand_industry", "brand_industry_id"])
def test_a_brands_industry_goes_by_two_names(tto, answers, name):
    brand = {"brand_profile_id": "5", "brand_name": "Oakmill", name: "9", "logo_url": None}
    answers("/tto/tcm/brand/profile/get/", {"brands": [brand]})
    assert tto.brand_profiles().brands == (
        tto_types.BrandProfile(brand_profile_id="5", brand_name="Oakmill", brand_industry_id="9"),
    )


def test_a_spark_authorization_hides_its_code_from_logs(tto, answers, wire):
    data = {
        "video_id": "7455000000000000012",
        "auth_status": "ACCEPTED",
        "auth_status_updated_time": "2026-01-10 09:12:44",
        "requested_authorization_days": 30,
        "auth_code": "#sbx0000authcode",
        "auth_code_status": "NOT_USED",
        "auth_code_start_time": "2026-01-10 09:12:44",
        "auth_code_end_time": "2026-02-09 09:12:44",
    }
    answers("/tcm/tt_video/status/", data)
    spark = tto.spark_authorization("7455000000000000012")
    assert spark.status == types.SparkStatus.ACCEPTED
    assert spark.auth_code == "#sbx0000authcode"
    assert "authcode" not in repr(spark)
    assert spark.auth_code_ends_at == datetime(2026, 2, 9, 9, 12, 44, tzinfo=UTC)
    assert sent(wire) == {
        "tcm_account_id": "7401112223334445556",
        "video_id": "7455000000000000012",
    }


def test_no_spark_request_yet_is_an_empty_answer(tto, answers):
    answers("/tcm/tt_video/status/", None)
    assert tto.spark_authorization("1") == types.SparkAuthorization(video_id="1", status="")


@pytest.mark.parametrize("name", ["creator_handle", "handle_name"])
def test_recommended_videos_name_their_creator_in_two_ways(tto, answers, name):
    video = {
        "item_id": "7455000000000000012",
        "recommendation_level": "HIGH",
        name: "maya.bakes",
        "create_time": "1767690000",
    }
    answers("/spark_ad/recommend/", {"videos": [video]})
    (recommended,) = tto.spark_recommendations(time="PAST_ONE_MONTH")
    assert (recommended.handle, recommended.level) == ("maya.bakes", "HIGH")
    assert recommended.created_at == datetime(2026, 1, 6, 9, tzinfo=UTC)


def test_an_anchor_is_made_of_an_address_or_a_file(tto, answers, wire):
    asked = {
        "country_code": "GB",
        "landing_page_url": "https://oak.example/",
        "title": "READ_MORE",
        "name": "Loaf",
        "category_label_id": "12",
    }
    data = {
        "anchor_id": "3",
        "status": "IN_REVIEW",
        "category_label_id": 12,
        "call_to_action": {"landing_page_url": "https://oak.example/"},
        "anchor_title": "Read more",
    }
    for _ in range(2):
        answers("/tto/tcm/anchor/create/", data, method="POST")
    anchor = tto.create_anchor(**asked, thumbnail_url="https://oak.example/p.png")
    assert (anchor.category_label_id, anchor.title) == ("12", "Read more")
    assert body(wire)["upload_type"] == "UPLOAD_BY_URL"
    assert body(wire)["category_label_id"] == 12
    tto.create_anchor(**asked, thumbnail_file=("p.png", b"picture", "image/png"))
    form = wire.calls[-1].request
    assert form.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="thumbnail_file"; filename="p.png"' in form.body
    assert b'{"landing_page_url":"https://oak.example/"}' in form.body
    assert b"UPLOAD_BY_FILE" in form.body
    with pytest.raises(TypeError, match="exactly one"):
        tto.create_anchor(**asked)


def test_anchors_are_listed_with_unknown_words_kept(tto, answers):
    anchors = [{"anchor_id": "3", "status": "FROZEN", "call_to_action": None}]
    answers("/tto/tcm/anchor/get/", {"anchors": anchors, "page_info": None})
    assert tto.anchors().anchors == (tto_types.Anchor(anchor_id="3", status="FROZEN"),)


@pytest.mark.parametrize("path", WRITES)
def test_no_write_of_the_brand_is_repeated_when_its_outcome_is_unknown(
    tto, answers, exchanges, path
):
    answers(path, method="POST", body=requests.ReadTimeout())
    with pytest.raises(errors.UnreachableError) as caught:
        WRITES[path](tto)
    assert caught.value.outcome_unknown
    assert len(exchanges) == 1


@pytest.mark.parametrize("path", CREATOR_WRITES)
def test_no_action_of_a_creator_is_repeated_when_its_outcome_is_unknown(
    creator, answers, exchanges, path
):
    answers(path, method="POST", body="<html>", status=502)
    with pytest.raises(errors.TemporaryError):
        CREATOR_WRITES[path](creator)
    assert len(exchanges) == 1


def test_a_read_is_repeated(tto, answers, exchanges):
    answers(CAMPAIGNS, body=requests.ReadTimeout())
    answers(CAMPAIGNS, {"campaigns": []})
    assert tto.campaigns().campaigns == ()
    assert len(exchanges) == 2


def test_a_creator_joins_links_and_answers_requests(creator, answers, wire):
    link = "https://www.tiktok.com/t/ZSbx0001/"
    answers("/tto/creator/campaign/join/", {}, method="POST")
    creator.join(link)
    assert body(wire) == {"creator_id": "open-1", "tto_invite_link": link}
    assert wire.calls[-1].request.headers["Access-Token"] == "creator-t0ken"
    answers("/tto/creator/campaign/video/link/", {}, method="POST")
    creator.link_video(link, "7455000000000000011")
    assert body(wire)["video_id"] == "7455000000000000011"
    asked = {
        "campaign_id": "7460000000000000101",
        "spark_authorization_days": 30,
        "link_requests": [
            {"video_id": "7455000000000000011", "link_request_id": "7461000000000000007"}
        ],
    }
    answers("/tto/creator/link/request/get/", asked)
    assert creator.pending_links(link) == tto_types.PendingLinks(
        "7460000000000000101", 30, (("7455000000000000011", "7461000000000000007"),)
    )
    for act, action in ((creator.approve_link, "APPROVE"), (creator.reject_link, "REJECT")):
        answers("/tto/creator/link/request/confirm/", {}, method="POST")
        act("7461000000000000007")
        assert body(wire) == {
            "creator_id": "open-1",
            "link_request_id": "7461000000000000007",
            "action": action,
        }


def test_nobody_asks_for_a_link(creator, answers):
    answers("/tto/creator/link/request/get/", {"link_requests": None})
    assert creator.pending_links("link") == tto_types.PendingLinks(None, None, ())


def test_pages_end_at_an_empty_one_whatever_the_totals_say(tto, answers):
    lying = {"total_page": 1, "total_number": 0}
    for number in (1, 2):
        found = [CREATED | {"campaign_id": str(number)}]
        answers(CAMPAIGNS, {"campaigns": found, "page_info": lying | {"page": number}})
    answers(CAMPAIGNS, {"campaigns": [], "page_info": lying | {"page": 3}})
    pages = paging.by_number(lambda n: tto.campaigns(page=n), lambda page: page.campaigns)
    assert [page.campaigns[0].campaign_id for page in pages] == ["1", "2"]


def test_a_page_that_repeats_itself_is_the_last(tto, answers):
    answers(CAMPAIGNS, {"campaigns": [CREATED]})
    pages = paging.by_number(lambda n: tto.campaigns(page=n), lambda page: page.campaigns)
    assert len(list(pages)) == 1


@pytest.mark.parametrize(
    "ends",
    [
        [(5, True), (3, False)],
        [(5, True), (5, True)],
        [(5, True), (3, True), (5, True)],
        [(5, True), (0, True)],
        [(0, True)],
    ],
)
def test_a_walk_by_cursor_ends_when_there_is_no_more_or_the_cursor_leads_back(
    tto, answers, wire, ends
):
    for cursor, has_more in ends:
        answers(
            "/tto/tcm/creator/public/video/list/",
            {"posts": [], "page_info": {"cursor": cursor, "has_more": has_more}},
        )
    pages = list(paging.by_cursor(lambda cursor: tto.public_videos("ann", cursor=cursor)))
    assert [page.cursor for page in pages] == [cursor for cursor, _ in ends]
    asked = [call.request.params.get("cursor") for call in wire.calls]
    assert asked == [None, "5", "3"][: len(ends)]


def test_pages_without_an_end_are_given_up_loudly(monkeypatch):
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    seen = []
    numbered = paging.by_number(lambda number: number, lambda number: [number])
    with pytest.raises(errors.GarbledAnswerError, match="without an end"):
        seen.extend(numbered)
    assert seen == [1, 2, 3]
    falling = paging.by_cursor(lambda cursor: types.VideoPage((), (cursor or 99) - 1, True))
    with pytest.raises(errors.GarbledAnswerError, match="without an end"):
        seen.extend(page.cursor for page in falling)
    assert seen == [1, 2, 3, 98, 97, 96]
