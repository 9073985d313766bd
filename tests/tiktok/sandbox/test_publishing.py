"""The sandbox publishes films: fetched over HTTP, worked on by its clock, linked, reviewed, told by webhooks; never twice the same for us."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.filming import FilmHost
from tests.sandbox_process import APP_ID, REDIRECT_URI, SECRET, Sandbox
from tests.tiktok.sandbox.test_webhooks import Ear

PUBLISH, STATUS = "/business/video/publish/", "/business/publish/status/"
SCOPES = ("user.info.basic", "video.publish", "tto.campaign.link", "video.list")


@pytest.fixture
def film() -> Iterator[FilmHost]:
    host = FilmHost()
    yield host
    host.close()


def consented(tiktok: Sandbox, handle: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    """A creator's grant with these scopes."""
    asked = {
        "client_key": APP_ID, "scope": ",".join(scopes), "response_type": "code",
        "redirect_uri": REDIRECT_URI, "state": "s",
    }  # fmt: skip
    answer = tiktok.consent(f"{tiktok.url}/v2/auth/authorize?{urlencode(asked)}", handle)
    return tiktok.api(
        "POST", "/tt_user/oauth2/token/", token="", client_id=APP_ID, client_secret=SECRET,
        grant_type="authorization_code", auth_code=answer["code"], redirect_uri=REDIRECT_URI,
    )["data"]  # fmt: skip


@pytest.fixture
def hooks() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


class Maya:
    """A creator who has allowed us to publish, invited to a campaign that she has joined."""

    def __init__(self, one: Any, scopes: tuple[str, ...] = SCOPES) -> None:
        self.tiktok = one.tiktok
        granted = consented(self.tiktok, "maya.bakes", scopes)
        self.token, self.open_id = granted["access_token"], granted["open_id"]
        campaign = one.campaign("maya.bakes")
        self.campaign_id, self.link = campaign["campaign_id"], campaign["invite_link"]

    def join(self) -> None:
        self.tiktok.control("join", handle="maya.bakes", campaign_id=self.campaign_id)

    def publish(self, url: str, **post: Any) -> dict[str, Any]:
        wish = {"caption": "New loaf #ad", "is_branded_content": True, "tto_invite_link": self.link}
        return self.tiktok.api(
            "POST", PUBLISH, token=self.token, business_id=self.open_id, video_url=url,
            post_info={**wish, **post},
        )  # fmt: skip

    def status(self, share_id: str, token: str = "") -> dict[str, Any]:
        return self.tiktok.api(
            "GET", STATUS, token=token or self.token, business_id=self.open_id, publish_id=share_id
        )


@pytest.fixture
def maya(one: Any) -> Maya:
    return Maya(one)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < end, "it did not come about in five seconds"
        time.sleep(0.02)


def test_a_film_is_fetched_published_and_linked(tiktok, maya, film, hooks) -> None:
    tiktok.control("switches", authorization_webhook_url=hooks.url)
    maya.join()
    share_id = maya.publish(film.url)["data"]["share_id"]
    assert maya.status(share_id)["data"] == {"status": "PROCESSING_DOWNLOAD"}
    until(lambda: tiktok.read("publications")["publications"][0]["fetched_at"] is not None)
    tiktok.control("clock", advance_seconds=5)
    until(lambda: maya.status(share_id)["data"] == {"status": "PUBLISH_COMPLETE"})
    tiktok.control("clock", advance_seconds=5)
    until(lambda: "post_ids" in maya.status(share_id)["data"])

    [video_id] = maya.status(share_id)["data"]["post_ids"]
    [linked] = tiktok.read("campaigns")["linked"]
    assert (linked["video_id"], linked["campaign_id"]) == (video_id, maya.campaign_id)
    newest = tiktok.read("videos", handle="maya.bakes")["videos"][0]
    assert (newest["video_id"], newest["caption"]) == (video_id, "New loaf #ad")
    assert film.asked == 1
    notices = [(each["event"], json.loads(each["content"])) for each in hooks.wait_for(2)]
    kind = {"publish_id": share_id, "publish_type": "DIRECT_PUBLISH"}
    assert notices == [
        ("post.publish.complete", kind),
        ("post.publish.publicly_available", {**kind, "post_id": video_id}),
    ]


def test_without_an_invite_link_a_video_is_published_and_linked_to_nothing(
    tiktok, maya, film
) -> None:
    tiktok.control("switches", publish_seconds=0)
    share_id = maya.publish(film.url, tto_invite_link="")["data"]["share_id"]
    until(lambda: "post_ids" in maya.status(share_id)["data"])
    assert tiktok.read("campaigns")["linked"] == []


def test_the_same_call_again_publishes_again(tiktok, maya, film) -> None:
    tiktok.control("switches", publish_seconds=0)
    maya.join()
    first, second = (maya.publish(film.url)["data"]["share_id"] for _ in range(2))
    assert first != second
    until(lambda: len(tiktok.read("campaigns")["linked"]) == 2)


