"""Imports, and their rows as pages show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import Count, Exists, OuterRef

from crm.enums import ImportFate, ImportStage
from crm.models import BulkResult, Import, ImportRow, Influencer
from jobs.models import Job
from tenancy.models import Event, User
from tenancy.queries import events_about
from tenancy.scope import current_groups
from tiktok.enums import MarketplaceStatus
from ui.paging import KeysetPage, keyset_page

LEFT_OUT = (ImportFate.ERROR, ImportFate.DUPLICATE)
OUTSIDE = (MarketplaceStatus.NOT_IN, MarketplaceStatus.INVITED)
SHOWN_ROWS, SHOWN_OUTSIDE, MOST_AT_ONCE = 5, 50, 10_000
SHOWN_IMPORTS = 20


def _imports_seen(reader: User) -> models.QuerySet[Import]:
    """The imports that are kept; of a reader who sees some groups only, their own."""
    rows = Import.objects.select_related("job__actor", "lookup_job", "file", "started_by")
    return rows if current_groups() is None else rows.filter(started_by=reader)


def import_by_id(pk: int, reader: User) -> Import | None:
    """The import with its jobs; None for an absent one, and for one that the reader does not see."""
    return _imports_seen(reader).filter(pk=pk).first()


def latest_imports(about: str, reader: User, **context: int) -> list[Import]:
    """The imports about this subject that the reader sees, newest first."""
    imports = _imports_seen(reader).filter(about=about, context__contains=context)
    return list(imports.order_by("-pk")[:SHOWN_IMPORTS])


def rows_page(parent: Import, *, fate: str, cursor: str) -> KeysetPage[ImportRow]:
    """A page of rows with this fate, or of all, in the order of the file."""
    rows = ImportRow.objects.filter(parent=parent)
    if fate in ImportFate.values:
        rows = rows.filter(fate=fate)
    return keyset_page(rows.defer("keys", "cells"), "number", cursor=cursor)


def rows_just_written(parent: Import) -> list[ImportRow]:
    """The rows that the running job has written last."""
    if parent.job is None or not parent.job.cursor or parent.stage != ImportStage.IMPORT:
        return []
    rows = ImportRow.objects.filter(parent=parent, number__lte=parent.job.cursor)
    return list(rows.exclude(written_at=None).order_by("-number")[:SHOWN_ROWS])


def rows_left_out(parent: Import) -> Iterator[ImportRow]:
    """The rows that are not imported, in the order of the file, streamed."""
    rows = ImportRow.objects.filter(parent=parent, fate__in=LEFT_OUT)
    return rows.order_by("number").iterator(chunk_size=1000)


def first_numbers(parent: Import, fate: ImportFate) -> list[int]:
    """The numbers of the first rows with this fate."""
    rows = ImportRow.objects.filter(parent=parent, fate=fate).order_by("number")
    return list(rows.values_list("number", flat=True)[:SHOWN_ROWS])


def tiktok_counts(parent: Import) -> dict[str, int]:
    """How many TikTok accounts of an import have each status; those not asked for yet have none."""
    rows = ImportRow.objects.filter(parent=parent).exclude(tiktok_handle="").order_by()
    return dict(rows.values_list("tiktok_status").annotate(count=Count("pk")))


def rows_without_account(parent: Import) -> list[ImportRow]:
    """The first rows whose TikTok account could not be added, with what TikTok says of it."""
    rows = ImportRow.objects.filter(parent=parent).exclude(tiktok_handle="")
    is_open = models.Q(tiktok_status__in=OUTSIDE, rolled_back_at=None)
    is_nobody = models.Q(tiktok_status=MarketplaceStatus.INVALID)
    return list(rows.filter(is_open | is_nobody).order_by("number")[:SHOWN_OUTSIDE])


def influencers_without_account(parent: Import, way: str) -> list[int]:
    """The next influencers whose TikTok account is not in the marketplace, as an import has found out: those who were in no
    bulk action of this kind since, else the first again."""
    rows = ImportRow.objects.filter(parent=parent, rolled_back_at=None, tiktok_status__in=OUTSIDE)
    results = BulkResult.objects.filter(
        influencer=OuterRef("influencer"),
        action__kind=way,
        action__begun_at__gte=parent.created_at,
    )
    rows = rows.exclude(tiktok_handle="").exclude(written_at=None)
    ids = rows.order_by("number").values_list("influencer_id", flat=True)
    return list(ids.exclude(Exists(results))[:MOST_AT_ONCE]) or list(ids[:MOST_AT_ONCE])


def rows_changed_since(parent: Import) -> models.QuerySet[ImportRow]:
    """The rows of which a roll-back keeps something."""
    rows = ImportRow.objects.filter(parent=parent).exclude(written_at=None).exclude(kept={})
    return rows.order_by("number")


def rows_to_remove(parent: Import) -> int:
    """How many creators a roll-back removes, as its check has found."""
    rows = ImportRow.objects.filter(parent=parent, fate=ImportFate.NEW, rolled_back_at=None)
    return rows.exclude(written_at=None).filter(kept={}).count()


def outcome_of(parent: Import, kind: str) -> Counter[str]:
    """The counts of all jobs of a kind about an import: of one that was cancelled and of those that went on with it."""
    jobs = Job.objects.filter(
        kind=kind, params={"import": parent.pk}, created_at__gte=parent.created_at
    )
    counts: Counter[str] = Counter()
    for outcome in jobs.values_list("outcome", flat=True):
        counts.update({row["key"]: row["count"] for row in outcome})
    return counts


def latest_changes(parent: Import, influencer_ids: Iterable[int]) -> dict[int, Event]:
    """The latest event about each influencer since an import was written."""
    if parent.imported_at is None:
        return {}
    events = events_about((Influencer, list(influencer_ids))).filter(at__gt=parent.imported_at)
    return {event.object_id: event for event in reversed(events[:500])}


def names_of_people(ids: Iterable[int]) -> dict[int, str]:
    """Names, or else the addresses, of members."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(ids))}


def names_of_influencers(ids: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """The names of these influencers, and whether each is archived."""
    found = Influencer.objects.filter(pk__in=set(ids)).values_list("pk", "name", "archived_at")
    return {pk: (name, archived_at is not None) for pk, name, archived_at in found}


def archived_count(parent: Import) -> int:
    """How many of the influencers whom an import has updated are archived."""
    rows = ImportRow.objects.filter(parent=parent, fate=ImportFate.UPDATE)
    return rows.exclude(written_at=None).exclude(influencer__archived_at=None).count()
