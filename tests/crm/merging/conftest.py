"""Merging as the page does it."""

from __future__ import annotations

from typing import Any

from crm.models import Merge
from crm.queries.merging import compare, influencers_to_merge
from crm.services.merging.merge import merge_influencers
from tenancy.models import User


def merge(
    target: Any, *others: Any, actor: User | None = None, picks: dict[str, int] | None = None
) -> Merge:
    """Merge as the page does that was opened just now."""
    ids = [target.pk, *(other.pk for other in others)]
    seen = compare(influencers_to_merge(ids), target.pk).version
    return merge_influencers(target.pk, ids[1:], picks=picks or {}, seen=seen, actor=actor)
