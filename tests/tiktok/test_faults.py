"""A hostile outside: whatever TikTok answers, nothing is uncaught, nothing is kept by halves, and it ends soon."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from jobs.services.queue import make_due
from tenancy.scope import organization_scope
from tests.factories.creators import track_creator
from tests.hostile import Hostile, Script, always, envelope, hostile, http, slowly, without_end
from tests.working import all_polls, pump
from tiktok import breaker
from tiktok.availability import ASK_TO_AUTHENTICATE, UNREADABLE
from tiktok.client import Client
from tiktok.enums import AccountKind, MarketplaceStatus, PollKind, PostponedReason, PostTie
from tiktok.errors import OutcomeUnknown
from tiktok.exchanges import last_exchanges, unreadable_counts
from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot
from tiktok.queries import account_metrics, marketplace_account, post_metrics
from tiktok.queries.metrics import NOT_YET
from tiktok.services import gateway
from tiktok.services.creators.membership import read_memberships, refresh_membership
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.orders.dialects import find_orders, place_orders
from tiktok.services.orders.orders import LostOrders, OrderAsk

pytestmark = pytest.mark.django_db

MINUTE, MIDNIGHT = 60.0, -1.0
TIME_OUT = 0.3
BOMB = gzip.compress(b'{"code": 0, "data": "' + b" " * 200_000_000)
HTML = b"<html><title>Sorry</title></html>"


@dataclass(frozen=True)
class Fault:
    """A fault that every call meets, at the sandbox or on a hostile wire, and after how many seconds the polls try again."""

    name: str
    tries_again_after: float
    sandbox: dict[str, Any] | None = None
    wire: Script | None = None


FAULTS = [
    # --- limits
    Fault("throttled, no window named", 300, {"code": 40100}),
    Fault("throttled by the second", 1, wire=always(envelope({}, 40100, "App reaches the QPS limit"))),
    Fault("throttled for the day", MIDNIGHT, wire=always(envelope({}, 40100, "Too many requests today."))),
    Fault("the app is restricted", 300, {"code": 40133}),
    Fault("on the block list", 3600, {"code": 61000}),
    Fault("frequency control without advice", 60, {"code": 40016}),
    Fault("429 with advice", 70, wire=always(http(b"", "429 Too Many Requests", "Retry-After: 70"))),
    Fault("429 without advice", 60, wire=always(http(b"", "429 Too Many Requests"))),
    Fault("429 with mad advice", 60, wire=always(http(b"", "429 Too Many Requests", "Retry-After: -1"))),
    # --- TikTok's own trouble
    Fault("a system error", MINUTE, {"code": 50000}),
    Fault("a time-out inside TikTok", MINUTE, {"code": 51010}),
    Fault("maintenance", MINUTE, {"code": 60001}),
    Fault("HTTP 500", MINUTE, {"http_status": 500}),
    Fault("HTTP 502", MINUTE, {"http_status": 502}),
    Fault("503 with long advice", MINUTE, wire=always(http(b"", "503 Busy", "Retry-After: 9999999"))),
    Fault("a code nobody knows", MINUTE, {"code": 99999}),
    Fault("the endpoint is switched off", MINUTE, {"code": 41000}),
    Fault("the brand's token is revoked", MINUTE, {"code": 40105}),
    # --- the wire
    Fault("no answer in time", MINUTE, {"hang_seconds": 2}),
    Fault("a byte a while", MINUTE, wire=slowly(envelope({}), 0.1)),
    Fault("hung up without a word", MINUTE, wire=always(b"")),
    Fault("hung up in the middle", MINUTE, {"garbage": "truncated"}),
    Fault("an answer without end", MINUTE, wire=without_end(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536)),
    Fault("headers without end", MINUTE, wire=without_end(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 999)),
    Fault("a compressed bomb", MINUTE, wire=always(http(BOMB, "200 OK", "Content-Encoding: gzip"))),
    Fault("a redirect", MINUTE, wire=always(http(b"", "302 Found", "Location: http://127.0.0.1:9/"))),
    # --- not the documented shape
    Fault("HTML with 200", MINUTE, {"garbage": "html"}),
    Fault("nothing with 200", MINUTE, {"garbage": "empty"}),
    Fault("not JSON", MINUTE, wire=always(http(b"{code: 0}"))),
    Fault("not UTF-8", MINUTE, wire=always(http(b"\xff\xfe{}"))),
    Fault("JSON without an envelope", MINUTE, wire=always(http(b"[0]"))),
    Fault("a hundred thousand brackets", MINUTE, wire=always(http(b"[" * 100_000))),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The product's client, with short time-outs and without its pauses."""
    made = partial(Client, timeout=(TIME_OUT, TIME_OUT), sleep=lambda seconds: None)
    monkeypatch.setattr(gateway, "Client", made)
    gateway._client_of.cache_clear()
    yield
    gateway._client_of.cache_clear()


