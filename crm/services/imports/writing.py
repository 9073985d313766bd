"""Writing the rows of an import, as they were previewed or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from crm.enums import ImportFate
from crm.models import AwaitedAccount, Import, ImportRow, Influencer
from crm.services.imports import states
from crm.services.imports.matching import TIKTOK, identified, keys_of
from crm.services.imports.meaning.catalog import ACCOUNT
from crm.services.imports.meaning.mapping import is_reading
from crm.services.merging.finding import check_for_duplicates
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each
from tiktok.enums import MarketplaceStatus

EXISTS_NOW = (
    "Since the preview somebody has added this creator. Import the row again to update them."
)
CHANGED_NOW = (
    "Since the preview somebody has changed this creator. Import the row again to see how."
)
# Imports of one organization write one after the other: two must not add the same person.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('crm.import', %s))"
MARK_WRITTEN = """
UPDATE crm_importrow AS row SET influencer_id = written.influencer, written_at = %s, cells = '[]'
FROM unnest(%s::bigint[], %s::bigint[]) AS written (id, influencer) WHERE row.id = written.id
"""
LINK_DUPLICATES = """
UPDATE crm_importrow AS row SET influencer_id = written.influencer
FROM unnest(%s::integer[], %s::bigint[]) AS written (number, influencer)
WHERE row.parent_id = %s AND row.duplicate_of = written.number AND row.influencer_id IS NULL
"""


def rows_to_write(parent: Import) -> models.QuerySet[ImportRow]:
    """The rows that an import writes, or whose TikTok account it has to ask for, in their order.

    Of pasted TikTok accounts those that are in the marketplace.
    """
    is_written = models.Q(fate__in=[ImportFate.NEW, ImportFate.UPDATE])
    is_asked = models.Q(fate=ImportFate.UNCHANGED) & ~models.Q(tiktok_handle="")
    rows = ImportRow.objects.filter(is_written | is_asked, parent=parent, written_at=None)
    if parent.is_pasted:
        is_in = models.Q(tiktok_status=MarketplaceStatus.IN)
        rows = rows.filter(models.Q(tiktok_handle="") | is_in)
    return rows.order_by("number")


def write_rows(parent: Import, rows: Sequence[ImportRow], *, actor: User | None) -> dict[str, int]:
    """Write these rows in the transaction of the caller. How many of each fate."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [parent.organization_id])
    new = _still_new(parent, [row for row in rows if row.fate == ImportFate.NEW])
    known = _still_unchanged([row for row in rows if row.fate == ImportFate.UPDATE])
    asked = [row for row in rows if row.fate == ImportFate.UNCHANGED]
    _create(parent, new, actor)
    _update(parent, known, actor)
    _await_accounts(parent, [*new, *known, *asked])
    _mark(parent, [*new, *known, *asked], new)
    return {ImportFate.NEW: len(new), ImportFate.UPDATE: len(known)}


