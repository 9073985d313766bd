"""The one door to TikTok: breakers, pauses that TikTok asks for, and what is kept of each exchange."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import nullcontext
from itertools import count

import pytest
import redis
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from jobs.enums import Lane
from jobs.services.claims import claim, work
from jobs.services.kinds import kinds_in
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.factories.creators import track_creator
from tests.personas import make_person
from tests.sandbox_process import BRAND_TOKEN
from tests.working import all_polls
from tiktok import breaker, limits
from tiktok.client import errors
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import MarketplaceAccessEnded, TikTokBusy, TikTokRefused, TikTokUnavailable
from tiktok.exchanges import KEPT, last_exchanges
from tiktok.models import Creator, MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.creators.membership import read_memberships
from tiktok.services.creators.profiles import refresh_insights, refresh_profile
from tiktok.services.gateway import tiktok_call
from tiktok.store import key, store

pytestmark = pytest.mark.django_db

STATUS, PUBLIC = "/tcm/creator/status/get/", "/tcm/creator/public/"


@pytest.fixture
def in_oak(oak, tiktok):
    """Oak is in scope and its TikTok at hand."""
    with organization_scope(oak):
        yield tiktok


def calls(tiktok) -> int:
    return tiktok.read("stats")["total"]


def break_down(tiktok, **fault) -> None:
    """Calls fail until the breaker opens."""
    tiktok.control("fail", times=1000, path=STATUS, **(fault or {"http_status": 502}))
    for turn in count():
        if STATUS in breaker.opened():
            break
        with pytest.raises(TikTokUnavailable):
            read_memberships([f"creator.{turn}"])
    tiktok.control("fail", times=0)


def end_the_rest() -> None:
    """The breaker's time is over."""
    store().zadd(key("breakers"), {STATUS: time.time() - 1})


# --- the breaker --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", [{"http_status": 503}, {"garbage": "html"}, {"code": 50000}])
def test_failures_of_tiktoks_in_a_row_open_the_breaker_of_their_endpoint_alone(
    in_oak, fault, caplog
) -> None:
    break_down(in_oak, **fault)
    before = calls(in_oak)
    assert before <= 2 * breaker.FAILURES_TO_OPEN  # a garbled answer is asked for twice

    with pytest.raises(TikTokUnavailable):
        read_memberships(["maya.bakes"])

    assert calls(in_oak) == before
    assert "breaker.opened" in caplog.text
    refresh_profile(track_creator("maya.bakes", MarketplaceStatus.IN))
    assert calls(in_oak) == before + 1


def test_a_garbled_answer_about_one_subject_never_closes_the_endpoint_for_the_others(
    in_oak,
) -> None:
    in_oak.control("fail", times=1000, path=STATUS, garbage="html")
    for _ in range(breaker.FAILURES_TO_OPEN):
        with pytest.raises(TikTokUnavailable):
            read_memberships(["maya.bakes"])
    assert breaker.opened() == {}


def test_an_open_breaker_lets_one_call_try_and_closes_on_its_answer(in_oak, caplog) -> None:
    caplog.set_level(logging.INFO)
    break_down(in_oak)
    end_the_rest()
    breaker.admit(STATUS)  # this one tries
    with pytest.raises(TikTokUnavailable):
        read_memberships(["maya.bakes"])  # while everybody else is answered at once

    store().delete(key("breaker", STATUS, "probe"))
    assert read_memberships(["maya.bakes"])

    assert breaker.opened() == {}
    assert "breaker.closed" in caplog.text
    assert read_memberships(["maya.bakes"])


def test_a_try_that_fails_keeps_the_breaker_open(in_oak) -> None:
    break_down(in_oak)
    end_the_rest()
    in_oak.control("fail", times=1, path=STATUS, http_status=502)
    before = calls(in_oak)

    with pytest.raises(TikTokUnavailable):
        read_memberships(["maya.bakes"])

    assert calls(in_oak) == before + 1
    assert breaker.opened()[STATUS] > time.time() + breaker.OPEN_SECONDS - 5


