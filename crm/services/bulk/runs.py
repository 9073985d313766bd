"""A bulk action from the selection to its undoing: as pages drive it, and as jobs do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from crm.enums import CHANGED_STATES, BulkState
from crm.errors import BulkRefused, ChoiceGone, CrmProblem
from crm.models import BulkAction, BulkResult, Influencer
from crm.models.bulk import UNDO_FOR
from crm.queries.bulk import selected
from crm.services.bulk.kinds import (
    BulkKind,
    BulkPage,
    Outcome,
    Outcomes,
    Slice,
    bulk_kind,
    keep_kind,
    sentence,
)
from jobs.enums import Lane
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.queries import links_to
from jobs.services.jobs import JobKind, Report, register_job, start_job
from jobs.services.kinds import WorkKind, register_kind
from jobs.services.queue import make_due
from tenancy.models import User

DO, UNDO, FORGET = "crm.bulk.", "crm.bulk_undo.", "crm.bulk_forget"
PAGE = "crm:bulk_action"  # the name of the address that outcomes link to
DRAFTS_FOR = timedelta(days=1)
FORGOTTEN_AT_ONCE = 10_000
NO_LONGER_THERE = "This action is no longer there."


# --- as pages drive it ---
@transaction.atomic
def draft_action(
    kind: BulkKind | BulkPage,
    *,
    ids: Sequence[int],
    search: str,
    filters: Sequence[str],
    actor: User,
) -> BulkAction:
    """A selection for which nothing is done before somebody has seen what will be, or that a page of its own takes from
    there. The same one again is the same draft."""
    wish = {"kind": kind.key, "ids": list(ids), "search": search, "filters": list(filters)}
    known = BulkAction.objects.filter(**wish, started_by=actor, job=None, begun_at=None).last()
    action = known or BulkAction(**wish, started_by=actor)
    action.last_id = Influencer.objects.aggregate(last=models.Max("pk"))["last"] or 0
    action.save()
    make_due(FORGET, action.pk, after=DRAFTS_FOR)
    return action


def chosen_row(kind: BulkKind, value: str) -> Any:
    """The row that a value of the kind's choice names; None where nothing is chosen. Raises ChoiceGone."""
    return kind.choice.found(value) if kind.choice else None


@transaction.atomic
def begin_action(
    action: BulkAction, kind: BulkKind, *, choice: str, name: str, total: int, actor: User
) -> BulkAction:
    """Begin what was previewed; once, however often it is asked for. `name`: of a new tag or list, made now. `total`: about
    how many influencers. Raises ChoiceGone, ValidationError, CrmProblem; then nothing is begun."""
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    if action.begun_at is not None:
        return action
    if name and kind.choice and kind.choice.make:
        row = kind.choice.make(name, actor)
        choice = str(row.pk)
    else:
        row = chosen_row(kind, choice)
    action.choice = choice
    action.label = dict(kind.choice.options()).get(choice, "") if kind.choice else ""
    action.begun_at = timezone.now()
    action.job = start_job(DO + kind.key, {"action": action.pk}, total=total, actor=actor)
    action.save()
    make_due(FORGET, action.pk, after=UNDO_FOR)
    return action


@transaction.atomic
def undo_action(action: BulkAction, *, actor: User) -> BulkAction:
    """Undo what was done, but for what was changed since; once, however often it is asked for. Raises BulkRefused."""
    action = BulkAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if action.running_job is not None and action.running_job == action.undo_job:
        return action
    kind = bulk_kind(action.kind)
    if kind is None or kind.take_back is None or not action.has_undo_left:
        raise BulkRefused("This cannot be undone, or is undone already.")
    if reason := kind.no_way_back(action.choice):
        raise BulkRefused(f"Nothing was undone: {reason}")
    params, total = {"action": action.pk}, action.changed_count
    action.undo_job = start_job(UNDO + kind.key, params, total=total, actor=actor)
    action.save(update_fields=["undo_job"])
    return action


@transaction.atomic
def begin_for_choice(kind: BulkKind, choice: str, *, total: int, actor: User) -> BulkAction:
    """Begin an action for those whom its choice alone names; while one is under way for it, that one. Raises ChoiceGone."""
    row = chosen_row(kind, choice)
    latest = BulkAction.objects.filter(kind=kind.key, choice=choice).order_by("-pk").first()
    if latest is not None and latest.running_job is not None:
        return latest
    action = BulkAction(kind=kind.key, choice=choice, label=str(row)[:200], started_by=actor)
    action.begun_at = timezone.now()
    action.save()
    action.job = start_job(DO + kind.key, {"action": action.pk}, total=total, actor=actor)
    action.save(update_fields=["job"])
    make_due(FORGET, action.pk, after=UNDO_FOR)
    return action


# --- as jobs do it ---
Fetched = tuple[list[Influencer], Outcomes] | None


def _action(job: Job) -> BulkAction:
    action = BulkAction.objects.filter(pk=job.params["action"]).first()
    if action is None:
        raise JobFailed(NO_LONGER_THERE)
    return action


def _fetch(kind: BulkKind, job: Job) -> Fetched:
    """The work of a kind that reaches others; repeated if its worker dies."""
    return _act(kind, job, _action(job)) if kind.is_outside else None


def _act(kind: BulkKind, job: Job, action: BulkAction) -> tuple[list[Influencer], Outcomes]:
    try:
        choice = chosen_row(kind, action.choice)
        chosen = kind.rows(choice) if kind.rows else selected(action)
        people = list(chosen.filter(pk__gt=job.cursor).order_by("pk")[: kind.size])
    except CrmProblem as problem:
        raise JobFailed(str(problem)) from problem
    work = Slice(people, choice, job.actor, wished_at=job.created_at, filters=action.filters)
    return people, kind.act(work) if people else {}


