"""P8: lists as CSV, against COPY TO STDOUT of the same queries: influencers, and published posts with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import connection, models, transaction

from benchmarks.data import Filled
from benchmarks.imports import most_memory
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.world import World
from campaigns.models import Campaign
from campaigns.queries.post_layouts import PostsView
from campaigns.queries.post_table import post_head, post_lines
from campaigns.queries.posts import with_post_numbers
from campaigns.queries.published import PostsAsked, published_posts
from crm.models import Influencer
from crm.policies.columns import USUAL, by_key, chosen
from crm.queries.columns import accounts_of, facts_of, reads_of
from crm.queries.exports import Sheet, Wish, all_lines, wished_rows
from crm.queries.fields import Asker
from crm.services.exports.tables import written_csv
from tenancy.scope import organization_scope
from ui.csv_rows import csv_lines

BAR = 0.25
Work = Callable[[], None]
COLUMNS = chosen(USUAL, by_key(sees_money=True))


def figures(world: World) -> Iterator[Figure]:
    """The columns of somebody who has chosen none, of everybody, and of the posts of the campaign with half of all."""
    _, large = world.small_and_large()
    campaign_id = large.first
    for what, rows, measured, baseline in (
        ("influencers", large.size, _influencers, _copy_influencers),
        ("published posts", large.size // 2, partial(_posts, campaign_id), partial(_copy_posts, campaign_id)),
    ):  # fmt: skip
        yield _figure(world, large, what, rows, measured, baseline)


def _figure(
    world: World, large: Filled, what: str, rows: int, measured: Work, baseline: Work
) -> Figure:
    with organization_scope(large.organization_id):
        before = most_memory()
        figure = share_of_speed(
            "P8", what, rows=rows, repeat=world.repeat, bar=BAR,
            measured=lambda turn: seconds_of(measured), baseline=lambda turn: seconds_of(baseline),
        )  # fmt: skip
    return replace(figure, what=f"{what} as CSV (+{most_memory() - before} MB)")


def _influencers() -> None:
    wish, sheet = Wish(), Sheet(COLUMNS, is_whole=False)
    with transaction.atomic():
        wished = wished_rows(wish, Asker(0), sees_money=True)
        _take(written_csv(sheet, all_lines(wished, sheet, released=True)))


def _copy_influencers() -> None:
    reads = reads_of(COLUMNS)
    rows = facts_of(reads)(Influencer.objects.filter(archived_at=None))
    with transaction.atomic():
        _copy_out(rows)
        _copy_out(accounts_of(reads).query(list(rows.values_list("pk", flat=True))))


def _posts(campaign_id: int) -> None:
    campaign, view = Campaign.objects.get(pk=campaign_id), PostsView()
    with transaction.atomic():
        _take(csv_lines(post_head(view), post_lines(campaign, PostsAsked(), view)))


def _copy_posts(campaign_id: int) -> None:
    with transaction.atomic():
        _copy_out(with_post_numbers(published_posts(Campaign(pk=campaign_id))))


def _take(parts: Iterator[bytes]) -> None:
    for _ in parts:
        pass


def _copy_out(rows: models.QuerySet[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # tells the database the scope, which COPY alone does not
        operations: Any = connection.ops
        statement = operations.compose_sql(*rows.query.sql_with_params())
        with cursor.copy(f"COPY ({statement}) TO STDOUT") as lines:
            if not sum(1 for _ in lines):
                raise ValueError("COPY brought no row: there is nothing to compare with")
