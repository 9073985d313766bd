"""P2: the polling pump against a TikTok with the limits of level Basic and 100 ms latency: a Celery worker of 4 processes
with 16 threads each, as in production, over a backlog that it cannot finish. The sandbox says when each call came in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice

from benchmarks.measure import Figure
from benchmarks.place import ROOT
from benchmarks.tiktok import SEED, Sandbox, sandbox
from benchmarks.world import World
from jobs.models import Work
from jobs.services.queue import is_waiting, make_due
from tenancy.scope import organization_scope
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator
from tiktok.sandbox import creators, world
from tiktok.services.brands.accounts import connect_marketplace_account

PROCESSES, THREADS = 4, 16
PER_SECOND, PER_MINUTE = 10, 600
LATENCY_SECONDS = 0.1
MOST_SECONDS, START_SECONDS = 70, 60
ORGANIZATIONS = 4
WORKER = (
    "celery --quiet --app influence.celery worker --beat --concurrency {processes} --without-gossip --without-mingle"
    " --loglevel CRITICAL --schedule {folder}/beat"
)


def figures(world: World) -> Iterator[Figure]:
    seconds = max(5, min(MOST_SECONDS, world.rows // 1000))
    owners = _backlog(world, PER_SECOND * (seconds + START_SECONDS))
    with sandbox(level="basic") as tiktok:
        tiktok.ask("switches", latency_seconds=LATENCY_SECONDS)
        with _worker(tiktok.url):
            begun = _first_arrival(tiktok)
            time.sleep(max(0, begun + seconds - time.time()))
            arrivals = [at - begun for at in _arrivals(tiktok) if at - begun < seconds]
    if not all(_is_waiting(organization_id) for organization_id in owners):
        raise AssertionError("the backlog was worked off, so that nothing was measured")
    Work.objects.filter(organization_id__in=owners).delete()  # nothing for others to do
    yield _used(len(arrivals) / seconds)
    yield _busiest("busiest 60 s of TikTok's", _most_within(60, arrivals), PER_MINUTE, bar=1.0)
    yield _busiest("busiest second of TikTok's", _most_within(1, arrivals), PER_SECOND)


def _used(rate: float) -> Figure:
    what = f"budget used by {PROCESSES} processes × {THREADS} threads"
    share = rate / PER_SECOND
    return Figure(
        "P2", what, f"{rate:.2f} calls/s", f"{PER_SECOND} calls/s", share, 0.95, is_share=True
    )


def _busiest(what: str, calls: int, limit: int, *, bar: float | None = None) -> Figure:
    return Figure("P2", what, f"{calls} calls", f"{limit} calls", calls / limit, bar)


def _most_within(seconds: float, moments: Sequence[float]) -> int:
    """The most calls in any window of this length."""
    window, most = deque[float](), 0
    for moment in sorted(moments):
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most


# --- work to do ---------------------------------------------------------------------------------------------------
def _backlog(bench: World, polls: int) -> list[int]:
    """Due profiles of several organizations, one call each. Returns the organizations' ids."""
    handles = (f"backlog{number}" for number in count())
    known = (handle for handle in handles if creators.creator(SEED, handle).membership == "IN")
    organizations = [bench.empty(f"busy-{number}") for number in range(ORGANIZATIONS)]
    for organization in organizations:
        with organization_scope(organization):
            connect_marketplace_account(
                "At the sandbox",
                tiktok_account_id=world.ACCOUNT_ID,
                token=world.BRAND_TOKEN,
                actor=None,
            )
            rows = Creator.objects.bulk_create(
                Creator(handle=handle, marketplace_status=MarketplaceStatus.IN)
                for handle in islice(known, polls // ORGANIZATIONS)
            )
            make_due(PollKind.PROFILE, *(row.pk for row in rows))
    return [organization.pk for organization in organizations]


def _is_waiting(organization_id: int) -> bool:
    with organization_scope(organization_id):
        return is_waiting(PollKind.PROFILE)


# --- processes ----------------------------------------------------------------------------------------------------
@contextmanager
def _worker(url: str) -> Iterator[None]:
    env = {
        "TIKTOK_BASE_URL": url,
        "TIKTOK_APP_ID": world.APP_ID,
        "TIKTOK_APP_SECRET": world.APP_SECRET,
        "TIKTOK_REQUESTS_PER_SECOND": str(PER_SECOND),
        "TIKTOK_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        "WORK_THREADS": str(THREADS),
    }
    with tempfile.TemporaryDirectory(prefix="influence-benchmarks-") as folder:
        command = WORKER.format(processes=PROCESSES, folder=folder).split()
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *command],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


# --- what the sandbox saw -----------------------------------------------------------------------------------------
def _first_arrival(tiktok: Sandbox) -> float:
    for _ in range(START_SECONDS * 10):
        if arrivals := _arrivals(tiktok):
            return arrivals[0]
        time.sleep(0.1)
    raise AssertionError("the worker did not begin")


def _arrivals(tiktok: Sandbox) -> list[float]:
    return [at for at, path in tiktok.read("arrivals")["arrivals"]]
