"""Sins against the rule that every guard bites."""

from __future__ import annotations

from tests.guards import test_guards_bite as bite
from tests.guards.sins import caught_by


def test_planted() -> None:
    """Stands for a guard that nobody has seen to catch anything."""


@caught_by(bite.test_every_guard_is_seen_to_catch_a_sin, match="planted")
def test_a_guard_that_nobody_has_seen_to_bite(monkeypatch) -> None:
    found = bite.guards()
    monkeypatch.setattr(bite, "guards", lambda: [*found, test_planted])
