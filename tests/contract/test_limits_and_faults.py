"""Request limits, injected faults and the sandbox's own life over the wire."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox_process import ACCOUNT_ID, APP_ID, BRAND_TOKEN, SECRET, sandbox
from tiktok.client import Client, TtcmMarketplace, errors

pytestmark = pytest.mark.contract


@pytest.fixture
def once(tiktok):
    """A marketplace whose client does not repeat."""
    with Client(base_url=tiktok.url, app_id=APP_ID, secret=SECRET, max_attempts=1) as client:
        yield TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)


def test_the_eleventh_call_in_a_second_is_refused_for_a_second(tiktok, once):
    tiktok.control("switches", level="basic")
    assert tiktok.read("switches")["limits"] == [10, 600, 864_000]
    for _ in range(10):
        once.membership(["maya.bakes"])
    with pytest.raises(errors.RateLimitedError) as caught:
        once.membership(["maya.bakes"])
    assert (caught.value.code, caught.value.window, caught.value.retry_after) == (40100, None, 1.0)
    tiktok.control("clock", advance_seconds=1)
    once.membership(["maya.bakes"])
    assert tiktok.read("stats")["over"] == {"second": 1}


def test_after_a_minutes_budget_the_app_is_closed_for_five_minutes(tiktok, once):
    tiktok.control("switches", limits=[100, 30, 1000])
    for _ in range(30):
        once.membership(["maya.bakes"])
    for passed in (0, 61, 230):
        tiktok.control("clock", advance_seconds=passed)
        with pytest.raises(errors.RateLimitedError) as caught:
            once.membership(["maya.bakes"])
        assert (caught.value.window, caught.value.retry_after) == ("minute", 300.0)
    tiktok.control("clock", advance_seconds=9)
    once.membership(["maya.bakes"])
    stats = tiktok.read("stats")
    assert stats["over"] == {"minute": 1, "closed": 2}
    assert stats["over_total"] == 3
    assert stats["busiest"]["minute"] == 30


def test_after_a_days_budget_the_app_is_closed_until_midnight(tiktok, once):
    tiktok.control("switches", limits=[100, 100, 5])
    now = tiktok.read("clock")["now"]
    tiktok.control("clock", advance_seconds=86_400 - now % 86_400)
    for _ in range(5):
        once.membership(["maya.bakes"])
    with pytest.raises(errors.RateLimitedError) as caught:
        once.membership(["maya.bakes"])
    assert caught.value.window == "day"
    tiktok.control("clock", advance_seconds=86_400)
    once.membership(["maya.bakes"])


def test_a_minutes_pause_is_handed_to_the_caller_not_slept(tiktok, market, naps):
    tiktok.control("switches", limits=[100, 1, 1000])
    market.membership(["maya.bakes"])
    with pytest.raises(errors.RateLimitedError):
        market.membership(["maya.bakes"])
    assert naps == []


def test_stats_count_the_calls_per_path(tiktok, market):
    market.membership(["maya.bakes"])
    market.membership(["maya.bakes"])
    market.public_profile("maya.bakes")
    stats = tiktok.read("stats")
    assert stats["calls"] == {"/tcm/creator/status/get/": 2, "/tcm/creator/public/": 1}
    assert (stats["total"], stats["over_total"]) == (3, 0)


@pytest.mark.parametrize("code", [50000, 50002, 51010, 60001])
def test_tiktoks_own_trouble_is_waited_out(tiktok, market, exchanges, naps, code):
    tiktok.control("fail", times=2, code=code)
    assert market.membership(["maya.bakes"])
    assert [each.code for each in exchanges] == [code, code, 0]
    assert [each.attempt for each in exchanges] == [1, 2, 3]
    assert len(naps) == 2
    assert 0.25 <= naps[0] < 0.75 <= 2 * naps[1]


@pytest.mark.parametrize("fault", [{"http_status": 502}, {"garbage": "truncated"}])
def test_a_broken_answer_is_asked_for_again(tiktok, market, fault):
    tiktok.control("fail", times=1, **fault)
    assert market.membership(["maya.bakes"])


@pytest.mark.parametrize("garbage", ["html", "empty"])
def test_an_answer_that_stays_garbled_is_given_up_after_two_attempts(
    tiktok, market, exchanges, garbage
):
    tiktok.control("fail", times=5, garbage=garbage)
    with pytest.raises(errors.GarbledAnswerError):
        market.membership(["maya.bakes"])
    assert [(each.status, each.code) for each in exchanges] == [(200, None), (200, None)]
    tiktok.control("fail", times=0)


def test_a_hanging_call_is_given_up_at_the_time_out(tiktok):
    tiktok.control("fail", times=1, hang_seconds=5)
    with Client(
        base_url=tiktok.url, app_id=APP_ID, secret=SECRET, max_attempts=1, timeout=(1, 0.2)
    ) as client:
        market = TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)
        started = time.monotonic()
        with pytest.raises(errors.UnreachableError) as caught:
            market.membership(["maya.bakes"])
        assert time.monotonic() - started < 2
        assert caught.value.outcome_unknown


def test_a_host_that_is_not_there_was_never_asked(naps):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Client(base_url=url, app_id=APP_ID, secret=SECRET, sleep=naps.append) as client:
            market = TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)
            with pytest.raises(errors.UnreachableError, match="refused") as caught:
                market.create_orders(brand_name="Oak", description="Loaf", handles=["maya.bakes"])
    assert not caught.value.outcome_unknown
    assert len(naps) == 2


def test_threads_share_one_client(tiktok, market):
    with ThreadPoolExecutor(16) as pool:
        pages = list(pool.map(lambda n: market.membership([f"person{n}"]), range(200)))
    assert [list(page) for page in pages] == [[f"person{n}"] for n in range(200)]
    assert tiktok.read("stats")["total"] == 200


def test_a_fault_can_be_aimed_at_one_path(tiktok, once):
    tiktok.control("fail", times=1, code=40001, path="/creator/public/")
    assert once.membership(["maya.bakes"])
    with pytest.raises(errors.PermissionDeniedError):
        once.public_profile("maya.bakes")
    assert once.public_profile("maya.bakes")


def test_a_fault_comes_before_its_call_takes_effect(tiktok, once):
    tiktok.control("fail", times=1, code=50000, path="/order/create/")
    asked = {"brand_name": "Oak", "description": "Loaf", "handles": ["maya.bakes"]}
    with pytest.raises(errors.TemporaryError):
        once.create_orders(**asked)
    assert tiktok.read("orders")["orders"] == []


def test_routes_end_with_a_slash(tiktok):
    _, body, _ = tiktok.submit(f"{tiktok.url}/open_api/v1.3/tcm/creator/public")
    answer = json.loads(body)
    assert answer["code"] == 40400
    assert set(answer) == {"code", "message", "request_id", "data"}
    assert len(answer["request_id"]) == 30


@pytest.mark.parametrize(
    ("header", "query", "code"),
    [
        ({}, "", 40104),
        ({"Access-Token": "x"}, "", 40105),
        ({"Access-Token": BRAND_TOKEN}, "", 40002),
        ({"Access-Token": BRAND_TOKEN}, "?tcm_account_id=1&handle_names=x", 40002),
        ({"Access-Token": BRAND_TOKEN}, "?tcm_account_id=1&handle_names=%5B%22x%22%5D", 40001),
    ],
)
def test_a_call_is_judged_by_token_then_parameters_then_account(client, header, query, code):
    url = f"{client.base_url}/open_api/v1.3/tcm/creator/status/get/{query}"
    answer = client._session.get(url, headers=header, timeout=2)
    assert (answer.status_code, answer.json()["code"]) == (200, code)


def test_an_image_address_expires(tiktok, market):
    address = market.public_profile("maya.bakes").profile_image
    status, drawing, _ = tiktok.submit(address)
    assert (status, drawing[:4]) == (200, "<svg")
    tiktok.control("clock", advance_seconds=2 * 86_400)
    assert tiktok.submit(address)[0] == 403


def test_a_restarted_sandbox_remembers(tmp_path):
    state = tmp_path / "sandbox.json"
    with sandbox(seed=5, state=state) as first:
        with Client(base_url=first.url, app_id=APP_ID, secret=SECRET) as client:
            market = TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)
            created = market.create_orders(
                brand_name="Oak", description="Loaf", handles=["maya.bakes"]
            )
        video = first.control("publish", handle="maya.bakes", invite_link=created.invite_link)
        first.control("clock", advance_seconds=1000)
        assert first.stop() == 0
    assert state.stat().st_mode & 0o077 == 0
    with sandbox(seed=6, state=state) as second:
        assert second.read("health")["seed"] == 5
        assert second.read("clock")["offset_seconds"] == 1000
        with Client(base_url=second.url, app_id=APP_ID, secret=SECRET) as client:
            market = TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)
            (order,) = market.get_orders(campaign_code=created.campaign_code).orders
        assert order.video_ids == (video["video_id"],)


def test_an_unreadable_state_is_put_aside(tmp_path):
    state = tmp_path / "sandbox.json"
    state.write_text("{")
    with sandbox(state=state) as running:
        assert running.read("health")["ok"]
    assert (tmp_path / "sandbox.json.broken").read_text() == "{"


def test_the_same_seed_tells_the_same_story(tiktok):
    with sandbox(seed=1) as twin, sandbox(seed=2) as other:
        asked = {"handle": "someone.else"}
        assert twin.read("creator", **asked) == tiktok.read("creator", **asked)
        assert other.read("creator", **asked) != tiktok.read("creator", **asked)
