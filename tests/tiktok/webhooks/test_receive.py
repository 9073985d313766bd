"""TikTok's webhooks at the door: what is signed is kept once and answered at once, everything else is refused alike."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenancy.scope import organization_scope
from tests.signed import (
    HOOK,
    LOGIN_KIT_HOOK,
    delivery,
    hold,
    linked,
    mac,
    post,
    post_notice,
    removed,
)
from tests.working import pump_delivery as pump
from tiktok.models import LinkedVideo, WebhookDelivery

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000
HOUR = 3600
NOTICE = removed("open-1", at=NOW)


def test_a_signed_delivery_is_kept_with_the_work_it_makes_which_is_left_for_later(elm) -> None:
    hold(elm)
    body = delivery(10, linked())

    with CaptureQueriesContext(connection) as queries:
        answer = post(body)

    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"", {})
    inserted = [q["sql"].split()[2] for q in queries if q["sql"].startswith("INSERT")]
    assert inserted == ['"tiktok_webhookdelivery"', '"jobs_work"']
    kept = WebhookDelivery.objects.get()
    assert (kept.kind, bytes(kept.body)) == ("subscription", body)
    assert kept.processed_at is None
    with organization_scope(elm):
        assert not LinkedVideo.objects.exists()


def test_a_signature_covers_the_payload_with_its_signs_escaped() -> None:
    body = json.dumps({"object": 14, "title": "Störung 😀"}, ensure_ascii=False).encode()
    escaped = rb'{"object": 14, "title": "St\u00f6rung \ud83d\ude00"}'
    assert post(body, HTTP_X_OPEN_SIGNATURE=mac(body)).status_code == 401
    assert post(body, HTTP_X_OPEN_SIGNATURE=mac(escaped)).status_code == 200


def test_the_same_bytes_again_are_welcome_and_change_nothing() -> None:
    body = delivery(10, linked())
    assert [post(body).status_code for _ in range(3)] == [200] * 3
    assert WebhookDelivery.objects.count() == 1


def test_the_same_text_escaped_in_other_ways_is_the_same_delivery() -> None:
    """One captured signature fits them all; it must not fill the queue."""
    escaped = rb'{"object": 1, "request_id": "\u00e4\u00f6"}'
    signature = mac(escaped)
    for half in ("ä\\u00f6", "\\u00e4ö", "äö"):
        body = b'{"object": 1, "request_id": "%s"}' % half.encode()
        assert body != escaped
        assert post(body, HTTP_X_OPEN_SIGNATURE=signature).status_code == 200
    assert post(escaped).status_code == 200
    assert WebhookDelivery.objects.count() == 1


SIGNED = delivery(10, linked(), sent_at=NOW)
STAMPED = f"t={NOW},s={mac(b'%d.' % NOW + NOTICE)}"
FORGED = [
    (HOOK, SIGNED, {}),
    (HOOK, SIGNED, {"HTTP_X_OPEN_SIGNATURE": ""}),
    (HOOK, SIGNED, {"HTTP_X_OPEN_SIGNATURE": "0" * 64}),
    (HOOK, SIGNED, {"HTTP_X_OPEN_SIGNATURE": mac(SIGNED).upper()}),
    (HOOK, SIGNED + b" ", {"HTTP_X_OPEN_SIGNATURE": mac(SIGNED)}),
    (HOOK, b"\xff", {"HTTP_X_OPEN_SIGNATURE": mac(b"\xff")}),
    (HOOK, b"", {"HTTP_X_OPEN_SIGNATURE": "é"}),
    (HOOK, NOTICE, {"HTTP_TIKTOK_SIGNATURE": STAMPED}),
    (LOGIN_KIT_HOOK, NOTICE, {}),
    (LOGIN_KIT_HOOK, NOTICE, {"HTTP_TIKTOK_SIGNATURE": f"t={NOW},s={mac(NOTICE)}"}),
    (LOGIN_KIT_HOOK, NOTICE, {"HTTP_TIKTOK_SIGNATURE": STAMPED.replace("t=", "t=1")}),
    (LOGIN_KIT_HOOK, NOTICE + b" ", {"HTTP_TIKTOK_SIGNATURE": STAMPED}),
    (LOGIN_KIT_HOOK, NOTICE, {"HTTP_X_OPEN_SIGNATURE": mac(NOTICE)}),
]


@time_machine.travel(NOW, tick=False)
def test_whatever_is_wrong_with_a_signature_the_answer_is_the_same(
    django_assert_num_queries,
) -> None:
    with django_assert_num_queries(0):
        answers = [
            Client().post(address, body, content_type="application/json", **headers)
            for address, body, headers in FORGED
        ]
    reported = {(a.status_code, a.content, str(a.headers), str(a.cookies)) for a in answers}
    assert len(reported) == 1
    assert answers[0].status_code == 401
    assert answers[0].content == b""


@time_machine.travel(NOW, tick=False)
def test_the_same_deliveries_rightly_signed_are_taken() -> None:
    assert post(SIGNED).status_code == 200
    assert post_notice(NOTICE).status_code == 200
    assert set(WebhookDelivery.objects.values_list("kind", flat=True)) == {
        "subscription",
        "login_kit",
    }


def test_without_a_secret_of_our_app_nobody_is_believed(settings) -> None:
    settings.TIKTOK_APP_SECRET = ""
    body = delivery(10)
    signature = hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert post(body, HTTP_X_OPEN_SIGNATURE=signature).status_code == 401


@pytest.mark.parametrize(
    ("age", "status"), [(0, 200), (300, 200), (301, 401), (-300, 200), (-301, 401)]
)
@time_machine.travel(NOW, tick=False)
def test_a_notice_signed_five_minutes_ago_or_ahead_is_refused(age, status) -> None:
    assert post_notice(NOTICE, stamp=NOW - age).status_code == status
    assert WebhookDelivery.objects.count() == (status == 200)


@pytest.mark.parametrize(
    ("hours", "status"), [(0, 200), (24, 200), (25.1, 401), (-25.1, 401), (24 * 365, 401)]
)
@time_machine.travel(NOW, tick=False)
def test_a_delivery_that_says_it_is_older_than_tiktok_tries_is_refused(hours, status) -> None:
    assert post(delivery(10, linked(), sent_at=NOW - hours * HOUR)).status_code == status
    assert WebhookDelivery.objects.count() == (status == 200)


@pytest.mark.parametrize("address", [HOOK, LOGIN_KIT_HOOK])
def test_only_posts_are_taken_and_no_form_token_is_asked_for(address) -> None:
    client = Client(enforce_csrf_checks=True)
    for method in ("get", "head", "put", "patch", "delete", "options"):
        assert getattr(client, method)(address).status_code == 405
    assert client.post(address, b"{}", content_type="application/json").status_code == 401


class Unread:
    """A body that must not be touched."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("address", [HOOK, LOGIN_KIT_HOOK])
