"""R2: a purge whose process is killed at twenty points ends complete, and touches nothing else."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from campaigns.enums import PostOrigin
from campaigns.models import Post, PostWord
from jobs.models import Job, Work
from tenancy.isolation import organization_models
from tenancy.models import Event, EventText, Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account
from tiktok.enums import Source
from tiktok.models import (
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    PurgeReceipt,
    PurgeRun,
    Video,
    VideoSnapshot,
)
from tiktok.queries.purging import purge_progress
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.services.legacy import purgers, purging
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.rows import legacy_rows

POSTS, KILLS = 24, 20
# What the purge itself writes, and the numbers that follow from what went.
ITS_OWN = {Event, EventText, Job, PurgeRun, PurgeReceipt, LegacyMigration}


def an_organization(name: str) -> Organization:
    """One that has the old source's posts in a campaign, and a post of TikTok's own under each account."""
    organization = Organization.objects.create(name=name, slug=name)
    with organization_scope(organization):
        LegacyMigration.objects.create()
        campaign = a_campaign("Past")
        accounts = [an_account(f"person{n}", profile_source=Source.LEGACY) for n in range(4)]
        for account in accounts:
            account.creator.follower_count, account.creator.profile_fetched_at = 9, timezone.now()
        record_creator_snapshots(account.creator for account in accounts)
        legacy = {"source": Source.LEGACY, "counts_source": Source.LEGACY}
        videos = [a_video(accounts[n % 4], f"7{n:02}", **legacy) for n in range(POSTS)]
        record_video_snapshots(videos, source=Source.LEGACY)
        for video in videos:
            a_post(campaign, video, origin=PostOrigin.LEGACY)
        for number, account in enumerate(accounts):
            video = a_video(account, f"80{number}", caption="TikTok's own")
            a_post(campaign, video)
            record_video_snapshots([video], source=Source.PUBLIC)
    return organization


def checksum(model: type[Model], rows: object = None) -> str:
    rows = model.objects.all() if rows is None else rows
    text = "\n".join(sorted(str(row) for row in rows.values_list()))
    return f"{rows.count()} {hashlib.sha256(text.encode()).hexdigest()}"


def everything() -> dict[str, str]:
    return {model._meta.label: checksum(model) for model in organization_models()}


def what_stays() -> dict[str, str]:
    """The organization's rows that are not the old source's."""
    own = [
        Video.objects.exclude(source=Source.LEGACY),
        VideoSnapshot.objects.exclude(source=Source.LEGACY),
        CreatorSnapshot.objects.exclude(source=Source.LEGACY),
        Post.objects.exclude(video__source=Source.LEGACY).exclude(video=None),
        PostWord.objects.exclude(post__origin=PostOrigin.LEGACY),
    ]
    kept = {rows.model._meta.label: checksum(rows.model, rows) for rows in own}
    touched = {*(rows.model for rows in own), Creator, *ITS_OWN}
    beside = [
        each
        for each in organization_models()
        if each not in touched and each._meta.app_label in {"crm", "campaigns", "tiktok"}
    ]
    # Numbers of the list, which triggers keep, tell of the old source until it is gone.
    beside = [each for each in beside if each._meta.label not in {"crm.Influencer"}]
    return kept | {each._meta.label: checksum(each) for each in beside}


@contextmanager
def killed(at: Callable[[], None]) -> Iterator[None]:
    """Do what stands below in a process of its own, which kills itself at a point."""
    connection.close()
    child = os.fork()
    if child == 0:
        # Behind tests with a browser it has found an older one, which its parent keeps open: what stands in its transaction
        # would outlive this process, for the next one to commit.
        connection.connection = None
        try:
            at()
        finally:
            os._exit(1)  # it was not killed
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process ended by itself"
    assert os.WTERMSIG(status) == signal.SIGKILL
    yield


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def work_and_die(run: PurgeRun, *, half_way: bool) -> Callable[[], None]:
    """Three slices, of which the last is killed before it is committed, or behind its commit."""

    def work() -> None:
        purging.purge_slice(run)
        purging.purge_slice(run)
        if half_way:
            saved = PurgeRun.save

            def save(row: PurgeRun, **kwargs: object) -> None:
                saved(row, **kwargs)
                die()

            PurgeRun.save = save
        purging.purge_slice(run)
        die()

    return work


@pytest.mark.django_db(transaction=True)
def test_a_purge_that_is_killed_at_twenty_points_ends_complete_and_touches_nothing_else(
    monkeypatch,
) -> None:
    monkeypatch.setattr(purgers, "SLICE_ROWS", 3)
    monkeypatch.setattr("tiktok.services.legacy.purgers.PartitionPurger.ids_at_once", 5)
    oak, elm = an_organization("oak"), an_organization("elm")
    with organization_scope(elm):
        of_elm = everything()
    with organization_scope(oak):
        LegacyMigration.objects.update(cut_over_at=timezone.now())
        Post.objects.filter(origin=PostOrigin.LEGACY).update(hidden_at=timezone.now())
        planned = sum(legacy_rows().values())
        before = what_stays()
        run = start_purge(actor=None)
        gone, done = {0}, 0
        for kill in range(KILLS):
            half_way = kill % 2 == 0
            with killed(work_and_die(run, half_way=half_way)):
                run.refresh_from_db()
                done += 2 if half_way else 3
                assert purge_progress().slices == done  # a slice counts wholly or not at all
                gone.add(planned - sum(legacy_rows().values()))
        receipt = run_purge(run)

        assert len(gone) > 3  # it was killed while rows went, too
        assert {
            line["name"]: line["gone"] - line["rows"] for line in receipt.lines
        } == dict.fromkeys((line["name"] for line in receipt.lines), 0)
        lines = {line["name"]: line["gone"] for line in receipt.lines}
        assert (lines["videos"], lines["video_snapshots"], lines["post_links"]) == (POSTS,) * 3
        assert set(legacy_rows().values()) == set(receipt.rescan.values()) == {0}
        assert what_stays() == before
        creator = Creator.objects.first()
        for attempt in (
            lambda: Creator.objects.filter(pk=creator.pk).update(profile_source="legacy"),
            lambda: a_video(Post.objects.first().account, "9", source="legacy"),
            lambda: record_video_snapshots(list(Video.objects.all()), source=Source.LEGACY),
        ):
            with pytest.raises(IntegrityError, match="cannot come back"), transaction.atomic():
                attempt()
        assert set(legacy_rows().values()) == {0}
    with organization_scope(elm):
        assert everything() == of_elm
    assert Work.objects.filter(kind="job").exists()
