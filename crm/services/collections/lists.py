"""Lists: influencers put together by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from crm.models import Influencer, List, ListEntry
from crm.models.lists import NAME_LENGTH
from crm.services.merging.keeping import Values, as_texts
from crm.services.naming import bring_back, save_named
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record, record_each
from ui.names import readable_name


@transaction.atomic
def create_list(name: str, *, description: str = "", actor: User | None) -> List:
    """An empty list. Raises NameTaken, ValidationError."""
    made = List(
        name=readable_name(name, longest=NAME_LENGTH), description=description, created_by=actor
    )
    save_named(made)
    record(Verb.LIST_CREATED, made, actor=actor)
    return made


@transaction.atomic
def edit_list(edited: List, *, name: str, description: str, actor: User | None) -> None:
    """Rename or describe a list. Raises NameTaken, ValidationError."""
    edited.name, edited.description = readable_name(name, longest=NAME_LENGTH), description
    save_named(edited)
    record(Verb.LIST_CHANGED, edited, actor=actor)


@transaction.atomic
def delete_list(deleted: List, *, actor: User | None, had: int = 0) -> Values:
    """Delete a list, and take off it whoever is on it still; its influencers stay. `had`: how many were on it before. Return
    what `restore_list` needs; nothing when it is gone already."""
    locked = List.objects.select_for_update(of=("self",)).filter(pk=deleted.pk).first()
    if locked is None:
        return {}
    listed = list(Influencer.objects.filter(list_entries__list=locked).order_by("pk"))
    count = had + len(remove_from_list(locked, listed, actor=actor))
    record(Verb.LIST_DELETED, locked, actor=actor, count=count)
    kept = as_texts(locked)
    locked.delete()
    return kept


@transaction.atomic
def restore_list(kept: Values, *, actor: User | None) -> List:
    """A deleted list, with nobody on it yet. Raises NameTakenSince."""
    restored: List = bring_back(List, kept)
    record(Verb.LIST_RESTORED, restored, actor=actor)
    return restored


@transaction.atomic
def add_to_list(
    target: List, influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Put influencers on a list. Return those who were not on it yet: to undo, remove these."""
    present = set(
        ListEntry.objects.filter(list=target, influencer__in=influencers).values_list(
            "influencer_id", flat=True
        )
    )
    added = [influencer for influencer in influencers if influencer.pk not in present]
    ListEntry.objects.bulk_create(
        [ListEntry(list=target, influencer=influencer, added_by=actor) for influencer in added],
        ignore_conflicts=True,
    )
    record_each(
        Verb.INFLUENCER_LISTED, added, actor=actor, texts={"list": target.name}, list=target.pk
    )
    return added


@transaction.atomic
def remove_from_list(
    target: List, influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Take influencers from a list. Return those who were on it: to undo, add these."""
    rows = ListEntry.objects.select_for_update().filter(list=target, influencer__in=influencers)
    present = set(rows.values_list("influencer_id", flat=True))
    removed = [influencer for influencer in influencers if influencer.pk in present]
    rows.delete()
    record_each(
        Verb.INFLUENCER_UNLISTED, removed, actor=actor, texts={"list": target.name}, list=target.pk
    )
    return removed
