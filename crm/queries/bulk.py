"""Selections of bulk actions, what would come of them, and their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models import Case, Count, Q, Value, When

from crm.enums import BulkState
from crm.errors import SelectionGone
from crm.models import BulkAction, BulkResult, Influencer
from crm.queries.fields import Asker
from crm.queries.filters import read_address
from crm.queries.influencers import narrowed
from crm.queries.segments import in_time
from tenancy.models import User
from tenancy.scope import current_groups
from tiktok.queries import is_released
from ui.paging import KeysetPage, keyset_page


def bulk_actions(reader: User) -> models.QuerySet[BulkAction]:
    """The bulk actions that are seen; of a reader who is limited to groups, their own."""
    rows = BulkAction.objects.select_related("job", "undo_job", "started_by")
    return rows if current_groups() is None else rows.filter(started_by=reader)


def drafted_ids(pk: int, member: User) -> list[int] | None:
    """The influencers whom a draft of this member holds; None for somebody else's, and where it is kept no longer."""
    drafts = BulkAction.objects.filter(pk=pk, started_by=member, begun_at=None)
    return drafts.values_list("ids", flat=True).first()


def was_dissolved(kinds: Iterable[str], row: int) -> bool:
    """Has a bulk action of these kinds deleted this tag or list, and is that not undone? For as long as it may be."""
    of_row = Q(choice=str(row)) | Q(choice__startswith=f"{row}:")
    return BulkAction.objects.filter(of_row, kind__in=kinds).exclude(kept={}).exists()


def selected(action: BulkAction) -> models.QuerySet[Influencer]:
    """The influencers of a bulk action who are there now, in no order. Raises SelectionGone."""
    if action.ids:
        return Influencer.objects.filter(pk__in=action.ids)
    reading = read_address(action.filters)
    if reading.filters.problems:
        raise SelectionGone
    asker = Asker(action.started_by_id or 0, is_released())
    rows = narrowed(search=action.search, reading=reading, asker=asker)
    return rows.filter(pk__lte=action.last_id)


def counted_parts(
    rows: models.QuerySet[Influencer], conditions: Sequence[Q]
) -> dict[int, int] | None:
    """How many influencers meet each condition, by its place, and none of those before it; those who meet none stand behind
    the last. None if counting takes longer than two seconds."""
    cases = [When(condition, then=Value(place)) for place, condition in enumerate(conditions)]
    part = Case(*cases, default=Value(len(conditions)), output_field=models.IntegerField())
    counts = rows.order_by().annotate(part=part).values_list("part").annotate(count=Count("pk"))
    return in_time(lambda: dict(counts))


def results_page(
    action: BulkAction, *, state: str, cursor: str, size: int = 50
) -> KeysetPage[BulkResult]:
    """Results with their influencers; of one state, or all."""
    rows = BulkResult.objects.filter(action=action)
    if state in BulkState.values:
        rows = rows.filter(state=state)
    return keyset_page(
        rows,
        "id",
        facts=lambda found: found.select_related("influencer"),
        cursor=cursor,
        size=size,
    )
