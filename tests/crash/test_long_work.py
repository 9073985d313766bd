"""Long work under real workers: killed and taken up again, cancelled, and in nobody's way."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.services.connections.asking import ask_to_connect
from jobs.enums import JobState
from jobs.models import Job, Work
from jobs.services.jobs import cancel_job, start_job
from jobs.services.queue import make_due
from mail.models import Message
from tenancy.scope import organization_scope
from tests.crash import rows
from tests.crash.processes import Workers, kill
from tests.embedded.launching import eventually
from tests.factories.crm import TikTokAccountFactory
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator

WAIT_SECONDS = 120  # with a busy machine
SUBJECTS = 20


@pytest.fixture(autouse=True)
def _rows() -> None:
    rows.register()


def start(total: int) -> Job:
    return start_job(rows.KIND, {}, total=total, actor=None)


def done(job: Job) -> int:
    return Job.objects.get(pk=job.pk).done_count


def test_a_job_whose_worker_is_killed_goes_on_within_a_minute_and_doubles_nothing(
    hands: Workers, oak
) -> None:
    hands.beat()
    with organization_scope(oak):
        job = start(6 * rows.SLICE)
        for slices in (1, 3):
            worker = hands.worker()
            assert eventually(lambda n=slices: done(job) >= n * rows.SLICE, WAIT_SECONDS), hands.said()  # fmt: skip
            kill(worker)
            held = Work.objects.filter(kind="job").exclude(lease_until=None)
            assert all(row.lease_until - timezone.now() < timedelta(minutes=1) for row in held)
            held.update(lease_until=timezone.now())
        hands.worker()
        assert eventually(lambda: Job.objects.get().state == JobState.DONE, WAIT_SECONDS), (
            hands.said()
        )

        job.refresh_from_db()
        assert job.outcome == [{"key": "written", "count": 6 * rows.SLICE, "links": []}]
        assert Creator.objects.filter(handle__startswith="row_").count() == 6 * rows.SLICE


def test_a_cancelled_job_ends_with_the_slice_it_is_at(hands: Workers, oak) -> None:
    hands.beat()
    hands.worker()
    with organization_scope(oak):
        job = start(100_000)
        assert eventually(lambda: done(job) >= rows.SLICE, WAIT_SECONDS), hands.said()
        cancel_job(job)
        before = done(job)
        assert eventually(lambda: Job.objects.get().state == JobState.CANCELLED, WAIT_SECONDS), (
            hands.said()
        )
        assert done(job) - before <= 2 * rows.SLICE


@pytest.mark.parametrize(
    "workers",
    [["bulk", "person,polls,mail"], ["person,polls,mail,bulk"]],
    ids=["a worker for long work", "one worker for all"],
)
def test_a_bulk_job_of_100_000_rows_delays_no_poll_and_no_mail(
    hands: Workers, oak, tiktok, workers
) -> None:
    for lanes in workers:
        hands.worker("--queues", lanes, "--concurrency", "2")
    hands.beat()
    with organization_scope(oak):
        job = start(100_000)
        assert eventually(lambda: done(job) > 0, WAIT_SECONDS), hands.said()
        accounts = [a_subject(tiktok, number) for number in range(SUBJECTS)]
        began = time.monotonic()
        make_due(PollKind.PROFILE, *(account.creator_id for account in accounts))
        for account in accounts:
            ask_to_connect(account, actor=None)

        polled = Creator.objects.exclude(profile_fetched_at=None)
        sent = Message.objects.exclude(sent_at=None)
        assert eventually(lambda: polled.count() == sent.count() == SUBJECTS, WAIT_SECONDS), (
            hands.said()
        )
        assert time.monotonic() - began < 30
        assert Job.objects.get().state == JobState.RUNNING
        assert 0 < done(job) < 100_000


def a_subject(tiktok, number: int):
    tiktok.control("creator", handle=f"subject_{number}", membership="IN")
    return TikTokAccountFactory.create(
        influencer__email=f"subject{number}@example.com",
        creator__handle=f"subject_{number}",
        creator__marketplace_status=MarketplaceStatus.IN,
        creator__profile_fetched_at=None,
    )
