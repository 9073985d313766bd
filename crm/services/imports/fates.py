"""The fate of each row, found before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.enums import ImportFate, ImportPolicy, Network
from crm.models import Import, ImportRow, List, Tag
from crm.services.imports import states
from crm.services.imports.matching import (
    ADDRESSES,
    MOST_EARLIER,
    TIKTOK,
    Key,
    are_two,
    earlier_rows,
    folded_names,
    hashed,
    identified,
    identity,
    keys_of,
)
from crm.services.imports.meaning.catalog import ACCOUNT, fields
from crm.services.imports.meaning.mapping import is_reading, required_among
from crm.services.imports.meaning.rows import Column, fate_of, mapped_columns, read_row
from crm.services.imports.meaning.values import Reader
from crm.services.imports.reading.tables import Cells, kept_cell
from tenancy.models import Group, Membership

OTHER_ACCOUNT = "is here with this e-mail or phone, and has another account on this network. Add the account to them, or correct the row."
NOBODY = "has neither a name nor an e-mail, a phone or an account."
REQUIRED = "is required of new creators."


@dataclass
class Draft:
    """A row on its way to its fate."""

    number: int
    cells: Cells
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[list[str]] = field(default_factory=list)
    is_ambiguous: bool = False
    keys: list[Key] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    influencers: set[int] = field(default_factory=set)
    state: Mapping[str, Any] = field(default_factory=dict)
    duplicate_of: int | None = None
    is_tiktok_here: bool = False
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def influencer(self) -> int | None:
        return next(iter(self.influencers)) if len(self.influencers) == 1 else None

    @property
    def fate(self) -> ImportFate:
        is_known = self.influencer is not None
        return fate_of(self.reasons, self.duplicate_of, self.changes, is_known=is_known)


def reader_of(parent: Import) -> Reader:
    """The reader of an import's cells: it knows the organization's names and the file's decimal mark."""
    members = Membership.objects.filter(organization=parent.organization_id).select_related("user")
    groups = {group.name.casefold(): group.pk for group in Group.objects.all()}
    groups |= {group.key.casefold(): group.pk for group in Group.objects.all()}
    return Reader(
        marks=set(parent.decimal_mark or parent.proven_marks),
        owners={member.user.email: member.user_id for member in members},
        groups=groups,
        custom=states.custom_fields(),
    )


def fates_of(parent: Import, rows: Sequence[tuple[int, Cells]]) -> tuple[list[ImportRow], int]:
    """The rows with their fates, not saved; and how many only the decimal mark would settle."""
    columns, reader = mapped_columns(parent, fields()), reader_of(parent)
    drafts = [_read(number, cells, columns, reader, len(parent.columns)) for number, cells in rows]
    _spell_as_kept(drafts)
    good = [draft for draft in drafts if draft.label]
    _find_influencers(good)
    _load_states(good, columns)
    _find_missing(good, required_among(columns, reader.custom))
    _find_duplicates(parent, good)
    _find_changes(good, columns)
    return [_row(parent, draft) for draft in drafts], sum(draft.is_ambiguous for draft in drafts)


def _read(
    number: int, cells: Cells, columns: Iterable[Column], reader: Reader, width: int
) -> Draft:
    def value(column: Column, cell: Any, values: Mapping[str, Any]) -> Any:
        return reader.value(column.field, cell, column.header, values.get("country", ""))

    row = read_row(cells, columns, value, width)
    draft = Draft(
        number, cells, values=row.values, reasons=row.reasons, is_ambiguous=row.is_ambiguous
    )
    draft.label = _label(draft.values)
    if not draft.label and not draft.reasons:
        draft.reasons.append(["", f"The row {NOBODY}", ""])
    return draft


def _label(values: Mapping[str, Any]) -> str:
    """The name; who has none is named after what the row says instead."""
    handles = [value for key, value in values.items() if key.startswith(ACCOUNT)]
    named = values.get("name") or values.get("display_name") or next(iter(handles), "")
    return named or values.get("email", "").partition("@")[0] or values.get("phone", "")


def _spell_as_kept(drafts: Iterable[Draft]) -> None:
    for key, model in (("tags", Tag), ("lists", List)):
        names = {name for draft in drafts for name in draft.values.get(key, ())}
        kept = states.names_as_kept(model, names)
        for draft in drafts:
            if key in draft.values:
                draft.values[key] = list(dict.fromkeys(kept[name] for name in draft.values[key]))


