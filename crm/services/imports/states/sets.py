"""Values that are put together of many: tags, lists, further addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection, models

from crm.models import List, ListEntry, OtherAddress, Tag, Tagging
from crm.models.search import folded

States = dict[int, dict[str, Any]]  # by influencer and field
Changes = Mapping[int, Mapping[str, Any]]  # the same, of new values


def names_as_kept(model: type[Tag | List], names: Iterable[str]) -> dict[str, str]:
    """Each name in the spelling in which it is kept already, else as it is."""
    found = _by_name(model, names)
    return {name: kept.name if kept else name for name, kept in found.items()}


def _by_name(model: type[Tag | List], names: Iterable[str]) -> dict[str, Any]:
    wanted = sorted(set(names))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, crm_folded(name) FROM unnest(%s::text[]) AS name", [wanted])
        by_fold = dict(cursor.fetchall())
    kept = {
        row.plain: row for row in model.objects.annotate(plain=folded(models.F("name"))).filter(
            plain__in=list(by_fold.values())
        )
    }  # fmt: skip
    return {name: kept.get(by_fold[name]) for name in wanted}


def _made_by_name(model: type[Tag | List], names: Iterable[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for name, kept in _by_name(model, names).items():
        again = kept or _by_name(model, [name])[name]  # two spellings of one name
        ids[name] = (again or model.objects.create(name=name)).pk
    return ids


def load_tags(states: States, keys: set[str]) -> None:
    _gather(
        states, "tags", Tagging.objects.order_by("pk").values_list("influencer_id", "tag__name")
    )


def load_lists(states: States, keys: set[str]) -> None:
    entries = ListEntry.objects.order_by("pk")
    _gather(states, "lists", entries.values_list("influencer_id", "list__name"))


def load_addresses(states: States, keys: set[str]) -> None:
    addresses = OtherAddress.objects.order_by("pk")
    _gather(states, "other_emails", addresses.values_list("influencer_id", "email"))


def _gather(states: States, key: str, rows: Any) -> None:
    for state in states.values():
        state[key] = []
    for pk, value in rows.filter(influencer_id__in=states):
        states[pk][key].append(value)


def save_tags(changes: Changes) -> None:
    _replace(changes, "tags", Tagging, "tag_id", lambda names: _made_by_name(Tag, names))


def save_lists(changes: Changes) -> None:
    _replace(changes, "lists", ListEntry, "list_id", lambda names: _made_by_name(List, names))


def save_addresses(changes: Changes) -> None:
    _replace(changes, "other_emails", OtherAddress, "email", lambda texts: {t: t for t in texts})


def _replace(
    changes: Changes,
    key: str,
    model: Any,
    column: str,
    ids_of: Callable[[Iterable[str]], Mapping[str, Any]],
) -> None:
    """Let the rows of each influencer be these and no others; what is there already stays as it is."""
    ids = ids_of({name for values in changes.values() for name in values[key]})
    wanted = {(pk, ids[name]) for pk, values in changes.items() for name in values[key]}
    rows = model.objects.filter(influencer_id__in=changes)
    there = {(pk, value): row for row, pk, value in rows.values_list("pk", "influencer_id", column)}
    gone = [row for place, row in there.items() if place not in wanted]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    model.objects.bulk_create(
        model(influencer_id=pk, **{column: value}) for pk, value in sorted(wanted - there.keys())
    )
