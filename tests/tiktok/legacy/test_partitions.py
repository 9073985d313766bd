"""The old source's snapshots stand in a partition for each organization, which goes as a whole, by a purge alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.conftest import OWNER, TEMPLATE
from tests.factories.campaigns import a_video, an_account
from tiktok.enums import PurgeState, Source
from tiktok.models import CreatorSnapshot, LegacyMigration, PurgeRun, VideoSnapshot
from tiktok.services.facts.months import open_legacy_partitions
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.services.legacy.purgers import PartitionBusy, PartitionPurger, Taken

pytestmark = pytest.mark.django_db

TABLES = ("tiktok_creatorsnapshot", "tiktok_videosnapshot")
REFUSED = "goes by a running purge alone, after the cut-over"


def ask(statement: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def exists(name: str) -> bool:
    return ask("SELECT to_regclass(%s) IS NOT NULL", name) is True


def fill(organization: Organization) -> None:
    """Keep a legacy and an own reading of a post and of its account."""
    with organization_scope(organization):
        video = a_video(an_account("maya.bakes"), "1", counts_fetched_at=timezone.now())
        for source in (Source.LEGACY, Source.PUBLIC):
            record_video_snapshots([video], source=source)
            video.creator.follower_count, video.creator.profile_source = 9, source
            video.creator.profile_fetched_at = timezone.now()
            record_creator_snapshots([video.creator])


def begin_purge(**changed: object) -> None:
    LegacyMigration.objects.create(**{"cut_over_at": timezone.now(), **changed})
    PurgeRun.objects.create()


def drop(table: str) -> object:
    ask("SELECT tiktok_detach_legacy(%s)", table)
    return ask("SELECT tiktok_drop_legacy(%s)", table)


def test_each_organization_s_legacy_readings_stand_in_a_partition_of_its_own(oak, elm) -> None:
    for organization in (oak, elm):
        fill(organization)
        with organization_scope(organization):
            for model in (CreatorSnapshot, VideoSnapshot):
                table, of_legacy = model._meta.db_table, model.objects.filter(source=Source.LEGACY)
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT tableoid::regclass::text, count(*) FROM {table} WHERE source = 'legacy' GROUP BY 1"
                    )
                    assert cursor.fetchall() == [(f"{table}_legacy_{organization.pk}", 1)]
                assert of_legacy.count() == 1


def test_a_partition_read_directly_shows_nothing_and_takes_nothing(oak) -> None:
    fill(oak)
    with organization_scope(oak):
        for table in TABLES:
            part = f"{table}_legacy_{oak.pk}"
            assert ask(f"SELECT count(*) FROM {part}") == 0
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                ask(f"INSERT INTO {part} SELECT * FROM {table} LIMIT 1 RETURNING 1")


def test_a_dropped_partition_takes_exactly_its_rows_along(oak, elm) -> None:
    fill(oak)
    fill(elm)
    with organization_scope(oak):
        begin_purge()
        for table in TABLES:
            assert drop(table) == 1
            assert drop(table) == 0  # there is nothing to drop any more
            assert not exists(f"{table}_legacy_{oak.pk}")
            assert exists(f"{table}_legacy_{elm.pk}")
        assert list(VideoSnapshot.objects.values_list("source", flat=True)) == ["ttcm_public"]
    with organization_scope(elm):
        assert VideoSnapshot.objects.count() == CreatorSnapshot.objects.count() == 2


def test_nothing_is_dropped_before_the_cut_over_nor_without_a_running_purge(oak, elm) -> None:
    fill(oak)
    fill(elm)
    with organization_scope(elm):
        begin_purge()

    def refuse_all() -> None:
        for function in ("detach", "drop"):
            for table in TABLES:
                with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
                    ask(f"SELECT tiktok_{function}_legacy(%s)", table)
                assert exists(f"{table}_legacy_{oak.pk}")

    refuse_all()  # nobody is in scope
    with organization_scope(oak):
        refuse_all()
        LegacyMigration.objects.create()
        PurgeRun.objects.create()
        refuse_all()  # not cut over
        LegacyMigration.objects.update(cut_over_at=timezone.now())
        PurgeRun.objects.update(state=PurgeState.PAUSED)
        refuse_all()
        PurgeRun.objects.update(state=PurgeState.RUNNING)
        assert drop("tiktok_videosnapshot") == 1


def test_only_the_two_tables_of_snapshots_have_a_partition_to_drop(oak, elm) -> None:
    fill(oak)
    fill(elm)
    month = f"tiktok_videosnapshot_{timezone.now():%Y_%m}"
    with organization_scope(oak):
        begin_purge()
        for name in (
            month,
            f"tiktok_videosnapshot_legacy_{elm.pk}",
            "tiktok_video",
            "",
            "x; DROP TABLE y",
        ):
            for function in ("detach", "drop"):
                with (
                    pytest.raises(DatabaseError, match="has no partitions of the old source"),
                    transaction.atomic(),
                ):
                    ask(f"SELECT tiktok_{function}_legacy(%s)", name)
    assert exists(month)
    assert exists(f"tiktok_videosnapshot_legacy_{elm.pk}")


def test_the_run_time_role_drops_no_partition_by_itself(oak) -> None:
    fill(oak)
    with organization_scope(oak):
        begin_purge()
        for statement in (
            "ALTER TABLE tiktok_videosnapshot_legacy DETACH PARTITION {}",
            "DROP TABLE {}",
            "TRUNCATE {}",
        ):
            with (
                pytest.raises(DatabaseError, match=r"must be owner|permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement.format(f"tiktok_videosnapshot_legacy_{oak.pk}"))


def test_no_partition_is_opened_without_an_organization_or_after_its_cut_over(oak) -> None:
    with pytest.raises(DatabaseError, match="no organization is in scope"), transaction.atomic():
        open_legacy_partitions()
    with organization_scope(oak):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        with pytest.raises(DatabaseError, match="cannot come back"), transaction.atomic():
            open_legacy_partitions()


# --- the owner's functions and temporary tables of whoever calls them -----------------------------------------------
def plant(name: str) -> None:
    """Make a temporary view of this name that says as whom it is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.say() RETURNS boolean LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'planted code runs as %', current_user; END $$"
        )
        cursor.execute(f"CREATE TEMPORARY VIEW {name} AS SELECT 1 WHERE pg_temp.say()")
        cursor.execute(f"GRANT SELECT ON {name} TO PUBLIC")


