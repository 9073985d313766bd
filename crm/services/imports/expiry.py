"""Imports are forgotten when they can no longer be rolled back: rows, file, and the import itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from crm.models import Import, ImportRow
from crm.models.imports import ROLL_BACK_FOR
from files.models import File
from files.purge import delete_files
from jobs.enums import Lane
from jobs.services.kinds import WorkKind, register_kind
from jobs.services.queue import make_due

FORGET = "crm.import_forget"
SLICE_ROWS = 10_000


def plan_to_forget(parent: Import) -> None:
    """Let the import be forgotten in thirty days from now, whenever that was planned before."""
    make_due(FORGET, parent.pk, after=ROLL_BACK_FOR)


def _forget(import_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    return {pk: None if _forget_slice(pk) else timedelta(0) for pk in import_ids}


@transaction.atomic
def _forget_slice(import_id: int) -> bool:
    """Delete some rows, and with the last of them the import. Returns whether it is gone."""
    rows = ImportRow.objects.filter(parent_id=import_id).values_list("pk", flat=True)
    found = list(rows[:SLICE_ROWS])
    ImportRow.objects.filter(pk__in=found).delete()
    if len(found) == SLICE_ROWS:
        return False
    delete_files(File.objects.filter(imports=import_id))
    Import.objects.filter(pk=import_id).delete()
    return True


def register_work() -> None:
    """Forgetting is long work that nobody waits for."""
    register_kind(WorkKind(FORGET, Lane.BULK, _forget))
