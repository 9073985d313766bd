"""Plans of the move off the old source."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from campaigns.enums import AccountOutcome
from tenancy.models import OrganizationModel


class MigrationPlan(OrganizationModel):
    """The effect that cut-over and purge would have, as it was found when the plan was made. Never changed.

    `facts`: `accounts` (ids by outcome), `renamed` (ids of accounts whose type changes), `campaigns` (posts to hide by
    campaign), `lines` (of the purge: name, what, rows, bytes, ids), `kept_posts` (whose id and address stay). Of posts and
    rows, which may be millions, `campaign_ids`, `kept_ids` and the lines' `ids` keep the sum of the hashes of their ids.
    `summary`: the facts in numbers (`campaigns.policies.migration.summary_of`). Pages read it alone: accounts may be a million.
    """

    changeable: ClassVar[frozenset[str] | None] = frozenset()

    made_at = models.DateTimeField(auto_now_add=True)
    # As in Event: who made it stays when the person is deleted.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    facts = models.JSONField()
    summary = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)  # SHA-256 of the facts

    def __str__(self) -> str:
        return f"Plan {self.digest[:12]}"

    def accounts(self, *outcomes: str) -> int:
        """How many accounts have one of these outcomes; without any: all."""
        found: dict[str, int] = self.summary["accounts"]
        return sum(found[each] for each in outcomes or AccountOutcome.values)

    @property
    def tracked(self) -> int:
        """How many accounts are tracked after the cut-over."""
        return self.accounts(AccountOutcome.AUTHENTICATED, AccountOutcome.MARKETPLACE)

    @property
    def lost(self) -> int:
        """How many accounts are tracked no longer."""
        return self.accounts() - self.tracked

    @property
    def posts(self) -> int:
        """How many campaign posts are hidden."""
        posts: int = self.summary["posts"]
        return posts

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the purge: tables and stores with their rows and bytes."""
        lines: list[dict[str, Any]] = self.summary["lines"]
        return lines
