"""The move off the old data source, and the proof of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenancy.models import OrganizationModel
from tiktok.enums import PurgeState, Source
from tiktok.models.accounts import Creator


class LegacyMigration(OrganizationModel):
    """The migration of one organization. Without this row it never had legacy data.

    Its rules: `needs_approval` of a second owner or of operations, and the hours that the purge waits after the cut-over.
    `asked_at`, `asked_by`: a cut-over that waits for approval. `plan_digest`: of the plan that is asked for or was
    carried out. `purge_from`: the purge begins no earlier.
    """

    started_at = models.DateTimeField(auto_now_add=True)
    needs_approval = models.BooleanField(default=False)
    purge_wait_hours = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    plan_digest = models.CharField(max_length=64, blank=True)
    cut_over_at = models.DateTimeField(null=True, blank=True)
    purge_from = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], name="one_legacy_migration_per_organization"
            )
        ]

    def __str__(self) -> str:
        return "purged" if self.purged_at else "cut over" if self.cut_over_at else "open"


class LegacyProfile(OrganizationModel):
    """An account's profile as it was on show before the cut-over, kept until the purge: a reversal puts it back.

    What its creator's authorization supplied is no longer in it once that has ended.
    """

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, related_name="legacy_profile")
    source = models.CharField(max_length=20, choices=Source, default=Source.LEGACY)
    profile = models.JSONField()  # column of the creator → value

    def __str__(self) -> str:
        return f"Old profile of {self.creator}"


class PurgeRun(OrganizationModel):
    """One purge of the legacy rows; resumable, its counts grow slice by slice. Once finished it never changes (a trigger)."""

    changeable: ClassVar[frozenset[str] | None] = frozenset({"state", "finished_at", "counts"})

    # As in Event: who did it stays on the proof when the person is deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    state = models.CharField(max_length=10, choices=PurgeState, default=PurgeState.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)  # purger name → rows gone

    def __str__(self) -> str:
        return f"Purge of {self.started_at:%Y-%m-%d}"


class PurgeReceipt(OrganizationModel):
    """The proof of a purge: what, how many, when, by whom, with the hash of the ids, and the re-scan that found nothing.

    `facts`: organization, actor, version of the software, times, slices, until when backups may hold what went, and the public
    key that checks the signature.
    """

    changeable: ClassVar[frozenset[str] | None] = frozenset()

    run = models.OneToOneField(PurgeRun, on_delete=models.CASCADE, related_name="receipt")
    number = models.CharField(max_length=24, default="")
    issued_at = models.DateTimeField(default=timezone.now)
    lines = models.JSONField()  # [{"name", "what", "why", "rows", "sha256", "gone"}, …]
    rescan = models.JSONField()  # {table or store: rows left, …}; all 0
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=88, default="")  # of the digest, by this installation

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="purge_receipt_once_per_number"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def planned(self) -> int:
        """How many rows and files were to go."""
        return sum(line["rows"] for line in self.lines)

    @property
    def gone(self) -> int:
        """How many rows and files went."""
        return sum(line["gone"] for line in self.lines)

    @property
    def found(self) -> int:
        """How many rows and files the re-scan found."""
        return sum(self.rescan.values())
