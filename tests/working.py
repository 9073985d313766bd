"""Work that is done at once, and handlers that behave as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from django.db import models

from campaigns.models import Campaign
from campaigns.services.orders.syncing import refresh_campaign
from jobs.enums import Lane
from jobs.models import Work
from jobs.services import kinds
from jobs.services.claims import claim, work
from jobs.services.pool import pump_once
from tiktok.enums import PollKind
from tiktok.services.grants.grants import CHECK


def all_polls() -> models.QuerySet[Work]:
    """The work that asks TikTok regularly."""
    return Work.objects.filter(kind__in=PollKind.values)


def pump(lane: Lane = Lane.POLLS, *, calls: int = 50) -> int:
    """Claim once what is due in a lane and do it. Returns how many rows."""
    return pump_once(lane, calls=calls)


def pump_delivery() -> bool:
    """Do one of TikTok's webhooks that is due. False when none is."""
    return bool(pump(Lane.PERSON, calls=1))


def grant_checks() -> models.QuerySet[Work]:
    """The work that checks live grants."""
    return Work.objects.filter(kind=CHECK)


def check_due_grants(*, calls: int = 50) -> int:
    """Check the grants that are due. Returns how many."""
    return pump_kind(CHECK, calls=calls)


def pump_kind(kind: str, *, calls: int = 50) -> int:
    """Claim once what is due of this kind alone and do it. Returns how many calls that took."""
    batches = claim([kinds.kind_named(kind)], calls=calls)
    for batch in batches:
        work(batch)
    return len(batches)


def behave(
    monkeypatch: pytest.MonkeyPatch, kind: str, handler: Callable[[Sequence[int]], object]
) -> None:
    """Let work of this kind be done by this handler during the test."""
    monkeypatch.setitem(kinds._kinds, kind, replace(kinds.kind_named(kind), handler=handler))


def refreshed(campaign: Campaign) -> list[tuple[str, int]]:
    """Refresh a campaign's orders as a worker does: what came of it, and of how many."""
    job = refresh_campaign(campaign)
    pump(Lane.BULK)
    job.refresh_from_db()
    return [(row["key"], row["count"]) for row in job.outcome]
