"""Choices of a form about an influencer."""

from __future__ import annotations

from crm.models import CustomField, List, Tag
from tenancy.enums import FORMER
from tenancy.models import Membership, User
from tenancy.scope import required_organization_id


def custom_fields() -> list[CustomField]:
    """The organization's own fields that are in use, in their order."""
    return list(CustomField.objects.filter(archived_at=None).order_by("position", "pk"))


def member_choices(present: User | None = None) -> list[tuple[int, str]]:
    """The members of the organization in scope, by the name that others know them by. `present`: who is chosen already, a
    former member too."""
    rows = Membership.objects.filter(organization_id=required_organization_id()).select_related(
        "user"
    )
    people = {row.user_id: str(row.user) for row in rows}
    if present is not None and present.pk not in people:
        people[present.pk] = f"{present}{FORMER}"
    return sorted(people.items(), key=lambda member: member[1].casefold())


def tags_by_name() -> list[Tag]:
    """The organization's tags."""
    return list(Tag.objects.order_by("name"))


def lists_by_name() -> list[List]:
    """The organization's lists."""
    return list(List.objects.order_by("name"))
