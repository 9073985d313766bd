"""The receipt of a purge: issued when a re-scan finds nothing, and held against a re-scan later."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PurgeState
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.services.legacy.rows import legacy_rows


class LegacyRowsLeft(RuntimeError):
    """The re-scan after a purge found rows: no receipt is issued."""


class ReceiptFails(RuntimeError):
    """A receipt does not hold: its text was changed, or the re-scan finds rows."""


@transaction.atomic
def issue_receipt(run: PurgeRun) -> PurgeReceipt:
    """Close the gate in the transaction of the re-scan: what it found stays true. Raises LegacyRowsLeft."""
    migration = LegacyMigration.objects.select_for_update().get()
    run.refresh_from_db(from_queryset=PurgeRun.objects.select_for_update())
    if run.state == PurgeState.DONE:  # by another process that worked beside this one
        return PurgeReceipt.objects.get(run=run)
    migration.purged_at = timezone.now()
    migration.save(update_fields=["purged_at"])
    rescan = legacy_rows()
    if any(rescan.values()):
        raise LegacyRowsLeft(f"legacy rows left: {rescan}")
    lines = [
        {**line, "gone": run.counts["gone"].get(line["name"], 0)} for line in run.counts["planned"]
    ]
    run.state, run.finished_at = PurgeState.DONE, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    receipt = PurgeReceipt.objects.create(
        run=run, lines=lines, rescan=rescan, digest=receipt_digest(lines, rescan)
    )
    record(
        Verb.PURGE_FINISHED,
        run,
        actor=User.objects.filter(pk=run.actor_id).first() if run.actor_id else None,
        receipt=receipt.pk,
    )
    return receipt


def receipt_digest(lines: list[dict[str, Any]], rescan: dict[str, int]) -> str:
    """SHA-256 over the receipt's contents: a changed receipt no longer matches."""
    return hashlib.sha256(json.dumps([lines, rescan], sort_keys=True).encode()).hexdigest()


def verify_receipt(receipt: PurgeReceipt) -> None:
    """Compare a receipt with its digest and re-scan every table. Raises ReceiptFails."""
    left = {table: rows for table, rows in legacy_rows().items() if rows}
    if left or receipt.digest != receipt_digest(receipt.lines, receipt.rescan):
        raise ReceiptFails(f"The receipt does not hold: {left or 'its text was changed'}.")
