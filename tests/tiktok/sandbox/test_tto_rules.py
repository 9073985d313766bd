"""Rules of TikTok One: order of checks, codes, and what follows what."""

import json

import pytest

from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID

PUBLIC = "/tto/tcm/creator/public/"
CREATE = "/tto/tcm/campaign/create/"
LINK = "/tto/tcm/campaign/link/"
REPORT = "/tto/tcm/report/"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": ""}, 40104),
        ({"token": "x"}, 40105),
        ({"handle_name": ""}, 40002),
        ({"tto_tcm_account_id": "1", "handle_name": ""}, 40002),
        ({"tto_tcm_account_id": "1", "handle_name": "tom_trails"}, 40001),
        ({"handle_name": "tom_trails"}, 40121),
        ({"handle_name": "nosuch"}, 40007),
    ],
)
def test_a_call_is_judged_by_token_then_parameters_then_account_then_handle(one, change, code):
    assert one.refused("GET", PUBLIC, **({"handle_name": "maya.bakes"} | change))[0] == code


def test_a_creators_token_serves_its_own_account_and_scope_only(tiktok, one, seeded):
    token = seeded["tokens"]["maya.bakes"]
    assert one.refused("GET", PUBLIC, handle_name="maya.bakes", token=token)[0] == 40001
    mine = {"creator_id": "somebody-else", "token": token}
    assert one.refused("GET", "/tto/creator/authorized/", **mine)[0] == 40001
    dead = {"creator_id": "x", "token": seeded["revoked_tokens"]["lena.lifts"]}
    assert one.refused("GET", "/tto/creator/authorized/", **dead)[0] == 40105
    assert one.refused("GET", PUBLIC, **dead)[0] == 40105
    tiktok.control("expire", handle="maya.bakes")
    assert one.refused("GET", "/tto/creator/authorized/", **mine)[0] == 40102
    assert one.refused("GET", PUBLIC, **mine)[0] == 40102


def test_a_wrong_field_or_label_is_told_before_a_foreign_account(one, seeded):
    theirs = {"token": seeded["tokens"]["maya.bakes"], "business_id": "somebody-else"}
    for path in ("/business/get/", "/business/video/list/"):
        assert one.refused("GET", path, fields=["item_id", "taste"], **theirs)[0] == 40002
    assert one.refused("GET", "/business/get/", fields=["username"], **theirs)[0] == 40001
    asked = {"time_period": "WEEK", "time_period_lookback": "ONE", "country_code": "US"}
    asked |= {"ranking_type": "ORGANIC_CONTENT", "tto_tcm_account_id": "1"}
    assert one.refused("GET", "/tto/tcm/rank/", label_id="5", **asked)[0] == 40002
    assert one.refused("GET", "/tto/tcm/rank/", label_id="11010004", **asked)[0] == 40001


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/tto/tcm/creator/status/get/", {"handle_names": ["a"] * 21}),
        ("/tto/tcm/creator/public/video/list/", {"handle_name": "maya.bakes", "limit": 26}),
        ("/tto/tcm/creator/public/video/list/", {"handle_name": "a", "video_ids": ["1"] * 26}),
        ("/tto/tcm/campaign/", {"page_size": 6}),
        ("/tto/tcm/campaign/", {"campaign_ids": ["1"] * 6}),
        ("/tto/tcm/campaign/link/status/", {"page_size": 51}),
        ("/tto/tcm/creator/discover/", {"country_codes": ["GB"], "state_provinces": ["CA"]}),
        ("/tto/tcm/creator/discover/", {"country_codes": ["GB"], "page_size": 201}),
        ("/tto/tcm/creator/discover/", {}),
        ("/tto/tcm/category/label/", {"label_type": "TASTE"}),
        ("/tto/tcm/anchor/get/", {"page_size": 0}),
    ],
)
def test_too_many_or_out_of_range_is_a_parameter_error_naming_the_field(one, path, values):
    code, message = one.refused("GET", path, **values)
    assert code == 40002
    assert message.partition(":")[0] in {"country_codes", "limit", "state_provinces", *values}


