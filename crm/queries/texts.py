"""Conditions on a part of a text of influencers, in any case, and whom an index finds for them.

Of a text that many share, such as the city, the different ones are looked through instead of all rows; of one that stands
among the search's parts of words, those who have the part are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from crm.models import Influencer
from crm.models.search import SearchPart, beginnings, has_parts, having_word
from crm.policies.filters import Condition
from crm.queries.search import GATHERED, estimates
from tenancy.scope import required_organization_id
from ui.paging import is_among

MOST_DIFFERENT = 2_000
# Each step asks the index for the next text behind the last one.
DIFFERENT = """
WITH RECURSIVE owner AS MATERIALIZED (SELECT id FROM tenancy_organization WHERE id = %(organization)s),
different AS (
    (SELECT {column} AS text FROM crm_influencer WHERE organization_id = (SELECT id FROM owner) AND {column} > ''
     ORDER BY organization_id, {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM crm_influencer WHERE organization_id = (SELECT id FROM owner) AND {column} > before.text
            ORDER BY organization_id, {column} LIMIT 1)
    FROM different AS before WHERE before.text IS NOT NULL
), first AS (SELECT text FROM different WHERE text IS NOT NULL LIMIT %(most)s + 1)
SELECT count(*), coalesce(array_agg(text) FILTER (
    WHERE upper(text) LIKE ANY (ARRAY(SELECT upper(pattern) FROM unnest(%(patterns)s::text[]) AS pattern))
), '{{}}') FROM first
"""


def text(path: str) -> Callable[[Condition], Q]:
    """The condition that a text of the influencer holds one of the values."""

    def holds(condition: Condition) -> Q:
        found = holding(path, condition.values)
        return found | Q(**{path: ""}) if condition.or_unknown else found

    return holds


def holding(path: str, values: Sequence[str]) -> Q:
    """The condition that the text at this path holds one of the values."""
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{f"{path}__icontains": value})
    return found


def ids_by_texts(column: str) -> Callable[[Condition], QuerySet[Influencer] | None]:
    """Influencers whose text in this column holds one of the values; None: there are too many different texts."""

    def ids(condition: Condition) -> QuerySet[Influencer] | None:
        texts = texts_holding(column, condition.values)
        return None if texts is None else Influencer.objects.filter(**{f"{column}__in": texts})

    return ids


def ids_by_parts(condition: Condition) -> QuerySet[Influencer] | None:
    """Influencers with the longest word of one of the values as part of a name or an address; None where one is too short or
    finds too many. Costs a query."""
    words = [max(beginnings(value), key=len, default="") for value in condition.values]
    if not all(map(has_parts, words)) or sum(estimates(words, _parts)) >= GATHERED:
        return None
    held = Q(pk__in=[])
    for word in words:
        held |= Q(is_among(having_word(word, SearchPart).values("influencer_id")))
    return Influencer.objects.filter(held)


def _parts(_: str) -> tuple[type[SearchPart]]:
    return (SearchPart,)


def texts_holding(column: str, parts: Sequence[str]) -> list[str] | None:
    """The texts in this column of influencers that hold one of the parts, in any case; None: there are too many different ones.

    They are those of the whole organization: whoever is limited to groups filters their own rows by them and sees none.
    """
    values: dict[str, Any] = {
        "organization": required_organization_id(),
        "most": MOST_DIFFERENT,
        "patterns": [f"%{connection.ops.prep_for_like_query(part)}%" for part in parts],
    }
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT.format(column=connection.ops.quote_name(column)), values)
        different, found = cursor.fetchone()
    return None if different > MOST_DIFFERENT else list(found)
