"""Two schedulers tick for three workers: what is due is synced once for each time it is due."""

from __future__ import annotations

import time
from datetime import datetime

from django.utils import timezone

from jobs.models import Work
from jobs.services.queue import make_due
from tenancy.scope import organization_scope
from tests.crash.processes import TICK_SECONDS, Workers
from tests.embedded.launching import eventually
from tiktok.enums import PollKind
from tiktok.models import Creator

ACCOUNTS, ROUNDS = 60, 3
WAIT_SECONDS = 90  # with a busy machine


def wait_until_all_are_done(hands: Workers, *, since: datetime) -> None:
    done = Work.objects.filter(last_finished_at__gt=since)
    assert eventually(lambda: done.count() == ACCOUNTS, WAIT_SECONDS), hands.said()


def test_each_due_sync_is_done_once_under_two_schedulers_and_three_workers(
    hands, oak, tiktok
) -> None:
    workers = [*(hands.worker() for _ in range(3)), hands.beat(), hands.beat()]
    with organization_scope(oak):
        for number in range(ACCOUNTS):
            tiktok.control("creator", handle=f"look_{number}", membership="IN")
            Creator.objects.create(handle=f"look_{number}", marketplace_status="in")
        everybody = list(Creator.objects.values_list("pk", flat=True))
    tiktok.control("stats")

    for turn in range(1, ROUNDS + 1):
        with organization_scope(oak):
            due_at = timezone.now()
            make_due(PollKind.PROFILE, *everybody)
        wait_until_all_are_done(hands, since=due_at)
        time.sleep(3 * TICK_SECONDS)
        assert tiktok.read("stats")["calls"] == {"/tcm/creator/public/": turn * ACCOUNTS}

    assert all(process.is_alive for process in workers), hands.said()