def _still_new(parent: Import, rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows about nobody who is here; whom this import has added was compared with them in its preview."""
    found = identified([(row.values, keys_of(row.values, row.label)) for row in rows])
    about = {
        row.pk: match.influencers | ({match.namesake} if match.namesake else set())
        for row, match in zip(rows, found, strict=True)
    }
    added = ImportRow.objects.filter(
        parent=parent, fate=ImportFate.NEW, influencer_id__in=set().union(*about.values())
    )
    own = set(added.values_list("influencer_id", flat=True))
    late = [row for row in rows if about[row.pk] - own]
    leave_out(late, EXISTS_NOW)
    return [row for row in rows if row not in late] if late else list(rows)


def _still_unchanged(rows: Sequence[ImportRow]) -> list[ImportRow]:
    ids = [row.about_id for row in rows]
    list(Influencer.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    current = states.load(ids, {key for row in rows for key in row.changes})
    late = [row for row in rows if _is_changed(row, current[row.about_id])]
    leave_out(late, CHANGED_NOW)
    return [row for row in rows if row not in late] if late else list(rows)


def _is_changed(row: ImportRow, state: Mapping[str, Any]) -> bool:
    """Has a field another value than the preview showed? What only adds may come beside what others have added."""
    return any(
        _now(row, state, key) != before
        for key, (before, _) in row.changes.items()
        if not states.is_set(key)
    )


def _now(row: ImportRow, state: Mapping[str, Any], key: str) -> Any:
    if is_reading(key):
        return (state.get(key) or {}).get(row.values[f"{ACCOUNT}{key.partition('.')[0]}"])
    return state.get(key)


def leave_out(rows: Sequence[ImportRow], reason: str) -> None:
    """Let rows be errors that could be written when they were previewed."""
    for row in rows:
        row.fate, row.reasons = ImportFate.ERROR, [["", reason, ""]]
        row.save(update_fields=["fate", "reasons"])


def _create(parent: Import, rows: Sequence[ImportRow], actor: User | None) -> None:
    influencers = Influencer.objects.bulk_create(_influencer(row) for row in rows)
    for row, influencer in zip(rows, influencers, strict=True):
        row.influencer_id = influencer.pk
    _save({row.about_id: _beside_columns(row.values) for row in rows}, rows, parent)
    record_each(
        Verb.INFLUENCER_IMPORTED,
        influencers,
        actor=actor,
        texts={"file": parent.name},
        file_import=parent.pk,
    )
    check_for_duplicates(*(influencer.pk for influencer in influencers))


def _influencer(row: ImportRow) -> Influencer:
    columns = {
        column: states.column_value(key, row.values[key])
        for key, column in states.COLUMNS.items()
        if key in row.values
    }
    return Influencer(**{"name": row.label, **columns})


def _beside_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: [value] if key.startswith(ACCOUNT) else value
        for key, value in values.items()
        if key not in states.COLUMNS and key != TIKTOK
    }


def _update(parent: Import, rows: Sequence[ImportRow], actor: User | None) -> None:
    ids = [row.about_id for row in rows]
    sets = states.load(ids, {key for row in rows for key in row.changes if states.is_set(key)})
    changes = {
        row.about_id: {
            key: _together(sets[row.about_id], key, after)
            for key, (_, after) in row.changes.items()
        }
        for row in rows
    }
    _save(changes, rows, parent)
    changed = list(Influencer.objects.filter(pk__in=ids))
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_IMPORT_UPDATED, changed, actor=actor, texts=texts, file_import=parent.pk
    )
    check_for_duplicates(*ids)


def _together(state: Mapping[str, Any], key: str, after: Any) -> Any:
    if not states.is_set(key):
        return after
    return list(dict.fromkeys([*state[key], *after]))


def _save(
    changes: Mapping[int, Mapping[str, Any]], rows: Iterable[ImportRow], parent: Import
) -> None:
    handles = {
        (row.about_id, key.removeprefix(ACCOUNT)): value
        for row in rows for key, value in row.values.items() if key.startswith(ACCOUNT)
    }  # fmt: skip
    states.save(changes, handles, parent)


def _await_accounts(parent: Import, rows: Iterable[ImportRow]) -> None:
    AwaitedAccount.objects.bulk_create(
        [
            AwaitedAccount(influencer_id=row.about_id, handle=row.tiktok_handle, imported_by=parent)
            for row in rows
            if row.tiktok_handle
        ],
        ignore_conflicts=True,
    )


def _mark(parent: Import, rows: Sequence[ImportRow], new: Sequence[ImportRow]) -> None:
    linked: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        linked["pk"].append(row.pk)
        linked["influencer"].append(row.influencer_id)
    with connection.cursor() as cursor:
        cursor.execute(MARK_WRITTEN, [timezone.now(), linked["pk"], linked["influencer"]])
        numbers = [row.number for row in new]
        cursor.execute(LINK_DUPLICATES, [numbers, [row.about_id for row in new], parent.pk])
