"""Groups as the settings show them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from crm.models import GroupBranding, Influencer
from tenancy.models import Group, GroupMember

COUNTED = 10_000  # influencers of a group; beyond that a page says "more than"


def groups_with_counts() -> models.QuerySet[Group]:
    """The groups in scope, with how many members and influencers they have (the latter counted up to COUNTED + 1)."""
    inside = Influencer.objects.filter(group=models.OuterRef("pk")).order_by().values("pk")
    members = GroupMember.objects.filter(group=models.OuterRef("pk")).order_by().values("pk")
    return Group.objects.annotate(
        influencer_count=_length(inside[: COUNTED + 1]), member_count=_length(members)
    )


def _length(rows: models.QuerySet[Any, Any]) -> models.Func:
    return models.Func(
        ArraySubquery(rows), function="cardinality", output_field=models.IntegerField()
    )


def branding_of(group: Group) -> GroupBranding:
    """Text and logo of a group's applications; empty ones while nobody has given any."""
    found = GroupBranding.objects.select_related("logo").filter(group=group).first()
    return found or GroupBranding(group=group)
