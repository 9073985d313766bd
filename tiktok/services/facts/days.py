"""The tier of history that is kept for good: of readings older than 90 days the last of each day.

Work of the queue, an organization's once a day: a slice of videos at a time, each in one transaction. Months that are empty
then are dropped as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import connection, transaction
from django.utils import timezone

from jobs.enums import Lane
from jobs.services.queue import WorkKind, register_kind, wake
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.enums import Source
from tiktok.models import Creator, VideoSnapshot
from tiktok.services.facts.statements import statement

log = structlog.get_logger()

MOVE = "history"  # the kind of work; its subject is the organization
KEPT_BY_HOUR = timedelta(days=90)
SLICE_VIDEOS = 200


def days_begin_before(now: datetime) -> datetime:
    """The first moment of the month 90 days ago: what is older is kept by day. Months move on as a whole."""
    month = (now - KEPT_BY_HOUR).astimezone(UTC)
    return month.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@transaction.atomic
def move_slice() -> int:
    """Move old readings of some videos of the organization in scope to their days. Returns how many readings; 0: none is left.

    Behind the lock of the accounts, like whoever deletes what a creator's consent brought.
    """
    until = days_begin_before(timezone.now())
    old = VideoSnapshot.objects.exclude(source=Source.LEGACY).filter(bucket_at__lt=until)
    videos = old.order_by("video_id").values_list("video_id", flat=True).distinct()[:SLICE_VIDEOS]
    if not (video_ids := list(videos)):
        return 0
    of_videos = Creator.objects.filter(videos__in=video_ids).order_by("pk")
    list(Creator.objects.select_for_update().filter(pk__in=of_videos.values("pk")).order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE moving AS SELECT unnest(%s::bigint[]) AS video_id, %s::timestamptz AS until",
            [video_ids, until],
        )
        cursor.execute(statement("move_days"))
        [moved] = cursor.fetchone()
        cursor.execute("DROP TABLE moving")
    log.info("history.moved", readings=moved, videos=len(video_ids), until=f"{until:%Y-%m}")
    return int(moved)


def _move(organization_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    """One slice; the next is due at once while any is left."""
    return dict.fromkeys(organization_ids, timedelta(0)) if move_slice() else {}


register_kind(WorkKind(MOVE, Lane.BULK, _move, cadence=timedelta(days=1)))


def plan_moves() -> None:
    """Let every organization's old readings be moved on from now on."""
    for organization in Organization.objects.order_by("pk"):
        with organization_scope(organization):
            wake(MOVE, organization.pk)


def drop_moved_months() -> int:
    """Drop the partitions whose readings have all been moved on. Returns how many; the owner's function does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiktok_drop_moved_months()")
        [dropped] = cursor.fetchone()
    if dropped:
        log.info("history.months_dropped", months=dropped)
    return int(dropped)
