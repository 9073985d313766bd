"""Loading and writing the values of influencers in the fields of an import.

Preview, import and roll-back compare and write in the same form: text, number, [amount, currency], or a list of what
was put together (`catalog.SETS`, handles of accounts). None, an empty text and an empty list mean that there is nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crm.models import Influencer
from crm.services.imports.meaning.catalog import ACCOUNT, CUSTOM, RATE, SETS
from crm.services.imports.meaning.mapping import is_reading
from crm.services.imports.states.accounts import load_accounts, save_accounts
from crm.services.imports.states.details import load_custom, load_rates, save_custom, save_rates
from crm.services.imports.states.readings import load_readings, save_readings
from crm.services.imports.states.sets import (
    Changes,
    States,
    load_addresses,
    load_lists,
    load_tags,
    save_addresses,
    save_lists,
    save_tags,
)

COLUMNS = {
    "name": "name", "display_name": "display_name", "salutation": "salutation", "email": "email", "phone": "phone",
    "country": "country", "language": "language", "city": "city", "time_zone": "time_zone", "birthday": "birthday",
    "owner": "owner_id", "group": "group_id",
}  # fmt: skip


def load(ids: Collection[int], keys: Iterable[str]) -> States:
    """The values of these influencers in these fields."""
    keys, states = set(keys), States({pk: {} for pk in ids})
    if ids:
        for mine, loader in LOADERS:
            if own := {key for key in keys if mine(key)}:
                loader(states, own)
    return states


def save(changes: Changes, handles: Mapping[tuple[int, str], str], parent: Any) -> None:
    """Write these values. `handles`: of (influencer, network) the account whose numbers they are."""
    by_kind: dict[int, dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for pk, values in changes.items():
        for key, value in values.items():
            by_kind[_kind_of(key)][pk][key] = value
    for kind, writer in enumerate(WRITERS):
        if by_kind[kind]:
            writer(by_kind[kind])
    if numbers := by_kind[len(WRITERS)]:
        save_readings(numbers, handles, parent)


def _kind_of(key: str) -> int:
    return next(place for place, (mine, _) in enumerate(LOADERS) if mine(key))


def is_set(key: str) -> bool:
    """Does a file add to the field's values, and never replace them?"""
    return key in SETS or key.startswith(ACCOUNT)


# --- columns of the influencer ---
def _load_columns(states: States, keys: set[str]) -> None:
    names = [COLUMNS[key] for key in keys]
    for pk, *values in Influencer.objects.filter(pk__in=states).values_list("pk", *names):
        states[pk] |= {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in zip(keys, values, strict=True)
        }


def column_value(key: str, value: Any) -> Any:
    """The value as the influencer's column takes it."""
    if key == "birthday":
        return date.fromisoformat(value) if value else None
    return value if key in {"owner", "group"} else value or ""


def _save_columns(changes: Changes) -> None:
    rows = Influencer.objects.in_bulk(list(changes))
    names = {COLUMNS[key] for values in changes.values() for key in values}
    for pk, values in changes.items():
        for key, value in values.items():
            setattr(rows[pk], COLUMNS[key], column_value(key, value))
    Influencer.objects.bulk_update(rows.values(), names, batch_size=1000)


LOADERS: Sequence[tuple[Callable[[str], bool], Callable[[States, set[str]], None]]] = (
    (COLUMNS.__contains__, _load_columns),
    ("tags".__eq__, load_tags),
    ("lists".__eq__, load_lists),
    ("other_emails".__eq__, load_addresses),
    (lambda key: key.startswith(CUSTOM), load_custom),
    (lambda key: key.startswith(RATE), load_rates),
    (lambda key: key.startswith(ACCOUNT), load_accounts),
    (is_reading, load_readings),
)
WRITERS: Sequence[Callable[[Changes], None]] = (
    _save_columns, save_tags, save_lists, save_addresses, save_custom, save_rates, save_accounts,
)  # fmt: skip
