"""The pages on which a person plays the creator: plain forms that do and then show."""

import re
from html import unescape
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.sandbox_process import REDIRECT_URI, TTO_SCOPES


class Person:
    """Somebody at a browser without JavaScript."""

    def __init__(self, tiktok):
        self.tiktok = tiktok

    def see(self, path):
        status, text, _ = self.tiktok.submit(self.tiktok.url + path)
        assert status == 200
        return unescape(text)

    def press(self, **form):
        """Presses a button; what the page says then."""
        status, _, place = self.tiktok.submit(self.tiktok.url + "/do", urlencode(form).encode())
        assert status == 303
        said = parse_qs(urlsplit(place).query)
        text = said.get("done", said.get("wrong"))[0]
        assert text in self.see(place)
        return text


@pytest.fixture
def person(tiktok):
    return Person(tiktok)


MAYA = {"handle": "maya.bakes", "back": "/@maya.bakes"}


def test_every_page_opens_in_an_empty_and_in_a_full_world(tiktok, person):
    paths = ("/", "/@maya.bakes", "/@maya.bakes/videos?all=1", "/@tom_trails", "/@maya.bakes/apps")
    for seed in (lambda: None, lambda: tiktok.control("seed")):
        seed()
        for path in paths:
            page = person.see(path)
            assert "<script" not in page
            assert not re.search(r"(src|href)=\"(https?:)?//", page)
            ids = re.findall(r" id=\"([^\"]+)\"", page)
            assert len(ids) == len(set(ids))
    assert "2 waiting" in person.see("/")
    assert person.press(action="seed", back="/") == "The examples are in already."


def test_a_handle_is_chosen_or_refused(tiktok):
    assert tiktok.submit(f"{tiktok.url}/?handle=%40Maya.Bakes")[2] == "/@maya.bakes"
    status, _, place = tiktok.submit(f"{tiktok.url}/@nosuch")
    assert (status, place) == (303, "/?wrong=TikTok+knows+no+account+nosuch.")


def test_what_comes_from_outside_is_shown_as_text(tiktok, one):
    one.campaign("maya.bakes", campaign_name="<b>Loaf</b>")
    for path in ("/@maya.bakes", "/?wrong=%3Cb%3E"):
        assert "<b>Loaf" not in tiktok.submit(tiktok.url + path)[1]
    assert "&lt;b&gt;Loaf" in tiktok.submit(f"{tiktok.url}/@maya.bakes")[1]


def test_the_creator_joins_publishes_and_the_reviewer_passes_it(tiktok, one, person):
    made = one.campaign("maya.bakes")
    assert "Loaf" in person.see("/@maya.bakes")
    link = {"invite_link": made["invite_link"], **MAYA}
    assert person.press(action="join", **link) == "You joined Loaf."
    said = person.press(action="publish", caption="Fresh loaf #ad", **link)
    assert said == "The video is up for Oakmill and waits for review."
    page = person.see("/@maya.bakes/videos")
    assert "Fresh loaf #ad" in page
    assert "Oakmill: in review" in page
    (linked,) = tiktok.read("campaigns")["linked"]
    passed = person.press(
        action="review", video_id=linked["video_id"], decision="pass", back="/@maya.bakes/videos"
    )
    assert passed == "The video passed review."
    assert "Oakmill: approved" in person.see("/@maya.bakes/videos")


def test_a_campaign_code_goes_into_a_video_that_is_there(tiktok, one, person):
    values = {
        "tcm_account_id": "7300000000000000009",
        "brand_name": "Oakmill",
        "description": "Loaf",
        "handle_names": ["maya.bakes"],
    }
    order = one.post("/tcm/order/create/v2/", **values)
    video = one.videos("maya.bakes")[0]
    typed = {"action": "attach", "video_id": video, **MAYA}
    assert "No campaign has the code" in person.press(code="AAA-AAA", **typed)
    said = person.press(code=order["campaign_code"].lower(), **typed)
    assert said == "The video belongs to Oakmill's order now."
    rejected = person.press(action="review", video_id=video, decision="fail", reason="", **MAYA)
    assert rejected == "The video failed review."
    (reported,) = tiktok.read("orders")["videos"]
    assert (reported["review_status"], reported["reason"]) == (
        "CONTENT_REVIEW_FAIL",
        "Undisclosed advertising",
    )


