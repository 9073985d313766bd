"""Imports of influencers: the file, how it is read, and the fate of each of its rows.

Rows are kept for the thirty days in which an import can be rolled back, then purged. The uploaded file goes as soon as
the import begins.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.enums import ImportFate, ImportStage
from jobs.enums import JobState
from tenancy.models import OrganizationModel
from tiktok.enums import MarketplaceStatus

ROLL_BACK_FOR = timedelta(days=30)
# Rows that were left out and hang on nobody: their keys say whom they name.
NAMES_SOMEBODY = models.Q(
    influencer=None, fate__in=[ImportFate.ERROR.value, ImportFate.DUPLICATE.value]
)


class Import(OrganizationModel):
    """One file on its way into the CRM: how it is read, what each column means, and how far it is.

    `about` is the key of its subject (`crm.services.imports.subjects`), `context` what that subject has to know.
    `encoding` and `delimiter` are empty for a workbook. `decimal_mark` is what the person chose, empty while the file
    itself proves it; `proven_marks` are the marks that it proves. `rows_above` is how many rows, empty ones not counted, stand
    above the one that names the columns. `columns` holds for each column of the file its `name`,
    a `sample`, the `field` it is mapped to (empty: not imported) and the `policy` where the field has a value already.
    `counts` says how many rows have each fate, `written` how many of them are written. Until it is written, `corrected` has the
    cells of rows that were corrected by hand, and `merged` for rows of which another one takes what it leaves empty [the
    number of that row, the cells]; both by the row's number.
    """

    name = models.CharField(max_length=200)
    about = models.CharField(max_length=20, default="influencers", db_default="influencers")
    context = models.JSONField(default=dict, db_default={})
    file = models.ForeignKey(
        "files.File", null=True, on_delete=models.SET_NULL, related_name="imports"
    )
    stage = models.CharField(max_length=10, choices=ImportStage, default=ImportStage.PREVIEW)
    encoding = models.CharField(max_length=30, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    decimal_mark = models.CharField(max_length=1, blank=True)
    proven_marks = models.CharField(max_length=2, blank=True)
    rows_above = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_header_chosen = models.BooleanField(
        default=False, db_default=False, help_text="Somebody has chosen `rows_above`."
    )
    columns = models.JSONField(default=list)
    corrected = models.JSONField(default=dict, db_default={})
    merged = models.JSONField(default=dict, db_default={})
    remembered_from = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts the previews made of it.")
    is_pasted = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Lines that a person pasted, an account in each; the table is our own.",
    )
    row_count = models.PositiveIntegerField(default=0)
    ambiguous_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    written = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    lookup_job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="import_newest_first")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.job is not None and not self.job.is_finished

    @property
    def has_open_lookup(self) -> bool:
        """Is TikTok being asked about its accounts?"""
        return self.lookup_job is not None and not self.lookup_job.is_finished

    @property
    def is_failed(self) -> bool:
        return self.job is not None and self.job.state == JobState.FAILED

    @property
    def is_rolled_back(self) -> bool:
        """Is it rolled back to its last row?"""
        return self.stage == ImportStage.ROLL_BACK and self.has_ended_well

    @property
    def has_ended_well(self) -> bool:
        """Has its latest job done everything? One that failed or was cancelled has not."""
        return self.job is None or self.job.state == JobState.DONE

    @property
    def roll_back_until(self) -> datetime:
        return (self.imported_at or self.created_at) + ROLL_BACK_FOR

    @property
    def to_write_count(self) -> int:
        """How many rows the import of a file writes."""
        return sum(self.counts.get(fate, 0) for fate in (ImportFate.NEW, ImportFate.UPDATE))


class ImportRow(OrganizationModel):
    """One row of a file: its fate before anything is written, and what was written.

    `number` is the row's number in a spreadsheet. `values` holds what was read, by field; `changes` for each field that
    changes [the value before, the value after]; `reasons` what is wrong: [column, reason, text of the cell]. `cells` are
    the row's own, kept until it is written. `keys` are hashes of what identifies somebody. `kept` says what a roll-back
    has kept, by field. `tiktok_markets` is of pasted accounts TikTok's status by the key of the marketplace account that
    asked. `added_account` is the primary key of the TikTok account that the row has brought, which may have gone since.
    Whoever sees an import sees all its rows: they are what the file says.
    """

    parent = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField()
    fate = models.CharField(max_length=10, choices=ImportFate)
    influencer = models.ForeignKey(
        "crm.Influencer", null=True, on_delete=models.CASCADE, related_name="import_rows"
    )
    label = models.CharField(max_length=200, blank=True)
    handle = models.CharField(max_length=64, blank=True)
    duplicate_of = models.PositiveIntegerField(null=True, blank=True)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    keys = ArrayField(models.BigIntegerField(), default=list)
    kept = models.JSONField(default=dict)
    tiktok_handle = models.CharField(max_length=64, blank=True)
    tiktok_status = models.CharField(
        max_length=12,
        blank=True,
        choices=MarketplaceStatus,
        help_text="Empty until TikTok answers.",
    )
    tiktok_markets = models.JSONField(default=dict, db_default={})
    added_account = models.BigIntegerField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    rolled_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "number"], name="import_row_once_per_number")
        ]
        indexes = [
            models.Index(fields=["parent", "fate", "number"], name="import_row_by_fate"),
            models.Index(
                fields=["parent", "number"],
                condition=~models.Q(tiktok_handle=""),
                name="import_row_with_tiktok_handle",
            ),
            models.Index(
                fields=["organization"], condition=NAMES_SOMEBODY, name="import_row_about_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"

    @property
    def line(self) -> int:
        """The row's number among the pasted lines, above which the table has its header."""
        return self.number - 1

    @property
    def about_id(self) -> int:
        """Primary key of the influencer that the row is about; 0, which nobody has, while there is none."""
        return self.influencer_id or 0


class ImportMapping(OrganizationModel):
    """The mapping of columns that was used last for files with the same header."""

    about = models.CharField(max_length=20, default="influencers", db_default="influencers")
    signature = models.CharField(max_length=64, help_text="SHA-256 of the header.")
    columns = models.JSONField(default=list, help_text="Field and policy of each column.")
    remembered_from = models.CharField(max_length=200)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "about", "signature"], name="import_mapping_once_per_header"
            )
        ]

    def __str__(self) -> str:
        return self.remembered_from


class AwaitedAccount(OrganizationModel):
    """A TikTok handle of an influencer that is no account yet, since TikTok has not said that the marketplace has it."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="awaited_accounts"
    )
    handle = models.CharField(max_length=64)
    status = models.CharField(
        max_length=12, choices=MarketplaceStatus, default=MarketplaceStatus.UNKNOWN
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="awaited_accounts"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "handle"], name="awaited_account_once_per_handle"
            )
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"