def test_a_refusal_is_an_answer_and_never_opens_a_breaker(in_oak) -> None:
    in_oak.control("fail", times=30, path=STATUS, code=40001)
    for _ in range(30):
        with pytest.raises(TikTokRefused):
            read_memberships(["maya.bakes"])
    assert breaker.opened() == {}

    in_oak.control("fail", times=breaker.FAILURES_TO_OPEN - 1, path=STATUS, http_status=502)
    for _ in range(3):
        with pytest.raises(TikTokUnavailable):
            read_memberships(["maya.bakes"])
    read_memberships(["maya.bakes"])
    assert store().get(key("breaker", STATUS, "failures")) is None


def test_whoever_waited_for_its_turn_learns_of_a_breaker_that_opened_meanwhile(
    in_oak, settings
) -> None:
    settings.TIKTOK_REQUESTS_PER_SECOND = 2
    limits.take("/x/")
    store().zadd(key("breakers"), {STATUS: time.time() + 60})
    breaker_was_closed = pytest.MonkeyPatch()
    with breaker_was_closed.context() as patched:
        patched.setattr(breaker, "admit", lambda path: None)
        with pytest.raises(TikTokUnavailable):
            read_memberships(["maya.bakes"])
    assert calls(in_oak) == 0


# --- what TikTok says of limits -----------------------------------------------------------------------------------
def test_a_breach_of_the_minute_pauses_the_whole_app_for_five_minutes(in_oak) -> None:
    in_oak.control("fail", times=1, path=STATUS, code=40100)
    with pytest.raises(TikTokBusy) as busy:
        read_memberships(["maya.bakes"])
    assert busy.value.retry_after == 300
    assert len(busy.value.request_id) == 30

    creator = track_creator("maya.bakes", MarketplaceStatus.IN)
    with pytest.raises(TikTokBusy) as busy:
        refresh_profile(creator)

    assert 299 < busy.value.retry_after <= 300
    assert calls(in_oak) == 1


@pytest.mark.parametrize(
    ("seconds", "when"),
    [(0.2, "in 1 minute"), (61, "in 2 minutes"), (5400, "in 90 minutes"), (5401, "in 2 hours"), (86_400, "in 24 hours")],
)  # fmt: skip
def test_whoever_is_told_to_come_again_is_told_when(seconds, when) -> None:
    assert str(TikTokBusy(seconds)) == (
        f"TikTok's request limit is reached. Please try again {when}."
    )


def test_polls_are_postponed_until_a_pause_is_over(in_oak, oak) -> None:
    track_creator("maya.bakes", MarketplaceStatus.IN)
    batches = claim(kinds_in(Lane.POLLS), calls=50)
    limits.pause(300)
    for batch in batches:
        work(batch)

    waits = [(poll.due_at - timezone.now()).total_seconds() for poll in all_polls()]
    assert len(waits) == 2
    assert all(295 < wait <= 330 for wait in waits)
    assert calls(in_oak) == 0


def test_a_burst_passes_within_a_second(in_oak) -> None:
    in_oak.control("switches", limits=[1, 600, 864_000])
    begun = time.monotonic()
    for _ in range(3):
        assert read_memberships(["maya.bakes"])
    assert time.monotonic() - begun < 8
    assert limits.paused_for() <= 1


def test_a_burst_is_slept_through_by_whoever_waits_for_its_turn_already(in_oak, settings) -> None:
    settings.TIKTOK_REQUESTS_PER_SECOND = 2
    limits.take("/x/")
    begun = time.monotonic()
    threading.Timer(0.2, limits.pause, [0.8]).start()
    assert read_memberships(["maya.bakes"])
    assert time.monotonic() - begun > 0.95
    assert calls(in_oak) == 1


def test_a_pause_that_came_while_a_call_waited_stops_it(in_oak, settings) -> None:
    settings.TIKTOK_REQUESTS_PER_SECOND = 2
    limits.take("/x/")
    threading.Timer(0.1, limits.pause, [60]).start()
    with pytest.raises(TikTokBusy):
        read_memberships(["maya.bakes"])
    assert calls(in_oak) == 0


