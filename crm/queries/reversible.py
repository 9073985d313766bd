"""The changes in an influencer's timeline that can still be undone, each with the act that undoes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from crm.models import Influencer, List, ListEntry, Tag, Tagging
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
}


@dataclass(frozen=True)
class Reversal:
    """An act on the influencer by the name of its address, the row that it is about, and what it posts."""

    act: str
    row: int | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)


def reversals(influencer: Influencer, events: Iterable[Event]) -> dict[int, Reversal]:
    """By the ids of `events`, which come newest first. Only the latest change of something is undone, while it stands."""
    since = timezone.now() - UNDO_FOR
    latest: dict[tuple[str, int], Event] = {}
    for event in events:
        subject = SUBJECTS.get(event.verb)
        if subject and event.object_id == influencer.pk and event.at > since:
            latest.setdefault((subject, event.detail.get(subject, 0)), event)
    found = {**_of_tags(influencer, latest), **_of_lists(influencer, latest)}
    archived = latest.get(("archive", 0))
    if archived and archived.verb == Verb.INFLUENCER_ARCHIVED and influencer.archived_at:
        found[archived.pk] = Reversal("restore_influencer")
    return found


def _of_tags(
    influencer: Influencer, latest: Mapping[tuple[str, int], Event]
) -> dict[int, Reversal]:
    events = {row: event for (subject, row), event in latest.items() if subject == "tag"}
    if not events:
        return {}
    names = dict(Tag.objects.filter(pk__in=events).values_list("pk", "name"))
    present = set(
        Tagging.objects.filter(influencer=influencer, tag__in=events).values_list("tag", flat=True)
    )
    found = {}
    for row, event in events.items():
        if event.verb == Verb.INFLUENCER_TAGGED and row in present:
            found[event.pk] = Reversal("remove_tag", row)
        elif event.verb == Verb.INFLUENCER_UNTAGGED and row in names and row not in present:
            found[event.pk] = Reversal("add_tag", fields={"name": names[row]})
    return found


def _of_lists(
    influencer: Influencer, latest: Mapping[tuple[str, int], Event]
) -> dict[int, Reversal]:
    events = {row: event for (subject, row), event in latest.items() if subject == "list"}
    if not events:
        return {}
    known = set(List.objects.filter(pk__in=events).values_list("pk", flat=True))
    entries = ListEntry.objects.filter(influencer=influencer, list__in=events)
    present = set(entries.values_list("list", flat=True))
    found = {}
    for row, event in events.items():
        if event.verb == Verb.INFLUENCER_LISTED and row in present:
            found[event.pk] = Reversal("remove_list", row)
        elif event.verb == Verb.INFLUENCER_UNLISTED and row in known - present:
            found[event.pk] = Reversal("add_list", fields={"list": row})
    return found