def test_named_videos_come_in_pages_to_the_brand_and_at_once_to_their_creator(tiktok, one, seeded):
    path = "/tto/tcm/creator/public/video/list/"
    known = one.get(path, handle_name="maya.bakes", limit=12)["posts"]
    asked = {"video_ids": [each["video_id"] for each in known], "limit": 5}
    page = one.get(path, handle_name="maya.bakes", **asked)
    assert (len(page["posts"]), page["page_info"]["has_more"]) == (5, True)
    rest = one.get(path, handle_name="maya.bakes", cursor=page["page_info"]["cursor"], **asked)
    assert [each["video_id"] for each in rest["posts"]] == asked["video_ids"][5:10]
    mine = {
        "creator_id": tiktok.read("creator", handle="maya.bakes")["open_id"],
        "token": seeded["tokens"]["maya.bakes"],
    }
    whole = one.get("/tto/creator/authorized/video/list/", cursor=1, **mine, **asked)
    assert (len(whole["posts"]), whole["has_more"]) == (12, False)


def test_search_finds_by_what_it_does_not_return(one):
    def found(**filters):
        asked = {"country_codes": ["US"], "page_size": 200, **filters}
        return one.get("/tto/tcm/creator/discover/", **asked)["creators"]

    everybody = found()
    popular = found(min_followers=50_000, sort_field="FOLLOWERS")
    followers = [each["followers_count"] for each in popular]
    assert 0 < len(popular) < len(everybody)
    assert min(followers) >= 50_000
    assert followers == sorted(followers, reverse=True)
    for each in found(min_engagement_rate=0.08)[:5]:
        person = one.get(PUBLIC, handle_name=each["handle_name"])
        assert person["engagement_rate"] >= 0.079
    assert [each["handle_name"] for each in found(keyword_search="zoe z")] == ["zoe.zen"]
    assert len(found(max_creator_price=10_000)) < len(everybody)  # some name no price


def test_handles_may_show_only_after_a_while(tiktok, one):
    seen = []
    for _ in range(24):
        asked = {"brand_name": "Oak", "campaign_name": "Loaf", "handle_names": ["maya.bakes"]}
        made = one.post(CREATE, **asked)
        seen.append(made["handle_names"])
        if not made["handle_names"]:
            assert "country_codes" not in made
    late = seen.count([])
    assert seen.count(["maya.bakes"]) == 24 - late
    assert 3 <= late <= 14  # one in three
    tiktok.control("clock", advance_seconds=6)
    for page in range(1, 6):
        for each in one.get("/tto/tcm/campaign/", page=page)["campaigns"]:
            assert each["handle_names"] == ["maya.bakes"]


def test_the_same_create_twice_makes_two_campaigns(one):
    first, second = one.campaign("maya.bakes"), one.campaign("maya.bakes")
    assert first["campaign_id"] != second["campaign_id"]
    assert first["invite_link"] != second["invite_link"]


def test_adding_creators_to_a_campaign_ignores_the_rest_and_repeats_harmlessly(one):
    made = one.campaign("maya.bakes")
    for _ in range(2):
        asked = {"campaign_id": made["campaign_id"], "handle_names": ["rio.runs"]}
        more = one.post(CREATE, campaign_name="Other", **asked)
        assert more["campaign_name"] == "Loaf"
        assert more["handle_names"] == ["maya.bakes", "rio.runs"]
    assert one.get("/tto/tcm/campaign/")["page_info"]["total_number"] == 1


def test_a_brand_link_needs_a_profile_and_lists_apart(one, seeded):
    kind = {"campaign_type": "BRAND_LINK"}
    assert one.refused("POST", CREATE, **kind)[1].startswith("brand_profile_id")
    assert one.refused("POST", CREATE, brand_profile_id="1", **kind)[0] == 40007
    listed = one.get("/tto/tcm/campaign/", **kind)["campaigns"]
    assert [each["campaign_id"] for each in listed] == [seeded["campaigns"]["brand_link"]]


def test_nobody_is_invited_to_a_brand_link(one, seeded):
    asked = {"campaign_id": seeded["campaigns"]["brand_link"], "handle_names": ["maya.bakes"]}
    for path, more in (
        (CREATE, {}),
        ("/tto/tcm/campaign/update/", {"campaign_type": "BRAND_LINK"}),
    ):
        code, message = one.refused("POST", path, **asked, **more)
        assert (code, message) == (40002, "handle_names: Only for campaign_type CAMPAIGN.")


