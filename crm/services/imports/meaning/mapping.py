"""Columns of a file and the fields they are imported into: recognized by name, remembered, chosen by hand."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crm.enums import ImportPolicy, Network
from crm.models import CustomField, Import, ImportMapping
from crm.services.imports.meaning.catalog import (
    ACCOUNT,
    CUSTOM,
    NUMBERS,
    OTHER_NETWORKS,
    Field,
    comparable,
    network_named_in,
    recognized,
)

if TYPE_CHECKING:
    from crm.services.imports.subjects import Subject

Columns = list[dict[str, Any]]
# The columns that our file of rows that were left out has behind those of the file itself.
ADDED = ("Row", "Reason")
IDENTIFYING = ("name", "display_name", "email", "phone")
MOST_ABOVE = 9  # rows above the one that names the columns


def columns_of(
    subject: Subject, headers: Sequence[str], samples: Sequence[str], file_name: str
) -> tuple[Columns, str]:
    """The columns as they were mapped the last time, else as their headers say; and the file that was remembered."""
    known = subject.fields()
    added = len(headers) - len(_own(headers))
    known_headers = ImportMapping.objects.filter(about=subject.key, signature=signature(headers))
    remembered = known_headers.first()
    if remembered:
        chosen = [dict(column) for column in remembered.columns] + [_column(subject, "")] * added
        for column in chosen:
            if column["field"] not in known:  # a custom field that has gone
                column["field"] = ""
    else:
        found = subject.recognized(headers, known, file_name)
        chosen = [_column(subject, field) for field in found]
    columns = [
        {"name": name, "sample": sample, **column}
        for name, sample, column in zip(headers, samples, chosen, strict=True)
    ]
    return columns, remembered.remembered_from if remembered else ""


def recognized_among(headers: Sequence[str], known: dict[str, Field], file_name: str) -> list[str]:
    """Each field once: the first column that names it has it."""
    network = _only_network(headers, known) or network_named_in(file_name)
    taken: set[str] = set()
    found = []
    for header in headers:
        key = recognized(header, known, network)
        found.append("" if key in taken else key)
        taken.add(key)
    return found


def header_place(
    subject: Subject, rows: Sequence[Sequence[str]], file_name: str, known: dict[str, Field]
) -> int:
    """The place of the row that names the columns: the first one, unless titles stand above it, which say less and fill fewer
    cells."""
    first = rows[: MOST_ABOVE + 1]
    named = [sum(map(bool, subject.recognized(row, known, file_name))) for row in first]
    filled = [sum(map(bool, row)) for row in first]
    best = named.index(max(named))
    has_titles = all(count < filled[best] for count in filled[:best])
    return best if named[best] > 1 and has_titles else 0


def _only_network(headers: Sequence[str], known: dict[str, Field]) -> Network | None:
    """The network of the only account column that names one."""
    named = {recognized(header, known, None) for header in headers}
    networks = [key.removeprefix(ACCOUNT) for key in named if key.startswith(ACCOUNT)]
    return Network(networks[0]) if len(networks) == 1 else None


def _column(subject: Subject, field: str) -> dict[str, str]:
    """News come beside what was there before, or in its place; everything else fills what is empty."""
    is_news = subject.is_news(field)
    return {
        "field": field,
        "policy": ImportPolicy.OVERWRITE if is_news else ImportPolicy.FILL_EMPTY,
    }


def is_reading(field: str) -> bool:
    """Is the field a number of an account?"""
    network, _, number = field.partition(".")
    return network in OTHER_NETWORKS and number in NUMBERS


def signature(headers: Sequence[str]) -> str:
    """The signature that files with the same header have in common, also with what is left out of them."""
    return hashlib.sha256(
        json.dumps([comparable(header) for header in _own(headers)]).encode()
    ).hexdigest()


def _own(headers: Sequence[str]) -> Sequence[str]:
    return headers[: -len(ADDED)] if tuple(headers[-len(ADDED) :]) == ADDED else headers


def remember(parent: Import) -> None:
    """Map the columns of the next file with this header in the same way."""
    headers = [column["name"] for column in parent.columns]
    ImportMapping.objects.update_or_create(
        about=parent.about,
        signature=signature(headers),
        defaults={
            "columns": [
                {"field": column["field"], "policy": column["policy"]}
                for column in parent.columns[: len(_own(headers))]
            ],
            "remembered_from": parent.name,
        },
    )


def problem_of(subject: Subject, columns: Sequence[Mapping[str, Any]]) -> str:
    """The choice that is still needed before anything can be imported; empty if none."""
    known = subject.fields()
    used = Counter(column["field"] for column in columns if column["field"])
    if twice := next((key for key, count in used.items() if count > 1), ""):
        return f"Two columns are mapped to “{known[twice].label}”. Choose one of them."
    return subject.needed(used)


def required_among(columns: Iterable[Any], custom: Mapping[str, CustomField]) -> dict[str, str]:
    """The headers of the columns that are mapped to a required field, by the field's key."""
    return {
        column.field.key: column.header
        for column in columns
        if (field := custom.get(column.field.key.removeprefix(CUSTOM))) and field.is_required
    }


def required_elsewhere(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the required fields that no column is mapped to."""
    mapped = {column["field"] for column in columns}
    required = CustomField.objects.filter(is_required=True, archived_at=None).order_by(
        "position", "pk"
    )
    return [field.name for field in required if f"{CUSTOM}{field.key}" not in mapped]
