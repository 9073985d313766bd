"""Rows of tags and lists that bulk actions make or take away, and how each is undone where nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q

from crm.enums import BulkState
from crm.models import Influencer, ListEntry
from crm.queries.fields import probe
from crm.queries.reversible import latest_changes
from crm.services.bulk.kinds import Outcome, Outcomes, Slice
from crm.services.collections.lists import add_to_list, remove_from_list
from tenancy.models import User

CHANGED_SINCE = "Was changed since, and is kept."
Change = Callable[..., list[Influencer]]


def undone(done: Iterable[Influencer], tried: Slice) -> Outcomes:
    """Outcomes of undoing: who was done is undone, everybody else was changed since."""
    changed = {influencer.pk for influencer in done}
    return {
        each.pk: Outcome(BulkState.UNDONE)
        if each.pk in changed
        else Outcome(BulkState.KEPT, reason=CHANGED_SINCE)
        for each in tried.influencers
    }


def has_row(model: Any, column: str, choice: Any) -> Q:
    """The condition of having this tag, or of being on this list."""
    return probe(model.objects.filter(**{column: choice, "influencer": OuterRef("pk")}))


def make_rows(model: Any, column: str, add: Change, work: Slice) -> Outcomes:
    """Make the rows that are missing; each is the trace of its influencer."""
    done = add(work.choice, work.influencers, actor=work.actor)
    rows = model.objects.filter(**{column: work.choice, "influencer__in": done})
    made = dict(rows.values_list("influencer_id", "pk"))
    return {each.pk: Outcome(BulkState.DONE, made[each.pk]) for each in done}


def unmake_rows(model: Any, remove: Change, work: Slice) -> Outcomes:
    """Take away the very rows that were made: one that was taken away and made again is somebody's later wish."""
    rows = model.objects.filter(pk__in=list(work.traces.values()))
    present = set(rows.values_list("influencer_id", flat=True))
    still = [each for each in work.influencers if each.pk in present]
    return undone(remove(work.choice, still, actor=work.actor), work)


def remove_rows(subject: str, remove: Change, work: Slice) -> Outcomes:
    """Take rows away; the event is the trace, since what was taken away has no row any more."""
    done = remove(work.choice, work.influencers, actor=work.actor)
    return with_events(done, subject, _row(work))


def make_again(subject: str, add: Change, work: Slice) -> Outcomes:
    """Put back those whom nobody has put in or taken out since."""
    still = unchanged(work.influencers, work.traces, subject, _row(work))
    return undone(add(work.choice, still, actor=work.actor), work)


def unlist(work: Slice) -> Outcomes:
    """Take influencers off a list; the trace is the event, and by whom and when they were put there."""
    rows = ListEntry.objects.filter(list=work.choice, influencer__in=work.influencers)
    said = {row.influencer_id: (row.added_by_id, row.added_at.isoformat()) for row in rows}
    done = remove_rows("list", remove_from_list, work)
    return {pk: Outcome(each.state, [each.trace, *said[pk]]) for pk, each in done.items()}


def list_again(work: Slice) -> Outcomes:
    """Put back whom nobody has put on or taken off since, as they were: by whom, unless that account is gone, and when. A trace
    from before these were kept is the event alone."""
    pairs = {pk: each if isinstance(each, list) else [each] for pk, each in work.traces.items()}
    events = {pk: each[0] for pk, each in pairs.items()}
    done = make_again("list", add_to_list, replace(work, traces=events))
    back = [pk for pk, each in done.items() if each.state == BulkState.UNDONE and pairs[pk][1:]]
    known = set(
        User.objects.filter(pk__in={pairs[pk][1] for pk in back}).values_list("pk", flat=True)
    )
    rows = list(ListEntry.objects.filter(list=work.choice, influencer__in=back))
    for row in rows:
        _, by, at = pairs[row.influencer_id]
        row.added_by_id, row.added_at = by if by in known else None, datetime.fromisoformat(at)
    ListEntry.objects.bulk_update(rows, ["added_by", "added_at"])
    return done


def with_events(done: Iterable[Influencer], subject: str, row: int = 0) -> Outcomes:
    """Everybody is done; the latest event of the subject is the trace."""
    events = latest_changes((each.pk for each in done), subject, row)
    return {pk: Outcome(BulkState.DONE, event) for pk, event in events.items()}


def unchanged(
    influencers: Sequence[Influencer], traces: Mapping[int, int | None], subject: str, row: int = 0
) -> list[Influencer]:
    """The influencers for whom nobody has changed the subject since the event that is the trace."""
    events = latest_changes((each.pk for each in influencers), subject, row)
    return [each for each in influencers if traces[each.pk] in {None, events.get(each.pk)}]


def _row(work: Slice) -> int:
    return work.choice.pk if work.choice else 0