def test_another_accounts_campaign_does_not_exist(tiktok, one):
    made = one.campaign("maya.bakes")
    other = "7401112223334445557"
    url = (
        f"{tiktok.url}/portal/auth?app_id={APP_ID}&redirect_uri=https%3A%2F%2Finfluence.example%2F"
    )
    _, _, place = tiktok.submit(url, f"decision=allow&accounts={other}".encode())
    code = place.partition("auth_code=")[2].partition("&")[0]
    asked = {"app_id": APP_ID, "secret": SECRET, "auth_code": code, "token": ""}
    theirs = {
        "token": one.post("/oauth2/access_token/", **asked)["access_token"],
        "tto_tcm_account_id": other,
    }
    assert one.get("/tto/tcm/campaign/", **theirs)["campaigns"] == []
    asked = {"campaign_id": made["campaign_id"], "headers": {"Country-Code": "GB"}}
    assert one.refused("GET", REPORT, **asked, **theirs)[0] == 40007
    asked["tto_tcm_account_id"] = other
    assert one.refused("GET", REPORT, **asked, token=BRAND_TOKEN)[0] == 40001


def test_a_link_request_can_be_repeated_daily_twice_and_revoked_once(tiktok, one):
    made = one.campaign("maya.bakes")
    asked = {"campaign_id": made["campaign_id"], "video_id": one.videos("maya.bakes")[0]}
    assert one.refused("POST", LINK, action="REVOKE", **asked)[0] == 40002
    assert one.post(LINK, action="LINK", **asked)["status"] == "IN_REVIEW"
    assert "24 hours" in one.refused("POST", LINK, action="LINK", **asked)[1]
    for number in (2, 3):
        tiktok.control("clock", advance_seconds=86_401)
        assert one.post(LINK, action="LINK", **asked)["number_of_requests"] == number
    tiktok.control("clock", advance_seconds=86_401)
    assert "2 reminders" in one.refused("POST", LINK, action="LINK", **asked)[1]
    assert one.post(LINK, action="REVOKE", **asked)["status"] == "REVOKE"
    assert one.refused("POST", LINK, action="REVOKE", **asked)[0] == 40002


def test_only_a_public_free_video_of_an_invited_creator_can_be_asked_for(tiktok, one):
    made = one.campaign("maya.bakes")
    campaign = {"campaign_id": made["campaign_id"], "action": "LINK"}
    stranger = one.videos("rio.runs")[0]
    assert "not invited" in one.refused("POST", LINK, video_id=stranger, **campaign)[1]
    assert one.refused("POST", LINK, video_id="7400000000000000000", **campaign)[0] == 40007
    hidden, taken = one.videos("maya.bakes")[:2]
    tiktok.control("privacy", video_id=hidden, private=True)
    assert hidden not in one.videos("maya.bakes")
    assert one.refused("POST", LINK, video_id=hidden, **campaign)[0] == 40002
    linked = {"handle": "maya.bakes", "invite_link": made["invite_link"], "video_id": taken}
    tiktok.control("link", **linked)
    assert "already linked" in one.refused("POST", LINK, video_id=taken, **campaign)[1]


def test_the_creator_answers_and_the_video_is_linked(tiktok, one, seeded):
    open_id = tiktok.read("creator", handle="maya.bakes")["open_id"]
    mine = {"token": seeded["tokens"]["maya.bakes"], "creator_id": open_id}
    made = one.campaign("maya.bakes")
    first, second = one.videos("maya.bakes")[6:8]
    for video in (first, second):
        asked = {"campaign_id": made["campaign_id"], "video_id": video, "action": "LINK"}
        one.post(LINK, **asked)
    link = {"tto_invite_link": made["invite_link"]}
    waiting = one.get("/tto/creator/link/request/get/", **mine, **link)
    assert waiting["campaign_id"] == made["campaign_id"]
    assert waiting["spark_authorization_days"] == 0
    assert [each["video_id"] for each in waiting["link_requests"]] == [first, second]
    ids = [each["link_request_id"] for each in waiting["link_requests"]]
    confirm = "/tto/creator/link/request/confirm/"
    assert one.post(confirm, link_request_id=ids[0], action="APPROVE", **mine) == {}
    again = one.refused("POST", confirm, link_request_id=ids[0], action="APPROVE", **mine)
    assert again[0] == 40002
    assert tiktok.control("link/answer", video_id=second, action="REJECT")["status"] == "REJECTED"
    (campaign,) = one.get("/tto/tcm/campaign/", campaign_ids=[made["campaign_id"]])["campaigns"]
    assert campaign["video_ids"] == [first]
    listed = one.get("/tto/tcm/campaign/link/status/", campaign_ids=[made["campaign_id"]])
    states = {each["video_id"]: each["status"] for each in listed["video_infos"]}
    assert states == {first: "APPROVE", second: "REJECTED"}


