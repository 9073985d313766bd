"""Lock for the tests what runs the product, in the same versions."""

from __future__ import annotations

from tests.guards.sources import ROOT

LOCKS = ROOT / "requirements"


def locked(name: str) -> set[str]:
    """Each package of a lock file with its version: `segno==1.6.6`."""
    return {
        line.split()[0] for line in (LOCKS / name).read_text().splitlines() if "==" in line[:80]
    }


def test_the_tests_install_all_that_the_product_runs_on() -> None:
    assert locked("run.txt") - locked("dev.txt") == set()
