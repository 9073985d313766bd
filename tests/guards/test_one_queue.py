"""Nobody but `jobs` claims work: no lease, no SKIP LOCKED, no claim by another name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.guards import sources
from tests.personas import OURS

CLAIMS = re.compile(r"skip_locked|SKIP LOCKED|lease_until\s*=|lease_until__|check_due_at")


def claimers() -> Iterator[str]:
    for package in OURS:
        for path in (sources.ROOT / package).rglob("*"):
            if package == "jobs" or path.suffix not in {".py", ".sql"}:
                continue
            if "migrations" in path.parts:
                continue
            if CLAIMS.search(path.read_text()):
                yield sources.where(path)


def test_only_the_queue_claims_work() -> None:
    assert list(claimers()) == []
