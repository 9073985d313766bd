"""The receipt of a purge: issued when a re-scan finds nothing, and held against a re-scan at any time later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from files.enums import LedgerKind
from files.models import LedgerEntry
from files.purge import ORPHAN_AFTER, delete_orphans, orphans
from files.services.ledger import LedgerUnreadable, note, read_entry
from files.services.numbers import new_number
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import Owner, required_organization_id
from tenancy.services.events import record
from tiktok.enums import PurgeState
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.queries.purge_receipts import keys_address
from tiktok.services.legacy.purgers import purgers
from tiktok.services.legacy.rows import legacy_counts
from tiktok.services.legacy.signing import is_signed_here, public_keys, signature_of

HOLDS = "Receipt {number} of {day} holds: 0 rows and files of the old source in {places} tables and stores."
FAILS = "Receipt {number} of {day} does not hold: {reasons}."
CHANGED = "its text was changed"
MISSING = "the ledger outside of the database does not have it"
OTHER = "the ledger outside of the database has another text of it"
UNSIGNED = (
    "this installation did not sign it, or its key of that time is missing in SECRET_KEY_FALLBACKS"
)
# For whoever has the file alone; docs/operations.md has it as a program.
HOW_TO_CHECK = (
    "sha256 is the SHA-256 of the JSON text of the list [number, lines, found_afterwards, facts] in ASCII, its keys in order, with one "
    "space after each comma and colon, as json.dumps(…, sort_keys=True) of Python writes it. signature (base64) is the Ed25519 "
    "signature (RFC 8032) of the 64 characters of sha256 by facts.public_key. Believe that key if it is the one on the printed receipt, "
    "or stands at {keys}."
)


class LegacyRowsLeft(RuntimeError):
    """The re-scan after a purge found rows: no receipt is issued."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of holding a receipt against a re-scan. `sentence` says it in one line; `found`: rows and files."""

    holds: bool
    found: int
    sentence: str


@transaction.atomic
def issue_receipt(run: PurgeRun) -> PurgeReceipt:
    """Close the gate in the transaction of the re-scan: what it found stays true. Raises LegacyRowsLeft."""
    migration = LegacyMigration.objects.select_for_update().get()
    run.refresh_from_db(from_queryset=PurgeRun.objects.select_for_update())
    if run.state == PurgeState.DONE:  # by another process that worked beside this one
        return PurgeReceipt.objects.get(run=run)
    begun_at = timezone.now()
    migration.purged_at = begun_at
    migration.save(update_fields=["purged_at"])
    delete_orphans(_owner(), before=_written_until(migration))
    rescan = searched_again()
    if left := ", ".join(f"{rows:,} in {place}" for place, rows in rescan.items() if rows):
        raise LegacyRowsLeft(f"The search afterwards still found data of the old source: {left}.")
    run.state, run.finished_at = PurgeState.DONE, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    gone = run.counts["gone"]
    receipt = PurgeReceipt(
        run=run,
        number=new_number("P"),
        lines=[{**line, "gone": gone.get(line["name"], 0)} for line in run.counts["planned"]],
        rescan=rescan,
    )
    actor = _person(run.actor_id)
    receipt.facts = _facts(migration, run, actor) | {
        "searched_at": [begun_at.isoformat(), timezone.now().isoformat()],
        "issued_at": receipt.issued_at.isoformat(),
        "public_key": next(iter(public_keys())),
    }
    receipt.digest = receipt_digest(receipt)
    receipt.signature = signature_of(receipt.digest)
    receipt.save(force_insert=True)
    record(Verb.PURGE_FINISHED, run, actor=actor, receipt=receipt.pk)
    note(
        LedgerKind.PURGED,
        receipt.number,
        {
            "organization": receipt.organization_id,
            "slug": receipt.facts["slug"],
            "receipt": receipt_document(receipt),
        },
    )
    return receipt


@transaction.atomic
def restore_receipt(document: dict[str, Any]) -> PurgeReceipt:
    """Bring back a receipt that the database lost, from the ledger; what was run again has one of its own."""
    lines, issued_at = document["lines"], datetime.fromisoformat(document["issued_at"])
    run = PurgeRun.objects.create(
        state=PurgeState.DONE,
        finished_at=issued_at,
        counts={"planned": lines, "gone": {line["name"]: line["gone"] for line in lines}},
    )
    return PurgeReceipt.objects.create(
        run=run,
        number=document["number"],
        issued_at=issued_at,
        lines=lines,
        rescan=document["found_afterwards"],
        facts=document["facts"],
        digest=document["sha256"],
        signature=document["signature"],
    )


def searches() -> dict[str, Callable[[], int]]:
    """Count what is left of the old source, by table and by the name of what the purge takes."""
    before = _written_until(LegacyMigration.objects.first())
    return {
        **legacy_counts(),
        **{purger.name: purger.count for purger in purgers()},
        "contents without a row": lambda: len(orphans(_owner(), before=before)),
    }


