"""Syncs with TikTok while workers, PostgreSQL and Valkey are killed: none is lost, none has its effect twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.connecting import an_organization
from tests.crash.fate import STOP_SECONDS, Fate
from tests.crash.ground import Ground, ground
from tests.crash.processes import Workers, workers
from tests.sandbox_process import ACCOUNT_ID, Sandbox
from tiktok.enums import MarketplaceStatus, PollKind, Source
from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot
from tiktok.services.creators.membership import HANDLES_PER_CALL
from tiktok.services.creators.videos import LATEST_VIDEOS
from tiktok.services.facts.snapshots import CREATOR_NUMBERS, VIDEO_NUMBERS

LEASE = timedelta(seconds=STOP_SECONDS - 1)
STEP_SECONDS = 0.8
ORGANIZATIONS = 5
SYNCS = {PollKind.MEMBERSHIP: 520, PollKind.PROFILE: 60, PollKind.VIDEOS: 20}  # of each
POLLS = ORGANIZATIONS * sum(SYNCS.values())
# What happens, in an order of chance.
STEPS = {"kill_child": 21, "kill_worker": 10, "kill_postgres": 3, "kill_valkey": 3, "flush": 1, "stop_worker": 2}  # fmt: skip
LONGEST_WAIT = timedelta(hours=1)
WAIT_SECONDS = 240  # with a busy machine

KINDS = ", ".join(
    f"'{kind}'" for kind in SYNCS
)  # what each organization has to do daily is not counted
# The database itself writes down who finishes a sync.
LEDGER = f"""
CREATE TABLE crash_ledger (poll_id bigint, held_until timestamptz);
CREATE FUNCTION crash_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO crash_ledger VALUES (new.id, old.lease_until); RETURN new; END $$;
CREATE TRIGGER crash_note AFTER UPDATE ON jobs_work FOR EACH ROW
WHEN (new.last_finished_at IS DISTINCT FROM old.last_finished_at AND new.kind IN ({KINDS})) EXECUTE FUNCTION crash_note();
"""


@pytest.fixture
def place(tmp_path, django_db_blocker) -> Iterator[Ground]:
    with django_db_blocker.unblock(), ground(tmp_path / "servers") as here:
        here.sql(LEDGER)
        yield here


@pytest.fixture
def staff(place, tmp_path, tiktok) -> Iterator[Workers]:
    with workers(
        tmp_path / "workers",
        database_url=place.urls.app,
        redis_url=place.redis_url,
        tiktok_url=tiktok.url,
        lease=LEASE,
    ) as hired:
        yield hired


def seed(organization: Organization, tiktok: Sandbox, *, within: timedelta) -> None:
    """Creators of whom each is synced in one way, due one after the other."""
    with organization_scope(organization):
        syncs = [
            (kind, Creator(handle=f"{organization.slug}_{kind}_{n}", marketplace_status="in"))
            for kind, count in SYNCS.items()
            for n in range(count)
        ]
        Creator.objects.bulk_create([creator for _, creator in syncs])
    for kind, creator in syncs:
        if kind != PollKind.MEMBERSHIP:
            tiktok.control("creator", handle=creator.handle, membership="IN")
    random.Random(organization.pk).shuffle(syncs)
    now = timezone.now()
    Work.objects.bulk_create(
        Work(
            organization=organization,
            kind=kind,
            subject_id=creator.pk,
            due_at=now + within * turn / len(syncs),
        )
        for turn, (kind, creator) in enumerate(syncs)
    )


def wait_for_the_rest(place: Ground) -> None:
    """Let the time pass for which work was postponed.

    Fate may kill the worker of the same row four times; then it is stopped with that reason, and ops make it due again.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        left = place.sql(
            "SELECT due_at - now(), kind, attempts, lost_leases, postponed_reason, stopped_reason FROM jobs_work "
            "WHERE last_finished_at IS NULL ORDER BY due_at DESC"
        )
        if not left:
            return
        # A stopped sync that a worker, stopped itself meanwhile, has read after all is planned for the next day.
        postponed = [row for row in left if row[4]]
        assert all(row[0] <= LONGEST_WAIT for row in postponed), postponed
        place.sql(
            "UPDATE jobs_work SET due_at = now() WHERE last_finished_at IS NULL AND due_at > now()"
        )
        place.sql(
            "UPDATE jobs_work SET stopped_reason = '' WHERE stopped_reason LIKE 'Its worker was killed %'"
        )
        time.sleep(0.5)
    raise AssertionError(f"{len(left)} polls are stuck: {left}")


