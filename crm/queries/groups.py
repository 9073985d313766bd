"""Groups as the settings show them."""

from __future__ import annotations

from django.db import models

from crm.models import GroupBranding, Influencer
from crm.queries.packing import COUNTED, length
from tenancy.models import Group, GroupMember


def groups_with_counts() -> models.QuerySet[Group]:
    """The groups in scope, with how many members and influencers they have (the latter counted up to COUNTED + 1)."""
    inside = Influencer.objects.filter(group=models.OuterRef("pk"))
    members = GroupMember.objects.filter(group=models.OuterRef("pk"))
    return Group.objects.annotate(
        influencer_count=length(inside, COUNTED + 1), member_count=length(members)
    )


def branding_of(group: Group) -> GroupBranding:
    """Text and logo of a group's applications; empty ones while nobody has given any."""
    found = GroupBranding.objects.select_related("logo").filter(group=group).first()
    return found or GroupBranding(group=group)