def test_only_the_invited_join_a_campaign_and_all_of_the_marketplace_a_brand_link(
    tiktok, one, seeded
):
    open_id = tiktok.read("creator", handle="maya.bakes")["open_id"]
    mine = {"token": seeded["tokens"]["maya.bakes"], "creator_id": open_id}
    join = "/tto/creator/campaign/join/"
    closed, own = one.campaign("rio.runs"), one.campaign("maya.bakes")
    assert one.refused("POST", join, tto_invite_link=closed["invite_link"], **mine)[0] == 40001
    assert one.refused("POST", join, tto_invite_link="https://x/", **mine)[0] == 40007
    for _ in range(2):
        assert one.post(join, tto_invite_link=own["invite_link"], **mine) == {}
    brand_link = one.get("/tto/tcm/campaign/", campaign_type="BRAND_LINK")["campaigns"][0]
    video = one.videos("maya.bakes")[7]
    asked = {"tto_invite_link": brand_link["invite_link"], "video_id": video, **mine}
    assert one.post("/tto/creator/campaign/video/link/", **asked) == {}
    assert one.refused("POST", "/tto/creator/campaign/video/link/", **asked)[0] == 40002
    with pytest.raises(AssertionError, match="not a marketplace creator"):
        tiktok.control("join", handle="tom_trails", invite_link=brand_link["invite_link"])


def test_publishing_through_a_link_that_asks_for_days_grants_them(tiktok, one):
    days = {"default_spark_ads_requested_authorization_days": 31}
    made = one.campaign("maya.bakes", **days)
    assert made["spark_ads_requested_authorization_days"] == 60
    published = tiktok.control("publish", handle="maya.bakes", invite_link=made["invite_link"])
    video = {"tcm_account_id": TTO_ACCOUNT_ID, **published}
    spark = one.get("/tcm/tt_video/status/", **video)
    assert (spark["auth_status"], spark["auth_code_status"]) == ("ACCEPTED", "NOT_USED")
    tiktok.control("clock", advance_seconds=61 * 86_400)
    assert one.get("/tcm/tt_video/status/", **video)["auth_code_status"] == "EXPIRED"


def test_advertising_splits_the_views(tiktok, one, seeded):
    video = seeded["sparks"]["IN_USE"]
    tiktok.control("clock", advance_seconds=86_400)
    asked = {"campaign_id": seeded["campaigns"]["multi_country"]}
    found = one.get(REPORT, headers={"Country-Code": "US"}, **asked)["videos"]
    rows = {each["video_info"]["video_id"]: each for each in found}
    split = rows.pop(video)
    for name in ("video_views", "likes", "favorites"):
        assert split[f"{name}_paid"] > 0
        assert split[f"{name}_organic"] + split[f"{name}_paid"] == split[name]
    assert split["reach_organic"] + split["reach_paid"] == split["reach"]
    assert split["paid_six_seconds_views"] == split["organic_six_seconds_views"] > 0
    paid = [name for name in split if name.endswith("_paid") or name.startswith("paid_")]
    assert {row[name] for row in rows.values() for name in paid} == {None}


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        ({}, {}),
        ({"Country-Code": "FR"}, {}),
        ({"Country-Code": "GB"}, {"start_date": "2026-01-01"}),
        ({"Country-Code": "GB"}, {"start_date": "2020-01-01", "end_date": "2020-01-02"}),
        ({"Country-Code": "GB"}, {"page_size": 101}),
    ],
)
def test_a_report_needs_a_country_of_the_campaign_and_days_of_its_life(one, headers, values):
    made = one.campaign("maya.bakes")
    asked = {"campaign_id": made["campaign_id"], **values}
    assert one.refused("GET", REPORT, headers=headers, **asked)[0] == 40002


