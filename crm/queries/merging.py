"""Influencers side by side, as they are chosen from for a merge; and merges that happened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from crm.models import CustomValue, Influencer, Merge, Rate
from crm.models.influencers import MAIN_NUMBERS
from crm.policies.details import shown_phone
from crm.policies.fields import Typed, shown_value, written_value
from ui.templatetags import formats

MOST_MERGED = 10
# Columns that are no field to choose: what a row is, and when it came.
NOT_CHOSEN = frozenset({"id", "organization", "archived_at", "created_at"}) | MAIN_NUMBERS


@dataclass(frozen=True)
class Cell:
    """A value of one influencer: as it is compared, and as it is shown."""

    influencer_id: int
    value: Any
    text: str


@dataclass(frozen=True)
class Choice:
    """A field in which influencers differ, with the value of each; `default` is whose value is taken unless chosen otherwise."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    default: int
    name_of: str = ""
    is_picked: bool = False

    @property
    def is_same(self) -> bool:
        return all(cell.value == self.cells[0].value for cell in self.cells)

    @property
    def is_open(self) -> bool:
        """Must somebody still decide, since no default is harmless: who signs in?"""
        return (
            self.key == "person"
            and not self.is_picked
            and len({c.value for c in self.cells if c.text}) > 1
        )


@dataclass(frozen=True)
class Comparison:
    """Influencers to be merged. `target_id`: whose page stays. `version` changes when one of them is edited."""

    influencers: tuple[Influencer, ...]
    target_id: int
    choices: tuple[Choice, ...]
    version: str

    @property
    def differing(self) -> list[Choice]:
        return [choice for choice in self.choices if not choice.is_same]

    @property
    def person_ids(self) -> set[int]:
        """The people who sign in to the dashboard as one of them."""
        return {each.person_id for each in self.influencers if each.person_id is not None}


def influencers_to_merge(ids: Sequence[int]) -> list[Influencer]:
    """The influencers with these ids who are seen, oldest first; more than ten are not merged at once."""
    rows = Influencer.objects.filter(pk__in=ids).select_related("person", "owner", "group")
    return list(rows.order_by("pk")[:MOST_MERGED])


def chosen_columns() -> list[models.Field[Any, Any]]:
    """The columns of an influencer of which a merge takes one's value."""
    columns = Influencer._meta.local_concrete_fields
    return [each for each in columns if each.name not in NOT_CHOSEN and not each.generated]


def compare(
    influencers: Sequence[Influencer],
    target_id: int | None = None,
    picks: Mapping[str, int] | None = None,
) -> Comparison:
    """Put influencers side by side. The one that has most stays, the oldest of equals; a field that is empty there is
    taken from the oldest one that has it. `picks` says of a choice whose value is taken instead."""
    ids = [each.pk for each in influencers]
    found = [*_columns(influencers), *_values(ids), *_rates(ids)]
    target = target_id if target_id in ids else _fullest(ids, found)
    picked = {key: pk for key, pk in (picks or {}).items() if pk in ids}
    choices = tuple(
        Choice(
            key, label, cells, picked.get(key) or _default(cells, target), name_of, key in picked
        )
        for key, label, cells, name_of in found
    )
    facts = [
        (each.pk, each.archived_at, [(c.key, repr(c.cells)) for c in choices])
        for each in influencers
    ]
    version = hashlib.blake2b(repr(facts).encode(), digest_size=9).hexdigest()
    return Comparison(tuple(influencers), target, choices, version)


Found = tuple[str, str, tuple[Cell, ...], str]
CODES = {"country": "region", "language": "language"}


def _columns(influencers: Sequence[Influencer]) -> list[Found]:
    return [
        (
            column.name,
            str(LABELS.get(column.name, column.verbose_name)).capitalize(),
            tuple(_cell(each, column) for each in influencers),
            CODES.get(column.name, ""),
        )
        for column in chosen_columns()
    ]


LABELS = {"email": "E-mail address", "person": "Dashboard access"}


def _cell(influencer: Influencer, column: models.Field[Any, Any]) -> Cell:
    value = getattr(influencer, column.attname)
    shown = getattr(influencer, column.name)
    if column.name == "phone":
        shown = shown_phone(value)
    elif column.name == "birthday" and value:
        shown = formats.day(value)
    elif column.name == "person" and shown is not None:
        shown = shown.email
    return Cell(influencer.pk, value, "" if shown is None else str(shown))


