"""Matching rows with influencers: by account, else by e-mail or phone, by name only where a row has nothing else.

An account is one person's. An address may be an agency's: two with different accounts on one network, or in one file with
names that have nothing in common, are two people however many addresses they share.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from crm.enums import ImportFate, Network
from crm.models import AwaitedAccount, Influencer, OtherAddress, SocialAccount
from crm.services.imports.meaning.catalog import ACCOUNT, comparable

Key = tuple[str, str]  # what kind of key, and the value
TIKTOK = f"{ACCOUNT}{Network.TIKTOK}"
ADDRESSES = frozenset({"email", "phone"})
LEFT_OUT = [ImportFate.ERROR.value, ImportFate.DUPLICATE.value]
Values = Mapping[str, Any]


@dataclass
class Match:
    """The influencers whom a row is about. `namesake`: nobody is, but this one has the same name and address, and another
    account where the row has one."""

    influencers: set[int]
    namesake: int | None = None


def keys_of(values: Mapping[str, Any], label: str) -> list[Key]:
    """The keys that identify the person of a row; the name where there is nothing better."""
    emails = [values["email"]] if "email" in values else []
    keys = [("email", email) for email in (*emails, *values.get("other_emails", ()))]
    if "phone" in values:
        keys.append(("phone", values["phone"]))
    keys += [(key, value) for key, value in values.items() if key.startswith(ACCOUNT)]
    return keys or [("name", label)]


def hashed(key: Key) -> int:
    """A key as rows keep it: 64 bits say nothing about anybody."""
    digest = hashlib.blake2b("\0".join(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def matches(keys: Iterable[Key]) -> dict[Key, set[int]]:
    """The influencers that each of these keys identifies."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, value in keys:
        wanted[kind].add(value)
    found: dict[Key, set[int]] = defaultdict(set)
    for kind, values in wanted.items():
        for value, pk in _found(kind, sorted(values)):
            found[kind, value].add(pk)
    return found


def identified(rows: Sequence[tuple[Values, Sequence[Key]]]) -> list[Match]:
    """The influencers whom each row is about, by its values and keys."""
    found = matches({key for _, keys in rows for key in keys})
    matched = [Match(_of_kind(found, keys, is_account=True)) for _, keys in rows]
    addressed = [
        set() if match.influencers else _of_kind(found, keys, is_account=False)
        for match, (_, keys) in zip(matched, rows, strict=True)
    ]
    faces = _faces(set().union(*addressed))
    names = folded_names({values["name"] for values, _ in rows if "name" in values})
    for match, candidates, (values, _) in zip(matched, addressed, rows, strict=True):
        if candidates:
            others = {pk for pk in candidates if faces[pk].has_other_account(values)}
            mine = {pk for pk in candidates if faces[pk].name == names.get(values.get("name", ""))}
            left = candidates - others
            match.influencers = (left & mine or left) if len(left) > 1 else left
            match.namesake = None if left else min(others & mine, default=None)
    return matched


def _of_kind(found: Mapping[Key, set[int]], keys: Iterable[Key], *, is_account: bool) -> set[int]:
    mine = (found.get(key, set()) for key in keys if key[0].startswith(ACCOUNT) == is_account)
    return set().union(*mine)


@dataclass
class _Face:
    """An influencer's name, as names are compared, and the fields of the accounts that they have."""

    name: str
    accounts: set[str] = field(default_factory=set)

    def has_other_account(self, values: Values) -> bool:
        """Have they an account where these values name one that is not theirs?"""
        return any(key in values for key in self.accounts)


def _faces(ids: Iterable[int]) -> dict[int, _Face]:
    people = Influencer.objects.filter(pk__in=ids).values_list("pk", "sort_name")
    faces = {pk: _Face(name) for pk, name in people}
    accounts = SocialAccount.objects.filter(influencer_id__in=faces)
    for pk, network in accounts.values_list("influencer_id", "network"):
        faces[pk].accounts.add(f"{ACCOUNT}{network}")
    awaited = AwaitedAccount.objects.filter(influencer_id__in=faces)
    for pk in awaited.values_list("influencer_id", flat=True):
        faces[pk].accounts.add(TIKTOK)
    return faces


def are_two(first: Values, second: Values) -> bool:
    """Are two rows of a file with the same address about two people?"""
    accounts = {key for key in first.keys() & second.keys() if key.startswith(ACCOUNT)}
    if accounts:
        return any(first[key] != second[key] for key in accounts)
    names = [comparable(values.get("name", "")).split() for values in (first, second)]
    return all(names) and not any(
        one.startswith(other) or other.startswith(one) for one in names[0] for other in names[1]
    )


def identity(values: Values) -> dict[str, Any]:
    """The values by which other rows of the file are compared."""
    return {key: value for key, value in values.items() if key == "name" or key.startswith(ACCOUNT)}


def _found(kind: str, values: Sequence[str]) -> Iterable[tuple[str, int]]:
    if kind == "email":
        yield from _with(email=values).values_list("email", "pk")
        others = OtherAddress.objects.filter(email__in=values)
        yield from others.values_list("email", "influencer_id")
    elif kind == "phone":
        yield from _with(phone=values).values_list("phone", "pk")
    elif kind == "name":
        yield from _named(values)
    else:
        network = kind.removeprefix(ACCOUNT)
        accounts = SocialAccount.objects.filter(network=network, handle__in=values)
        yield from accounts.values_list("handle", "influencer_id")
        if network == Network.TIKTOK:
            awaited = AwaitedAccount.objects.filter(handle__in=values)
            yield from awaited.values_list("handle", "influencer_id")


def _with(**values: Sequence[str]) -> models.QuerySet[Influencer]:
    """Influencers with one of these values; the exclusion lets the planner see that the partial index has all of them."""
    ((column, wanted),) = values.items()
    return Influencer.objects.filter(**{f"{column}__in": wanted}).exclude(**{column: ""})


def _named(names: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Names are compared as the list sorts them."""
    plain = folded_names(names)
    by_plain: dict[str, list[str]] = defaultdict(list)
    for name, each in plain.items():
        by_plain[each].append(name)
    rows = Influencer.objects.filter(sort_name__in=list(by_plain)).values_list("sort_name", "pk")
    for each, pk in rows:
        for name in by_plain[each]:
            yield name, pk


def folded_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as names are compared; the database folds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, left(crm_folded(name), 200) FROM unnest(%s::text[]) AS name",
            [list(names)],
        )
        return dict(cursor.fetchall())


MOST_EARLIER = 50  # of rows with one address: beyond them, two of one person are the list of duplicates' to find
EARLIER = """
SELECT key, number, "values"::text FROM (
    SELECT key, number, "values", row_number() OVER (PARTITION BY key ORDER BY number) AS place
    FROM crm_importrow, unnest(keys) AS key
    WHERE parent_id = %s AND fate <> ALL(%s) AND key = ANY(%s)
) AS found WHERE place <= %s
"""
Earlier = dict[int, list[tuple[int, Values]]]  # by hashed key: numbers and values of rows


def earlier_rows(parent_id: int, keys: Sequence[int]) -> Earlier:
    """The first rows of the same import, but for those that are left out, that have each of these hashed keys."""
    found: Earlier = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [parent_id, LEFT_OUT, list(keys), MOST_EARLIER])
        for key, number, values in cursor.fetchall():
            found[key].append((number, json.loads(values)))
    return found
