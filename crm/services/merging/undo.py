"""Undoing a merge: all of them are back, and what was edited since stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from crm.errors import MergeRefused
from crm.models import ConnectInvitation, Duplicate, Influencer, Merge
from crm.queries.hanging import UNCOUNTED, Hanging, relation, words_of
from crm.services.connections.joining import give_links_back
from crm.services.merging.finding import check_for_duplicates
from crm.services.merging.keeping import FORGET, as_texts, digest, from_texts, insert, missing
from crm.services.merging.merge import delete_rows
from jobs.services.queue import forget
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import current_groups, groups_scope
from tenancy.services.events import record_each
from ui.bidi import isolated

OVER = "This merge cannot be undone any more: what that needs was kept for 30 days."
GONE = "The creator that stayed is not here any more."
NOT_SEEN = "This merge cannot be undone by you: it took in creators of groups that you do not see."


@transaction.atomic
def undo_merge(merge: Merge, *, actor: User | None) -> Merge:
    """Bring back everybody who was merged, with what hung on them. `differences` of the result says what was edited since
    and is left as it is. Undoing twice is undoing once. Raises MergeRefused."""
    # In the order of a merge, so that neither waits for the other for ever.
    target = Influencer.objects.select_for_update().filter(pk=merge.target_id).first()
    if target is None:
        raise MergeRefused(GONE)
    locked = Merge.objects.select_for_update().get(pk=merge.pk)
    if locked.undone_at is not None:
        return locked
    _refuse(locked, target)
    with groups_scope(None):
        undoing = _Undoing(locked, target)
        restored = undoing.undo()
        locked.differences = undoing.lines()
        locked.kept, locked.undone_at, locked.undone_by = {}, timezone.now(), actor
        locked.save()
        forget(FORGET, locked.pk)
        record_each(
            Verb.INFLUENCER_MERGE_UNDONE,
            [target, *restored],
            actor=actor,
            texts={"kept as edited since": locked.differences},
            merge=locked.pk,
        )
        check_for_duplicates(target.pk, *locked.merged_ids)
    return locked


def _refuse(merge: Merge, target: Influencer) -> None:
    if not merge.can_be_undone:
        raise MergeRefused(OVER)
    if merge.kept["target"]["id"] != target.pk:
        raise MergeRefused(
            f"They were merged into {isolated(target)} afterwards. Undo that merge first."
        )
    groups = current_groups()
    kept = {values["group_id"] for values in merge.kept["merged"]}
    if groups is not None and not kept <= {str(pk) for pk in groups}:
        raise MergeRefused(NOT_SEEN)


class _Undoing:
    """One merge being undone, and what is found edited on the way."""

    def __init__(self, merge: Merge, target: Influencer) -> None:
        self.kept, self.target = merge.kept, target
        self.found: Counter[tuple[type[models.Model], str]] = Counter()
        self.columns: list[str] = []

    def undo(self) -> list[Influencer]:
        """Restore everything. Returns who is back."""
        self._restore_target()
        self._remove_created()
        restored = [self._restore_influencer(values) for values in self.kept["merged"]]
        entries = sorted(self.kept["moved"], key=lambda entry: entry["of"])
        for key, moved in groupby(entries, key=lambda entry: entry["of"]):
            self._move_back(relation(key), list(moved))
        self._note_additions()
        for entry in self.kept["removed"]:
            self._put_back(relation(entry["of"]).model, entry["row"])
        return restored

    def lines(self) -> list[str]:
        """Sentences about everything that is left as it is."""
        counted = [
            f"{count} {words_of(model, count)} {what}"
            for (model, what), count in self.found.items()
            if model not in UNCOUNTED
        ]
        return [*self.columns, *counted]

    # --- influencers ----------------------------------------------------------------------------------------------
    def _restore_target(self) -> None:
        now = as_texts(self.target)
        for name, (before, after) in self.kept["target"]["changed"].items():
            if now[name] != after:
                self._note_column(name, "keeps what was entered since")
                continue
            [value] = self._possible(self.target, {name: before}).values()
            setattr(self.target, name, getattr(from_texts(Influencer, {name: value}), name))
        self.target.save()

    def _restore_influencer(self, values: Mapping[str, Any]) -> Influencer:
        row: Influencer = from_texts(Influencer, values)
        row = from_texts(Influencer, self._possible(row, values))
        insert(row)
        return row

    def _possible(self, row: Influencer, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, without what they refer to and what is gone or somebody else's by now."""
        possible = dict(values)
        for name in missing(Influencer, values):
            self._note_column(name, "is empty: it was deleted since")
            possible[name] = None
        person = possible.get("person_id")
        taken = Influencer.objects.filter(person=person or 0).exclude(pk=row.pk)
        if person and taken.exists():
            self._note_column("person_id", "stays with somebody else, who has it since")
            possible["person_id"] = None
        return possible

    def _note_column(self, name: str, what: str) -> None:
        label = next(f for f in Influencer._meta.local_fields if f.attname == name).verbose_name
        self.columns.append(f"{str(label).capitalize()} {what}")

    # --- what hangs on them ---------------------------------------------------------------------------------------
    def _remove_created(self) -> None:
        for entry in self.kept["created"]:
            model = _model(entry["of"])
            row = model.objects.filter(pk=entry["id"]).first()
            if row is not None and digest(row) == entry["digest"]:
                delete_rows(model.objects.filter(pk=row.pk))
            elif row is not None:
                self.found[model, "edited since"] += 1

    def _move_back(self, hanging: Hanging, entries: Sequence[dict[str, Any]]) -> None:
        rows = hanging.model.objects.in_bulk([entry["id"] for entry in entries])
        edited = []
        for entry in entries:
            row = rows.get(entry["id"])
            if row is None:
                self.found[hanging.model, "deleted since"] += 1
            elif hanging.influencer_of(row) != self.target.pk:
                self.found[hanging.model, "moved to somebody else since"] += 1
            elif digest(row, f"{hanging.column}_id") != entry["digest"]:
                edited.append((row, entry))
            else:
                self._give_back(hanging, row, entry)
        for row, entry in edited:
            what = (
                "edited since"
                if self._try(self._give_back, hanging, row, entry)
                else "edited since, with the one that stayed"
            )
            self.found[hanging.model, what] += 1

    def _give_back(self, hanging: Hanging, row: Any, entry: Mapping[str, Any]) -> None:
        changes = {f"{hanging.column}_id": entry["from"]}
        if entry["number"]:
            column, before, after = entry["number"]
            changes |= {column: before} if getattr(row, column) == after else {}
        hanging.model.objects.filter(pk=row.pk).update(**changes)

    def _note_additions(self) -> None:
        for key, ids in self.kept["own"].items():
            hanging = relation(key)
            added = {row.pk for row in hanging.rows([self.target.pk])} - set(ids)
            if added:
                self.found[hanging.model, "added since, with the one that stayed"] += len(added)

    def _put_back(self, model: type[models.Model], values: Mapping[str, Any]) -> None:
        """A row that was removed as one of two; unless what it belongs to is gone, or there is such a row by now."""
        gone = missing(model, values)
        known = {field.attname: field for field in model._meta.local_concrete_fields}
        is_possible = all(known[name].null for name in gone)
        row = from_texts(model, {**values, **dict.fromkeys(gone)})
        is_back = is_possible and self._try(insert, row)
        if is_back and isinstance(row, ConnectInvitation):
            give_links_back(row)
        if not is_back and model is not Duplicate:
            self.found[model, "not restored, since there is another one or it was deleted"] += 1

    def _try(self, act: Any, *arguments: Any) -> bool:
        try:
            with transaction.atomic():
                act(*arguments)
        except IntegrityError:
            return False
        return True


def _model(label: str) -> Any:
    return relation(f"{label}.").model