def test_code_in_a_temporary_view_never_runs_as_the_owner(oak) -> None:
    with organization_scope(oak):
        begin_purge()
        plant(f"tiktok_videosnapshot_legacy_{oak.pk}")
        assert drop("tiktok_videosnapshot") == 0
        caller = ask("SELECT current_user")
        with pytest.raises(DatabaseError, match=f"planted code runs as {caller}"):
            ask(f"SELECT count(*) FROM tiktok_videosnapshot_legacy_{oak.pk}")


def test_a_temporary_table_does_not_stand_in_for_a_partition(oak) -> None:
    month = "tiktok_videosnapshot_2016_03"
    legacy = f"tiktok_videosnapshot_legacy_{oak.pk}"
    with connection.cursor() as cursor:
        for name in (month, legacy):
            cursor.execute(f"CREATE TEMPORARY TABLE {name} (x int)")
        cursor.execute("SELECT tiktok_prepare_month('2016-03-01Z')")
    with organization_scope(oak):
        open_legacy_partitions()
        assert exists(f"public.{month}")
        assert exists(f"public.{legacy}")
        begin_purge()
        assert ask("SELECT tiktok_detach_legacy('tiktok_videosnapshot')") is True
        ask("SELECT tiktok_drop_legacy('tiktok_videosnapshot')")
        assert not exists(f"public.{legacy}")
        assert exists(f"pg_temp.{legacy}")


# A table's name without its schema: where one is filled in, looked up, or written out.
BARE = re.compile(
    r"(?<!public\.)%I|to_regclass\((?!'public\.')|'(?!public\.)\w+'::regclass"
    r"|\b(?:FROM|JOIN|INTO|TABLE|ONLY|UPDATE|PARTITION) (?=tiktok_|crm_|campaigns_|tenancy_)"
)


def test_functions_of_the_owner_s_name_the_schema_of_every_table() -> None:
    assert BARE.search("EXECUTE format('SELECT FROM %I', part)")
    assert BARE.search("SELECT FROM tiktok_purgerun")
    assert BARE.search("to_regclass(part)")
    assert not BARE.search("SELECT FROM public.tiktok_purgerun; format('DROP TABLE public.%I', x)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc, proconfig FROM pg_proc WHERE prosecdef")
        found = cursor.fetchall()
    assert len(found) >= 7
    for name, source, settings in found:
        assert not BARE.search(source), name
        assert "search_path=public, pg_temp" in settings, name


@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    url = os.environ[OWNER].replace(TEMPLATE, connection.settings_dict["NAME"])
    with psycopg.connect(url) as opened:
        yield opened


@pytest.mark.django_db(transaction=True)
def test_a_partition_that_somebody_reads_is_tried_again_and_nobody_waits_long() -> None:
    oak = Organization.objects.create(name="Oak", slug="oak")
    fill(oak)
    purger = PartitionPurger("x", "x", "x", "tiktok_videosnapshot", "video_id")
    with organization_scope(oak):
        begin_purge()
        with owner() as reader:
            reader.execute("LOCK TABLE tiktok_videosnapshot_legacy IN ACCESS SHARE MODE")
            with pytest.raises(PartitionBusy):
                purger.act()
        assert (purger.act(), purger.act(), purger.act()) == (Taken(0), Taken(1), None)
        assert not exists(f"tiktok_videosnapshot_legacy_{oak.pk}")
