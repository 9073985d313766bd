"""The rule whose segments a member may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenancy.enums import Permission
from tenancy.policies import can

if TYPE_CHECKING:
    from crm.models import Segment
    from tenancy.models import Membership


def may_change_segment(membership: Membership | None, segment: Segment) -> bool:
    """May this member rename, change, share or delete it? Their own; a shared one also as an owner or admin."""
    is_own = membership is not None and segment.owner_id == membership.user_id
    return is_own or (segment.is_shared and can(membership, Permission.MANAGE_ORGANIZATION))
