"""Nobody but `jobs` claims work: no lease, no SKIP LOCKED, no claim by another name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.guards import sources
from tests.personas import OURS

CLAIMS = re.compile(r"skip_locked|SKIP LOCKED|lease_until\s*=|lease_until__")
# Where leases still stand beside the queue, and why.
BESIDE = {
    "tiktok/services/grants/tokens.py": "A token family is refreshed under a lease and swapped by its version.",
    "tiktok/services/grants/grants.py": "A grant that ends or is renewed takes that lease away.",
}


def claimers() -> Iterator[str]:
    for package in OURS:
        for path in (sources.ROOT / package).rglob("*"):
            if package == "jobs" or path.suffix not in {".py", ".sql"}:
                continue
            if "models" in path.parts or "migrations" in path.parts:
                continue
            if CLAIMS.search(path.read_text()):
                yield sources.where(path)


def test_only_the_queue_claims_work() -> None:
    assert set(claimers()) == set(BESIDE)
