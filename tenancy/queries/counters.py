"""Reads of the kept numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models.functions import Cast, Coalesce

from tenancy.models import Counter

TOTAL = Cast(models.Sum("amount"), models.BigIntegerField())


def counts(subject_id: int = 0) -> dict[str, int]:
    """The kept numbers of a campaign, or of the organization in scope; what is not there is 0."""
    return defaultdict(int, kept_counts(subject_id))


def kept_counts(subject_id: int) -> models.QuerySet[Any, Any]:
    """The names of these numbers with each of them."""
    rows = Counter.objects.filter(subject_id=subject_id).values_list("name")
    return rows.annotate(total=TOTAL).order_by()


def kept_changes(subject_ids: Collection[int], name: str) -> models.QuerySet[Counter]:
    """The changes whose sum is this number of these campaigns."""
    return Counter.objects.filter(subject_id__in=subject_ids, name=name)


def all_counts() -> dict[tuple[int, str], int]:
    """Every kept number of the organization in scope that is not 0, by subject and name."""
    sums = Counter.objects.values_list("subject_id", "name").annotate(total=TOTAL)
    return {(subject, name): amount for subject, name, amount in sums.order_by() if amount}


def counted(name: str) -> Coalesce:
    """Annotation: this kept number of the row, which is a campaign."""
    rows = Counter.objects.filter(subject_id=models.OuterRef("pk"), name=name).order_by()
    total = rows.values("name").annotate(total=TOTAL).values("total")
    return Coalesce(models.Subquery(total), 0, output_field=models.BigIntegerField())
