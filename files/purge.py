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
    now, deleted = timezone.now(), 0
    for owner in _owners():
        with owner_scope(owner):
            delete_files(File.objects.filter(removed_at__lte=now - RESTORABLE_FOR))
            deleted += delete_orphans(owner, before=now - ORPHAN_AFTER)
    return deleted


def _owners() -> Iterator[Owner]:
    """Everybody who has a folder in the storage, erased ones too."""
    for column in Owner._fields:
        for name in listed(contents(), column.removesuffix("_id"))[0]:
            if name.isdecimal():
                yield Owner(**{column: int(name)})


def orphans(owner: Owner, *, before: datetime) -> list[str]:
    """The paths of an owner's contents that no row names, written until `before`."""
    folder = folder_of(owner)
    keys = {key.hex for key in File.objects.values_list("key", flat=True)}
    paths = [f"{folder}/{name}" for name in sorted(set(listed(contents(), folder)[1]) - keys)]
    # A deletion that is just going on may be faster.
    return [
        path
        for path in paths
        if contents().exists(path) and contents().get_modified_time(path) <= before
    ]


def delete_orphans(owner: Owner, *, before: datetime) -> int:
    """Delete these contents, in the owner's scope. How many there were."""
    paths = orphans(owner, before=before)
    for path in paths:
        contents().delete(path)
    return len(paths)