def _values(ids: Sequence[int]) -> list[Found]:
    rows = CustomValue.objects.filter(influencer__in=ids, field__archived_at=None)
    by_field: dict[Any, dict[int, CustomValue]] = {}
    for row in rows.select_related("field").order_by("field__position", "field_id"):
        by_field.setdefault(row.field, {})[row.influencer_id] = row
    return [
        (
            f"crm.CustomValue:{field.pk}",
            field.name,
            tuple(_written(pk, of.get(pk)) for pk in ids),
            "",
        )
        for field, of in by_field.items()
    ]


def _written(influencer_id: int, row: CustomValue | None) -> Cell:
    if row is None:
        return Cell(influencer_id, "", "")
    typed = Typed(row.text, row.number, row.currency, row.day, row.options)
    kind = row.field.kind
    return Cell(influencer_id, written_value(kind, typed), shown_value(kind, typed))


def _rates(ids: Sequence[int]) -> list[Found]:
    by_kind: dict[tuple[str, str], dict[int, Rate]] = {}
    for row in Rate.objects.filter(influencer__in=ids).order_by("network", "kind"):
        by_kind.setdefault((row.network, row.kind), {})[row.influencer_id] = row
    found: list[Found] = []
    for (network, kind), of in by_kind.items():
        label = "Rate: {} {}".format(
            *next((r.get_network_display(), r.get_kind_display().lower()) for r in of.values())
        )
        cells = tuple(_priced(pk, of.get(pk)) for pk in ids)
        found.append((f"crm.Rate:{network}:{kind}", label, cells, ""))
    return found


def _priced(influencer_id: int, rate: Rate | None) -> Cell:
    if rate is None:
        return Cell(influencer_id, "", "")
    return Cell(influencer_id, str(rate), formats.money(rate.amount, rate.currency))


def _fullest(ids: Sequence[int], found: Sequence[Found]) -> int:
    filled = {
        pk: sum(1 for _, _, cells, _ in found for c in cells if c.influencer_id == pk and c.text)
        for pk in ids
    }
    return max(sorted(ids), key=lambda pk: filled[pk])


def _default(cells: Sequence[Cell], target: int) -> int:
    """The target's value, and where that is empty, the oldest one's that is not."""
    filled = [cell.influencer_id for cell in cells if cell.text]
    return target if target in filled or not filled else min(filled)


def merge_by_id(pk: int) -> Merge | None:
    """The merge with the influencer that stayed; None for an absent one and for one that is not seen."""
    return Merge.objects.select_related("target", "merged_by", "undone_by").filter(pk=pk).first()


def merged_into(influencer_id: int) -> int | None:
    """Primary key of the influencer that this one was merged into; None unless it was."""
    rows = Merge.objects.filter(undone_at=None, merged_ids__contains=[influencer_id])
    return rows.values_list("target_id", flat=True).first()


def influencer_now(
    influencer_id: int, *, rows: models.QuerySet[Influencer] | None = None
) -> Influencer | None:
    """The influencer, or the one that stayed when they were merged; None if nobody is left, or nobody who is seen. `rows`: the
    same influencers, locked for example."""
    rows = Influencer.objects.all() if rows is None else rows
    found = rows.filter(pk=influencer_id).first()
    return found or rows.filter(pk=merged_into(influencer_id) or 0).first()


def all_merged_ids() -> ArraySubquery:
    """The influencers that went into each influencer of a query."""
    rows = Merge.objects.filter(target=models.OuterRef("pk"), undone_at=None)
    each = models.Func("merged_ids", function="unnest", output_field=models.BigIntegerField())
    return ArraySubquery(rows.annotate(each=each).values("each"))


def merged_ids(influencer: Influencer) -> list[int]:
    """The influencers that went into this one, whose events its timeline shows; no query if `all_merged_ids` was asked."""
    known: list[int] | None = getattr(influencer, "known_merged_ids", None)
    if known is None:
        rows = Influencer.objects.filter(pk=influencer.pk)
        known = rows.values_list(all_merged_ids(), flat=True).get()
    return known
