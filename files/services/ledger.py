"""The ledger: receipts of deletions in a store of their own, which no restored backup of the database rolls back.

An entry is noted in the transaction of its cause and written after the commit, or by the next round; it is signed, and never
written over. What the store holds and the database does not know was done after the backup that the database was restored
from: the site is not ready until `manage.py replay_ledger` has done it again (decision 28).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from files.enums import LedgerKind
from files.models import LedgerEntry
from files.store import ledger, listed

SALT = "files.ledger"


class LedgerUnreadable(RuntimeError):
    """An entry of the ledger cannot be believed. Its text names the entry and says what to do."""


@dataclass(frozen=True)
class Entry:
    """An entry of the store, read and believed."""

    kind: LedgerKind
    number: str
    content: dict[str, Any]


def note(kind: LedgerKind, number: str, content: dict[str, Any]) -> None:
    """Have the ledger say this, once the caller's transaction is committed. `content`: ids, counts and times, no names of people."""
    LedgerEntry.objects.get_or_create(name=f"{kind}/{number}", defaults={"content": content})
    transaction.on_commit(write_entries, robust=True)


def write_entries() -> None:
    """Write what was noted and not written yet. What the store does not take now is tried again with the next round."""
    with transaction.atomic():
        for entry in LedgerEntry.objects.select_for_update().filter(written_at=None):
            if not ledger().exists(entry.name):  # lost between the writing and its commit
                text = json.dumps(_signed(entry), indent=1, ensure_ascii=False)
                ledger().save(entry.name, ContentFile(text.encode()))
            entry.content, entry.written_at = {}, timezone.now()
            entry.save(update_fields=["content", "written_at"])


def _signed(entry: LedgerEntry) -> dict[str, Any]:
    signature = signing.Signer(salt=SALT).signature(_said(entry.name, entry.content))
    return {"name": entry.name, "content": entry.content, "signature": signature}


def _said(name: str, content: dict[str, Any]) -> str:
    return json.dumps([name, content], sort_keys=True)


def unknown_entries() -> list[str]:
    """The names of entries that the database does not know, in the order of their kinds and numbers."""
    names = {f"{kind}/{number}" for kind in LedgerKind for number in listed(ledger(), kind)[1]}
    known = LedgerEntry.objects.filter(name__in=names).values_list("name", flat=True)
    return sorted(names - set(known))


def is_replayed() -> bool:
    """Does the database know all that the ledger says? A restored one does not until it is replayed."""
    return not unknown_entries()


def read_entry(name: str) -> Entry | None:
    """An entry of the store; None where it has none. Raises LedgerUnreadable."""
    if not ledger().exists(name):
        return None
    try:
        with ledger().open(name) as file:
            held = json.load(file)
        said = _said(name, held["content"])
        signing.Signer(salt=SALT).unsign(f"{said}:{held['signature']}")
    except (ValueError, KeyError, TypeError, signing.BadSignature) as problem:
        raise LedgerUnreadable(
            f"The ledger's entry {name} was not signed by this installation, or was changed. Bring back the entry as it was,"
            " or put the SECRET_KEY of its time into SECRET_KEY_FALLBACKS."
        ) from problem
    kind, _, number = name.partition("/")
    return Entry(LedgerKind(kind), number, held["content"])


def mark_known(name: str) -> None:
    """Say that the database has done what this entry says."""
    LedgerEntry.objects.get_or_create(name=name, defaults={"written_at": timezone.now()})
