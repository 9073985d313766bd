"""Predicates over jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenancy.enums import Permission
from tenancy.policies import can

if TYPE_CHECKING:
    from jobs.models import Job
    from tenancy.models import Membership


def may_cancel(job: Job, membership: Membership) -> bool:
    """May this member cancel it: whoever started it may, and owners and admins?"""
    is_own = job.actor_id == membership.user_id
    return is_own or can(membership, Permission.MANAGE_ORGANIZATION, job)
