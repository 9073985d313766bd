"""Taking an import back: who was added goes, who was updated gets the earlier values; what changed since stays.

Whatever hangs on an influencer that the import did not bring keeps them: a note, a campaign, a task. The tables that can
hold such a thing are read from the models, so one of tomorrow counts, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate
from crm.models import (
    SEARCHED,
    AccountReading,
    AwaitedAccount,
    BulkResult,
    CustomValue,
    Duplicate,
    Import,
    ImportRow,
    Influencer,
    ListEntry,
    OtherAddress,
    Rate,
    SocialAccount,
    Tagging,
)
from crm.services.imports import states
from crm.services.imports.meaning.catalog import ACCOUNT, CUSTOM, RATE
from crm.services.imports.meaning.mapping import is_reading
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each
from tiktok.services.creators.removal import remove_creators

# Rows that come and go with an influencer or an account, and say nothing about somebody having worked with them.
UNHEEDED = (*SEARCHED, ImportRow, AwaitedAccount, AccountReading, Duplicate, BulkResult)


@dataclass
class Verdict:
    """The effect of a roll-back on a row: fields that return, what stays and why."""

    row: ImportRow
    returning: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def is_removed(self) -> bool:
        return self.row.fate == ImportFate.NEW and not self.kept


def rows_to_take_back(parent: Import) -> models.QuerySet[ImportRow]:
    """The written rows, the last one first."""
    fates = [ImportFate.NEW, ImportFate.UPDATE]
    rows = ImportRow.objects.filter(parent=parent, fate__in=fates, rolled_back_at=None)
    return rows.exclude(written_at=None).order_by("-number")


def verdicts(rows: Sequence[ImportRow]) -> list[Verdict]:
    """The effects that a roll-back of these rows would have now."""
    new = [row for row in rows if row.fate == ImportFate.NEW]
    ids = [row.about_id for row in rows]
    keys = {*states.COLUMNS, *(key for row in rows for key in (*row.values, *row.changes))}
    current = states.load(ids, keys)
    hanging = _hanging(new)
    return [
        _of_new(row, current[row.about_id], hanging)
        if row.fate == ImportFate.NEW
        else _of_update(row, current[row.about_id])
        for row in rows
    ]


def _of_new(
    row: ImportRow, state: Mapping[str, Any], hanging: Mapping[int, Counter[str]]
) -> Verdict:
    imported = dict.fromkeys(states.COLUMNS) | {"name": row.label} | row.values
    kept = {
        key: state.get(key)
        for key, value in imported.items()
        if not is_reading(key)
        and not states.is_set(key)
        and (state.get(key) or None) != (value or None)
    }
    return Verdict(row, kept=kept | dict(hanging.get(row.about_id, {})))


def _of_update(row: ImportRow, state: Mapping[str, Any]) -> Verdict:
    verdict = Verdict(row)
    for key, (before, after) in row.changes.items():
        if is_reading(key):
            continue  # the import's readings go as a whole
        now = state.get(key)
        if states.is_set(key):
            added = set(after) - set(before)
            verdict.returning[key] = [each for each in now or () if each not in added]
        elif now == after:
            verdict.returning[key] = before
        else:
            verdict.kept[key] = now
    return verdict


def _hanging(rows: Sequence[ImportRow]) -> dict[int, Counter[str]]:
    """By influencer and kind how many rows hang on them that the import did not bring."""
    ids = [row.about_id for row in rows]
    found: dict[int, Counter[str]] = {}
    expected = {row.about_id: _brought(row) for row in rows}
    for relation, path in _relations():
        model: Any = relation.related_model
        counts = model.objects.filter(**{f"{path}__in": ids}).values_list(path)
        for pk, count in counts.annotate(count=models.Count("pk")).order_by():
            beyond = count - expected[pk].get(model, 0)
            if beyond > 0:
                name = f"+{model._meta.verbose_name_plural}"
                found.setdefault(pk, Counter())[name] += beyond
    signed_in = Influencer.objects.filter(pk__in=ids).exclude(person=None)
    for pk in signed_in.values_list("pk", flat=True):
        found.setdefault(pk, Counter())["+dashboard access"] += 1
    return found


def _brought(row: ImportRow) -> dict[Any, int]:
    """How many rows of each model the import has made for an influencer."""
    values = row.values
    return {
        Tagging: len(values.get("tags", ())),
        ListEntry: len(values.get("lists", ())),
        OtherAddress: len(values.get("other_emails", ())),
        CustomValue: sum(key.startswith(CUSTOM) for key in values),
        Rate: sum(key.startswith(RATE) for key in values),
        SocialAccount: sum(key.startswith(ACCOUNT) for key in values),
    }


def _relations() -> Iterable[tuple[Any, str]]:
    """The relations to an influencer, and to their accounts, that may hold somebody's work."""
    for model, path in ((Influencer, ""), (SocialAccount, "account__")):
        for relation in model._meta.related_objects:
            if relation.related_model not in UNHEEDED and relation.field.name:
                name = relation.field.name
                yield relation, f"{name}_id" if not path else f"{name}__influencer_id"


def take_back(parent: Import, rows: Sequence[ImportRow], *, actor: User | None) -> dict[str, int]:
    """Roll these rows back in the transaction of the caller. How many went, returned and stayed."""
    found = verdicts(rows)
    remove_influencers(parent, [v.row.about_id for v in found if v.is_removed], actor)
    updated = [verdict for verdict in found if verdict.row.fate == ImportFate.UPDATE]
    _return(parent, updated, actor)
    now = timezone.now()
    stayed = [verdict.row for verdict in found if not verdict.is_removed]
    for verdict in found:
        verdict.row.kept, verdict.row.rolled_back_at = verdict.kept, now
    ImportRow.objects.bulk_update(stayed, ["kept", "rolled_back_at"], batch_size=500)
    return {
        "removed": len(found) - len(stayed),
        "returned": len(updated),
        "kept": sum(bool(verdict.kept) for verdict in found),
    }


def _return(parent: Import, found: Sequence[Verdict], actor: User | None) -> None:
    changes = {v.row.about_id: v.returning for v in found if v.returning}
    states.save(changes, {}, parent)
    ids = [verdict.row.about_id for verdict in found]
    AccountReading.objects.filter(imported_by=parent, account__influencer_id__in=ids).delete()
    influencers = list(Influencer.objects.filter(pk__in=ids))
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_IMPORT_UNDONE, influencers, actor=actor, texts=texts, file_import=parent.pk
    )


def remove_influencers(parent: Import, ids: Sequence[int], actor: User | None) -> None:
    """Delete influencers whom an import has added, with their accounts."""
    accounts = SocialAccount.objects.filter(influencer_id__in=ids)
    creators = [pk for pk in accounts.values_list("creator_id", flat=True) if pk]
    influencers = Influencer.objects.filter(pk__in=ids)
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_DELETED, list(influencers), actor=actor, texts=texts, file_import=parent.pk
    )
    influencers.delete()
    remove_creators(creators)


def note_verdicts(rows: Sequence[ImportRow]) -> int:
    """Keep on each row what a roll-back would keep, for its preview. How many rows have something."""
    found = verdicts(rows)
    for verdict in found:
        verdict.row.kept = verdict.kept
    ImportRow.objects.bulk_update(rows, ["kept"], batch_size=500)
    return sum(bool(verdict.kept) for verdict in found)
