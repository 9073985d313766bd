"""Merging influencers into one of them, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from crm.errors import MergeRefused
from crm.models import SEARCHED, ConnectInvitation, Duplicate, Influencer, Merge, OtherAddress
from crm.queries.hanging import NUMBERED, Hanging, identity_keys, relations, twins
from crm.queries.merging import (
    MOST_MERGED,
    Comparison,
    chosen_columns,
    compare,
    influencers_to_merge,
)
from crm.services.connections.joining import heeded_first, take_links
from crm.services.merging.finding import check_for_duplicates
from crm.services.merging.keeping import as_texts, digest, forget_later
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope
from tenancy.services.events import record

EDITED = "One of them was edited meanwhile. Compare them again."
GONE = "One of them is not here any more. Compare the others again."
TWO_PEOPLE = (
    "Two people sign in to the dashboard as them. Choose who keeps the access; the other one loses it, and what they "
    "shared from TikTok stays."
)


@transaction.atomic
def merge_influencers(
    target_id: int,
    other_ids: Sequence[int],
    *,
    picks: Mapping[str, int],
    seen: str,
    actor: User | None,
) -> Merge:
    """Merge these influencers into `target_id`, whose page stays.

    `picks` says of a choice (`Choice.key`) whose value is taken; what it does not name is taken by default. `seen` is the
    version that was compared: an edit since then raises MergeRefused, as does whoever is not there any more. The same
    merge asked for twice happens once.
    """
    ids = sorted({target_id, *other_ids})
    if not 2 <= len(ids) <= MOST_MERGED:
        raise MergeRefused(f"Choose two to {MOST_MERGED} creators to merge.")
    locked = Influencer.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    if len(locked) < len(ids):
        return _merged_before(target_id, set(ids) - {target_id})
    comparison = compare(influencers_to_merge(ids), target_id, picks)
    if seen != comparison.version:
        raise MergeRefused(EDITED)
    if len(comparison.person_ids) > 1 and picks.get("person") not in ids:
        raise MergeRefused(TWO_PEOPLE)
    with groups_scope(None):
        return _Merger(comparison).merge(actor)


def _merged_before(target_id: int, other_ids: set[int]) -> Merge:
    for merge in Merge.objects.filter(target=target_id, undone_at=None).order_by("-pk"):
        if set(merge.merged_ids) == other_ids:
            return merge
    raise MergeRefused(GONE)


class _Merger:
    """One merge, and what it keeps of itself."""

    def __init__(self, comparison: Comparison) -> None:
        self.ids = [each.pk for each in comparison.influencers]
        by_id = dict(zip(self.ids, comparison.influencers, strict=True))
        self.target = by_id[comparison.target_id]
        self.others = [each for pk, each in by_id.items() if pk != self.target.pk]
        self.taken = {choice.key: by_id[choice.default] for choice in comparison.choices}
        self.kept: dict[str, Any] = {"moved": [], "removed": [], "created": [], "own": {}}

    def merge(self, actor: User | None) -> Merge:
        before, addresses = as_texts(self.target), self._addresses()
        self.kept["merged"] = [as_texts(other) for other in self.others]
        self._take_columns()
        self._settle_pairs()
        for hanging in relations():
            self._move(hanging)
        self._delete_others()
        self.target.save()
        self._keep_addresses(addresses)
        self._note_target(before)
        return self._record(actor)

    # --- the row itself -------------------------------------------------------------------------------------------
    def _take_columns(self) -> None:
        values = {
            column.attname: getattr(self.taken[column.name], column.attname)
            for column in chosen_columns()
        }
        for name, value in values.items():
            setattr(self.target, name, value)
        if any(other.archived_at is None for other in self.others):
            self.target.archived_at = None

    def _addresses(self) -> set[str]:
        return {each.email for each in [self.target, *self.others]} - {""}

    def _keep_addresses(self, addresses: set[str]) -> None:
        """Keep the addresses that are not the first one: mail and search find them still."""
        known = set(self.target.other_addresses.values_list("email", flat=True))
        for email in sorted(addresses - known - {self.target.email}):
            self._note_created(OtherAddress.objects.create(influencer=self.target, email=email))

    def _delete_others(self) -> None:
        """The rows alone: nothing that reacts to a deletion may take what has moved for gone."""
        ids = [other.pk for other in self.others]
        for entries in SEARCHED:
            delete_rows(entries.objects.filter(influencer__in=ids))
        delete_rows(Influencer.objects.filter(pk__in=ids))

    # --- what hangs on them ---------------------------------------------------------------------------------------
    def _move(self, hanging: Hanging) -> None:
        rows = hanging.rows(self.ids)
        lost = self._superseded(hanging, rows)
        stay = [row for row in rows if row.pk not in lost]
        numbers = self._number(hanging, stay) if hanging.label in NUMBERED else {}
        self._remove(hanging, [row for row in rows if row.pk in lost])
        moving = [row for row in stay if hanging.influencer_of(row) != self.target.pk]
        for row in moving:
            self.kept["moved"].append(
                {
                    "of": hanging.key,
                    "id": row.pk,
                    "from": hanging.influencer_of(row),
                    "digest": digest(row, f"{hanging.column}_id"),
                    "number": numbers.get(row.pk),
                }
            )
        moved = hanging.model.objects.filter(pk__in=[row.pk for row in moving])
        moved.update(**{hanging.column: self.target})

    def _superseded(self, hanging: Hanging, rows: Sequence[Any]) -> set[int]:
        """The rows that go: not chosen, or the same as another one."""
        lost = {row.pk for row in rows if self._is_not_taken(hanging, row)}
        if hanging.label in NUMBERED:
            return lost
        for group in twins(hanging, [row for row in rows if row.pk not in lost]):
            kept, *others = self._target_first(hanging, group)
            if isinstance(kept, ConnectInvitation):
                kept, *others = heeded_first([kept, *others])
                take_links(kept, others)
            lost |= {row.pk for row in others}
        return lost

    def _is_not_taken(self, hanging: Hanging, row: Any) -> bool:
        if isinstance(row, OtherAddress) and row.email == self.target.email:
            return True
        taken = [self.taken.get(key) for key in identity_keys(hanging, row)]
        return any(each and each.pk != hanging.influencer_of(row) for each in taken)

    def _target_first(self, hanging: Hanging, rows: Iterable[Any]) -> list[Any]:
        return sorted(rows, key=lambda row: (hanging.influencer_of(row) != self.target.pk, row.pk))

    def _number(self, hanging: Hanging, rows: list[Any]) -> dict[int, list[Any]]:
        """Give rows that would be the same the next free numbers of their kind."""
        column, given = NUMBERED[hanging.label], {}
        kind = [name for rule in hanging.identities() for name in rule if name != column]
        for group in twins(hanging, rows):
            alike = [r for r in rows if all(getattr(r, n) == getattr(group[0], n) for n in kind)]
            for row in self._target_first(hanging, group)[1:]:
                before = getattr(row, column)
                setattr(row, column, 1 + max(getattr(each, column) for each in alike))
                hanging.model.objects.filter(pk=row.pk).update(**{column: getattr(row, column)})
                given[row.pk] = [column, before, getattr(row, column)]
        return given

    def _remove(self, hanging: Hanging, rows: list[Any]) -> None:
        self.kept["removed"] += [{"of": hanging.key, "row": as_texts(row)} for row in rows]
        delete_rows(hanging.model.objects.filter(pk__in=[row.pk for row in rows]))

    def _settle_pairs(self) -> None:
        """A pair of one who goes with somebody else becomes the target's, with what was decided."""
        merged = [other.pk for other in self.others]
        touching = Duplicate.objects.filter(
            models.Q(first__in=merged) | models.Q(second__in=merged)
        ).order_by("pk")
        rows = list(touching)
        self._remove(Hanging(Duplicate, "first"), rows)
        for row in rows:
            for third in {row.first_id, row.second_id} - set(self.ids):
                first, second = sorted((third, self.target.pk))
                pair, is_new = Duplicate.objects.get_or_create(
                    first_id=first,
                    second_id=second,
                    defaults={
                        name: getattr(row, name)
                        for name in ("matches", "state", "dismissed_at", "dismissed_by_id")
                    },
                )
                if is_new:
                    self._note_created(pair)

    # --- what is kept ---------------------------------------------------------------------------------------------
    def _note_created(self, row: models.Model) -> None:
        entry = {"of": row._meta.label, "id": row.pk, "digest": digest(row)}
        self.kept["created"].append(entry)

    def _note_target(self, before: Mapping[str, Any]) -> None:
        self.target.refresh_from_db()
        after = as_texts(self.target)
        changed = {
            name: [before[name], after[name]] for name in after if after[name] != before[name]
        }
        self.kept["target"] = {"id": self.target.pk, "changed": changed}
        for hanging in relations():
            self.kept["own"][hanging.key] = [row.pk for row in hanging.rows([self.target.pk])]

    def _record(self, actor: User | None) -> Merge:
        ids = [other.pk for other in self.others]
        merge = Merge.objects.create(
            target=self.target, merged_ids=ids, merged_by=actor, kept=self.kept
        )
        forget_later(merge)
        record(
            Verb.INFLUENCER_MERGED,
            self.target,
            actor=actor,
            texts={"merged": [str(other) for other in self.others]},
            merge=merge.pk,
            influencers=ids,
        )
        check_for_duplicates(self.target.pk)
        return merge


def delete_rows(rows: models.QuerySet[Any]) -> None:
    """Delete without cascades and signals; whatever still hangs on the rows refuses at the commit."""
    rows._raw_delete(rows.db)  # noqa: SLF001 -- a deletion that must not take anything along
