"""Kinds that dissolve a tag or a list: everybody loses it, and then it goes, until that is undone. Nobody selects for them:
they are about everybody who has the tag or is on the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models

from crm.enums import BulkState
from crm.errors import ChoiceGone
from crm.models import Influencer, List, Tag, Tagging
from crm.services.bulk.kinds import BulkKind, Choice, Outcome, Outcomes, Slice
from crm.services.bulk.rows import (
    list_again,
    make_again,
    remove_rows,
    unchanged,
    undone,
    unlist,
    with_events,
)
from crm.services.bulk.runs import register_bulk
from crm.services.collections.lists import delete_list, restore_list
from crm.services.collections.tags import (
    delete_tag,
    restore_tag,
    tag_influencers,
    untag_influencers,
)
from tenancy.enums import Permission
from tenancy.models import User
from ui.keys import key_in

DELETE_TAG, MERGE_TAG, DELETE_LIST = "delete_tag", "merge_tag", "delete_list"


@dataclass(frozen=True)
class Merging:
    """A tag, and the one that takes its place. Its `choice` has both ids: `12:7`."""

    tag: Tag
    into: Tag

    def __str__(self) -> str:
        return f"{self.tag} → {self.into}"

    @property
    def choice(self) -> str:
        return f"{self.tag.pk}:{self.into.pk}"


def _found(model: type[models.Model], value: str) -> Any:
    """The row, locked, so that of two people who dissolve it one is first. Raises ChoiceGone."""
    rows = model._default_manager.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=key_in(value) or 0).first()
    if row is None:
        raise ChoiceGone
    return row


def _found_both(value: str) -> Merging:
    tag, _, into = value.partition(":")
    # In one order, so that of two who merge them into each other neither waits for the other for ever.
    rows = {
        each: _found(Tag, each) for each in sorted([tag, into], key=lambda key: key_in(key) or 0)
    }
    return Merging(rows[tag], rows[into])


def _who(path: str, row: Any) -> models.QuerySet[Influencer]:
    return Influencer.objects.filter(**{path: row})


def _merge(work: Slice) -> Outcomes:
    """The trace is the event, and the tagging with the other tag if it is a new one."""
    merging: Merging = work.choice
    given = tag_influencers(merging.into, work.influencers, actor=work.actor)
    rows = Tagging.objects.filter(tag=merging.into, influencer__in=given)
    made = dict(rows.values_list("influencer_id", "pk"))
    lost = untag_influencers(merging.tag, work.influencers, actor=work.actor)
    outcomes = with_events(lost, "tag", merging.tag.pk)
    return {
        pk: Outcome(BulkState.DONE, [outcome.trace, made.get(pk)])
        for pk, outcome in outcomes.items()
    }


def _part(work: Slice) -> Outcomes:
    """Give back the tag, and take away the very taggings that the merge has made."""
    merging: Merging = work.choice
    events = {pk: event for pk, (event, _) in work.traces.items()}
    still = unchanged(work.influencers, events, "tag", merging.tag.pk)
    done = tag_influencers(merging.tag, still, actor=work.actor)
    made = [work.traces[each.pk][1] for each in done]
    rows = Tagging.objects.filter(pk__in=[pk for pk in made if pk])
    having = set(rows.values_list("influencer_id", flat=True))
    taken = [each for each in done if each.pk in having]
    untag_influencers(merging.into, taken, actor=work.actor)
    return undone(done, work)


def _is_parted(choice: str) -> str:
    """The reason why merged tags are not parted: the one that took the other's place is gone. Empty where it is there."""
    into = key_in(choice.partition(":")[2]) or 0
    if Tag.objects.filter(pk=into).exists():
        return ""
    return "the tag that took its place is deleted. Bring that one back first, then undo again."


def _end_tag(tag: Tag, had: int, actor: User | None) -> dict[str, Any]:
    return delete_tag(tag, actor=actor, had=had)


def _end_merging(merging: Merging, had: int, actor: User | None) -> dict[str, Any]:
    return delete_tag(merging.tag, actor=actor, had=had, into=merging.into)


def _end_list(row: List, had: int, actor: User | None) -> dict[str, Any]:
    return delete_list(row, actor=actor, had=had)


def _revive_tag(kept: Mapping[str, Any], actor: User | None) -> None:
    restore_tag(dict(kept), actor=actor)


def _revive_list(kept: Mapping[str, Any], actor: User | None) -> None:
    restore_list(dict(kept), actor=actor)


def _kinds() -> list[BulkKind]:
    edit = Permission.EDIT_TAGS
    tag = Choice("Tag", tuple, partial(_found, Tag))
    return [
        BulkKind(
            DELETE_TAG, "Delete a tag", "Delete a tag", "trash", 120, edit,
            "will lose the tag", "lost the tag", ("does not have the tag", "do not have the tag"),
            partial(remove_rows, "tag", untag_influencers), choice=tag,
            take_back=partial(make_again, "tag", tag_influencers),
            rows=partial(_who, "taggings__tag"), finish=_end_tag, revive=_revive_tag,
        ),
        BulkKind(
            MERGE_TAG, "Merge tags", "Merge tags", "tag", 130, edit,
            "will have the other tag", "have the other tag", ("does not have the tag", "do not have the tag"),
            _merge, choice=Choice("Tag", tuple, _found_both), take_back=_part,
            rows=lambda merging: _who("taggings__tag", merging.tag), finish=_end_merging, revive=_revive_tag,
            no_way_back=_is_parted,
        ),
        BulkKind(
            DELETE_LIST, "Delete a list", "Delete a list", "trash", 140, edit,
            "will leave the list", "taken off the list", ("is not on the list", "are not on the list"),
            unlist, choice=Choice("List", tuple, partial(_found, List)), take_back=list_again,
            rows=partial(_who, "list_entries__list"), finish=_end_list, revive=_revive_list,
        ),
    ]  # fmt: skip


def register_dissolving() -> None:
    """Make the kinds known."""
    for kind in _kinds():
        register_bulk(kind)
