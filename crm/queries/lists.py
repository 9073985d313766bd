"""Lists of creators, as their page shows them."""

from __future__ import annotations

from django.db.models import OuterRef

from crm.models import List, ListEntry
from crm.queries.packing import COUNTED, length
from ui.paging import KeysetPage, keyset_page


def list_page(*, cursor: str = "") -> KeysetPage[List]:
    """A page of lists by name; `count`: the creators in scope who are on each and not archived, up to COUNTED + 1."""
    entries = ListEntry.objects.filter(list=OuterRef("pk"), influencer__archived_at=None)
    return keyset_page(
        List.objects.all(),
        "name",
        "id",
        facts=lambda rows: rows.annotate(count=length(entries, COUNTED + 1)),
        cursor=cursor,
    )