def test_what_was_typed_stands_there_still_after_a_refusal(tiktok, one, person):
    video, other = one.videos("maya.bakes")[:2]
    typed = {"key": video, "code": 'A"A'}
    form = {**MAYA, "action": "attach", "video_id": video, **typed, "back": "/@maya.bakes/videos"}
    place = tiktok.submit(f"{tiktok.url}/do", urlencode(form).encode())[2]
    page = tiktok.submit(tiktok.url + place)[1]
    assert f'id="code-{video}" name="code" value="A&quot;A"' in page
    assert f'id="code-{other}" name="code" value=""' in page
    assert page.count("<details open>") == 1
    assert "<details open>" not in person.see("/@maya.bakes/videos")
    _, _, place = tiktok.submit(f"{tiktok.url}/?handle=nosuch")
    assert 'id="handle-home" name="handle" value="nosuch"' in person.see(place)


def test_buttons_of_one_label_say_which_video_they_are_about(person):
    page = person.see("/@maya.bakes/videos?all=1")
    names = re.findall(r"<button aria-label=\"(Make private: [^\"]+)\">Make private<", page)
    assert len(names) == page.count(">Make private<") > 10
    assert len(set(names)) == len(names)


def test_link_requests_and_ad_permissions_are_answered(tiktok, person, seeded):
    request = {"link_request_id": seeded["link_requests"]["IN_REVIEW"], **MAYA}
    assert (
        person.press(action="answer", decision="REJECT", **request) == "You rejected the request."
    )
    assert "not pending" in person.press(action="answer", decision="APPROVE", **request)
    spark = {"action": "spark", "video_id": seeded["sparks"]["WAITING"], "back": "/@rio.runs"}
    assert "Spark Ads" in person.see("/@rio.runs")
    assert "7 days" in person.press(days="7", decision="ACCEPT", **spark)
    assert "Spark Ads" not in person.see("/@rio.runs")


def test_a_video_is_hidden_and_shown_again(one, person):
    video = one.videos("maya.bakes")[0]
    press = {"action": "privacy", "video_id": video, **MAYA}
    assert person.press(**press) == "Only you can see the video now."
    assert video not in one.videos("maya.bakes")
    assert person.press(**press) == "The video is public again."
    assert video in one.videos("maya.bakes")


def test_a_connected_app_is_cut_off(tiktok, person):
    scopes = urlencode({"scope": ",".join(TTO_SCOPES), "redirect_uri": REDIRECT_URI})
    ask = (
        f"{tiktok.url}/v2/auth/authorize?client_key=7390000000000000001&response_type=code&{scopes}"
    )
    code = tiktok.consent(ask, "maya.bakes")["code"]
    token = tiktok.api(
        "POST",
        "/tt_user/oauth2/token/",
        token="",
        client_id="7390000000000000001",
        client_secret="sandbox-secret",
        grant_type="authorization_code",
        auth_code=code,
        redirect_uri=REDIRECT_URI,
    )["data"]["access_token"]
    assert "Join campaigns and link videos for you" in person.see("/@maya.bakes/apps")
    assert person.press(action="revoke", **MAYA) == "The app has no access any more."
    assert "No app is connected" in person.see("/@maya.bakes/apps")
    reported = tiktok.api(
        "POST", "/tt_user/token_info/get/", app_id="7390000000000000001", access_token=token
    )
    assert reported["code"] == 40105


def test_time_passes_and_a_stranger_enters_the_marketplace(tiktok, one, person):
    before = tiktok.read("clock")["offset_seconds"]
    person.press(action="advance", seconds="604800", back="/")
    assert tiktok.read("clock")["offset_seconds"] == before + 604_800
    assert "Join the marketplace" in person.see("/@tom_trails")
    person.press(action="enter", handle="tom_trails", back="/@tom_trails")
    handles = {"handle_names": ["tom_trails"]}
    found = one.get("/tto/tcm/creator/status/get/", **handles)["onboarding_status"]
    assert found == [{"handle_name": "tom_trails", "status": "IN"}]


def test_a_button_that_is_none_and_a_form_from_elsewhere_do_nothing(tiktok, person):
    assert person.press(action="explode", back="//evil.example/") == "There is no such button."
    assert "not complete" in person.press(action="advance", seconds="soon", back="/")
    assert "not complete" in person.press(action="advance", seconds="-1", back="/")
    foreign = Request(f"{tiktok.url}/do", b"action=seed", {"Origin": "https://evil.example"})
    with pytest.raises(HTTPError, match="403"):
        urlopen(foreign, timeout=5)
    assert tiktok.read("campaigns")["campaigns"] == []
