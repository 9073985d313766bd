"""Segments: filters of the list of influencers that members save, for themselves or for all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from crm.errors import NoRoomForSegment, TooManySegments
from crm.models import Removal, Segment
from crm.models.segments import NAME_LENGTH
from crm.services.removals.keeping import remove, restore_removed
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.queries import members_in_scope
from tenancy.services.events import record
from ui.names import readable_name

MOST_SEGMENTS = 50  # of a member: the list counts who is in each


@transaction.atomic
def create_segment(
    name: str, *, filters: Sequence[str], sort: str, is_shared: bool, actor: User
) -> Segment:
    """Save filters under a name. `filters`: the values of `f` in the address. Raises ValidationError, TooManySegments."""
    if _has_all(actor.pk):
        raise TooManySegments(MOST_SEGMENTS)
    segment = Segment.objects.create(
        name=readable_name(name, longest=NAME_LENGTH),
        owner=actor,
        filters=list(filters),
        sort=sort,
        is_shared=is_shared,
        position=Segment.objects.count(),
    )
    record(Verb.SEGMENT_CREATED, segment, actor=actor)
    return segment


@transaction.atomic
def edit_segment(segment: Segment, *, name: str, is_shared: bool, actor: User) -> None:
    """Rename a segment, share it or keep it to its owner again; to whoever says so, if its owner has left. Raises
    ValidationError, TooManySegments."""
    segment.name, segment.is_shared = readable_name(name, longest=NAME_LENGTH), is_shared
    if not is_shared and not members_in_scope().filter(user=segment.owner_id).exists():
        if _has_all(actor.pk):
            raise TooManySegments(MOST_SEGMENTS)
        segment.owner = actor
    segment.save(update_fields=["name", "is_shared", "owner"])
    record(Verb.SEGMENT_CHANGED, segment, actor=actor)


@transaction.atomic
def change_segment(segment: Segment, *, filters: Sequence[str], sort: str, actor: User) -> None:
    """Let a segment be these filters from now on."""
    segment.filters, segment.sort = list(filters), sort
    segment.save(update_fields=["filters", "sort"])
    record(Verb.SEGMENT_CHANGED, segment, actor=actor)


def delete_segment(segment: Segment, *, actor: User) -> Removal:
    """Delete a segment; nobody it keeps is touched."""
    return remove(segment, actor=actor)


def restore_segment(removal: Removal, *, actor: User) -> Segment | None:
    """Bring a segment back, as `restore_removed` does. Raises NameTakenSince, NoRoomForSegment."""
    owner_id = removal.kept["row"]["owner_id"]  # None where its owner is deleted
    if owner_id and _has_all(int(owner_id)):
        raise NoRoomForSegment(MOST_SEGMENTS)
    restored: Segment | None = restore_removed(removal, actor=actor)
    return restored


def _has_all(owner_id: int) -> bool:
    """Has this member as many segments as one may have?"""
    return Segment.objects.filter(owner=owner_id).count() >= MOST_SEGMENTS
