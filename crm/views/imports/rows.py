"""Rows of imports in the words of pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import ngettext

from crm.countries import COUNTRIES
from crm.enums import ImportFate
from crm.models import Import, ImportRow
from crm.queries.imports import latest_changes, names_of_influencers, names_of_people
from crm.services.imports import states
from crm.services.imports.meaning.catalog import Field
from crm.services.imports.people import INFLUENCERS
from crm.services.imports.subjects import subject_of
from tenancy.models import Event, Group
from ui.templatetags.formats import day, money, number, percent

KINDS = {
    ImportFate.NEW: "success",
    ImportFate.UPDATE: "info",
    ImportFate.UNCHANGED: "neutral",
    ImportFate.DUPLICATE: "warning",
    ImportFate.ERROR: "danger",
}
EARLIER_GONE = "the earlier value is no longer there"


@dataclass(frozen=True)
class Change:
    """One field that changes; `before` is empty where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview."""

    row: ImportRow
    kind: str
    changes: list[Change] = field(default_factory=list)
    field_count: int = 0
    account: str = ""
    here: str = ""  # the influencer whom the row is about already
    is_archived: bool = False
    is_corrected: bool = False
    merged_into: int = 0  # the row that has taken from it what it leaves empty; as long as both are about one person

    @property
    def is_merged(self) -> bool:
        return self.row.fate == ImportFate.DUPLICATE and self.merged_into == self.row.duplicate_of

    @property
    def is_by_hand(self) -> bool:
        """Can what somebody did to the row be taken back?"""
        return self.is_corrected or bool(self.merged_into)

    @property
    def is_under_another_name(self) -> bool:
        """Is the row about somebody who is called otherwise here?"""
        return bool(self.here) and self.here != self.row.label


@dataclass(frozen=True)
class KeptRow:
    """An influencer who was changed since the import, by whom, and what a roll-back does."""

    row: ImportRow
    changes: list[str]
    event: Event | None
    fate: str


class Words:
    """The labels of fields, and values as people read them."""

    def __init__(self, parent: Import, rows: Iterable[Mapping[str, Any]]) -> None:
        self.fields = subject_of(parent).fields()
        values = [pair for row in rows for pair in row.items()]
        owners = {each for key, both in values if key == "owner" for each in _listed(both) if each}
        groups = {each for key, both in values if key == "group" for each in _listed(both) if each}
        self.owners = names_of_people(owners) if owners else {}
        self.groups = (
            dict(Group.objects.filter(pk__in=groups).values_list("pk", "name")) if groups else {}
        )

    def label(self, key: str) -> str:
        known = self.fields.get(key)
        return known.label if known else key.rpartition(".")[2]

    def value(self, key: str, value: Any) -> str:
        if value is None or value in ("", []):
            return ""
        named: dict[str, Mapping[Any, Any]] = {
            "owner": self.owners, "group": self.groups, "country": COUNTRIES, "language": dict(settings.LANGUAGES),
        }  # fmt: skip
        if key in named:
            gone = value if key in {"country", "language"} else "no longer there"
            return str(named[key].get(value, gone))
        return _shown(value, self.fields.get(key))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _shown(value: Any, known: Field | None) -> str:
    kind = known.number if known else ""
    if kind == "money" and isinstance(value, list):
        return money(float(value[0]), value[1])
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if known and known.is_time:
        written, *clock = value.split()
        return ", ".join([day(date.fromisoformat(written)), *clock])
    if kind == "share":
        return percent(value, 2)
    return number(value) if kind == "count" else str(value)


def shown_rows(parent: Import, rows: Sequence[ImportRow]) -> list[ShownRow]:
    """The rows of a page with what each changes."""
    words = Words(parent, (_both(row) for row in rows))
    here_already = {ImportFate.UNCHANGED, ImportFate.UPDATE}
    is_about_people = parent.about == INFLUENCERS
    known = [row.about_id for row in rows if is_about_people and row.fate in here_already]
    here = names_of_influencers(known) if known else {}
    return [
        ShownRow(
            row=row,
            kind=KINDS[ImportFate(row.fate)],
            changes=shown_changes(words, row),
            field_count=len(row.values),
            account=f"@{row.handle}" if row.handle else "",
            here=here.get(row.about_id, ("", False))[0],
            is_archived=here.get(row.about_id, ("", False))[1],
            is_corrected=str(row.number) in parent.corrected,
            merged_into=parent.merged.get(str(row.number), [0])[0],
        )
        for row in rows
    ]


def shown_changes(words: Words, row: ImportRow) -> list[Change]:
    """The fields that a row changes."""
    return [
        Change(words.label(key), words.value(key, before), words.value(key, after))
        for key, (before, after) in row.changes.items()
    ]


def _both(row: ImportRow) -> dict[str, Any]:
    return {key: list(both) for key, both in row.changes.items() if key in {"owner", "group"}}


def kept_rows(parent: Import, rows: Sequence[ImportRow]) -> list[KeptRow]:
    """The changes that people have made since an import, and what its roll-back does about them."""
    words = Words(parent, (row.kept for row in rows))
    is_about_people = parent.about == INFLUENCERS
    events = latest_changes(parent, [row.about_id for row in rows]) if is_about_people else {}
    stays = f"{subject_of(parent).noun.capitalize()} stays, with all values"
    return [
        KeptRow(
            row=row,
            changes=[_kept(words, row, key) for key in row.kept],
            event=events.get(row.about_id),
            fate=stays if row.fate == ImportFate.NEW else _fate(row, words),
        )
        for row in rows
    ]


def _kept(words: Words, row: ImportRow, key: str) -> str:
    value = row.kept[key]
    if key.startswith("+"):
        return f"{value} {key[1:]}" if value > 1 else f"{key[1:]} ({value})"
    shown = f"{words.label(key)}: {words.value(key, value) or 'emptied'}"
    if states.refers(key) and row.changes.get(key, ())[1:] == [
        value
    ]:  # nobody has changed it since
        return f"{shown} ({EARLIER_GONE})"
    return shown


def _fate(row: ImportRow, words: Words) -> str:
    kept = ", ".join(words.label(key) for key in row.kept)
    others = len(row.changes.keys() - row.kept.keys())
    if not others:
        return f"{kept} stays"
    rest = ngettext("%(count)d other field returns", "%(count)d other fields return", others)
    return f"{kept} stays, {rest % {'count': others}}"
