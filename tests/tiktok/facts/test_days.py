"""Two tiers of history: readings of an hour for 90 days, for good the last of each day with all its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tests.working import pump_kind
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import (
    VIDEO_NUMBERS,
    Creator,
    CreatorSnapshot,
    Video,
    VideoQuarter,
    VideoReading,
    VideoSnapshot,
)
from tiktok.queries import earlier_numbers, post_history, video_days
from tiktok.services.facts import days
from tiktok.services.facts.days import MOVE, days_begin_before, drop_moved_months, move_slice
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.grants.grants import forget_authorized_data
from tiktok.services.legacy.rows import legacy_rows
from tiktok.tasks import keep_history

pytestmark = pytest.mark.django_db
PUBLIC, AUTHORIZED, REPORT = Source.PUBLIC, Source.AUTHORIZED, Source.ORDER_REPORT
# Ten days of two months that are over for more than 90 days.
OLD = days_begin_before(timezone.now()) - timedelta(days=40)
NUMBERS = {
    "video_views": 1_000, "likes": 90, "comments": 8, "shares": 2, "total_engagements": 100, "engagement_rate": 0.1,
    "reach": 800, "total_play_time": 9_000.5, "average_play_time": 9.5, "video_completion_rate": 0.3,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


@pytest.fixture
def video(_in_oak: None) -> Video:
    return a_video(an_account("maya.bakes"), "1", counts_fetched_at=OLD - timedelta(days=900))


def read(video: Video, at: datetime, source: str = PUBLIC, **numbers: Any) -> Video:
    seen = Video(pk=video.pk, **(numbers or NUMBERS))
    record_video_snapshots([seen], source=source, fetched_at=at)
    return Video.objects.get(pk=video.pk)


def move_all() -> int:
    moved = 0
    while more := move_slice():
        moved += more
    return moved


def history(video: Video, *names: str) -> list[tuple[Any, ...]]:
    return list(post_history(video).order_by("fetched_at").values_list(*names))


def test_a_reading_of_the_first_moment_that_is_kept_by_hour_stays(video) -> None:
    until = days_begin_before(timezone.now())
    read(video, until - timedelta(hours=1))
    read(video, until)
    assert move_slice() == 1
    assert [fact.bucket_at for fact in VideoSnapshot.objects.all()] == [until]


def test_flags_are_kept_of_a_quarter_that_has_any_and_are_0_on_its_other_days(video) -> None:
    read(video, OLD, video_views=100, likes=1, comments=1, shares=1)
    move_all()
    assert VideoQuarter.objects.values_list("falling", "absurd").get() == (None, None)
    read(video, OLD + timedelta(days=1), video_views=90, likes=-1, comments=1, shares=1)
    move_all()
    assert VideoQuarter.objects.values_list("falling", "absurd").get() == ([0, 3], [0, 2])


def test_of_a_days_details_the_latest_are_kept(video) -> None:
    for hour in range(3):
        read(video, OLD + timedelta(hours=hour))
    facts = VideoSnapshot.objects.order_by("bucket_at")
    for fact, retention in zip(facts, ("early", "late"), strict=False):
        facts.filter(bucket_at=fact.bucket_at).update(details={"retention": retention})
    move_all()
    assert VideoQuarter.objects.get().details == [{"retention": "late"}]


def test_a_reading_that_comes_late_takes_nothing_from_the_other_days(video) -> None:
    read(video, OLD, REPORT)
    VideoSnapshot.objects.update(details={"retention": "known"})
    move_all()
    read(video, OLD + timedelta(days=1), REPORT)
    move_all()
    quarter = VideoQuarter.objects.get()
    kept = {name: getattr(quarter, name) for name in NUMBERS}
    assert kept == {name: [number] * 2 for name, number in NUMBERS.items()}
    assert quarter.details == [{"retention": "known"}, None]


def test_readings_of_a_month_are_kept_by_day_once_it_is_over_for_ninety_days() -> None:
    at = datetime(2026, 11, 29, 13, 5, 7, 9, tzinfo=UTC)  # 90 days before: 31 August
    assert days_begin_before(at) == datetime(2026, 8, 1, tzinfo=UTC)


def test_a_day_keeps_all_numbers_of_its_last_reading_for_good(video) -> None:
    read(video, OLD, REPORT, **{**NUMBERS, "video_views": 900})
    read(video, last := OLD + timedelta(hours=2, microseconds=7), REPORT)
    read(video, OLD + timedelta(hours=1), REPORT, **{**NUMBERS, "video_views": 950})

    assert move_all() == 3

    assert not VideoSnapshot.objects.exists()
    [day] = post_history(video)
    assert {name: getattr(day, name) for name in VIDEO_NUMBERS} == NUMBERS
    assert (day.source, day.fetched_at) == (REPORT, last)
    assert day.bucket_at == last.replace(minute=0, second=0, microsecond=0)


def test_each_source_keeps_its_own_day_and_says_where_it_is_from(video) -> None:
    read(video, OLD, PUBLIC)
    read(video, OLD + timedelta(hours=1), REPORT)
    read(video, OLD + timedelta(hours=2), AUTHORIZED)
    move_all()
    assert history(video, "source", "fetched_at", "reach") == [
        (PUBLIC, OLD, None),
        (REPORT, OLD + timedelta(hours=1), 800),
        (AUTHORIZED, OLD + timedelta(hours=2), None),
    ]
    assert list(video_days([video.pk]).values_list("day", "source")) == [(OLD.date(), AUTHORIZED)]


def test_readings_of_90_days_stay_by_the_hour(video) -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for days_ago in (0, 30, 90):
        for hour in (0, 1):
            read(video, midnight - timedelta(days=days_ago) + timedelta(hours=hour))
    assert move_all() == 0
    assert (VideoSnapshot.objects.count(), VideoQuarter.objects.count()) == (6, 0)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_or_doubled_however_often_and_late_readings_come(seed, video) -> None:
    chance = Random(seed)
    other = a_video(an_account("ann"), "2", counts_fetched_at=OLD - timedelta(days=900))
    expected: dict[tuple[int, str, date], tuple[datetime, int]] = {}
    for turn in range(60):
        at = OLD + timedelta(minutes=chance.randrange(14_400))
        which, source = chance.choice([video, other]), chance.choice([PUBLIC, REPORT])
        read(which, at, source, video_views=turn, likes=1, comments=1, shares=1)
        key = (which.pk, source, at.date())
        expected[key] = max(expected.get(key, (at, turn)), (at, turn))
        if turn % 20 == 7:
            move_slice()
    move_all()
    readings = VideoReading.objects.values_list("video_id", "source", "fetched_at", "video_views")
    found = [((pk, source, at.date()), (at, views)) for pk, source, at, views in readings]
    assert len(found) == len(expected)
    assert dict(found) == expected
    assert {quarter.begins_on.day for quarter in VideoQuarter.objects.all()} == {1}


def test_a_move_that_is_killed_half_way_moved_nothing(video, monkeypatch) -> None:
    for hours in range(3):
        read(video, OLD + timedelta(hours=hours))
    before = history(video, "bucket_at", *VIDEO_NUMBERS)
    monkeypatch.setattr(days.log, "info", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        move_slice()
    assert history(video, "bucket_at", *VIDEO_NUMBERS) == before
    assert not VideoQuarter.objects.exists()


def test_flags_and_what_changed_beside_the_numbers_stay_with_their_day(video) -> None:
    read(video, OLD, REPORT, video_views=500, likes=-1)
    VideoSnapshot.objects.update(details={"retention": [1.0, 0.5]})
    read(video, OLD + timedelta(hours=1), REPORT, video_views=400, likes=-1)
    read(video, OLD + timedelta(hours=2), REPORT, video_views=450, likes=-1)
    read(video, OLD + timedelta(days=1), REPORT, video_views=450, likes=1)
    move_all()
    assert history(video, "video_views", "falling", "absurd", "details") == [
        (450, 1, 2, {"retention": [1.0, 0.5]}),
        (450, 0, 0, None),
    ]


def test_a_number_that_falls_after_a_gap_is_compared_with_the_days(video) -> None:
    read(video, OLD, video_views=12_400, likes=1, comments=1, shares=1)
    move_all()
    row = read(video, timezone.now(), video_views=11_900, likes=1, comments=1, shares=1)
    assert row.falling == 1
    assert earlier_numbers(row) == {"video_views": (12_400, OLD)}


def test_the_series_runs_through_both_tiers(video) -> None:
    now = timezone.now()
    for at in (OLD, OLD + timedelta(hours=1), OLD + timedelta(days=3), now):
        read(video, at)
    before = list(video_days([video.pk]))
    move_all()
    assert list(video_days([video.pk])) == before
    assert [day for _, day, *_ in before] == [
        OLD.date(), (OLD + timedelta(days=3)).date(), now.date(),
    ]  # fmt: skip


# --- what has to go ----------------------------------------------------------------------------------------------
def test_the_end_of_a_grant_deletes_what_came_through_it_from_both_tiers(video) -> None:
    creator = video.creator
    Creator.objects.filter(pk=creator.pk).update(marketplace_status=MarketplaceStatus.NOT_IN)
    for at in (OLD, timezone.now() - timedelta(days=1)):
        read(video, at, REPORT)
        read(video, at + timedelta(hours=1), AUTHORIZED)
    move_slice()
    forget_authorized_data(creator)
    assert history(video, "source") == [(REPORT,)] * 2
    assert set(VideoQuarter.objects.values_list("source", flat=True)) == {REPORT}


def test_of_a_marketplace_account_the_engagement_goes_from_both_tiers_with_its_flags(video) -> None:
    creator = video.creator
    Creator.objects.filter(pk=creator.pk).update(marketplace_status=MarketplaceStatus.IN)
    for at, engagements in ((OLD, 100), (OLD + timedelta(days=1), 50), (timezone.now(), 40)):
        read(video, at, AUTHORIZED, **{**NUMBERS, "total_engagements": engagements, "likes": -1})
    move_slice()
    forget_authorized_data(creator)
    assert (
        history(video, "video_views", "total_engagements", "engagement_rate")
        == [(1_000, None, None)] * 3
    )
    assert history(video, "falling", "absurd") == [(0, 2)] * 3


def test_the_old_sources_readings_are_no_days_and_the_database_sees_to_it(video) -> None:
    legacy = a_video(
        an_account("ann"), "9", source=Source.LEGACY, counts_source=Source.LEGACY, counts_fetched_at=OLD
    )  # fmt: skip
    record_video_snapshots([legacy], source=Source.LEGACY)
    assert move_all() == 0
    assert legacy_rows()["tiktok_videosnapshot"] == 1
    row = {"video_id": video.pk, "source": Source.LEGACY, "begins_on": OLD, "fetched_at": [OLD]}
    with (
        pytest.raises(IntegrityError, match="quarter_is_never_of_the_old_source"),
        transaction.atomic(),
    ):
        VideoQuarter.objects.create(**row)
    assert legacy_rows()["tiktok_videoquarter"] == 0


# --- the work ----------------------------------------------------------------------------------------------------
def test_each_organization_moves_its_own_slice_by_slice(video, elm, monkeypatch) -> None:
    monkeypatch.setattr(days, "SLICE_VIDEOS", 1)
    other = a_video(an_account("ann"), "2", counts_fetched_at=OLD - timedelta(days=900))
    read(video, OLD)
    read(other, OLD)
    with organization_scope(elm):
        foreign = a_video(an_account("ann"), "2", counts_fetched_at=OLD - timedelta(days=900))
        read(foreign, OLD)
        assert not VideoReading.objects.exclude(video_id=foreign.pk).exists()
    keep_history()
    keep_history()
    assert Work.objects.filter(kind=MOVE).count() == 2
    while pump_kind(MOVE):
        pass
    assert set(VideoQuarter.objects.values_list("video_id", flat=True)) == {video.pk, other.pk}
    assert not VideoSnapshot.objects.exists()
    with organization_scope(elm):
        assert VideoQuarter.objects.get().video_id == foreign.pk
        assert not VideoSnapshot.objects.exists()
    assert not Work.objects.filter(kind=MOVE, due_at__lte=timezone.now()).exists()


def test_a_month_goes_when_all_its_readings_are_moved_and_not_before(video, elm) -> None:
    read(video, OLD)
    with organization_scope(elm):
        read(a_video(an_account("ann"), "2"), OLD)
    part = f"tiktok_videosnapshot_{OLD.astimezone(UTC):%Y_%m}"
    move_all()
    assert drop_moved_months() == 0
    with organization_scope(elm):
        move_all()
    assert drop_moved_months() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [part])
        assert cursor.fetchone() == (None,)
    read(video, OLD + timedelta(days=1))  # late: the month comes back, and goes again
    assert move_all() == 1
    assert drop_moved_months() == 1
    assert len(history(video, "pk")) == 2


def test_accounts_keep_their_days_as_they_are(video) -> None:
    CreatorSnapshot.objects.create(
        creator_id=video.creator_id, source=PUBLIC, bucket_at=OLD, fetched_at=OLD, follower_count=5
    )
    assert (move_all(), drop_moved_months()) == (0, 0)
    assert CreatorSnapshot.objects.get().follower_count == 5