def _find_influencers(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        draft.keys = keys_of(draft.values, draft.label)
    found = identified([(draft.values, draft.keys) for draft in drafts])
    for draft, match in zip(drafts, found, strict=True):
        draft.influencers = match.influencers
        if (count := len(match.influencers)) > 1:
            draft.reasons.append(
                ["", f"The row is about {count} creators at once. Merge them first.", ""]
            )
        elif match.namesake is not None:
            draft.influencers = {match.namesake}
            draft.reasons.append(["", f"{draft.label} {OTHER_ACCOUNT}", ""])


def _load_states(drafts: Sequence[Draft], columns: Sequence[Column]) -> None:
    """The values that the influencers have now, which also say whose the numbers are."""
    keys = {column.field.key for column in columns}
    networks = {key.partition(".")[0] for key in keys if is_reading(key)}
    keys |= {f"{ACCOUNT}{network}" for network in networks}
    current = states.load({draft.influencer for draft in drafts if draft.influencer}, keys)
    for draft in drafts:
        draft.state = current.get(draft.influencer or 0, {})
        _name_accounts(draft, networks)


def _find_missing(drafts: Iterable[Draft], required: Mapping[str, str]) -> None:
    """A new influencer has a value of every required field that the file has a column for."""
    for draft in (draft for draft in drafts if not draft.influencers):
        missing = [header for key, header in required.items() if key not in draft.values]
        draft.reasons += [[header, REQUIRED, ""] for header in missing]


def _find_duplicates(parent: Import, drafts: Sequence[Draft]) -> None:
    """The first row about somebody counts; a wrong row is nobody's first."""
    names = folded_names({value for d in drafts for kind, value in d.keys if kind == "name"})
    hashes = {draft.number: _hashes(draft, names) for draft in drafts}
    seen = earlier_rows(parent.pk, [each for mine in hashes.values() for each in mine])
    for draft in drafts:
        mine = hashes[draft.number]
        draft.hashes = list(mine)
        first = min(
            (
                number
                for each, kind in mine.items()
                for number, values in seen.get(each, ())
                if kind not in ADDRESSES or not are_two(values, draft.values)
            ),
            default=None,
        )
        if draft.reasons:
            continue
        if first is not None:
            draft.duplicate_of = first
        else:
            for each in (each for each in mine if len(seen[each]) < MOST_EARLIER):
                seen[each].append((draft.number, draft.values))


def _hashes(draft: Draft, names: Mapping[str, str]) -> dict[int, str]:
    """The kind of each key, by its hash."""
    keys = [(kind, names[value] if kind == "name" else value) for kind, value in draft.keys]
    if draft.influencer:
        keys.append(("influencer", str(draft.influencer)))
    return {hashed(key): key[0] for key in keys}


def _find_changes(drafts: Sequence[Draft], columns: Sequence[Column]) -> None:
    policies = {column.field.key: column.policy for column in columns}
    for draft in drafts:
        draft.is_tiktok_here = draft.values.get(TIKTOK) in draft.state.get(TIKTOK, ())
        if draft.influencer and draft.duplicate_of is None and not draft.reasons:
            draft.changes = changes_of(draft.values, draft.state, policies)


def _name_accounts(draft: Draft, networks: Iterable[str]) -> None:
    """Numbers belong to the account that the row names, else to the only one that there is."""
    for network in networks:
        key = f"{ACCOUNT}{network}"
        numbers = [name for name in draft.values if name.startswith(f"{network}.")]
        if not numbers or key in draft.values:
            continue
        handles = draft.state.get(key, [])
        if len(handles) == 1:
            draft.values[key] = handles[0]
        else:
            label = Network(network).label
            draft.reasons.append(
                ["", f"The row has numbers of {label}, but names no account there.", ""]
            )


def changes_of(
    values: Mapping[str, Any], state: Mapping[str, Any], policies: Mapping[str, str]
) -> dict[str, list[Any]]:
    """[before, after] of each field that these values change."""
    changes = {}
    for key, policy in policies.items():
        if key not in values or key == TIKTOK or policy == ImportPolicy.SKIP:
            continue
        before, value = state.get(key), values[key]
        if states.is_set(key):
            there = before or []
            if added := [each for each in _listed(value) if each not in there]:
                changes[key] = [there, [*there, *added]]
            continue
        if is_reading(key):
            before = (before or {}).get(values[f"{ACCOUNT}{key.partition('.')[0]}"])
        is_empty = before is None or before in ("", [])
        if before != value and (is_empty or policy == ImportPolicy.OVERWRITE):
            changes[key] = [before, value]
    return changes


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _row(parent: Import, draft: Draft) -> ImportRow:
    values, fate = dict(draft.values), draft.fate
    is_left_out = fate in {ImportFate.ERROR, ImportFate.DUPLICATE}
    handles = {key: value for key, value in values.items() if key.startswith(ACCOUNT)}
    return ImportRow(
        parent=parent,
        number=draft.number,
        fate=fate,
        influencer_id=draft.influencer,
        label=draft.label[:200],
        handle=handles.get(TIKTOK) or next(iter(handles.values()), ""),
        duplicate_of=draft.duplicate_of,
        values={} if is_left_out else values if fate != ImportFate.UNCHANGED else identity(values),
        changes=draft.changes if fate == ImportFate.UPDATE else {},
        reasons=draft.reasons,
        cells=[kept_cell(cell) for cell in draft.cells] if fate != ImportFate.UNCHANGED else [],
        keys=draft.hashes,
        tiktok_handle="" if is_left_out or draft.is_tiktok_here else handles.get(TIKTOK, ""),
    )
