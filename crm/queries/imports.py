"""Imports, and their rows as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import Count

from crm.enums import ImportFate, ImportStage
from crm.models import Import, ImportRow, Influencer
from tenancy.models import Event, User
from tenancy.queries import events_about
from tiktok.enums import MarketplaceStatus
from ui.paging import KeysetPage, keyset_page

LEFT_OUT = (ImportFate.ERROR, ImportFate.DUPLICATE)
OUTSIDE = (MarketplaceStatus.NOT_IN, MarketplaceStatus.INVITED)
SHOWN_ROWS, SHOWN_OUTSIDE, MOST_AT_ONCE = 5, 50, 10_000
SHOWN_IMPORTS = 20


def import_by_id(pk: int) -> Import | None:
    """The import with its jobs; None for an absent one and for another organization's."""
    found = Import.objects.select_related("job__actor", "lookup_job", "file", "started_by")
    return found.filter(pk=pk).first()


def latest_imports() -> list[Import]:
    """The imports that are kept, newest first."""
    imports = Import.objects.select_related("job", "started_by").order_by("-pk")
    return list(imports[:SHOWN_IMPORTS])


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


def influencers_without_account(parent: Import) -> list[int]:
    """The influencers whose TikTok account is not in the marketplace, as an import has found out."""
    rows = ImportRow.objects.filter(parent=parent, rolled_back_at=None, tiktok_status__in=OUTSIDE)
    rows = rows.exclude(tiktok_handle="").order_by("number")
    return list(rows.values_list("influencer_id", flat=True)[:MOST_AT_ONCE])


def rows_changed_since(parent: Import) -> models.QuerySet[ImportRow]:
    """The rows of which a roll-back keeps something."""
    rows = ImportRow.objects.filter(parent=parent).exclude(written_at=None).exclude(kept={})
    return rows.order_by("number")


def latest_changes(parent: Import, influencer_ids: Iterable[int]) -> dict[int, Event]:
    """The latest event about each influencer since an import was written."""
    if parent.imported_at is None:
        return {}
    events = events_about((Influencer, list(influencer_ids))).filter(at__gt=parent.imported_at)
    return {event.object_id: event for event in reversed(events[:500])}


def names_of_people(ids: Iterable[int]) -> dict[int, str]:
    """Names, or else the addresses, of members."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(ids))}


def names_of_influencers(ids: Iterable[int]) -> dict[int, str]:
    """The names of these influencers."""
    return dict(Influencer.objects.filter(pk__in=set(ids)).values_list("pk", "name"))
