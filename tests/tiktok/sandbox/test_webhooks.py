"""Signed notices: who hears what, how often, and how it proves its sender."""

import hashlib
import hmac
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID


class Ear:
    """Listens on this machine; answers with `status`."""

    def __init__(self):
        self.heard, self.status = [], 200
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append((dict(self.headers), body))
                self.send_response(ear.status)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/tiktok/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def wait_for(self, number):
        """The bodies, once there are so many; fails after two seconds."""
        until = time.monotonic() + 4
        while len(self.heard) < number and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.heard) == number
        return [json.loads(body) for _, body in self.heard]

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def ear():
    made = Ear()
    yield made
    made.close()


def subscribe(one, url):
    one.post(
        "/subscription/subscribe/",
        token="",
        app_id=APP_ID,
        secret=SECRET,
        subscribe_entity="TCM_VIDEOS",
        callback_url=url,
        subscription_detail={
            "access_token": BRAND_TOKEN,
            "tto_tcm_account_id": TTO_ACCOUNT_ID,
        },
    )


@pytest.fixture
def campaign(one, ear):
    """A campaign whose account subscribed for its videos."""
    subscribe(one, ear.url)
    return one.campaign("maya.bakes")


def publish(tiktok, campaign):
    asked = {"handle": "maya.bakes", "invite_link": campaign["invite_link"]}
    return tiktok.control("publish", **asked)["video_id"]


def mac(text):
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_a_video_is_told_when_uploaded_and_when_published(tiktok, ear, campaign):
    video = publish(tiktok, campaign)
    (uploaded,) = ear.wait_for(1)
    assert set(uploaded) == {"request_id", "object", "time", "entry"}
    assert uploaded["object"] == 10
    (entry,) = uploaded["entry"]
    assert entry.pop("event_time").endswith("Z")
    assert entry.pop("log_id")
    assert entry == {
        "event_type": "tto_campaign_webhook",
        "tto_campaign_event_type": "tto_video_uploaded",
        "video_id": video,
        "campaign_id": campaign["campaign_id"],
        "tto_tcm_account_id": TTO_ACCOUNT_ID,
        "handle_name": "maya.bakes",
    }
    tiktok.control("review", video_id=video, result="APPROVED")
    _, published = ear.wait_for(2)
    assert published["entry"][0]["tto_campaign_event_type"] == "tto_video_published"
    headers, body = ear.heard[0]
    assert headers["X-Open-Signature"] == mac(body.decode())


def test_a_rejected_video_is_never_published(tiktok, ear, campaign):
    video = publish(tiktok, campaign)
    tiktok.control("review", video_id=video, result="REJECTED", reason="No disclosure")
    time.sleep(0.2)
    ear.wait_for(1)


def test_reviews_end_by_themselves_with_the_switch(tiktok, ear, campaign):
    tiktok.control("switches", auto_review_seconds=600)
    publish(tiktok, campaign)
    ear.wait_for(1)
    tiktok.control("clock", advance_seconds=601)
    assert ear.wait_for(2)[1]["entry"][0]["tto_campaign_event_type"] == "tto_video_published"


def test_the_signature_covers_the_escaped_payload(tiktok, one, ear):
    one.post(
        "/subscription/subscribe/",
        token="",
        app_id=APP_ID,
        secret=SECRET,
        subscribe_entity="API_SERVICE_STATUS",
        callback_url=ear.url,
        subscription_detail={"access_token": BRAND_TOKEN, "product_filters": ["TIKTOK_ONE_API"]},
    )
    incident = {"incident_id": "1", "incident_title": "Ça brûle 🔥"}
    tiktok.control("webhook", incident=incident, product="ACCOUNTS_API")
    tiktok.control("webhook", incident=incident)
    (reported,) = ear.wait_for(1)
    assert (reported["object"], reported["entry"]) == (14, [incident])
    headers, body = ear.heard[0]
    assert "🔥".encode() in body
    escaped = body.decode().replace("Ç", "\\u00c7").replace("û", "\\u00fb")
    escaped = escaped.replace("🔥", "\\ud83d\\udd25")
    assert headers["X-Open-Signature"] == mac(escaped)


