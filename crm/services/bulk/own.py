"""The CRM's own kinds: tags, lists, group, owner, archive. Each undoes what it has done where nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q

from crm.enums import BulkState
from crm.errors import ChoiceGone
from crm.models import Influencer, List, ListEntry, Tag, Tagging
from crm.queries.details import lists_by_name, member_choices, tags_by_name
from crm.queries.reversible import latest_placings
from crm.services.bulk.kinds import (
    BulkKind,
    BulkPage,
    Choice,
    Outcome,
    Outcomes,
    Slice,
    register_page,
)
from crm.services.bulk.rows import (
    has_row,
    list_again,
    make_again,
    make_rows,
    remove_rows,
    unchanged,
    undone,
    unlist,
    unmake_rows,
    with_events,
)
from crm.services.bulk.runs import register_bulk
from crm.services.collections.lists import add_to_list, create_list, remove_from_list
from crm.services.collections.tags import create_tag, tag_influencers, untag_influencers
from crm.services.influencers import archive_influencers, assign_influencers, restore_influencers
from tenancy.enums import Permission
from tenancy.models import Group, User
from tenancy.scope import current_groups
from ui.keys import key_in

NOT_ANY = "none"  # the value of "no group" and "nobody"


def row_of(model: Any, value: str) -> Any:
    """The row of this id. Raises ChoiceGone."""
    row = model.objects.filter(pk=key_in(value) or 0).first()
    if row is None:
        raise ChoiceGone
    return row


def named(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Rows as options of a choice."""
    return [(str(row.pk), str(row)) for row in rows]


# --- tags and lists: a row of another table is made or taken away ---
TAG = Choice(
    "Tag",
    lambda: named(tags_by_name()),
    partial(row_of, Tag),
    lambda name, actor: create_tag(name, actor=actor),
)
LIST = Choice(
    "List",
    lambda: named(lists_by_name()),
    partial(row_of, List),
    lambda name, actor: create_list(name, actor=actor),
)


def _pairs() -> list[BulkKind]:
    """Adding and taking away, of tags and of lists."""
    has_tag, is_listed = partial(has_row, Tagging, "tag"), partial(has_row, ListEntry, "list")
    edit = Permission.EDIT_INFLUENCERS
    return [
        BulkKind(
            "tag", "Tag", "Add a tag", "tag", 10, edit,
            "will get the tag", "got the tag", ("has the tag already", "have the tag already"),
            partial(make_rows, Tagging, "tag", tag_influencers),
            has_tag, choice=TAG, take_back=partial(unmake_rows, Tagging, untag_influencers),
        ),
        BulkKind(
            "list", "Add to list", "Add to a list", "list", 20, edit,
            "will be on the list", "put on the list", ("is on the list already", "are on the list already"),
            partial(make_rows, ListEntry, "list", add_to_list),
            is_listed, choice=LIST, take_back=partial(unmake_rows, ListEntry, remove_from_list),
        ),
        BulkKind(
            "untag", "Remove a tag", "Remove a tag", "tag", 60, edit,
            "will lose the tag", "lost the tag", ("does not have the tag", "do not have the tag"),
            partial(remove_rows, "tag", untag_influencers), lambda tag: ~has_tag(tag),
            choice=Choice(TAG.label, TAG.options, TAG.found), take_back=partial(make_again, "tag", tag_influencers),
        ),
        BulkKind(
            "unlist", "Remove from a list", "Remove from a list", "list", 70, edit,
            "will leave the list", "taken off the list", ("is not on the list", "are not on the list"),
            unlist, lambda row: ~is_listed(row),
            choice=Choice(LIST.label, LIST.options, LIST.found), take_back=list_again,
        ),
    ]  # fmt: skip


# --- group and owner: a column of the influencer ---
def _assign(column: str, work: Slice) -> Outcomes:
    """Each influencer's value before, and the event that says so, are their trace."""
    value = work.choice and work.choice.pk
    done = assign_influencers(work.influencers, column, value, actor=work.actor)
    return {each.pk: Outcome(BulkState.DONE, trace) for each, trace in done.items()}


def _assign_back(column: str, exists: Callable[[], set[int]], work: Slice) -> Outcomes:
    """Give back what was before, where it is still there and nobody has chosen something else since."""
    value, possible = work.choice and work.choice.pk, exists() | {None}
    before, events = _read_traces(work.traces)
    latest = latest_placings(events, column)
    still = [
        each
        for each in work.influencers
        if getattr(each, column) == value and events[each.pk] in {None, latest.get(each.pk)}
    ]
    done: list[Influencer] = []
    for earlier in {before[each.pk] for each in still} & possible:
        group = [each for each in still if before[each.pk] == earlier]
        done += assign_influencers(group, column, earlier, actor=work.actor)
    return undone(done, work)


