"""From the cut-over on the database itself refuses the old source; a purge that has begun leaves no way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tiktok.enums import Source
from tiktok.models import (
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    PurgeRun,
    Video,
    VideoSnapshot,
)
from tiktok.services.facts.months import open_legacy_partitions

pytestmark = pytest.mark.django_db

THEN, LATER = datetime(2025, 5, 2, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC)
READING = {"source": Source.LEGACY, "bucket_at": LATER, "fetched_at": LATER}


def a_legacy_video(handle: str = "maya.bakes") -> Video:
    account = an_account(handle)
    Creator.objects.filter(pk=account.creator_id).update(
        profile_source=Source.LEGACY, profile_fetched_at=THEN, follower_count=5
    )
    return a_video(
        account, "1", source=Source.LEGACY, counts_source=Source.LEGACY, counts_fetched_at=THEN
    )


WRITES: dict[str, Callable[[Video], Any]] = {
    "a new video": lambda video: a_video(
        video.creator.account, "2", source=Source.LEGACY, counts_source=Source.PUBLIC
    ),
    "a new video with its numbers": lambda video: a_video(
        video.creator.account, "2", source=Source.PUBLIC, counts_source=Source.LEGACY
    ),
    "newer numbers of a video": lambda video: Video.objects.filter(pk=video.pk).update(
        video_views=7, counts_fetched_at=LATER
    ),
    "a new account": lambda video: Creator.objects.create(handle="tom", profile_source=Source.LEGACY),
    "newer numbers of an account": lambda video: Creator.objects.filter(pk=video.creator_id).update(
        follower_count=6, profile_fetched_at=LATER
    ),
    "a reading of a video": lambda video: VideoSnapshot.objects.bulk_create(
        [VideoSnapshot(video_id=video.pk, organization_id=video.organization_id, **READING)]
    ),
    "a reading of an account": lambda video: CreatorSnapshot.objects.bulk_create(
        [CreatorSnapshot(creator_id=video.creator_id, organization_id=video.organization_id, **READING)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_the_old_source_is_taken_before_the_cut_over_refused_after_it_and_taken_again_once_reversed(
    organization, write
) -> None:
    open_legacy_partitions()
    video, migration = a_legacy_video(), LegacyMigration.objects.create()
    with transaction.atomic():
        write(video)
        transaction.set_rollback(True)

    migration.cut_over_at = timezone.now()
    migration.save()
    with pytest.raises(IntegrityError, match="it has cut over"), transaction.atomic():
        write(video)

    migration.cut_over_at = None
    migration.save()
    write(video)


def test_what_stands_may_be_touched_until_the_purge_and_other_organizations_are_not_concerned(
    organization,
) -> None:
    video = a_legacy_video()
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    elm = Organization.objects.create(name="Elm", slug="elm")

    Video.objects.filter(pk=video.pk).update(caption="by Deleted creator")
    Creator.objects.filter(pk=video.creator_id).update(marketplace_status="not_in", bio="")
    Video.objects.filter(pk=video.pk).update(source=Source.PUBLIC, counts_source=Source.PUBLIC)
    with pytest.raises(IntegrityError, match="it has cut over"), transaction.atomic():
        Video.objects.filter(pk=video.pk).update(source=Source.LEGACY)

    with organization_scope(elm):
        assert a_legacy_video("tom.t").source == Source.LEGACY


@pytest.mark.parametrize(
    ("column", "what"),
    [("cut_over_at", "the purge has begun"), ("purged_at", "the day of a purge")],
)
@pytest.mark.parametrize("value", [None, LATER])
@pytest.mark.usefixtures("organization")
def test_once_a_purge_has_begun_nobody_moves_the_cut_over_or_the_purge(column, what, value) -> None:
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    PurgeRun.objects.create()
    LegacyMigration.objects.update(purged_at=timezone.now())

    with pytest.raises(DatabaseError, match=what), transaction.atomic():
        LegacyMigration.objects.update(**{column: value})


@pytest.mark.usefixtures("organization")
def test_the_record_of_a_cut_over_cannot_be_deleted_and_one_that_is_open_can() -> None:
    migration = LegacyMigration.objects.create(cut_over_at=timezone.now())
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        migration.delete()

    LegacyMigration.objects.update(cut_over_at=None)
    migration.delete()
    assert not LegacyMigration.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_cut_over_waits_for_an_import_that_has_written() -> None:
    """A row that the import commits later would stand there after the cut-over otherwise."""
    oak = Organization.objects.create(name="Oak", slug="oak")
    known = connection.get_connection_params() | {"options": f"-c app.organization={oak.pk} -c lock_timeout=200ms"}  # fmt: skip
    arguments = {key: known[key] for key in ("dbname", "user", "password", "host", "port", "options") if key in known}  # fmt: skip
    with organization_scope(oak):
        LegacyMigration.objects.create()
        with transaction.atomic(), psycopg.connect(**arguments) as beside:
            a_legacy_video()
            with pytest.raises(psycopg.errors.LockNotAvailable):
                beside.execute("UPDATE tiktok_legacymigration SET cut_over_at = now()")
