"""Invented kinds of work, known for one test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from jobs.enums import Lane
from jobs.services import kinds
from jobs.services.claims import claim, claim_suspect, work
from jobs.services.kinds import WorkKind
from tenancy.models import Organization
from tenancy.scope import Owner, current_organization_id, current_owner, organization_scope

Register = Callable[..., WorkKind]
PRUNE, WATER = "tree.prune", "tree.water"


@pytest.fixture
def kind(monkeypatch, db) -> Register:
    """Register a kind of polls for this test: `kind("tree.prune", handler, batch=20)`."""
    monkeypatch.setattr(kinds, "_kinds", {})

    def register(name: str, handler: kinds.Handler, **rule: object) -> WorkKind:
        known = WorkKind(
            **{"name": name, "handler": handler, "lane": Lane.POLLS, "cadence": timedelta(days=1)}
            | rule
        )
        kinds.register_kind(known)
        return known

    return register


class Seen:
    """A handler that does nothing: what it was asked for, and in whose scope."""

    def __init__(self) -> None:
        self.calls: list[tuple[int | None, tuple[int, ...]]] = []
        self.owners: list[Owner] = []

    def __call__(self, subject_ids: Sequence[int]) -> None:
        self.owners.append(current_owner())
        self.calls.append((current_organization_id(), tuple(subject_ids)))


@pytest.fixture
def seen(kind) -> Seen:
    """Two kinds whose work is only written down: pruning one by one, watering twenty at a time."""
    made = Seen()
    kind(PRUNE, made)
    kind(WATER, made, batch=20)
    return made


def organization(slug: str) -> Organization:
    return Organization.objects.create(name=slug.title(), slug=slug)


def due(owner: Organization, *subjects: int, kind: str = PRUNE) -> None:
    from jobs.services.queue import make_due

    with organization_scope(owner):
        make_due(kind, *subjects)


def pump(*, calls: int = 50, lane: Lane = Lane.POLLS) -> int:
    """Suspects, then one claim, worked off in this thread. Returns how many rows were claimed."""
    suspect = claim_suspect(kinds.kinds_in(lane))
    batches = ([[suspect]] if suspect else []) + claim(kinds.kinds_in(lane), calls=calls)
    for batch in batches:
        work(batch)
    return sum(map(len, batches))