def _read_traces(
    traces: Mapping[int, Any],
) -> tuple[dict[int, int | None], dict[int, int | None]]:
    """The values before and the events, by influencer. A trace from before events were kept is the value alone."""
    pairs = {pk: each if isinstance(each, list) else [each, None] for pk, each in traces.items()}
    return {pk: pair[0] for pk, pair in pairs.items()}, {pk: pair[1] for pk, pair in pairs.items()}


def _groups() -> list[tuple[str, str]]:
    """Limited members have to choose one of theirs: without a group they do not see the influencer any more."""
    groups = named(Group.objects.order_by("name", "pk"))
    return groups if current_groups() is not None else [*groups, (NOT_ANY, "No group")]


def _owners() -> list[tuple[str, str]]:
    return [*((str(pk), name) for pk, name in member_choices()), (NOT_ANY, "Nobody")]


def _group(value: str) -> Group | None:
    is_for_all = current_groups() is None
    return None if value == NOT_ANY and is_for_all else row_of(Group, value)


def _owner(value: str) -> User | None:
    if value == NOT_ANY:
        return None
    if value not in {str(pk) for pk, _ in member_choices()}:
        raise ChoiceGone
    return User.objects.get(pk=value)


def _columns() -> list[BulkKind]:
    edit = Permission.EDIT_INFLUENCERS
    groups = partial(
        _assign_back, "group_id", lambda: set(Group.objects.values_list("pk", flat=True))
    )
    owners = partial(_assign_back, "owner_id", lambda: {pk for pk, _ in member_choices()})
    return [
        BulkKind(
            "group", "Group", "Change the group", "users-group", 80, edit,
            "will change the group", "changed the group", ("is in this group already", "are in this group already"),
            partial(_assign, "group_id"), lambda group: Q(group=group),
            choice=Choice("Group", _groups, _group), take_back=groups,
        ),
        BulkKind(
            "owner", "Owner", "Change the owner", "user-check", 90, edit,
            "will get this owner", "got this owner", ("has this owner already", "have this owner already"),
            partial(_assign, "owner_id"), lambda owner: Q(owner=owner),
            choice=Choice("Owner", _owners, _owner), take_back=owners,
        ),
    ]  # fmt: skip


# --- archive ---
def _archive(work: Slice) -> Outcomes:
    done = archive_influencers(work.influencers, actor=work.actor)
    rows = Influencer.objects.filter(pk__in=[each.pk for each in done])
    return {
        pk: Outcome(BulkState.DONE, moment.isoformat())
        for pk, moment in rows.values_list("pk", "archived_at")
        if moment is not None
    }


def _unarchive(work: Slice) -> Outcomes:
    """Restore a slice, but for those who were restored and archived again since."""
    still = [each for each in work.influencers if each.archived_at == _moment(work, each)]
    return undone(restore_influencers(still, actor=work.actor), work)


def _moment(work: Slice, influencer: Influencer) -> datetime:
    return datetime.fromisoformat(work.traces[influencer.pk])


def _restore(work: Slice) -> Outcomes:
    return with_events(restore_influencers(work.influencers, actor=work.actor), "archive")


def _archive_again(work: Slice) -> Outcomes:
    still = unchanged(work.influencers, work.traces, "archive")
    return undone(archive_influencers(still, actor=work.actor), work)


def _archiving() -> list[BulkKind]:
    edit = Permission.EDIT_INFLUENCERS
    return [
        BulkKind(
            "archive", "Archive", "Archive", "archive", 100, edit,
            "will be archived", "archived", ("is archived already", "are archived already"),
            _archive, lambda choice: Q(archived_at__isnull=False), take_back=_unarchive,
        ),
        BulkKind(
            "restore", "Restore", "Restore from the archive", "history", 110, edit,
            "will be restored", "restored", ("is not archived", "are not archived"),
            _restore, lambda choice: Q(archived_at=None), take_back=_archive_again,
        ),
    ]  # fmt: skip


def register_own_kinds() -> None:
    """Make the CRM's own kinds known."""
    kinds: Sequence[BulkKind] = [*_pairs(), *_columns(), *_archiving()]
    for kind in kinds:
        register_bulk(kind)
    edit = Permission.EDIT_INFLUENCERS
    register_page(BulkPage("merge", "Merge", "users-group", 120, edit, "crm:merge_influencers"))