@pytest.mark.timeout(WAIT_SECONDS + 150)
def test_every_sync_has_its_effect_once_while_workers_and_servers_are_killed(
    place, staff, tiktok
) -> None:
    organizations = [an_organization(f"Tree{n}") for n in range(ORGANIZATIONS)]
    began_at = timezone.now()
    within = timedelta(seconds=STEP_SECONDS * sum(STEPS.values()))
    for organization in organizations:
        seed(organization, tiktok, within=within)
    scheduler, fate = staff.beat(), Fate(place, staff)

    steps = [step for step, times in STEPS.items() for _ in range(times)]
    for step in random.Random(1).sample(steps, len(steps)):
        time.sleep(STEP_SECONDS)
        fate.take(step)
    fate.let_all_go_on()
    wait_for_the_rest(place)

    assert fate.killed >= 30, "a step found nobody to kill"
    assert scheduler.is_alive, staff.said()
    assert_each_finished_once(place, began_at)
    for organization in organizations:
        with organization_scope(organization):
            assert_memberships_are_tiktoks(tiktok, synced(PollKind.MEMBERSHIP))
            assert_profiles_are_whole(synced(PollKind.PROFILE), began_at)
            assert_videos_are_whole(tiktok, synced(PollKind.VIDEOS), began_at)


def synced(kind: PollKind) -> list[Creator]:
    return list(Creator.objects.filter(handle__contains=f"_{kind}_"))


def assert_each_finished_once(place: Ground, began_at: datetime) -> None:
    """Assert that each was finished once by its holder, and that nothing is leased or due any more."""
    finished = "SELECT count(*), count(DISTINCT poll_id), count(held_until) FROM crash_ledger"
    assert place.sql(finished) == [(POLLS, POLLS, POLLS)]
    finished_since = Work.objects.filter(last_finished_at__gt=began_at, attempts=0)
    assert finished_since.filter(kind__in=SYNCS).count() == POLLS
    assert not Work.objects.exclude(lease_until=None).exists()
    assert not Work.objects.filter(kind__in=SYNCS, due_at__lt=timezone.now()).exists()


def assert_memberships_are_tiktoks(tiktok: Sandbox, creators: list[Creator]) -> None:
    assert len(creators) == SYNCS[PollKind.MEMBERSHIP]
    said: dict[str, str] = {}
    for start in range(0, len(creators), HANDLES_PER_CALL):
        handles = [creator.handle for creator in creators[start : start + HANDLES_PER_CALL]]
        answer = tiktok.api(
            "GET", "/tcm/creator/status/get/", tcm_account_id=ACCOUNT_ID, handle_names=handles
        )
        for row in answer["data"]["onboarding_status"]:
            said[row["handler_name"]] = row["status"].lower()
    assert {creator.handle: creator.marketplace_status for creator in creators} == said
    assert MarketplaceStatus.NOT_IN in said.values()  # all were seeded as being in


def assert_profiles_are_whole(creators: list[Creator], began_at: datetime) -> None:
    assert len(creators) == SYNCS[PollKind.PROFILE]
    facts = CreatorSnapshot.objects.filter(creator_id__in=[creator.pk for creator in creators])
    days = (timezone.now().date() - began_at.date()).days + 1
    assert len(creators) <= facts.count() <= days * len(creators)
    for creator in creators:
        latest = facts.filter(creator_id=creator.pk).latest("bucket_at")
        assert numbers(creator, CREATOR_NUMBERS) == numbers(latest, CREATOR_NUMBERS)
        assert creator.follower_count is not None
        assert (creator.profile_source, latest.source) == (Source.PUBLIC, Source.PUBLIC)
        assert creator.profile_fetched_at == latest.fetched_at


def assert_videos_are_whole(tiktok: Sandbox, creators: list[Creator], began_at: datetime) -> None:
    assert len(creators) == SYNCS[PollKind.VIDEOS]
    hours = int(timezone.now().timestamp() // 3600 - began_at.timestamp() // 3600) + 1
    for creator in creators:
        published = [v["video_id"] for v in tiktok.read("videos", handle=creator.handle)["videos"]]
        videos = Video.objects.filter(creator=creator)
        kept = {video.tiktok_video_id for video in videos}
        assert kept == set(published[:LATEST_VIDEOS])
        facts = VideoSnapshot.objects.filter(video_id__in=videos.values("pk"))
        assert len(kept) <= facts.count() <= hours * len(kept)
        latest = {fact.video_id: fact for fact in facts.order_by("bucket_at")}
        for video in videos:
            assert numbers(video, VIDEO_NUMBERS) == numbers(latest[video.pk], VIDEO_NUMBERS)
            assert None not in numbers(video, VIDEO_NUMBERS[:4])


def numbers(row: object, names: Iterable[str]) -> list[object]:
    return [getattr(row, name) for name in names]
