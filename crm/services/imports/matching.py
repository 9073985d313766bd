"""Matching rows with influencers: by e-mail, account or phone; by name only where a row has nothing else."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from crm.enums import Network
from crm.models import AwaitedAccount, Influencer, OtherAddress, SocialAccount
from crm.services.imports.meaning.catalog import ACCOUNT

Key = tuple[str, str]  # what kind of key, and the value
TIKTOK = f"{ACCOUNT}{Network.TIKTOK}"


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


def _found(kind: str, values: Sequence[str]) -> Iterable[tuple[str, int]]:
    if kind == "email":
        yield from Influencer.objects.filter(email__in=values).values_list("email", "pk")
        others = OtherAddress.objects.filter(email__in=values)
        yield from others.values_list("email", "influencer_id")
    elif kind == "phone":
        yield from Influencer.objects.filter(phone__in=values).values_list("phone", "pk")
    elif kind == "name":
        yield from _named(values)
    else:
        network = kind.removeprefix(ACCOUNT)
        accounts = SocialAccount.objects.filter(network=network, handle__in=values)
        yield from accounts.values_list("handle", "influencer_id")
        if network == Network.TIKTOK:
            awaited = AwaitedAccount.objects.filter(handle__in=values)
            yield from awaited.values_list("handle", "influencer_id")


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


EARLIER = """
SELECT key, min(number) FROM crm_importrow, unnest(keys) AS key
WHERE parent_id = %s AND key = ANY(%s) GROUP BY key
"""


def earlier_rows(parent_id: int, keys: Sequence[int]) -> dict[int, int]:
    """The first row of the same import that has each of these hashed keys."""
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [parent_id, list(keys)])
        return dict(cursor.fetchall())