@pytest.fixture
def maya(oak) -> Creator:
    """A creator whose profile, videos and membership are due."""
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        make_due(PollKind.MEMBERSHIP, creator.pk)
        return creator


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_postponed_and_leaves_nothing_half_done(
    fault: Fault, maya: Creator, oak, tiktok, settings, caplog
) -> None:
    begun = time.monotonic()
    if fault.sandbox is not None:
        tiktok.control("fail", times=1000, **fault.sandbox)
        pump()
        tiktok.control("fail", times=0)
        calls = tiktok.read("stats")["total"]
    else:
        with hostile(fault.wire) as server:
            settings.TIKTOK_BASE_URL = server.url
            pump()
        calls = len(server.calls)
        assert (
            server.bytes_sent < 9 * 12 * 1024 * 1024
        )  # nobody reads much further than what is allowed

    assert time.monotonic() - begun < 20
    assert 1 <= calls <= 9  # three polls, three attempts each
    assert "work.broken" not in caplog.text
    with organization_scope(oak):
        assert_nothing_is_kept(maya)
    assert_tried_again_after(fault.tries_again_after)


@pytest.mark.parametrize("data", [None, {}, [], {"handle_name": None, "posts": [None]}], ids=repr)
def test_an_answer_that_says_nothing_changes_nothing_and_a_nameless_profile_is_asked_for_again(
    data, maya, oak, settings
) -> None:
    with hostile(always(envelope(data))) as server:
        settings.TIKTOK_BASE_URL = server.url
        pump()
    assert len(server.calls) == 3
    with organization_scope(oak):
        assert_nothing_is_kept(maya)
        [postpone] = all_polls().exclude(postponed_reason="")
    assert (postpone.kind, postpone.postponed_reason) == (
        PollKind.PROFILE,
        PostponedReason.UNREADABLE,
    )
    assert breaker.opened() == {}


def assert_nothing_is_kept(creator: Creator) -> None:
    assert Creator.objects.get(pk=creator.pk).profile_fetched_at is None
    assert not CreatorSnapshot.objects.exists()
    assert not Video.objects.exists()
    assert not VideoSnapshot.objects.exists()


def assert_tried_again_after(seconds: float) -> None:
    now = timezone.now()
    if seconds == MIDNIGHT:
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        seconds = (midnight - now).total_seconds()
    syncs = [
        PollKind.MEMBERSHIP,
        PollKind.PROFILE,
        PollKind.VIDEOS,
    ]  # not what a doubted account makes due
    for poll in all_polls().filter(kind__in=syncs):
        wait = (poll.due_at - now).total_seconds()
        assert (poll.lease_until, poll.attempts, poll.last_finished_at) == (None, 1, None)
        assert seconds - 20 < wait <= seconds + 30


# --- what is odd, and true for all we know -----------------------------------------------------------------------
PROFILE = {
    "handle_name": "maya.bakes", "display_name": "Maya", "followers_count": 900, "likes_count": 5, "videos_count": 2,
}  # fmt: skip
POST = {"video_id": "73", "create_time": 1_760_000_000, "likes": 3, "video_views": 100}


def posts(*found: object, cursor: int = 0, has_more: bool = False) -> bytes:
    return envelope({"posts": found, "page_info": {"cursor": cursor, "has_more": has_more}})


@pytest.fixture
def wire(maya: Creator, oak, settings) -> Iterator[Hostile]:
    """Oak is in scope, TikTok answers what the test says."""
    with hostile(always(b"")) as server, organization_scope(oak):
        settings.TIKTOK_BASE_URL = server.url
        yield server


def reported_profile(wire: Hostile, **changes: object) -> None:
    wire.script = always(envelope({**PROFILE, **changes}))


def test_a_profile_of_nulls_is_kept_as_absent_never_as_zero(wire, maya) -> None:
    reported_profile(wire, **dict.fromkeys(set(PROFILE) - {"handle_name"}))
    refresh_profile(maya)
    seen = Creator.objects.get(pk=maya.pk)
    assert (seen.follower_count, seen.like_count, seen.video_count) == (None, None, None)
    assert not CreatorSnapshot.objects.exists()  # nothing was told, so there is no fact


