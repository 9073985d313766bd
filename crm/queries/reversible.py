"""The changes in an influencer's timeline that can still be undone, each with the act that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import models
from django.utils import timezone

from crm.models import Influencer, List, ListEntry, Tag, Tagging, Task
from tenancy.enums import Verb
from tenancy.models import Event

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
}

# What an influencer is put into: the rows, those that put somebody into one, and the verb of doing so.
COLLECTIONS: dict[str, tuple[type[models.Model], type[models.Model], Verb]] = {
    "tag": (Tag, Tagging, Verb.INFLUENCER_TAGGED),
    "list": (List, ListEntry, Verb.INFLUENCER_LISTED),
}


@dataclass(frozen=True)
class Reversal:
    """An act on the influencer by the name of its address, the row that it is about, and what it posts."""

    act: str
    row: int | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)


Find = Callable[[Influencer, Sequence[Event]], dict[int, Reversal]]
_others: list[Find] = []


def register_reversals(find: Find) -> None:
    """Let another app say what undoes its changes; once, when it is ready. It gets events of the last thirty days alone."""
    _others.append(find)


def reversals(influencer: Influencer, timeline: Sequence[Event]) -> dict[int, Reversal]:
    """By the ids of events, which come newest first. Only the latest change of something is undone, while it stands."""
    since = timezone.now() - UNDO_FOR
    events = [event for event in timeline if event.at > since]
    latest: dict[tuple[str, int], Event] = {}
    for event in events:
        subject = SUBJECTS.get(event.verb)
        if subject and event.object_id == influencer.pk:
            latest.setdefault((subject, event.detail.get(subject, 0)), event)
    found: dict[int, Reversal] = {}
    for subject in COLLECTIONS:
        found |= _of_collection(subject, influencer, latest)
    archived = latest.get(("archive", 0))
    if archived and archived.verb == Verb.INFLUENCER_ARCHIVED and influencer.archived_at:
        found[archived.pk] = Reversal("crm:restore_influencer")
    found |= _of_tasks(latest)
    for find in _others:
        found |= find(influencer, events)
    return found


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


def _of_collection(
    subject: str, influencer: Influencer, latest: Mapping[tuple[str, int], Event]
) -> dict[int, Reversal]:
    model, link, added = COLLECTIONS[subject]
    events = {row: event for (what, row), event in latest.items() if what == subject}
    if not events:
        return {}
    names = dict(model._default_manager.filter(pk__in=events).values_list("pk", "name"))
    links = link._default_manager.filter(influencer=influencer, **{f"{subject}__in": events})
    present = set(links.values_list(subject, flat=True))
    found = {}
    for row, event in events.items():
        if event.verb == added and row in present:
            found[event.pk] = Reversal(f"crm:remove_{subject}", row)
        elif event.verb != added and row in names and row not in present:
            fields = {"name": names[row]} if subject == "tag" else {"list": row}
            found[event.pk] = Reversal(f"crm:add_{subject}", fields=fields)
    return found
