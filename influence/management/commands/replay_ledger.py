"""`manage.py replay_ledger`: after a restore, erase and purge again what had been erased and purged since the backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.services.legacy.replaying import purge_again
from crm.services.erasure.replaying import (
    ErasureUnfinished,
    ask_again,
    begin_unfinished,
    erase_again,
)
from files.enums import LedgerKind
from files.services.ledger import (
    Entry,
    LedgerUnreadable,
    mark_known,
    read_entry,
    unknown_entries,
)
from tiktok.services.legacy.purging import PurgePaused
from tiktok.services.legacy.receipts import LegacyRowsLeft

REPLAYS: dict[LedgerKind, Callable[[Entry], None]] = {
    LedgerKind.ASKED: ask_again,
    LedgerKind.ERASED: erase_again,
    LedgerKind.PURGED: purge_again,
}


class Command(BaseCommand):
    help = "Erase and purge again what the ledger says and a restored database does not know. May be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.replay()
        except OSError as problem:
            raise CommandError(
                f"The ledger, or the storage of files, does not answer ({problem}). Run the command again."
            ) from problem

    def replay(self) -> None:
        names = unknown_entries()
        for name in names:
            try:
                entry = read_entry(name)
                if entry is None:
                    continue
                REPLAYS[entry.kind](entry)
            except (LedgerUnreadable, ErasureUnfinished, PurgePaused, LegacyRowsLeft) as problem:
                raise CommandError(str(problem)) from problem
            mark_known(name)
            self.stdout.write(f"{entry.kind.label}: {entry.number}")
        begin_unfinished()
        self.stdout.write(f"The database knows all of the ledger: {len(names)} entries replayed.")