def test_falling_counters_are_kept_as_they_come(wire, maya) -> None:
    reported_profile(wire)
    refresh_profile(maya)
    reported_profile(wire, followers_count=850)
    refresh_profile(maya)
    assert Creator.objects.get(pk=maya.pk).follower_count == 850

    for views in (100, 60):
        wire.script = always(posts({**POST, "video_views": views}))
        refresh_videos(maya)
    assert Video.objects.get().video_views == 60


def test_huge_numbers_are_kept_as_they_come(wire, maya) -> None:
    reported_profile(wire, followers_count=2**63 - 1)
    refresh_profile(maya)
    assert Creator.objects.get(pk=maya.pk).follower_count == 2**63 - 1


@pytest.mark.parametrize("absurd", [2**63, 10**40, "1e999"], ids=str)
def test_a_number_that_no_column_holds_is_absent_and_does_not_cost_the_others(
    wire, maya, absurd
) -> None:
    reported_profile(wire, followers_count=absurd)
    refresh_profile(maya)
    [fact] = CreatorSnapshot.objects.all()
    assert (fact.follower_count, fact.like_count) == (None, 5)


@pytest.mark.parametrize("absurd", ["NaN", 0.5, [1]], ids=str)
def test_what_is_no_count_at_all_is_missing_and_says_why(wire, maya, absurd) -> None:
    reported_profile(wire, followers_count=absurd)
    refresh_profile(maya)
    seen = Creator.objects.get(pk=maya.pk)
    assert (seen.follower_count, seen.like_count) == (None, 5)
    shown = {m.key: m for m in account_metrics(seen, AccountKind.NOT_AUTHENTICATED_TTCM)}
    assert shown["follower_count"].reason == UNREADABLE
    assert shown["like_count"].reason == ""
    assert shown["audience_ages"].reason == ASK_TO_AUTHENTICATE

    reported_profile(wire)
    refresh_profile(maya)
    seen = Creator.objects.get(pk=maya.pk)
    assert (seen.follower_count, seen.unreadable) == (900, [])


def test_what_could_not_be_read_is_counted_and_kept_with_the_exchange(wire, maya) -> None:
    reported_profile(wire, followers_count="1,2" + "3" * 1000)
    refresh_profile(maya)
    [exchange] = last_exchanges(marketplace_account())
    [reported] = exchange.unreadable
    assert reported.startswith('followers_count: not a number: "1,2333')
    assert len(reported) < 300
    assert unreadable_counts() == {("/tcm/creator/public/", "followers_count"): 1}


@pytest.mark.parametrize(
    "odd",
    [
        {"display_name": "M\x00ya", "bio": "\x00"},
        {"display_name": "x" * 5_000, "location": "ATLANTIS", "creator_id": "7" * 300},
        {"profile_image": "https://p16.example/" + "x" * 5_000},
        {"creator_rate": {"rate": "1" * 15, "currency": "DOUBLOONS"}},
        {"completion_rate": 99.5, "audience_ages": [{"age": "AGE_OF_AQUARIUS", "percentage": 1}]},
    ],
    ids=["NUL", "long texts", "long address", "odd money", "unknown words"],
)
def test_a_text_that_no_column_holds_does_not_cost_the_numbers(wire, maya, odd, caplog) -> None:
    reported_profile(wire, **odd)
    all_polls().exclude(kind=PollKind.PROFILE).delete()
    pump()
    assert "work.broken" not in caplog.text
    assert Creator.objects.get(pk=maya.pk).follower_count == 900
    assert CreatorSnapshot.objects.count() == 1


def test_part_of_a_name_is_a_name_and_part_of_an_address_or_an_id_is_none(wire, maya) -> None:
    address = "https://p16.example/" + "x" * 5_000
    reported_profile(wire, display_name="Maya " * 99, profile_image=address, creator_id="7" * 300)
    refresh_profile(maya)
    read = Creator.objects.get(pk=maya.pk)
    assert read.display_name == ("Maya " * 99)[: Creator._meta.get_field("display_name").max_length]
    assert (read.profile_image, read.tiktok_creator_id) == ("", "")


def test_a_video_with_odd_texts_does_not_cost_its_numbers(wire, maya, caplog) -> None:
    odd = {
        "caption": "a\x00b",
        "embed_url": "https://e.example/" + "x" * 5_000,
        "thumbnail_url": "\x00",
    }
    wire.script = always(posts({**POST, **odd}))
    all_polls().exclude(kind=PollKind.VIDEOS).delete()
    pump()
    assert "work.broken" not in caplog.text
    assert Video.objects.get().video_views == 100


