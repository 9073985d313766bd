"""Rows that values refer to and that may go between preview, import and roll-back: members, groups, custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.models import CustomField
from crm.services.fields import CHOICES
from crm.services.imports.meaning.catalog import CUSTOM
from crm.services.imports.states.details import custom_fields
from tenancy.models import Group, Membership
from tenancy.scope import required_organization_id

LEFT = "has left the organization since the preview. Name another member, or nobody."
DISSOLVED = "was deleted since the preview. Name another group, or none."
NO_FIELD = "is no field any more. Choose another one for this column."
NO_CHOICE = "is no choice of this field any more. Choose another one."


def refers(key: str) -> bool:
    """Do values of this field refer to what may go?"""
    return key in {"owner", "group"} or key.startswith(CUSTOM)


@dataclass(frozen=True)
class References:
    """The members, groups and custom fields that there are now."""

    owners: frozenset[int]
    groups: frozenset[int]
    custom: Mapping[str, CustomField]

    def problem(self, key: str, value: Any) -> str:
        """The reason why a field cannot have this value any more; empty where it can."""
        if value is None or not refers(key):
            return ""
        if key == "owner":
            return "" if value in self.owners else LEFT
        if key == "group":
            return "" if value in self.groups else DISSOLVED
        return self._of_custom(key.removeprefix(CUSTOM), value)

    def _of_custom(self, key: str, value: Any) -> str:
        field = self.custom.get(key)
        if field is None:
            return NO_FIELD
        chosen = value if isinstance(value, list) else [value]
        is_gone = field.kind in CHOICES and not {*chosen} <= {*field.options, ""}
        return NO_CHOICE if is_gone else ""


def references() -> References:
    """Load what values of the organization in scope may refer to."""
    members = Membership.objects.filter(organization=required_organization_id())
    return References(
        frozenset(members.values_list("user_id", flat=True)),
        frozenset(Group.objects.values_list("pk", flat=True)),
        custom_fields(),
    )