def _apply(kind: BulkKind, job: Job, fetched: Fetched) -> bool:
    action = _locked(job)
    people, outcomes = fetched or _act(kind, job, action)
    present = {each.pk for each in people}
    if fetched:  # somebody may have been deleted meanwhile
        present = set(Influencer.objects.filter(pk__in=present).values_list("pk", flat=True))
    unchanged = Outcome(BulkState.UNCHANGED, reason=sentence(kind.unchanged[0]))
    rows = [
        BulkResult(action=action, influencer=each, **vars(outcomes.get(each.pk, unchanged)))
        for each in people
        if each.pk in present
    ]
    BulkResult.objects.bulk_create(rows)
    _count(action, job, Counter(row.state for row in rows))
    is_over = _move_on(job, [each.pk for each in people], kind.size)
    if is_over and kind.finish:
        choice = chosen_row(kind, action.choice)
        action.kept = kind.finish(choice, action.changed_count, job.actor)
        action.save(update_fields=["kept"])
    return is_over


def _locked(job: Job) -> BulkAction:
    return BulkAction.objects.select_for_update().get(pk=_action(job).pk)


def _count(action: BulkAction, job: Job, counts: Mapping[str, int]) -> None:
    for state, count in counts.items():
        action.counts[state] = action.counts.get(state, 0) + count
        job.count(str(state), count)
    action.save(update_fields=["counts"])


def _move_on(job: Job, ids: Sequence[int], size: int) -> bool:
    """Count the slice as done (not saved). Returns whether it was the last; how many there were is known then."""
    if ids:
        job.cursor, job.done_count = ids[-1], job.done_count + len(ids)
    is_over = len(ids) < size
    job.total_count = job.done_count if is_over else max(job.total_count, job.done_count)
    return is_over


def _undo(kind: BulkKind, job: Job, _: None) -> bool:
    action = _locked(job)
    _revive(kind, job, action)
    done = BulkResult.objects.filter(action=action, state__in=CHANGED_STATES, pk__gt=job.cursor)
    rows = list(done.select_related("influencer").order_by("pk")[: kind.size])
    outcomes = _taken_back(kind, job, action, rows) if rows else {}
    for row in rows:
        outcome = outcomes[row.influencer_id]
        action.counts[row.state] -= 1
        row.state, row.reason = outcome.state, outcome.reason
    BulkResult.objects.bulk_update(rows, ["state", "reason"])
    counts = Counter(row.state for row in rows)
    _count(action, job, counts)
    return _move_on(job, [row.pk for row in rows], kind.size)


def _revive(kind: BulkKind, job: Job, action: BulkAction) -> None:
    """Bring back what the last slice deleted: people are given it again."""
    if not action.kept or kind.revive is None:
        return
    try:
        kind.revive(action.kept, job.actor)
    except CrmProblem as problem:
        raise JobFailed(str(problem)) from problem
    action.kept = {}
    action.save(update_fields=["kept"])


def _taken_back(
    kind: BulkKind, job: Job, action: BulkAction, rows: Sequence[BulkResult]
) -> Outcomes:
    if kind.take_back is None:
        raise JobFailed("This cannot be undone.")
    try:
        choice = chosen_row(kind, action.choice)
    except ChoiceGone:  # a deleted tag is nobody's any more
        reason = "What was chosen is no longer there."
        return {row.influencer_id: Outcome(BulkState.KEPT, reason=reason) for row in rows}
    traces = {row.influencer_id: row.trace for row in rows}
    people = [row.influencer for row in rows]
    return kind.take_back(Slice(people, choice, job.actor, job.created_at, traces))


# --- forgetting ---
def _forget(action_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    return {pk: None if _forget_slice(pk) else timedelta(0) for pk in action_ids}


@transaction.atomic
def _forget_slice(action_id: int) -> bool:
    """Delete some results, and with the last of them the action. Returns whether it is gone."""
    rows = BulkResult.objects.filter(action=action_id).values_list("pk", flat=True)
    found = list(rows[:FORGOTTEN_AT_ONCE])
    BulkResult.objects.filter(pk__in=found).delete()
    if len(found) == FORGOTTEN_AT_ONCE:
        return False
    BulkAction.objects.filter(pk=action_id).delete()
    return True


# --- registering ---
def register_bulk(kind: BulkKind) -> None:
    """Make a kind known, and the jobs that do and undo it; once, when the app that owns it is ready."""
    keep_kind(kind)
    about = links_to(BulkAction, PAGE, "action", lambda action: action.label or "Results")
    known: Callable[..., JobKind] = partial(
        JobKind, permission=kind.permission, report=_report, about=about, words=_words(kind)
    )
    register_job(
        known(
            DO + kind.key, kind.title, fetch=partial(_fetch, kind), apply=partial(_apply, kind),
            temporary=kind.temporary, lasting=kind.lasting,
        )
    )  # fmt: skip
    if kind.take_back is not None:
        register_job(known(UNDO + kind.key, f"Undo: {kind.title}", apply=partial(_undo, kind)))


def _words(kind: BulkKind) -> dict[str, str]:
    return {
        BulkState.DONE.value: kind.did,
        BulkState.PARTLY.value: f"{kind.did}, but not with everything of theirs",
        BulkState.UNCHANGED.value: "unchanged",
        BulkState.REFUSED.value: "not done",
        BulkState.UNDONE.value: "undone",
        BulkState.KEPT.value: "kept, because they were changed since",
    }


def _report(job: Job) -> Report:
    return Report((PAGE, job.params["action"]))


def register_work() -> None:
    """Forgetting is long work that nobody waits for."""
    register_kind(WorkKind(FORGET, Lane.BULK, _forget))