def test_a_page_with_one_odd_video_keeps_all_but_the_odd_field(wire, maya) -> None:
    wire.script = always(posts(POST, {**POST, "video_id": "74", "likes": 0.5}, {"likes": 4}))
    refresh_videos(maya)
    [odd] = Video.objects.filter(tiktok_video_id="74")
    assert Video.objects.count() == 2
    assert (odd.likes, odd.video_views, odd.unreadable) == (None, 100, ["likes"])
    shown = {m.key: m.reason for m in post_metrics(odd, PostTie.NOT_AUTHENTICATED)}
    assert (shown["likes"], shown["comments"]) == (UNREADABLE, NOT_YET)


def test_a_video_that_stands_twice_on_a_page_is_kept_once(wire, maya) -> None:
    wire.script = always(posts(POST, {**POST, "likes": 4}, {**POST, "video_id": "74"}))
    refresh_videos(maya)
    assert dict(Video.objects.values_list("tiktok_video_id", "likes")) == {"73": 4, "74": 3}


@pytest.mark.parametrize("written", ["", "0", "-", None], ids=repr)
def test_a_video_without_a_time_has_the_one_its_id_carries_or_had(wire, maya, written) -> None:
    new = {**POST, "video_id": "7455000000000000011", "create_time": written}
    wire.script = always(posts(new))
    refresh_videos(maya)
    video = Video.objects.get()
    assert video.published_at == datetime(2025, 1, 1, 17, 27, 28, tzinfo=UTC)

    known = video.published_at - timedelta(days=1)
    Video.objects.update(published_at=known)
    refresh_videos(maya)
    assert Video.objects.get().published_at == known


def test_a_membership_word_of_tomorrow_is_not_guessed_at(wire, maya) -> None:
    found = {"onboarding_status": [{"handle_name": "maya.bakes", "status": "MAYBE_SOON"}]}
    wire.script = always(envelope(found))
    assert read_memberships(["maya.bakes"]) == {}
    refresh_membership([maya])
    assert Creator.objects.get(pk=maya.pk).is_in_marketplace


def test_a_list_whose_cursor_never_ends_is_read_for_so_many_pages(wire, maya) -> None:
    def script(path: str, query: dict[str, list[str]]) -> list[bytes]:
        cursor = int(query.get("cursor", ["0"])[0]) + 1
        return [posts({**POST, "video_id": str(cursor)}, cursor=cursor, has_more=True)]

    wire.script = script
    refresh_videos(maya)
    assert len(wire.calls) == 3
    assert Video.objects.count() == 3


def test_a_list_that_repeats_one_page_for_ever_ends(wire) -> None:
    order = {
        "handle_name": "maya.bakes", "campaign_code": "C", "invite_link": "L", "video_ids": [],
        "quota": {"current_video_count": 0, "per_creator_video_limit": 1, "total_video_limit": 1},
    }  # fmt: skip
    page = [{**order, "order_id": str(number)} for number in range(20)]
    wire.script = always(envelope({"orders": page, "page_info": {"page": 1, "total_page": 10**9}}))
    assert len(find_orders(None, LostOrders(group="C")).orders) == 20
    assert len(wire.calls) == 2


def test_a_creating_call_whose_answer_is_lost_is_not_repeated(wire) -> None:
    ask = OrderAsk(name="Oak", brand_name="Oak", description="Loaf", video_count=1, reference="m")
    with pytest.raises(OutcomeUnknown):
        place_orders(None, ask, ["maya.bakes"])
    assert wire.calls == ["/tcm/order/create/v2/"]


# --- what is down stays alone ---------------------------------------------------------------------------------------
def test_a_tiktok_that_is_down_is_asked_less_and_less_and_found_again(maya, tiktok, oak) -> None:
    tiktok.control("fail", times=1000, http_status=503)
    for _ in range(6):
        all_polls().update(due_at=timezone.now())
        pump()
    calls = tiktok.read("stats")["calls"]
    assert max(calls.values()) <= breaker.FAILURES_TO_OPEN + 2
    assert set(breaker.opened()) == set(calls)

    tiktok.control("fail", times=0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(breaker.time, "time", lambda: datetime.now(UTC).timestamp() + 61)
        all_polls().update(due_at=timezone.now())
        pump()
    assert breaker.opened() == {}
    assert not all_polls().filter(last_finished_at=None).exists()
