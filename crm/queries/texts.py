"""Texts that many influencers share, such as their city: the different ones are looked through instead of all rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tenancy.scope import required_organization_id

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
