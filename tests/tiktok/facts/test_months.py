"""Each month's readings have a partition, whichever month it is, and the run-time role owns none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.conftest import OWNER, TEMPLATE
from tests.factories.campaigns import a_video, an_account
from tiktok.enums import Source
from tiktok.models import CreatorSnapshot, Video, VideoSnapshot
from tiktok.services.facts.months import prepare_months
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.tasks import keep_history

TABLES = ("tiktok_creatorsnapshot", "tiktok_videosnapshot")
OLD = datetime(2024, 1, 17, 9, 5, tzinfo=UTC)
HELD = "SELECT tableoid::regclass::text FROM tiktok_videosnapshot ORDER BY bucket_at"


@contextmanager
def owner_of_tables() -> Iterator[psycopg.Connection]:
    url = os.environ[OWNER].replace(TEMPLATE, connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as owner:
        yield owner


def named(moment: datetime) -> list[str]:
    return [f"{table}_{moment:%Y_%m}" for table in TABLES]


def tables_of_readings() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return [name for (name,) in cursor.fetchall()]


def a_reading(at: datetime, views: int = 100) -> Video:
    video = Video.objects.first() or a_video(an_account("maya.bakes"), "1", counts_fetched_at=OLD)
    read = Video(pk=video.pk, video_views=views, likes=1, comments=1, shares=1)
    record_video_snapshots([read], source=Source.PUBLIC, fetched_at=at)
    return video


@pytest.mark.django_db(transaction=True)
def test_the_task_makes_the_months_that_are_missing() -> None:
    this = datetime.now(UTC)
    months = this.year * 12 + this.month - 1 + 5
    names = named(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC))
    with owner_of_tables() as owner:
        for name in names:
            owner.execute(f'DROP TABLE "{name}"')
        keep_history()
        keep_history()
        made = owner.execute(
            "SELECT relname, relrowsecurity, relowner::regrole::text, relispartition FROM pg_class"
            " WHERE relname = ANY(%s) ORDER BY relname",
            [names],
        ).fetchall()
    assert made == [(name, True, "influence_owner", True) for name in names]


@pytest.mark.django_db
def test_history_from_before_the_installation_lands_in_months_of_its_own(oak) -> None:
    with organization_scope(oak):
        creator = a_reading(OLD).creator
        a_reading(OLD + timedelta(days=31))
        creator.follower_count, creator.profile_source = 9, Source.PUBLIC
        creator.profile_fetched_at = OLD
        record_creator_snapshots([creator])

        assert tables_of_readings() == [
            "tiktok_videosnapshot_2024_01",
            "tiktok_videosnapshot_2024_02",
        ]
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM tiktok_creatorsnapshot")
            assert cursor.fetchall() == [("tiktok_creatorsnapshot_2024_01",)]


@pytest.mark.django_db
def test_strays_are_moved_to_their_months_and_counted_and_block_none(
    oak: Organization, elm: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    for organization in (oak, elm):
        with organization_scope(organization):
            video = a_video(an_account("maya.bakes"), "1")
            for days in (0, 1, 40):
                at = OLD + timedelta(days=days)
                VideoSnapshot.objects.create(
                    video_id=video.pk, source=Source.PUBLIC, bucket_at=at, fetched_at=at
                )
    with organization_scope(oak):
        assert tables_of_readings() == ["tiktok_videosnapshot_own_rest"] * 3
        CreatorSnapshot.objects.create(
            creator_id=video.creator_id, source=Source.PUBLIC, bucket_at=OLD, fetched_at=OLD
        )

    caplog.set_level("INFO")
    assert prepare_months() == 7
    assert prepare_months() == 0
    assert caplog.text.count("history.strays_moved") == 1

    for organization in (oak, elm):
        with organization_scope(organization):
            assert tables_of_readings() == [
                "tiktok_videosnapshot_2024_01",
                "tiktok_videosnapshot_2024_01",
                "tiktok_videosnapshot_2024_02",
            ]


@pytest.mark.django_db
def test_a_reading_of_an_impossible_time_stays_aside_and_blocks_nothing(oak) -> None:
    with organization_scope(oak):
        video = a_video(an_account("maya.bakes"), "1")
        for year in (1970, timezone.now().year + 40):
            at = datetime(year, 5, 1, tzinfo=UTC)
            VideoSnapshot.objects.create(
                video_id=video.pk, source=Source.PUBLIC, bucket_at=at, fetched_at=at
            )
        assert prepare_months() == 0
        assert tables_of_readings() == ["tiktok_videosnapshot_own_rest"] * 2


@pytest.mark.django_db(transaction=True)
def test_readings_of_a_month_that_cannot_be_made_now_are_kept_and_moved_later(oak) -> None:
    with owner_of_tables() as owner, owner_of_tables() as other:
        for name in named(OLD):
            owner.execute(f'DROP TABLE IF EXISTS "{name}"')
        with organization_scope(oak), other.transaction():
            other.execute("LOCK TABLE tiktok_videosnapshot_own_rest IN SHARE UPDATE EXCLUSIVE MODE")
            a_reading(OLD)
            assert tables_of_readings() == ["tiktok_videosnapshot_own_rest"]
        assert prepare_months() == 1
        with organization_scope(oak):
            assert tables_of_readings() == ["tiktok_videosnapshot_2024_01"]
        for name in named(OLD):
            owner.execute(f'DROP TABLE "{name}"')


@pytest.mark.django_db
def test_the_run_time_role_makes_months_through_the_owners_function_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("influence_app",)
        for moment in ("2015-12-31", "2190-01-01"):
            cursor.execute(f"SELECT tiktok_prepare_month('{moment}')")
            cursor.execute("SELECT to_regclass(%s)", [f"tiktok_videosnapshot_{moment[:4]}_01"])
            assert cursor.fetchone() == (None,)
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            cursor.execute(
                "CREATE TABLE own PARTITION OF tiktok_videosnapshot_own"
                " FOR VALUES FROM ('2031-01-01') TO ('2031-02-01')"
            )