def test_ten_megabytes_are_refused_unread(address) -> None:
    answer = Client().post(
        address, content_type="application/json", CONTENT_LENGTH=10**7, **{"wsgi.input": Unread()}
    )
    assert (answer.status_code, answer.content) == (413, b"")


def test_a_thousand_events_are_no_large_body() -> None:
    body = delivery(10, *(linked(video_id=str(10**18 + n)) for n in range(1000)))
    assert post(body).status_code == 200


def test_refusing_two_megabytes_of_foreign_script_is_cheap() -> None:
    """The worst an unknown sender can make us escape before the signature is known to be wrong."""
    body = ("é" * 5 + '"').encode() * 180_000
    started = time.process_time()
    assert post(body, HTTP_X_OPEN_SIGNATURE="0" * 64).status_code == 401
    assert time.process_time() - started < 1.0


@pytest.mark.django_db(transaction=True)
def test_ten_megabytes_are_refused_before_they_are_sent(live_server) -> None:
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as wire:
        wire.sendall(
            f"POST {HOOK} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 10000000\r\n\r\n".encode()
        )
        assert wire.recv(100).split()[1] == b"413"


@pytest.mark.django_db(transaction=True)
def test_a_delivery_replayed_a_thousand_times_from_eight_sides_has_one_effect(elm) -> None:
    hold(elm)
    body = delivery(10, linked(), linked(video_id="2"))
    answers: list[int] = []

    def replay() -> None:
        answers.extend(post(body).status_code for _ in range(125))
        connection.close()

    threads = [threading.Thread(target=replay) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        pump()  # and the worker does its work meanwhile
    for thread in threads:
        thread.join()
    while pump():
        pass

    assert answers == [200] * 1000
    kept = WebhookDelivery.objects.get()
    assert (kept.processed_at is None, kept.problem) == (False, "")
    with organization_scope(elm):
        assert LinkedVideo.objects.count() == 2