def wait_for_answers(tiktok, ear, number):
    """TikTok has noted so many answers, so that its clock may be moved to the next try."""
    ear.wait_for(number)
    until = time.monotonic() + 4
    while len(tiktok.read("webhooks")["deliveries"][0]["answers"]) < number:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_is_tried_again_until_two_hundred(tiktok, ear, campaign):
    ear.status = 503
    publish(tiktok, campaign)
    wait_for_answers(tiktok, ear, 1)
    for number in (2, 3):
        tiktok.control("clock", advance_seconds=31)
        wait_for_answers(tiktok, ear, number)
    ear.status = 200
    tiktok.control("clock", advance_seconds=61)
    ear.wait_for(4)
    tiktok.control("clock", advance_seconds=86_400)
    time.sleep(0.2)
    bodies = ear.wait_for(4)
    assert all(each == bodies[0] for each in bodies)
    (delivery,) = tiktok.read("webhooks")["deliveries"]
    assert (delivery["state"], delivery["answers"]) == ("DELIVERED", [503, 503, 503, 200])


def test_an_address_that_hangs_keeps_no_other_waiting(tiktok, one, ear, campaign):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        subscribe(one, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        for number in range(1, 4):
            publish(tiktok, campaign)
            ear.wait_for(number)


def test_it_gives_up_after_a_day(tiktok, ear, campaign):
    ear.status = 500
    publish(tiktok, campaign)
    for number in range(1, 3):
        wait_for_answers(tiktok, ear, number)
        tiktok.control("clock", advance_seconds=13 * 3600)
    wait_for_answers(tiktok, ear, 3)
    assert tiktok.read("webhooks")["deliveries"][0]["state"] == "GIVEN_UP"


def test_a_share_arrives_twice(tiktok, ear, campaign):
    tiktok.control("switches", webhook_duplicates=1)
    publish(tiktok, campaign)
    first, second = ear.wait_for(2)
    assert first == second


def test_with_the_switch_what_happens_later_arrives_earlier(tiktok, ear, campaign):
    tiktok.control("switches", webhook_shuffle=True)
    video = publish(tiktok, campaign)
    time.sleep(0.2)
    tiktok.control("review", video_id=video, result="APPROVED")
    ear.wait_for(1)
    tiktok.control("clock", advance_seconds=10)
    reported = [each["entry"][0]["tto_campaign_event_type"] for each in ear.wait_for(2)]
    assert reported == ["tto_video_published", "tto_video_uploaded"]


def test_a_revoked_brand_token_silences_its_subscriptions(tiktok, ear, campaign):
    tiktok.control("brand/revoke", token=BRAND_TOKEN)
    publish(tiktok, campaign)
    time.sleep(0.2)
    ear.wait_for(0)
    assert tiktok.read("webhooks")["deliveries"] == []


def test_login_kit_hears_that_a_creator_left(tiktok, ear, seeded):
    tiktok.control("switches", authorization_webhook_url=ear.url)
    tiktok.control("revoke", handle="maya.bakes")
    (reported,) = ear.wait_for(1)
    assert reported["client_key"] == APP_ID
    assert reported["event"] == "authorization.removed"
    assert reported["user_openid"] == tiktok.read("creator", handle="maya.bakes")["open_id"]
    assert json.loads(reported["content"]) == {"reason": 1}
    headers, body = ear.heard[0]
    stamp, sign = headers["TikTok-Signature"].split(",")
    assert sign == "s=" + mac(f"{stamp.removeprefix('t=')}.{body.decode()}")


def test_no_webhook_goes_to_a_foreign_machine_in_the_clear(tiktok):
    with pytest.raises(AssertionError, match="https"):
        tiktok.control("switches", authorization_webhook_url="http://influence.example/x")
