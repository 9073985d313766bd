"""Files that have to go: removed ones, erased ones, and contents that no row names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from files.models import File
from files.models.files import folder_of
from files.queries import RESTORABLE_FOR
from files.store import contents, listed
from tenancy.scope import Owner, owner_scope

# An upload writes its content before its row: what is younger may be about to get one.
ORPHAN_AFTER = timedelta(hours=1)


def delete_files(rows: models.QuerySet[File]) -> int:
    """Delete files; their contents go once that is committed. How many rows; the act of a purger or of an erasure."""
    with transaction.atomic():
        locked = list(rows.select_for_update().values_list("pk", flat=True))
        File.objects.filter(pk__in=locked).delete()
    return len(locked)


def delete_with_contents(rows: models.QuerySet[File]) -> int:
    """Delete files whose contents must be gone when the rows are, wherever the work is interrupted. How many."""
    with transaction.atomic():
        for file in rows.select_for_update():
            contents().delete(file.path)
        return delete_files(rows)


def collect_files() -> int:
    """Delete, owner by owner, files removed for good and contents without a row. How many contents were orphans."""
    now, orphans = timezone.now(), 0
    for owner in _owners():
        with owner_scope(owner):
            delete_files(File.objects.filter(removed_at__lte=now - RESTORABLE_FOR))
            orphans += _delete_orphans(owner, before=now - ORPHAN_AFTER)
    return orphans


def _owners() -> Iterator[Owner]:
    """Everybody who has a folder in the storage, erased ones too."""
    for column in Owner._fields:
        for name in listed(contents(), column.removesuffix("_id"))[0]:
            if name.isdecimal():
                yield Owner(**{column: int(name)})


def _delete_orphans(owner: Owner, *, before: datetime) -> int:
    folder, deleted = folder_of(owner), 0
    keys = {key.hex for key in File.objects.values_list("key", flat=True)}
    for name in set(listed(contents(), folder)[1]) - keys:
        path = f"{folder}/{name}"
        # A deletion that is just going on may be faster.
        if contents().exists(path) and contents().get_modified_time(path) <= before:
            contents().delete(path)
            deleted += 1
    return deleted
