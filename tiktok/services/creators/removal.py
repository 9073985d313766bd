"""Creators that the organization follows no longer: they go at once, what was read of them over time in slices.

The readings refer to nothing, so that they may outlive the rows that they are of; nobody finds them without these. A job
knows their ids, and deletes them whoever leaves meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import models, transaction
from django.db.models import Q

from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from jobs.services.queue import forget
from jobs.services.slices import chunks
from tenancy.models import User
from tiktok.enums import PollKind
from tiktok.models import (
    Creator,
    CreatorSnapshot,
    LinkedVideo,
    Video,
    VideoQuarter,
    VideoSnapshot,
)

REMOVE = "tiktok.remove_readings"
SUBJECTS_PER_JOB = 2_000
SLICE_SECONDS = 0.01  # the last statement of a slice may take as long again
OF_VIDEO, OF_CREATOR = "video", "creator"


@transaction.atomic
def remove_creators(creator_ids: Sequence[int], *, actor: User | None) -> list[Job]:
    """Delete creators that no account refers to any more, and their videos; ask TikTok no longer. Returns the jobs that
    delete what was read of them over time."""
    list(Creator.objects.select_for_update().filter(pk__in=creator_ids).order_by("pk"))
    videos = Video.objects.filter(creator_id__in=creator_ids)
    subjects = [[OF_VIDEO, pk] for pk in videos.order_by("pk").values_list("pk", flat=True)]
    subjects += [[OF_CREATOR, pk] for pk in creator_ids]
    for kind in (
        PollKind.MEMBERSHIP,
        PollKind.PROFILE,
        PollKind.INSIGHTS,
        PollKind.VIDEOS,
        PollKind.BACKFILL,
    ):
        forget(kind, *creator_ids)
    LinkedVideo.objects.filter(
        Q(tiktok_video_id__in=videos.values("tiktok_video_id"))
        | Q(handle__in=Creator.objects.filter(pk__in=creator_ids).values("handle"))
    ).delete()
    _delete(videos)
    Creator.objects.filter(pk__in=creator_ids).delete()
    return [
        start_job(REMOVE, {"subjects": some}, total=len(some), actor=actor)
        for some in chunks(subjects, SUBJECTS_PER_JOB)
    ]


def _remove_readings(job: Job, _: None) -> bool:
    """One slice, of one subject after the other until its time is over. Returns whether it was the last."""
    began, subjects = time.monotonic(), job.params["subjects"]
    for what, pk in subjects[job.cursor :]:
        job.count("readings", _readings_gone(what, pk))
        job.cursor += 1
        if time.monotonic() - began >= SLICE_SECONDS:
            break
    job.done_count = job.cursor
    return bool(job.cursor >= len(subjects))


def _readings_gone(what: str, pk: int) -> int:
    if what == OF_CREATOR:
        return _delete(CreatorSnapshot.objects.filter(creator_id=pk))
    return sum(
        _delete(model.objects.filter(video_id=pk)) for model in (VideoSnapshot, VideoQuarter)
    )


def _delete(rows: models.QuerySet[models.Model]) -> int:
    """Delete without loading; the database refuses rows that others refer to."""
    return rows._raw_delete(rows.db)  # noqa: SLF001 -- there is nothing to cascade to


register_job(
    JobKind(
        REMOVE,
        "Delete the readings of a deleted creator",
        {"readings": "readings deleted"},
        _remove_readings,
        temporary=(Exception,),  # what is owed is tried until it is done
        is_owed=True,
    )
)
