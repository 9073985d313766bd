"""Choices of a form about an influencer."""

from __future__ import annotations

from crm.models import CustomField, List, Tag
from tenancy.models import Membership
from tenancy.scope import required_organization_id


def custom_fields() -> list[CustomField]:
    """The organization's own fields that are in use, in their order."""
    return list(CustomField.objects.filter(archived_at=None).order_by("position", "pk"))


def member_choices() -> list[tuple[int, str]]:
    """The members of the organization in scope, by the name that others know them by."""
    rows = Membership.objects.filter(organization_id=required_organization_id()).select_related(
        "user"
    )
    return sorted(
        ((row.user_id, row.user.name or row.user.email) for row in rows),
        key=lambda member: member[1].casefold(),
    )


def tags_by_name() -> list[Tag]:
    """The organization's tags."""
    return list(Tag.objects.order_by("name"))


def lists_by_name() -> list[List]:
    """The organization's lists."""
    return list(List.objects.order_by("name"))
