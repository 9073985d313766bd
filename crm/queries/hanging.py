"""Rows that hang on an influencer, found in the model registry: a model of tomorrow moves along without a word here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from crm.models import (
    SEARCHED,
    AccessEntry,
    BulkResult,
    Duplicate,
    ImportRow,
    Influencer,
    Merge,
    Removal,
)

# Written by triggers of the database, and thus right by themselves.
DERIVED: frozenset[type[models.Model]] = frozenset(SEARCHED)
# Rows of two influencers each, which the merge itself sees to.
PAIRS: frozenset[type[models.Model]] = frozenset({Duplicate})
# Rows that move along, and that nobody counts: they say what was done, and hold nothing.
UNCOUNTED: frozenset[type[models.Model]] = frozenset(
    {AccessEntry, BulkResult, ImportRow, Merge, Removal}
)
# Models whose rows are all kept where two would be the same: the later one gets the next free number in this column.
NUMBERED = {"crm.Contract": "version"}
# The words of the screen, where a model's own are others: for one row, for several.
WORDS = {
    "crm.AccessEntry": ("access entry", "access entries"),
    "crm.CustomValue": ("custom field", "custom fields"),
    "crm.ListEntry": ("list", "lists"),
    "crm.MailingRecipient": ("mailing", "mailings"),
    "crm.OtherAddress": ("further address", "further addresses"),
    "crm.SocialAccount": ("account", "accounts"),
    "crm.Tagging": ("tag", "tags"),
    "crm.Duplicate": ("possible duplicate", "possible duplicates"),
}


@dataclass(frozen=True)
class Hanging:
    """A model whose rows hang on influencers by a foreign key."""

    model: Any
    column: str

    @property
    def label(self) -> str:
        return str(self.model._meta.label)

    @property
    def key(self) -> str:
        """Names the column of the model in what is kept."""
        return f"{self.label}.{self.column}"

    def rows(self, influencer_ids: Iterable[int]) -> list[Any]:
        """The rows of these influencers, oldest first."""
        found = self.model.objects.filter(**{f"{self.column}__in": list(influencer_ids)})
        return list(found.order_by("pk"))

    def influencer_of(self, row: Any) -> int:
        return int(getattr(row, f"{self.column}_id"))

    def counted(self, count: int) -> str:
        """A count of rows, in words: "2 notes"."""
        return f"{count} {words_of(self.model, count)}"

    def identities(self) -> list[tuple[str, ...]]:
        """The columns of each rule that an influencer has a row once: one for each tag, say."""
        field = self.model._meta.get_field(self.column)
        rules = [
            rule.fields
            for rule in self.model._meta.constraints
            if isinstance(rule, models.UniqueConstraint) and self.column in rule.fields
        ]
        found = [tuple(name for name in rule if name != self.column) for rule in rules]
        return [*found, ()] if field.unique else found


def words_of(model: Any, count: int) -> str:
    """The screen's word for one or several rows of a model."""
    meta = model._meta
    one, several = WORDS.get(meta.label, (str(meta.verbose_name), str(meta.verbose_name_plural)))
    return one if count == 1 else several


def relations() -> list[Hanging]:
    """Every model with a foreign key to influencers that moves with them."""
    found = [
        Hanging(field.related_model, field.field.name)
        for field in Influencer._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel)
    ]
    others = [each for each in found if each.model not in DERIVED | PAIRS]
    return sorted(others, key=lambda each: each.key)


@cache
def paths_to_influencer(model: type[models.Model]) -> tuple[str, ...]:
    """The ways from a row of this model to an influencer, by foreign keys of its own and of what they refer to."""
    return tuple(_paths(model, ()))


def _paths(model: type[models.Model], seen: tuple[type[models.Model], ...]) -> Iterator[str]:
    for field in model._meta.local_fields:
        referred: Any = field.related_model
        if referred is Influencer:
            yield field.name
        elif isinstance(field, models.ForeignKey) and referred not in (*seen, model, "self"):
            for rest in _paths(referred, (*seen, model)):
                yield f"{field.name}__{rest}"


def rows_about(model: Any, influencer: Influencer) -> models.QuerySet[Any]:
    """The rows of this model that are about an influencer; one that says nothing of people has none."""
    paths = [(path, influencer) for path in paths_to_influencer(model)]
    if not paths:
        return model.objects.none()
    found = model.objects.filter(models.Q(*paths, _connector=models.Q.OR)).values("pk")
    return model.objects.filter(pk__in=found)


def relation(key: str) -> Hanging:
    """The relation of this key."""
    label, _, column = key.rpartition(".")
    return Hanging(apps.get_model(label), column)


def identity_keys(hanging: Hanging, row: Any) -> list[str]:
    """The keys that make a row the only one of its influencer, as a choice names it: `crm.Rate:tiktok:video`."""
    columns = [
        [hanging.model._meta.get_field(name).attname for name in names]
        for names in hanging.identities()
    ]
    return [
        ":".join([hanging.label, *(str(getattr(row, name)) for name in names)]) for names in columns
    ]


def twins(hanging: Hanging, rows: Sequence[Any]) -> list[list[Any]]:
    """Rows of which one influencer may have one only, together."""
    groups: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in rows:
        for rule, key in enumerate(identity_keys(hanging, row)):
            groups[rule, key].append(row)
    return [group for group in groups.values() if len(group) > 1]


def hanging_counts(influencer_ids: Sequence[int]) -> dict[int, list[str]]:
    """The rows that hang on each of these influencers, counted in words, in one query."""
    counted = [each for each in relations() if each.model not in UNCOUNTED]
    rows = Influencer.objects.filter(pk__in=influencer_ids).values_list(
        "pk", *(_count(hanging) for hanging in counted)
    )
    return {
        pk: [each.counted(count) for each, count in zip(counted, counts, strict=True) if count]
        for pk, *counts in rows
    }


def _count(hanging: Hanging) -> Coalesce:
    rows = hanging.model.objects.filter(**{hanging.column: OuterRef("pk")}).order_by()
    counts = rows.values(hanging.column).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)
