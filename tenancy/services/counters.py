"""Counters: adding up their changes, and counting anew."""

from __future__ import annotations

from django.db import connection, transaction

from tenancy.models import Counter, Organization
from tenancy.queries.counters import all_counts
from tenancy.scope import organization_scope

FOLD = """
WITH folded AS (
    DELETE FROM tenancy_counter WHERE (subject_id, name) IN (
        SELECT subject_id, name FROM tenancy_counter GROUP BY subject_id, name HAVING count(*) > 1 OR sum(amount) = 0
    ) RETURNING organization_id, subject_id, name, amount
)
INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
SELECT organization_id, subject_id, name, sum(amount) FROM folded
GROUP BY organization_id, subject_id, name HAVING sum(amount) <> 0
"""
Counts = dict[tuple[int, str], int]


def fold_counters() -> None:
    """Leave one row for each number of each organization. What is written meanwhile stays a row of its own."""
    for organization in Organization.objects.all():
        with organization_scope(organization):
            fold_own_counters()


@transaction.atomic
def fold_own_counters() -> None:
    """The same for the organization in scope: no change stays that a number went through."""
    if Counter.objects.exists():
        _run(FOLD)


def recount() -> tuple[Counts, Counts]:
    """Count everything in the organization in scope anew; the numbers before and after. Writers wait meanwhile."""
    with transaction.atomic():
        _run("LOCK TABLE tenancy_counter IN SHARE ROW EXCLUSIVE MODE")
        before = all_counts()
        _run("SELECT tenancy_recount()")
        return before, all_counts()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