# --- what is kept -------------------------------------------------------------------------------------------------
def test_the_last_exchanges_are_kept_with_the_account_they_were_made_through(in_oak, oak) -> None:
    in_oak.control("fail", times=1, path=STATUS, code=50000)
    read_memberships(["maya.bakes"])
    in_oak.control("fail", times=1, path=STATUS, code=40001)
    with pytest.raises(TikTokRefused) as refused:
        read_memberships(["maya.bakes"])

    reported = last_exchanges(marketplace_account())

    assert [
        (each.method, each.path, each.status, each.code, each.attempt) for each in reported
    ] == [
        ("GET", STATUS, 200, 40001, 1),
        ("GET", STATUS, 200, 0, 2),
        ("GET", STATUS, 200, 50000, 1),
    ]
    assert [each.error for each in reported] == ["PermissionDeniedError", "", "TemporaryError"]
    assert reported[0].request_id == refused.value.request_id
    assert all(0 < each.seconds < 10 and abs(each.at - time.time()) < 60 for each in reported)
    assert BRAND_TOKEN not in str(reported)


def test_only_the_latest_are_kept_and_not_for_ever(in_oak) -> None:
    account = marketplace_account()
    for _ in range(KEPT + 5):
        read_memberships(["maya.bakes"])
    assert len(last_exchanges(account)) == KEPT
    name = key("exchanges", "marketplaceaccount", account.pk)
    assert 13 * 86_400 < store().ttl(name) <= 14 * 86_400


def test_what_is_asked_over_a_creators_grant_is_kept_with_the_connection_too(
    oak, tiktok, settings
) -> None:
    maya = a_person("maya@example.com", oak)
    connection = connect(tiktok, maya, oak, "maya.bakes")
    assert last_exchanges(connection) == []
    with organization_scope(oak):
        refresh_insights(Creator.objects.get(handle="maya.bakes"))
        [exchange] = last_exchanges(connection)
        assert exchange.path == "/tcm/creator/authorized/"
        assert exchange in last_exchanges(marketplace_account())


def test_ops_see_them_in_the_administration(in_oak, oak) -> None:
    in_oak.control("fail", times=1, path=STATUS, code=40001)
    with pytest.raises(TikTokRefused) as refused:
        read_memberships(["maya.bakes"])
    ops = Browser()
    ops.force_login(make_person("ops", "nobody", is_staff=True, is_superuser=True))
    session = ops.session
    session["admin_organization_id"] = oak.pk
    session.save()

    page = ops.get(
        reverse(
            "admin:tiktok_marketplaceaccount_change", args=[MarketplaceAccount.objects.get().pk]
        )
    ).content.decode()

    assert refused.value.request_id in page
    assert f"GET {STATUS}" in page
    assert BRAND_TOKEN not in page
    empty = ops.get(reverse("admin:tiktok_marketplaceaccount_add")).content.decode()
    assert "None within the last 14 days." in empty


# --- without Redis ------------------------------------------------------------------------------------------------
def test_without_redis_nothing_is_asked_of_tiktok(in_oak, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    with pytest.raises(TikTokBusy) as busy:
        read_memberships(["maya.bakes"])
    assert busy.value.retry_after == limits.UNCOUNTED_SECONDS
    assert str(busy.value) == (
        "Requests to TikTok cannot be counted just now, so nothing was asked. Please try again in 1 minute."
    )
    assert last_exchanges(marketplace_account()) == []
    assert calls(in_oak) == 0


def test_an_exchange_that_cannot_be_kept_does_not_spoil_its_call(in_oak, monkeypatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr("tiktok.services.gateway.remember", broken)
    assert read_memberships(["maya.bakes"])


# --- a token that TikTok no longer takes --------------------------------------------------------------------------
@pytest.mark.parametrize("is_inside", [True, False])
def test_a_dead_token_has_the_accounts_of_the_organization_in_scope_checked_and_no_other(
    oak, is_inside
) -> None:
    with organization_scope(oak) if is_inside else nullcontext():
        with pytest.raises(MarketplaceAccessEnded), tiktok_call():
            raise errors.AccessTokenInvalidError("The token is invalid.", code=40105)
    due = all_polls().filter(kind=PollKind.MARKETPLACE, due_at__lte=timezone.now())
    assert due.count() == is_inside
