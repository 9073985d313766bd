"""P8: the list of influencers as CSV, against COPY TO STDOUT of the same two queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction

from benchmarks.imports import most_memory
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.world import World
from crm.models import Influencer
from crm.policies.columns import USUAL, by_key, chosen
from crm.queries.columns import accounts_of, facts_of, reads_of
from crm.queries.exports import Sheet, Wish, all_lines, wished_rows
from crm.queries.fields import Asker
from crm.services.exports.tables import written_csv
from tenancy.scope import organization_scope

BAR = 0.25
COLUMNS = chosen(USUAL, by_key(sees_money=True))


def figures(world: World) -> Iterator[Figure]:
    """The columns of somebody who has chosen none, of everybody."""
    _, large = world.small_and_large()
    with organization_scope(large.organization_id):
        before = most_memory()
        figure = share_of_speed(
            "P8", "export as CSV (+{} MB)", rows=large.size, repeat=world.repeat, bar=BAR,
            measured=lambda turn: seconds_of(_export), baseline=lambda turn: seconds_of(_copy),
        )  # fmt: skip
    yield Figure(**{**vars(figure), "what": figure.what.format(most_memory() - before)})


def _export() -> None:
    wish, sheet = Wish(), Sheet(COLUMNS, is_whole=False)
    with transaction.atomic():
        wished = wished_rows(wish, Asker(0), sees_money=True)
        for _ in written_csv(sheet, all_lines(wished, sheet, released=True)):
            pass


def _copy() -> None:
    reads = reads_of(COLUMNS)
    rows = facts_of(reads)(Influencer.objects.filter(archived_at=None))
    with transaction.atomic():
        for queryset in (rows, accounts_of(reads).query(list(rows.values_list("pk", flat=True)))):
            _copy_out(queryset)


def _copy_out(rows: models.QuerySet[models.Model]) -> None:
    with connection.cursor() as cursor:
        operations: Any = connection.ops
        statement = operations.compose_sql(*rows.query.sql_with_params())
        with cursor.copy(f"COPY ({statement}) TO STDOUT") as lines:
            for _ in lines:
                pass
