"""Segments: filters of the list of influencers that members save, for themselves or for all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from crm.models import Segment
from crm.policies.details import readable_name
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


@transaction.atomic
def create_segment(
    name: str, *, filters: Sequence[str], sort: str, is_shared: bool, actor: User
) -> Segment:
    """Save filters under a name. `filters`: the values of `f` in the address. Raises ValidationError."""
    segment = Segment.objects.create(
        name=readable_name(name),
        owner=actor,
        filters=list(filters),
        sort=sort,
        is_shared=is_shared,
        position=Segment.objects.count(),
    )
    record(Verb.SEGMENT_CREATED, segment, actor=actor)
    return segment


@transaction.atomic
def change_segment(segment: Segment, *, filters: Sequence[str], sort: str, actor: User) -> None:
    """Let a segment be these filters from now on."""
    segment.filters, segment.sort = list(filters), sort
    segment.save()
    record(Verb.SEGMENT_CHANGED, segment, actor=actor)


@transaction.atomic
def delete_segment(segment: Segment, *, actor: User) -> None:
    """Delete a segment; nobody it keeps is touched."""
    record(Verb.SEGMENT_DELETED, segment, actor=actor)
    segment.delete()