@pytest.mark.parametrize(
    ("status", "film_bytes", "reason"),
    [(404, b"", "video_pull_failed"), (200, b"<html>", "file_format_check_failed")],
)
def test_a_film_that_cannot_be_had_or_is_none_fails(
    tiktok, maya, film, status, film_bytes, reason
) -> None:
    film.status, film.film = status, film_bytes
    maya.join()
    share_id = maya.publish(film.url)["data"]["share_id"]
    until(lambda: maya.status(share_id)["data"]["status"] == "FAILED")
    assert maya.status(share_id)["data"]["reason"] == reason


def test_an_unreachable_film_is_tried_for_an_hour(tiktok, maya, film) -> None:
    film.status = 503
    maya.join()
    share_id = maya.publish(film.url)["data"]["share_id"]
    until(lambda: film.asked == 1)
    tiktok.control("clock", advance_seconds=11)
    until(lambda: film.asked == 2)
    assert maya.status(share_id)["data"]["status"] == "PROCESSING_DOWNLOAD"
    tiktok.control("clock", advance_seconds=3600)
    until(lambda: maya.status(share_id)["data"].get("reason") == "video_pull_failed")


def test_a_failure_is_planned_or_said_at_once(tiktok, maya, film, hooks) -> None:
    tiktok.control("switches", publish_seconds=0, publish_failure="spam_risk", authorization_webhook_url=hooks.url)  # fmt: skip
    maya.join()
    share_id = maya.publish(film.url)["data"]["share_id"]
    until(lambda: maya.status(share_id)["data"].get("reason") == "spam_risk")
    [notice] = hooks.wait_for(1)
    assert (notice["event"], json.loads(notice["content"])["reason"]) == ("post.publish.failed", "spam_risk")  # fmt: skip
    film.status = 503
    other = maya.publish(film.url)["data"]["share_id"]
    tiktok.control("publication/fail", share_id=other, reason="internal")
    assert maya.status(other)["data"] == {"status": "FAILED", "reason": "internal"}
    with pytest.raises(AssertionError, match="under way"):
        tiktok.control("publication/fail", share_id=other, reason="internal")
    with pytest.raises(AssertionError, match="Must be one of"):
        tiktok.control("switches", publish_failure="bad luck")


def test_a_permission_that_ends_meanwhile_ends_the_publication(tiktok, maya, film) -> None:
    maya.join()
    maya.publish(film.url)
    tiktok.control("revoke", handle="maya.bakes")
    until(lambda: tiktok.read("publications")["publications"][0]["fetched_at"] is not None)
    tiktok.control("clock", advance_seconds=5)
    until(lambda: tiktok.read("publications")["publications"][0]["reason"] == "auth_removed")
    assert tiktok.read("campaigns")["linked"] == []


def test_a_call_that_is_wrong_is_refused(tiktok, one, maya, film) -> None:
    assert maya.publish(film.url)["code"] == 40001  # she has not joined
    maya.join()
    wrong = [
        ({"is_branded_content": False}, 40002),
        ({"tto_invite_link": "https://www.tiktok.com/t/none/"}, 40007),
        ({"caption": "😀" * 1101}, 40002),
        ({"disable_duet": "perhaps"}, 40002),
    ]
    assert [maya.publish(film.url, **post)["code"] for post, _ in wrong] == [code for _, code in wrong]  # fmt: skip
    assert maya.publish(film.url, caption="😀" * 1100)["code"] == 0
    assert maya.publish("ftp://films.example/a.mp4")["code"] == 40002
    assert maya.publish("http://films.example/a.mp4")["code"] == 40002
    share_id = maya.publish(film.url)["data"]["share_id"]
    assert maya.status("v_pub_url~v1.1")["code"] == 40007
    tom = consented(tiktok, "tom_trails", SCOPES)
    assert maya.status(share_id, tom["access_token"])["code"] == 40001
    less = Maya(one, ("user.info.basic", "tto.campaign.link"))
    assert less.publish(film.url)["code"] == 40130
    assert less.status(share_id)["code"] == 40130


def test_an_account_publishes_six_a_minute_and_fifteen_a_day(tiktok, maya, film) -> None:
    tiktok.control("switches", level="basic")
    film.status = 503
    maya.join()
    assert [maya.publish(film.url)["code"] for _ in range(7)] == [0] * 6 + [40100]
    for _ in range(2):
        tiktok.control("clock", advance_seconds=301)
        codes = [maya.publish(film.url)["code"] for _ in range(6)]
    assert codes == [0, 0, 0, 40100, 40100, 40100]
    over = tiktok.read("stats")["over"]
    assert (over["path_minute"], over["path_day"]) == (1, 3)
