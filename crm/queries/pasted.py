"""Pasted accounts: what is known of each line, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Case, Count, Q, Value, When

from crm.enums import ImportFate, PasteResult
from crm.models import Import, ImportRow
from crm.queries.imports import OUTSIDE
from tiktok.enums import MarketplaceStatus
from ui.paging import KeysetPage, keyset_page

IS_TIKTOK = Q(values__has_key="account.tiktok")
CAN_BE_MAILED = (
    Q(values__has_key="email") | Q(influencer__email__gt="") | Q(influencer__person__isnull=False)
)
RESULT = Case(
    When(fate=ImportFate.ERROR, then=Value(PasteResult.ERROR)),
    When(fate=ImportFate.DUPLICATE, then=Value(PasteResult.TWICE)),
    When(Q(fate=ImportFate.UNCHANGED) | IS_TIKTOK, tiktok_handle="", then=Value(PasteResult.HERE)),
    When(tiktok_handle="", then=Value(PasteResult.ELSEWHERE)),
    When(tiktok_status=MarketplaceStatus.IN, then=Value(PasteResult.IN)),
    When(tiktok_status__in=OUTSIDE, then=Value(PasteResult.OUTSIDE)),
    When(tiktok_status=MarketplaceStatus.INVALID, then=Value(PasteResult.NOBODY)),
    default=Value(PasteResult.OPEN),
    output_field=models.CharField(),
)
ADDED = (PasteResult.IN, PasteResult.ELSEWHERE)


@dataclass(frozen=True)
class Group:
    """Lines that have the same result and are equally far."""

    result: str
    fate: str
    is_written: bool
    can_be_mailed: bool
    count: int

    @property
    def is_account(self) -> bool:
        return self.result in ADDED

    @property
    def is_update(self) -> bool:
        """Is something added to whom the account belongs already?"""
        return self.result == PasteResult.HERE and self.fate == ImportFate.UPDATE


@dataclass(frozen=True)
class PasteCounts:
    """The numbers of lines of a paste, by what is known of them."""

    groups: tuple[Group, ...]

    def _sum(self, is_wanted: Callable[[Group], bool]) -> int:
        return sum(each.count for each in self.groups if is_wanted(each))

    @property
    def by_result(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for each in self.groups:
            counts[each.result] += each.count
        return counts

    @property
    def total(self) -> int:
        return self._sum(lambda each: True)

    @property
    def to_add(self) -> int:
        return self._sum(lambda each: each.is_account and not each.is_written)

    @property
    def to_update(self) -> int:
        return self._sum(lambda each: each.is_update and not each.is_written)

    @property
    def added(self) -> int:
        return self._sum(lambda each: each.is_account and each.is_written)

    @property
    def updated(self) -> int:
        return self._sum(lambda each: each.is_update and each.is_written)

    @property
    def outside(self) -> int:
        return self._sum(lambda each: each.result == PasteResult.OUTSIDE)

    @property
    def kept(self) -> int:
        """The number of those who are not in the marketplace, and kept as creators without an account."""
        return self._sum(lambda each: each.result == PasteResult.OUTSIDE and each.is_written)

    @property
    def to_mail(self) -> int:
        """The number of those who are not in the marketplace and have an e-mail address."""
        return self._sum(lambda each: each.result == PasteResult.OUTSIDE and each.can_be_mailed)

    @property
    def open(self) -> int:
        return self._sum(lambda each: each.result == PasteResult.OPEN)


def paste_counts(parent: Import) -> PasteCounts:
    """The counts of a paste, in one query."""
    rows = ImportRow.objects.filter(parent=parent).order_by()
    groups = (
        rows.annotate(
            result=RESULT,
            is_written=_is(Q(written_at__isnull=False)),
            can_be_mailed=_is(CAN_BE_MAILED),
        )
        .values_list("result", "fate", "is_written", "can_be_mailed")
        .annotate(count=Count("pk"))
    )
    return PasteCounts(tuple(Group(*each) for each in groups))


def _is(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=models.BooleanField())


def pasted_rows_page(parent: Import, *, result: str, cursor: str) -> KeysetPage[ImportRow]:
    """A page of lines with this result, or of all, in the order in which they were pasted."""
    rows = ImportRow.objects.filter(parent=parent)
    if result in PasteResult.values:
        rows = rows.alias(found=RESULT).filter(found=result)
    return keyset_page(
        rows.defer("keys", "cells"),
        "number",
        facts=lambda found: found.annotate(result=RESULT).select_related("influencer"),
        cursor=cursor,
    )


def rows_to_keep(parent: Import, *, mailed: bool) -> models.QuerySet[ImportRow]:
    """The lines that are not in the marketplace and not kept. `mailed`: of those alone who can be."""
    rows = ImportRow.objects.filter(parent=parent, written_at=None, tiktok_status__in=OUTSIDE)
    rows = rows.exclude(tiktok_handle="").exclude(fate=ImportFate.ERROR).order_by("number")
    return rows.filter(CAN_BE_MAILED) if mailed else rows