def test_special_paths_have_tighter_limits_of_their_own(tiktok, one):
    tiktok.control("switches", level="basic")
    assert tiktok.read("switches")["special_limits"] == [2, 60]
    answers = [
        tiktok.api("GET", PUBLIC, tto_tcm_account_id=TTO_ACCOUNT_ID, handle_name="maya.bakes")
        for _ in range(3)
    ]
    assert [each["code"] for each in answers] == [0, 0, 40100]
    one.get("/tto/tcm/creator/public/video/list/", handle_name="maya.bakes")  # its own bucket
    one.get("/tto/tcm/campaign/")
    assert tiktok.read("stats")["over"] == {"path_second": 1}
    tiktok.control("switches", level="unlimited")
    for _ in range(5):
        one.get(PUBLIC, handle_name="maya.bakes")


def test_the_accounts_api_allows_forty_calls_a_minute_to_each_account_and_path(tiktok, one, seeded):
    tiktok.control("switches", level="basic", limits=[1000, 1000, 1000])

    def asked(handle):
        open_id = tiktok.read("creator", handle=handle)["open_id"]
        return {"token": seeded["tokens"][handle], "business_id": open_id}

    maya, kim = asked("maya.bakes"), asked("wee.kim")
    for _ in range(40):
        one.get("/business/get/", **maya)
    assert one.refused("GET", "/business/get/", **maya)[0] == 40100
    one.get("/business/get/", **kim)
    one.get("/business/video/list/", fields=["item_id"], **maya)
    tiktok.control("clock", advance_seconds=299)
    assert one.refused("GET", "/business/get/", **maya)[0] == 40100
    tiktok.control("clock", advance_seconds=2)
    one.get("/business/get/", **maya)
    assert tiktok.read("stats")["over"] == {"path_minute": 1, "path_closed": 1}


def test_limits_of_ones_own_outlive_a_reset(tiktok):
    tiktok.control("switches", limits=[50, 60, 70], special_limits=[5, 6])
    tiktok.control("reset")
    kept = tiktok.read("switches")
    assert (kept["limits"], kept["special_limits"]) == ([50, 60, 70], [5, 6])


def test_a_refusal_may_come_with_a_gateways_status(tiktok):
    tiktok.control("fail", times=1, code=40100, http_status=401)
    status, text, _ = tiktok.submit(f"{tiktok.url}/open_api/v1.3/tto/tcm/campaign/")
    assert (status, json.loads(text)["code"]) == (401, 40100)


def test_a_share_of_the_calls_can_fail_until_it_is_cleared(tiktok):
    tiktok.control("fail", rate=0.3, code=50000, path="/campaign/")

    def codes(path, number):
        asked = {"tto_tcm_account_id": TTO_ACCOUNT_ID, "label_type": "SEARCH"}
        return [tiktok.api("GET", path, **asked)["code"] for _ in range(number)]

    failed = codes("/tto/tcm/campaign/", 200).count(50000)
    assert 35 <= failed <= 85
    assert set(codes("/tto/tcm/category/label/", 20)) == {0}
    tiktok.control("fail", times=0)
    assert set(codes("/tto/tcm/campaign/", 20)) == {0}


def test_a_brand_code_dies_after_an_hour_and_a_brand_can_say_no(tiktok, one):
    url = f"{tiktok.url}/portal/auth?app_id={APP_ID}&state=a%26b&redirect_uri=http%3A%2F%2F127.0.0.1%2F"
    _, _, place = tiktok.submit(url, b"decision=deny")
    assert place == "http://127.0.0.1/?error=access_denied&state=a%26b"
    _, _, place = tiktok.submit(url, b"decision=allow")
    code = place.partition("auth_code=")[2].partition("&")[0]
    tiktok.control("clock", advance_seconds=3601)
    who = {"app_id": APP_ID, "secret": SECRET, "token": "", "auth_code": code}
    assert one.refused("POST", "/oauth2/access_token/", **who)[0] == 40110
    assert one.refused("POST", "/oauth2/access_token/", **{**who, "secret": "x"})[0] == 40101
    for wrong in (url.replace(APP_ID, "1"), url.replace("127.0.0.1%2F", "influence.example%2F")):
        assert tiktok.submit(wrong)[0] == 400
