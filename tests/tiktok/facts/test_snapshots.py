"""Numbers as facts, latest and days: kept as TikTok tells them, flagged where they are odd, never smoothed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tiktok.enums import Flag, Source
from tiktok.models import Creator, CreatorSnapshot, Video, VideoReading, VideoSnapshot
from tiktok.policies import absurd_numbers
from tiktok.queries import earlier_numbers, video_days
from tiktok.services.facts.details import creator_details, keep_creator_details
from tiktok.services.facts.snapshots import (
    record_creator_snapshots,
    record_video_snapshots,
)

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
REPORT, PUBLIC, AUTHORIZED = Source.ORDER_REPORT, Source.PUBLIC, Source.AUTHORIZED


@pytest.fixture(autouse=True)
def _in_oak(oak: Organization):
    with organization_scope(oak):
        yield


@pytest.fixture
def video(_in_oak) -> Video:
    """Listed, not synced since long ago."""
    return a_video(an_account("maya.bakes"), "1", counts_fetched_at=NINE - timedelta(days=30))


def read(video: Video, at: datetime = NINE, source: str = PUBLIC, **numbers: float | None) -> Video:
    """One sync: these numbers and no others. Returns the row as it stands afterwards."""
    seen = Video(pk=video.pk, organization_id=video.organization_id)
    for name, number in numbers.items():
        setattr(seen, name, number)
    record_video_snapshots([seen], source=source, fetched_at=at)
    return Video.objects.get(pk=video.pk)


def counts(views: int | None, likes: int = 10) -> dict[str, int | None]:
    return {"video_views": views, "likes": likes, "comments": 3, "shares": 2}


# --- facts -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("source", [PUBLIC, AUTHORIZED, REPORT])
def test_the_last_sync_of_an_hour_is_the_fact_of_it(video, source) -> None:
    read(video, NINE, source, **counts(100))
    read(video, NINE + timedelta(minutes=20), source, **counts(120))
    read(video, NINE + timedelta(minutes=10), source, **counts(110))
    read(video, NINE + timedelta(hours=1), source, **counts(130))

    facts = VideoSnapshot.objects.order_by("bucket_at").values_list("video_views", flat=True)
    assert list(facts) == [120, 130]


def test_a_fact_that_the_latest_row_does_not_tell_of_is_replaced_all_the_same(video) -> None:
    read(video, NINE, **counts(100))
    Video.objects.update(counts_fetched_at=NINE - timedelta(days=1))  # as the end of a grant does
    row = read(video, NINE + timedelta(minutes=10), **counts(120))

    assert row.video_views == 120
    assert VideoSnapshot.objects.get().video_views == 120


# --- falling -----------------------------------------------------------------------------------------------------
def test_a_counter_that_fell_is_kept_as_told_and_flagged(video) -> None:
    read(video, **counts(12_400))
    row = read(video, NINE + timedelta(hours=1), **counts(11_900))

    assert (row.video_views, row.flags) == (11_900, {"video_views": Flag.FALLING})
    facts = VideoSnapshot.objects.order_by("bucket_at").values_list("video_views", "falling")
    assert list(facts) == [(12_400, 0), (11_900, 1)]
    assert earlier_numbers(row) == {"video_views": (12_400, NINE)}


def test_a_counter_that_falls_no_further_is_not_flagged_again(video) -> None:
    for hours, views in enumerate((12_400, 11_900, 11_900)):
        row = read(video, NINE + timedelta(hours=hours), **counts(views))
    assert row.flags == {}
    assert earlier_numbers(row) == {}
    facts = VideoSnapshot.objects.order_by("bucket_at").values_list("falling", flat=True)
    assert list(facts) == [0, 1, 0]


@pytest.mark.parametrize(
    ("again", "flags"), [(11_950, {"video_views": Flag.FALLING}), (12_500, {})]
)
def test_a_second_sync_in_the_hour_is_compared_with_the_hour_before(video, again, flags) -> None:
    read(video, **counts(12_400))
    read(video, NINE + timedelta(hours=1), **counts(11_900))
    row = read(video, NINE + timedelta(hours=1, minutes=40), **counts(again))
    assert (row.video_views, row.flags) == (again, flags)
    assert VideoSnapshot.objects.count() == 2


def test_each_source_is_compared_with_itself(video) -> None:
    read(video, **counts(12_400))
    row = read(video, NINE + timedelta(hours=1), REPORT, reach=8_000, **counts(11_000))
    assert (row.video_views, row.counts_source, row.flags) == (11_000, REPORT, {})
    row = read(video, NINE + timedelta(hours=2), PUBLIC, **counts(12_300))
    assert row.flags == {"video_views": Flag.FALLING}
    row = read(video, NINE + timedelta(hours=3), REPORT, reach=7_999, **counts(11_500))
    assert row.flags == {"reach": Flag.FALLING}


def test_a_look_at_the_counters_leaves_the_reports_flags_alone(video) -> None:
    read(video, NINE, REPORT, reach=8_000, **counts(11_000))
    read(video, NINE + timedelta(hours=1), REPORT, reach=7_000, **counts(11_000))
    row = read(video, NINE + timedelta(hours=2), PUBLIC, **counts(11_500))
    assert (row.reach, row.video_views) == (7_000, 11_500)
    assert row.flags == {"reach": Flag.FALLING}


def test_an_accounts_followers_may_become_fewer_without_a_mark(oak) -> None:
    creator = an_account("ann").creator
    for day, followers in enumerate((5_000, 4_000)):
        creator.follower_count, creator.profile_source = followers, PUBLIC
        creator.profile_fetched_at = NINE + timedelta(days=day)
        record_creator_snapshots([creator])
    creator.refresh_from_db()
    assert (creator.follower_count, creator.absurd) == (4_000, 0)
    assert CreatorSnapshot.objects.count() == 2


# --- absurd ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("numbers", "absurd"),
    [
        ({"likes": -1}, {"likes"}),
        ({"follower_count": 10**12 + 1}, {"follower_count"}),
        ({"follower_count": 0, "like_count": 10**12}, set()),
        ({"completion_rate": 1.01}, {"completion_rate"}),
        ({"video_completion_rate": 1.0, "engagement_rate": 1.0}, set()),
        ({"engagement_rate": 4.2}, {"engagement_rate"}),
        ({"video_views": 3, "likes": 3, "comments": 8, "shares": 0, "engagement_rate": 3.7}, set()),
        ({"video_views": 1_000, "likes": 3_001}, {"likes"}),
        ({"video_views": 1_000, "likes": 3_000, "reach": 3_000}, set()),
        ({"video_views": 1_000, "reach": 3_001}, {"reach"}),
        ({"reach": 3_001, "likes": 9_000}, set()),
        ({"average_play_time": 90_000.0}, {"average_play_time"}),
        ({"total_play_time": 9e15, "average_play_time": 12.5}, {"total_play_time"}),
        ({"average_views": float("inf")}, {"average_views"}),
        ({"video_views": None, "likes": None}, set()),
    ],
)
def test_only_what_cannot_be_true_is_absurd(numbers, absurd) -> None:
    assert absurd_numbers(numbers) == absurd


def test_an_absurd_number_is_kept_as_told_and_flagged(video) -> None:
    row = read(video, likes=-5, video_views=100, comments=1, shares=1)
    assert (row.likes, row.flags) == (-5, {"likes": Flag.ABSURD})
    [fact] = VideoSnapshot.objects.all()
    assert (fact.likes, fact.absurd) == (-5, 2)


def test_a_number_that_no_column_holds_is_absent_and_flagged_and_breaks_no_batch(video) -> None:
    other = a_video(an_account("ann"), "2", counts_fetched_at=NINE - timedelta(days=1))
    rows = [Video(pk=video.pk, **counts(10**20)), Video(pk=other.pk, **counts(70))]
    record_video_snapshots(rows, source=PUBLIC, fetched_at=NINE)

    facts = VideoSnapshot.objects.order_by("video_id").values_list("video_views", "likes", "absurd")
    assert list(facts) == [(None, 10, 1), (70, 10, 0)]
    row = Video.objects.get(pk=video.pk)
    assert (row.video_views, row.likes, row.flags) == (None, 10, {"video_views": Flag.ABSURD})


def test_an_accounts_absurd_number_is_flagged_in_the_fact_and_on_the_latest_row() -> None:
    creator = an_account("ann").creator
    creator.follower_count, creator.like_count, creator.engagement_rate = 10**20, -1, 0.04
    creator.profile_source, creator.profile_fetched_at = PUBLIC, NINE
    record_creator_snapshots([creator])

    creator = Creator.objects.get()
    [fact] = CreatorSnapshot.objects.all()
    for kept in (creator, fact):
        assert (kept.follower_count, kept.like_count, kept.engagement_rate) == (None, -1, 0.04)
        assert kept.absurd == 0b11


# --- latest ------------------------------------------------------------------------------------------------------
def test_an_account_of_which_nothing_was_fetched_has_no_fact_and_keeps_none_back() -> None:
    unseen, seen = (
        Creator.objects.create(handle=handle, follower_count=7) for handle in ("rio.runs", "tom_t")
    )
    seen.profile_source, seen.profile_fetched_at = PUBLIC, NINE
    record_creator_snapshots([unseen, seen])
    assert [fact.creator_id for fact in CreatorSnapshot.objects.all()] == [seen.pk]


def test_a_late_sync_is_a_fact_and_does_not_become_the_latest(video) -> None:
    read(video, **counts(500))
    row = read(video, NINE - timedelta(days=2), **counts(300))
    assert (row.video_views, row.counts_fetched_at) == (500, NINE)
    facts = VideoSnapshot.objects.order_by("bucket_at").values_list("video_views", flat=True)
    assert list(facts) == [300, 500]


def test_a_source_brings_no_number_that_another_told(video) -> None:
    read(video, NINE, REPORT, reach=400, engagement_rate=0.5, total_engagements=250, **counts(500))
    row = read(
        video, NINE + timedelta(hours=1), AUTHORIZED, reach=1, engagement_rate=0.1, total_engagements=60,
        **counts(600),
    )  # fmt: skip
    reported = (row.video_views, row.reach, row.engagement_rate, row.total_engagements)
    assert reported == (600, 400, 0.5, 250)  # engagement stays the report's
    fact = VideoSnapshot.objects.get(source=AUTHORIZED)
    assert (fact.video_views, fact.engagement_rate, fact.reach) == (600, 0.1, None)


def test_a_report_that_counts_no_views_leaves_the_counters(video) -> None:
    read(video, **counts(500))
    row = read(video, NINE + timedelta(hours=1), REPORT, reach=400)
    assert (row.video_views, row.counts_source, row.reach) == (500, PUBLIC, 400)
    assert row.report_fetched_at == NINE + timedelta(hours=1)


def test_another_organizations_video_takes_no_number(video, elm: Organization) -> None:
    before = Video.objects.get(pk=video.pk).video_views
    with organization_scope(elm):
        record_video_snapshots([Video(pk=video.pk, **counts(9))], source=PUBLIC, fetched_at=NINE)
        assert not VideoSnapshot.objects.exists()
    assert Video.objects.get(pk=video.pk).video_views == before
    assert not VideoSnapshot.objects.exists()


# --- days --------------------------------------------------------------------------------------------------------
def days_of(*videos: Video) -> dict[tuple[int, date], tuple[str, int]]:
    rows = list(video_days(video.pk for video in videos))
    days = {(pk, day): (source, views) for pk, day, source, views, *_ in rows}
    assert len(days) == len(rows)  # a day stands once
    return days


def test_each_day_keeps_its_last_numbers_whatever_the_source_and_a_gap_stays_a_gap(video) -> None:
    read(video, NINE, PUBLIC, **counts(100))
    read(video, NINE + timedelta(hours=5), REPORT, reach=80, **counts(130))
    read(video, NINE + timedelta(days=3), PUBLIC, **counts(200))

    assert days_of(video) == {
        (video.pk, date(2026, 11, 3)): (REPORT, 130),
        (video.pk, date(2026, 11, 6)): (PUBLIC, 200),
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_days_are_what_the_facts_say_in_whatever_order_the_syncs_come(seed) -> None:
    chance = Random(seed)
    account = an_account("maya.bakes")
    videos = [a_video(account, str(n), counts_fetched_at=NINE, video_views=None) for n in range(2)]
    moments = [NINE + timedelta(minutes=n) for n in chance.sample(range(1, 14_400), 40)]
    for at in moments:
        source = chance.choice([PUBLIC, REPORT])
        read(chance.choice(videos), at, source, **counts(chance.randrange(1, 10**6)))

    facts = VideoSnapshot.objects.order_by("video_id", "fetched_at")
    expected = {
        (fact.video_id, fact.fetched_at.date()): (fact.source, fact.video_views) for fact in facts
    }
    assert days_of(*videos) == expected
    for video in Video.objects.all():
        newest = facts.filter(video_id=video.pk).last()
        assert (video.video_views, video.counts_fetched_at) == (
            newest.video_views,
            newest.fetched_at,
        )


def test_the_old_sources_numbers_are_no_days(oak) -> None:
    legacy = a_video(
        an_account("ann"),
        "9",
        source=Source.LEGACY,
        counts_source=Source.LEGACY,
        counts_fetched_at=NINE,
    )
    record_video_snapshots([legacy], source=Source.LEGACY)
    record_video_snapshots([legacy], source=Source.LEGACY, fetched_at=NINE - timedelta(days=1))
    assert VideoSnapshot.objects.count() == 2
    assert days_of(legacy) == {}


def test_details_are_kept_with_the_accounts_own_reading_alone() -> None:
    maya, rio = (
        Creator.objects.create(
            handle=handle, follower_count=9, profile_source=AUTHORIZED, profile_fetched_at=NINE
        )
        for handle in ("maya.bakes", "rio.runs")
    )
    record_creator_snapshots([maya, rio])
    before = creator_details(maya)
    maya.audience_countries = {"DE": 1.0}
    keep_creator_details(maya, before)
    kept = dict(CreatorSnapshot.objects.values_list("creator_id", "details"))
    assert kept == {maya.pk: creator_details(maya), rio.pk: None}


@pytest.mark.parametrize(
    ("name", "bit"),
    [
        ("video_views", 1), ("likes", 2), ("comments", 4), ("shares", 8), ("total_engagements", 16), ("reach", 64),
        ("total_play_time", 128),
    ],
)  # fmt: skip
def test_a_number_that_falls_alone_is_flagged_and_no_other(video, name, bit) -> None:
    numbers = {**counts(100), "total_engagements": 15, "reach": 80, "total_play_time": 900}
    read(video, NINE, REPORT, **numbers)
    read(video, NINE + timedelta(hours=2), REPORT, **{**numbers, name: numbers[name] - 1})
    falling = VideoSnapshot.objects.order_by("bucket_at").values_list("falling", flat=True)
    assert list(falling) == [0, bit]


def test_days_stay_within_their_organization(video, elm: Organization) -> None:
    read(video, NINE, **counts(100))
    with organization_scope(elm):
        assert not VideoReading.objects.exists()
        assert list(video_days([video.pk])) == []
