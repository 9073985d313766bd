"""Dating what is invented: a world that looks a year old is made in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone

# Where rows and the moves of orders get their time. The queue keeps the real one: a worker is at work beside us.
DATED = (
    "django.db.models.fields.timezone",
    "campaigns.services.orders.transitions.timezone",
    "campaigns.services.reviews.drafts.timezone",
    "campaigns.services.reviews.verdicts.timezone",
    "crm.services.documents.contracts.timezone",
    "crm.services.programs.applying.timezone",
    "crm.services.programs.deciding.timezone",
)


class _Earlier:
    """Django's `timezone`, whose clock is behind."""

    def __init__(self, behind: timedelta) -> None:
        self.behind = behind

    def now(self) -> datetime:
        return timezone.now() - self.behind

    def __getattr__(self, name: str) -> Any:
        return getattr(timezone, name)


@contextmanager
def days_ago(days: float) -> Iterator[None]:
    """Date the rows, events and moves that are made inside so many days back."""
    with ExitStack() as stack:
        for name in DATED:
            stack.enter_context(patch(name, _Earlier(timedelta(days=days))))
        yield
