"""Writing the rows of an import, as they were previewed or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from crm.enums import ImportFate
from crm.models import AwaitedAccount, Import, ImportRow, Influencer, SocialAccount
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
TAKEN_NOW = "Since the preview somebody has added this account to another creator. Import the row again to see to whom."
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
    _refuse_gone(parent, rows)
    new = _still_new(parent, [row for row in rows if row.fate == ImportFate.NEW])
    known = _still_to_update([row for row in rows if row.fate == ImportFate.UPDATE])
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


def _refuse_gone(parent: Import, rows: Iterable[ImportRow]) -> None:
    """Leave out rows with a value that refers to somebody or something that is gone."""
    present = states.references()
    headers = {column["field"]: column["name"] for column in parent.columns}
    for row in rows:
        after = {key: value for key, (_, value) in row.changes.items()}
        values = row.values if row.fate == ImportFate.NEW else after
        problems = {key: present.problem(key, value) for key, value in values.items()}
        if reasons := [[headers[key], why, ""] for key, why in problems.items() if why]:
            _refuse(row, reasons)


def _still_to_update(rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows whose influencers are as the preview showed, and still lack something. Who was deleted is passed over; of two
    rows whose influencers were merged the first counts."""
    people = Influencer.objects.select_for_update().filter(pk__in=[row.about_id for row in rows])
    present = set(people.order_by("pk").values_list("pk", flat=True))
    here = [row for row in rows if row.about_id in present]
    current = states.load(present, {key for row in here for key in row.changes})
    first = {row.about_id: row for row in reversed(here)}
    leave_out(
        [
            row
            for row in here
            if first[row.about_id] is not row or _is_changed(row, current[row.about_id])
        ],
        CHANGED_NOW,
    )
    leave_out(_taken([row for row in here if row.fate == ImportFate.UPDATE]), TAKEN_NOW)
    good = [row for row in here if row.fate == ImportFate.UPDATE]
    narrowed = [row for row in good if _narrow(row, current[row.about_id])]
    ImportRow.objects.bulk_update(narrowed, ["fate", "changes"], batch_size=500)
    return [row for row in good if row.fate == ImportFate.UPDATE]


def _is_changed(row: ImportRow, state: Mapping[str, Any]) -> bool:
    """Has a field another value than the preview showed? What only adds may come beside what others have added."""
    return any(
        _now(row, state, key) != before or _lacks_account(row, state, key)
        for key, (before, _) in row.changes.items()
        if not states.is_set(key)
    )


def _lacks_account(row: ImportRow, state: Mapping[str, Any], key: str) -> bool:
    """Are these the numbers of an account that was there and has gone?"""
    if not is_reading(key):
        return False
    account = f"{ACCOUNT}{key.partition('.')[0]}"
    return account not in row.changes and row.values[account] not in state.get(key, ())


def _taken(rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows that add an account which is somebody else's by now."""
    added = {
        row.pk: {
            (key.removeprefix(ACCOUNT), handle)
            for key, (before, after) in row.changes.items() if key.startswith(ACCOUNT)
            for handle in after if handle not in before
        }
        for row in rows
    }  # fmt: skip
    handles = {handle for mine in added.values() for _, handle in mine}
    found = SocialAccount.objects.filter(handle__in=handles)
    owners = {
        (network, handle): owner
        for network, handle, owner in found.values_list("network", "handle", "influencer_id")
    }
    return [
        row
        for row in rows
        if {owners.get(each, row.about_id) for each in added[row.pk]} - {row.about_id}
    ]


def _narrow(row: ImportRow, state: Mapping[str, Any]) -> bool:
    """Leave to others what they have added since the preview: a roll-back takes back what the import itself has added. Returns
    whether they have added anything."""
    sets = {key: pair for key, pair in row.changes.items() if states.is_set(key)}
    for key, (before, after) in sets.items():
        there = state[key]
        added = [each for each in after if each not in {*before, *there}]
        row.changes[key] = [there, [*there, *added]]
        if not added:
            del row.changes[key]
    if not row.changes:
        row.fate = ImportFate.UNCHANGED
    return any(row.changes.get(key) != pair for key, pair in sets.items())


def _now(row: ImportRow, state: Mapping[str, Any], key: str) -> Any:
    if is_reading(key):
        return (state.get(key) or {}).get(row.values[f"{ACCOUNT}{key.partition('.')[0]}"])
    return state.get(key)


def leave_out(rows: Sequence[ImportRow], reason: str) -> None:
    """Let rows be errors that could be written when they were previewed."""
    for row in rows:
        _refuse(row, [["", reason, ""]])


def _refuse(row: ImportRow, reasons: list[list[str]]) -> None:
    row.fate, row.reasons = ImportFate.ERROR, reasons
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
    changes = {
        row.about_id: {key: after for key, (_, after) in row.changes.items()} for row in rows
    }
    _save(changes, rows, parent)
    changed = list(Influencer.objects.filter(pk__in=ids))
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_IMPORT_UPDATED, changed, actor=actor, texts=texts, file_import=parent.pk
    )
    check_for_duplicates(*ids)


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