def searched_again() -> dict[str, int]:
    """Rows and files of the old source left, by table and by the name of what the purge takes."""
    return {place: search() for place, search in searches().items()}


def _owner() -> Owner:
    return Owner(organization_id=required_organization_id())


def _person(pk: int | None) -> User | None:
    """Find whoever did something; None for a command, and for somebody who was deleted since."""
    return User.objects.filter(pk=pk).first() if pk else None


def _written_until(migration: LegacyMigration | None) -> datetime:
    """The latest time of contents that may be the old source's, and are no upload that is about to get its row."""
    youngest = timezone.now() - ORPHAN_AFTER
    return min(migration.cut_over_at or youngest, youngest) if migration else youngest


def _facts(migration: LegacyMigration, run: PurgeRun, actor: User | None) -> dict[str, Any]:
    organization = Organization.objects.get(pk=required_organization_id())
    cut_over = Event.objects.filter(verb=Verb.LEGACY_CUT_OVER).order_by("pk").last()
    days = settings.BACKUP_DAYS
    return {
        "organization": organization.name,
        "slug": organization.slug,
        "actor": str(actor or ""),
        "version": settings.VERSION,
        "plan": migration.plan_digest,
        "cut_over_at": migration.cut_over_at.isoformat() if migration.cut_over_at else "",
        "cut_over_by": str(_person(cut_over.actor_id if cut_over else None) or ""),
        "purged_at": [run.started_at.isoformat(), timezone.now().isoformat()],
        "slices": run.counts.get("slices", 0),
        "backups_until": str((timezone.now() + timedelta(days=days)).date()) if days else "",
    }


def receipt_digest(receipt: PurgeReceipt) -> str:
    """SHA-256 over the receipt's contents: a changed receipt no longer matches."""
    contents = [receipt.number, receipt.lines, receipt.rescan, receipt.facts]
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def receipt_document(receipt: PurgeReceipt) -> dict[str, Any]:
    """The receipt with its signature, as it is downloaded: whoever has it and the public key can check it."""
    document = {
        "number": receipt.number,
        "issued_at": receipt.issued_at.isoformat(),
        "facts": receipt.facts,
        "lines": receipt.lines,
        "found_afterwards": receipt.rescan,
        "sha256": receipt.digest,
        "signature": receipt.signature,
    }
    if "public_key" in receipt.facts:
        document["how_to_check"] = HOW_TO_CHECK.format(keys=keys_address())
    return document


def verify_receipt(receipt: PurgeReceipt, *, actor: User | None) -> Verdict:
    """Hold a receipt against its digest, its signature and a re-scan of every table and store; the outcome is an event."""
    return judge_receipt(receipt, searched_again(), actor=actor)


def judge_receipt(
    receipt: PurgeReceipt, places: Mapping[str, int], *, actor: User | None
) -> Verdict:
    """The verdict on a receipt after a re-scan that has found so many rows and files in each place; the outcome is an event."""
    left = {place: rows for place, rows in places.items() if rows}
    reasons = _flaws(receipt)
    if left:
        reasons.append(", ".join(f"{rows:,} found in {place}" for place, rows in left.items()))
    said = {"number": receipt.number, "day": f"{receipt.issued_at:%Y-%m-%d}"}
    sentence = (
        FAILS.format(reasons="; ".join(reasons), **said)
        if reasons
        else HOLDS.format(places=len(places), **said)
    )
    verdict = Verdict(not reasons, sum(left.values()), sentence)
    record(
        Verb.PURGE_VERIFIED,
        receipt,
        actor=actor,
        holds=verdict.holds,
        found=verdict.found,
    )
    return verdict


def _flaws(receipt: PurgeReceipt) -> list[str]:
    """The reasons not to believe a receipt, whatever the re-scan finds."""
    flaws = []
    issued_at = receipt.issued_at.isoformat()
    is_then = receipt.facts.get("issued_at", issued_at) == issued_at
    if receipt.digest != receipt_digest(receipt) or not is_then:
        flaws.append(CHANGED)
    if not is_signed_here(receipt.digest, receipt.signature, receipt.facts.get("public_key", "")):
        flaws.append(UNSIGNED)
    return [*flaws, *_ledger_s_flaws(receipt)]


def _ledger_s_flaws(receipt: PurgeReceipt) -> list[str]:
    """The same, of what stands outside of the database: nobody who writes rows writes there, too."""
    name = f"{LedgerKind.PURGED}/{receipt.number}"
    try:
        entry = read_entry(name)
    except LedgerUnreadable as problem:
        return [str(problem).rstrip(".")]
    if entry is None:
        return [] if LedgerEntry.objects.filter(name=name, written_at=None).exists() else [MISSING]
    return [] if entry.content["receipt"]["sha256"] == receipt.digest else [OTHER]
