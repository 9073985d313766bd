"""Influencers who may be one person, and those that were merged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from crm.enums import DuplicateState, MatchKind
from tenancy.models import OrganizationModel

UNDO_FOR = timedelta(days=30)


class Duplicate(OrganizationModel):
    """Two influencers who may be one person. `first` has the lower id.

    `matches` says what they share, a line each: the kind and a hash of the value (`email:3f2a…`). A dismissed pair opens
    again when a line comes to it.
    """

    group_path: ClassVar[str] = "first__group"

    first = models.ForeignKey(
        "crm.Influencer",
        on_delete=models.CASCADE,
        related_name="duplicates_after",
        db_index=False,  # the unique constraint begins with it
    )
    second = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="duplicates_before"
    )
    matches = ArrayField(models.CharField(max_length=40), default=list)
    state = models.CharField(max_length=10, choices=DuplicateState, default=DuplicateState.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once_per_pair"),
            models.CheckConstraint(
                name="duplicate_is_of_two", condition=models.Q(first__lt=models.F("second"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-id"],
                condition=models.Q(state=DuplicateState.OPEN),
                name="duplicate_open_newest_first",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    @property
    def reasons(self) -> list[str]:
        """The things that the two share, in words."""
        kinds = {match.partition(":")[0] for match in self.matches}
        return [kind.label for kind in MatchKind if kind.value in kinds]


class Merge(OrganizationModel):
    """Influencers who went into another one, `target`. Their pages lead there, and the target's timeline shows their events.

    `kept` is what undoing needs (`crm.services.merging.keeping`); empty once it is undone, or over after thirty days.
    `differences` says, once it is undone, what was edited since and therefore left as it is.
    """

    group_path: ClassVar[str] = "target__group"

    target = models.ForeignKey("crm.Influencer", on_delete=models.CASCADE, related_name="merges")
    merged_ids = ArrayField(models.BigIntegerField())
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kept = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    differences = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"merge {self.pk}"

    @property
    def undo_until(self) -> datetime:
        return self.merged_at + UNDO_FOR

    @property
    def can_be_undone(self) -> bool:
        """Is everything there that undoing needs, and still allowed?"""
        return bool(self.kept) and self.undone_at is None and timezone.now() < self.undo_until
