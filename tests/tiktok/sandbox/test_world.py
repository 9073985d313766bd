"""The invented facts: stable, and never against their own logic."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.sandbox import creators, videos
from tiktok.sandbox.answers import Refusal
from tiktok.sandbox.clock import Clock
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.limits import LEVELS, Limiter
from tiktok.sandbox.world import Switches, new

handles = st.from_regex(r"[a-z0-9_]{2,12}", fullmatch=True)
seeds = st.integers(0, 2**31)


@given(seeds, handles)
def test_a_creator_is_the_same_every_time(seed, handle):
    first = creators.creator(seed, handle)
    creators.creator.cache_clear()
    assert creators.creator(seed, handle) == first
    assert len(first.creator_id) == 19
    assert int(first.creator_id) > 2**53


@pytest.mark.parametrize("handle", ["", "a b", "@ann", "ann.", "x" * 40, "ä", "<b>"])
def test_what_is_no_handle_is_invalid(handle):
    assert creators.creator(1, handle).membership == creators.INVALID


@pytest.mark.parametrize("handle", [".ann", "..ann", "._", "a.b"])
def test_a_handle_may_begin_with_a_dot(handle):
    found = {creators.creator(seed, handle).membership for seed in range(40)}
    assert creators.IN in found
    assert creators.creator(1, f"{handle}.").membership == creators.INVALID


def test_membership_is_spread_as_promised_for_any_seed():
    for seed in (1, 2, 77):
        seen = Counter(creators.creator(seed, f"h{n}").membership for n in range(3000))
        assert 0.37 < seen["IN"] / 3000 < 0.43
        assert 0.47 < seen["NOT_IN"] / 3000 < 0.53
        assert 0.08 < seen["INVALID"] / 3000 < 0.12


@given(seeds, st.lists(st.floats(0.1, 5), min_size=1, max_size=8))
def test_shares_sum_to_one(seed, weights):
    names = [f"n{n}" for n in range(len(weights))]
    shares = Facts(seed, "x").shares("y", names, weights)
    assert list(shares) == names
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)


@given(seeds, handles, st.lists(st.floats(0, 400 * 86_400), min_size=2, max_size=6))
def test_counters_never_fall(seed, handle, ages):
    person = creators.creator(seed, handle)
    shot = videos.video(seed, "7450000000000000001", person, 1000.0, "")
    pace = videos.habits(seed, shot.video_id)
    seen = [videos.views(shot, pace, 1000.0 + age, [[2000.0, 50.0]]) for age in sorted(ages)]
    assert seen == sorted(seen)
    likes = [videos.counters(pace, number)["likes"] for number in seen]
    assert likes == sorted(likes)


@given(seeds, st.integers(0, 10**6))
def test_retention_starts_at_one_and_never_rises(seed, number):
    curve = videos.habits(seed, str(number)).retention
    assert curve[0] == 1
    assert list(curve) == sorted(curve, reverse=True)
    assert 0 < curve[-1] < 0.4
    assert len(curve) > 6


@given(seeds, handles)
def test_a_back_catalogue_holds_twelve_to_forty_videos_of_eighteen_months(seed, handle):
    person = creators.creator(seed, handle)
    born = 1_767_787_200.0
    shown = [v for v in videos.catalogue(seed, born, person) if v.created_at <= born]
    assert 12 <= len(shown) <= 40
    assert min(v.created_at for v in shown) >= born - 541 * 86_400
    assert len({v.video_id for v in shown}) == len(shown)


def test_more_videos_appear_as_time_passes():
    world = new(1, "basic", Switches())
    before = world.videos_of("maya.bakes")
    world.clock.advance(90 * 86_400)
    after = world.videos_of("maya.bakes")
    assert len(after) > len(before)
    assert after[-len(before) :] == before


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)


def refused(limiter, now):
    try:
        limiter.admit(now)
    except Refusal as refusal:
        return refusal.code
    return None


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=400),
    st.sampled_from(["basic", "advanced", "ultimate"]),
)
def test_no_window_of_a_second_ever_lets_more_through_than_the_level(gaps, level):
    limiter, now, let_through = Limiter(level), 1e9, []
    for gap in gaps:
        now += gap / 20
        if refused(limiter, now) is None:
            let_through.append(now)
    per_second = LEVELS[level][0]
    for first, last in zip(let_through, let_through[per_second:], strict=False):
        assert last - first >= 1.0


def test_a_refused_call_is_not_charged():
    limiter = Limiter("basic")
    assert [refused(limiter, 1e9) for _ in range(12)] == [None] * 10 + [40100] * 2
    assert refused(limiter, 1e9 + 1) is None
    assert limiter.over == {"second": 2}
