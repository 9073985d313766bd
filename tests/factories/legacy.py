"""The move off the old source in one step."""

from __future__ import annotations

from campaigns.services.legacy import cutting_over
from campaigns.services.legacy.planning import make_plan
from tenancy.models import User


def cut_over(*, actor: User | None = None) -> int:
    """Cut over by a plan that is made for it. Returns the posts hidden."""
    return cutting_over.cut_over(make_plan(actor=actor), actor=actor)
