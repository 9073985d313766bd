"""The changes in an influencer's timeline that can still be undone, each with the act that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import models
from django.utils import timezone

from crm.models import Contract, Influencer, List, ListEntry, Removal, Tag, Tagging, Task
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.queries.changes import latest_event
from ui.undoing import OF

UNDO_FOR = timedelta(days=30)
SUBJECTS: dict[str, str] = {
    Verb.INFLUENCER_TAGGED: "tag",
    Verb.INFLUENCER_UNTAGGED: "tag",
    Verb.INFLUENCER_LISTED: "list",
    Verb.INFLUENCER_UNLISTED: "list",
    Verb.INFLUENCER_ARCHIVED: "archive",
    Verb.INFLUENCER_RESTORED: "archive",
    Verb.TASK_DONE: "task",
    Verb.TASK_REOPENED: "task",
    Verb.CONTRACT_CHANGED: "contract",
}
DELETED = {
    Verb.NOTE_DELETED, Verb.TASK_DELETED, Verb.FILE_DELETED, Verb.CONTRACT_DELETED, Verb.DRAFT_REMOVED,
    Verb.DRAFT_COMMENT_REMOVED,
}  # fmt: skip

# What an influencer is put into: the rows, those that put somebody into one, and the verb of doing so.
COLLECTIONS: dict[str, tuple[type[models.Model], type[models.Model], Verb]] = {
    "tag": (Tag, Tagging, Verb.INFLUENCER_TAGGED),
    "list": (List, ListEntry, Verb.INFLUENCER_LISTED),
}


def latest_change(influencer: Influencer, subject: str, row: int = 0) -> Event | None:
    """The latest change of this subject of an influencer: of their archiving, of one tag or list of theirs, of a task."""
    return latest_event(influencer, _verbs(subject), **({subject: row} if row else {}))


def latest_changes(influencer_ids: Iterable[int], subject: str, row: int = 0) -> dict[int, int]:
    """The ids of the latest changes of a subject, by influencer."""
    label = Influencer._meta.label_lower
    events = Event.objects.filter(object_type=label, object_id__in=list(influencer_ids))
    events = events.filter(verb__in=_verbs(subject))
    if row:
        events = events.filter(**{f"detail__{subject}": row})
    return dict(events.order_by().values_list("object_id").annotate(latest=models.Max("pk")))


def latest_placings(influencer_ids: Iterable[int], column: str) -> dict[int, int]:
    """The ids of the latest changes of an owner or a group (`column`), by influencer."""
    label = Influencer._meta.label_lower
    events = Event.objects.filter(object_type=label, object_id__in=list(influencer_ids))
    events = events.filter(verb=Verb.INFLUENCER_EDITED, **{f"detail__{column}": True})
    return dict(events.order_by().values_list("object_id").annotate(latest=models.Max("pk")))


def _verbs(subject: str) -> list[Verb]:
    return [verb for verb in Verb if SUBJECTS.get(verb) == subject]


@dataclass(frozen=True)
class Reversal:
    """An act on the influencer by the name of its address, the row that it is about, and what it posts."""

    act: str
    row: int | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)


Find = Callable[[Influencer, Sequence[Event], bool], dict[int, Reversal]]
_others: list[Find] = []


def register_reversals(find: Find) -> None:
    """Let another app say what undoes its changes; once, when it is ready. It gets events of the last thirty days alone, and
    whether no event of the influencer is later than these."""
    _others.append(find)


def reversals(
    influencer: Influencer, timeline: Sequence[Event], *, is_newest: bool = True
) -> dict[int, Reversal]:
    """By the ids of events, which come newest first. Only the latest change of something is undone, while it stands.
    `is_newest`: no event of the influencer is later than these."""
    since = timezone.now() - UNDO_FOR
    events = [event for event in timeline if event.at > since]
    latest: dict[tuple[str, int], Event] = {}
    for event in events:
        subject = SUBJECTS.get(event.verb)
        if subject and event.object_id == influencer.pk:
            latest.setdefault((subject, event.detail.get(subject, 0)), event)
    if latest and not is_newest:
        overtaken = _later(influencer, min(event.pk for event in latest.values()))
        latest = {key: e for key, e in latest.items() if overtaken.get(key, e.pk) == e.pk}
    found: dict[int, Reversal] = {}
    for subject in COLLECTIONS:
        found |= _of_collection(subject, influencer, latest)
    archived = latest.get(("archive", 0))
    if archived and archived.verb == Verb.INFLUENCER_ARCHIVED and influencer.archived_at:
        found[archived.pk] = Reversal("crm:restore_influencer")
    found |= _of_tasks(latest) | _of_contracts(latest) | _of_removals(influencer, events)
    for find in _others:
        found |= find(influencer, events, is_newest)
    return {pk: replace(each, fields={**each.fields, OF: pk}) for pk, each in found.items()}


def _later(influencer: Influencer, first: int) -> dict[tuple[str, int], int]:
    """The ids of the latest changes of every subject of an influencer that was changed from this event on."""
    label = Influencer._meta.label_lower
    about = {"object_type": label, "object_id": influencer.pk, "verb__in": list(SUBJECTS)}
    rows = sorted(set(SUBJECTS.values()))
    changes = Event.objects.filter(**about, pk__gte=first).order_by()
    latest: dict[tuple[str, int], int] = {}
    ids = (f"detail__{name}" for name in rows)
    for verb, *given, pk in changes.values_list("verb", *ids).annotate(latest=models.Max("pk")):
        subject = SUBJECTS[verb]
        key = (subject, given[rows.index(subject)] or 0)
        latest[key] = max(pk, latest.get(key, 0))
    return latest


def _of_tasks(latest: Mapping[tuple[str, int], Event]) -> dict[int, Reversal]:
    """A task that is done may be opened again."""
    done = {
        row: event
        for (what, row), event in latest.items()
        if what == "task" and event.verb == Verb.TASK_DONE
    }
    if not done:
        return {}
    still = Task.objects.filter(pk__in=done, done_at__isnull=False).values_list("pk", flat=True)
    return {done[row].pk: Reversal("crm:finish_task", row, {"done": "no"}) for row in still}


def _of_contracts(latest: Mapping[tuple[str, int], Event]) -> dict[int, Reversal]:
    """A state that a contract still has, and was not taken back to, may be taken back."""
    events = {row: event for (what, row), event in latest.items() if what == "contract"}
    said = {row: each for row, each in events.items() if "taken_back" not in each.detail}
    if not said:
        return {}
    states = dict(Contract.objects.filter(pk__in=said).values_list("pk", "state"))
    return {
        event.pk: Reversal("crm:take_contract_back", row, {"state": states[row]})
        for row, event in said.items()
        if states.get(row) == event.detail["state"]
    }


def _of_removals(influencer: Influencer, events: Sequence[Event]) -> dict[int, Reversal]:
    """A row that was deleted comes back while it is kept."""
    by_removal = {e.detail.get("removal", 0): e.pk for e in events if e.verb in DELETED}
    if not by_removal:
        return {}
    kept = Removal.objects.filter(pk__in=by_removal, influencer=influencer)
    return {
        by_removal[pk]: Reversal("crm:restore_removed", pk)
        for pk in kept.values_list("pk", flat=True)
    }


def _of_collection(
    subject: str, influencer: Influencer, latest: Mapping[tuple[str, int], Event]
) -> dict[int, Reversal]:
    model, link, added = COLLECTIONS[subject]
    events = {row: event for (what, row), event in latest.items() if what == subject}
    if not events:
        return {}
    there = set(model._default_manager.filter(pk__in=events).values_list("pk", flat=True))
    links = link._default_manager.filter(influencer=influencer, **{f"{subject}__in": events})
    present = set(links.values_list(subject, flat=True))
    found = {}
    for row, event in events.items():
        if event.verb == added and row in present:
            found[event.pk] = Reversal(f"crm:remove_{subject}", row)
        elif event.verb != added and row in there and row not in present:
            found[event.pk] = Reversal(f"crm:add_{subject}", fields={subject: row})
    return found
