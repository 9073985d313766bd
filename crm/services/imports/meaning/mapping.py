"""Columns of a file and the fields they are imported into: recognized by name, remembered, chosen by hand."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from crm.enums import ImportPolicy, Network
from crm.models import Import, ImportMapping
from crm.services.imports.meaning.catalog import (
    ACCOUNT,
    NUMBERS,
    OTHER_NETWORKS,
    Field,
    comparable,
    fields,
    network_named_in,
    recognized,
)

Columns = list[dict[str, Any]]
IDENTIFYING = ("name", "display_name", "email", "phone")


def columns_of(
    headers: Sequence[str], samples: Sequence[str], file_name: str
) -> tuple[Columns, str]:
    """The columns as they were mapped the last time, else as their headers say; and the file that was remembered."""
    known = fields()
    remembered = ImportMapping.objects.filter(signature=signature(headers)).first()
    if remembered:
        chosen = [dict(column) for column in remembered.columns]
        for column in chosen:
            if column["field"] not in known:  # a custom field that has gone
                column["field"] = ""
    else:
        chosen = [_column(field) for field in _recognized(headers, known, file_name)]
    columns = [
        {"name": name, "sample": sample, **column}
        for name, sample, column in zip(headers, samples, chosen, strict=True)
    ]
    return columns, remembered.remembered_from if remembered else ""


def _recognized(headers: Sequence[str], known: dict[str, Field], file_name: str) -> list[str]:
    """Each field once: the first column that names it has it."""
    network = _only_network(headers, known) or network_named_in(file_name)
    taken: set[str] = set()
    found = []
    for header in headers:
        key = recognized(header, known, network)
        found.append("" if key in taken else key)
        taken.add(key)
    return found


def _only_network(headers: Sequence[str], known: dict[str, Field]) -> Network | None:
    """The network of the only account column that names one."""
    named = {recognized(header, known, None) for header in headers}
    networks = [key.removeprefix(ACCOUNT) for key in named if key.startswith(ACCOUNT)]
    return Network(networks[0]) if len(networks) == 1 else None


def _column(field: str) -> dict[str, str]:
    return {"field": field, "policy": first_policy(field)}


def first_policy(field: str) -> ImportPolicy:
    """Numbers are news, so they come beside the earlier ones; everything else fills what is empty."""
    return ImportPolicy.OVERWRITE if is_reading(field) else ImportPolicy.FILL_EMPTY


def is_reading(field: str) -> bool:
    """Is the field a number of an account?"""
    network, _, number = field.partition(".")
    return network in OTHER_NETWORKS and number in NUMBERS


def signature(headers: Sequence[str]) -> str:
    """The signature that files with the same header have in common."""
    return hashlib.sha256(
        json.dumps([comparable(header) for header in headers]).encode()
    ).hexdigest()


def remember(parent: Import) -> None:
    """Map the columns of the next file with this header in the same way."""
    ImportMapping.objects.update_or_create(
        signature=signature([column["name"] for column in parent.columns]),
        defaults={
            "columns": [
                {"field": column["field"], "policy": column["policy"]} for column in parent.columns
            ],
            "remembered_from": parent.name,
        },
    )


def problem_of(columns: Sequence[Mapping[str, Any]]) -> str:
    """The choice that is still needed before anything can be imported; empty if none."""
    known = fields()
    used = Counter(column["field"] for column in columns if column["field"])
    if twice := next((key for key, count in used.items() if count > 1), ""):
        return f"Two columns are mapped to “{known[twice].label}”. Choose one of them."
    if not any(key in IDENTIFYING or key.startswith(ACCOUNT) for key in used):
        return "Choose the column that holds the name, the e-mail, the phone or an account."
    return ""
