"""Bulk actions: from the selection in the list to the preview, the progress, the results and the undoing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from crm.enums import BulkState
from crm.errors import BulkRefused, ChoiceGone, CrmProblem, SelectionGone
from crm.models import BulkAction
from crm.queries.bulk import bulk_actions, counted_parts, results_page, selected
from crm.queries.invitations import several_markets
from crm.services.bulk import runs
from crm.services.bulk.kinds import BulkKind, BulkPage, bulk_kind, bulk_page
from crm.views.asked import read_query
from crm.views.frame import INVALID, address
from jobs.enums import JobState
from jobs.policies import may_cancel
from jobs.services.jobs import begin_at_once, cancel_job
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tenancy.queries.counters import counts
from ui.bidi import isolated
from ui.keys import keys_in
from ui.live import Live
from ui.redirects import go_to
from ui.undoing import say_done

MOST_SELECTED = 10_000
# The pages besides the list that a selection may come from, as the address says it.
FROM = {
    "ending": ("campaigns:ending", "Permissions that end soon"),
    "migration": ("migration:page", "Migration"),
}


@staff_page(Permission.READ)
@require_POST
def select(request: OrganizationRequest) -> HttpResponse:
    """Take a selection from the list to the preview of an action, or to the page that an action has of its own. Each says
    itself who may do it: whoever only reads may export."""
    asked = read_query(request, QueryDict(request.POST.get("query", "").removeprefix("?")[:8000]))
    ids, is_all = _ids(request), "all" in request.POST
    key = request.POST.get("action", "")
    chosen = bulk_kind(key) or bulk_page(key)
    if chosen is None or getattr(chosen, "rows", None):
        raise Http404
    _demand(request, chosen)
    query = asked.query()
    back = f"{address(request, 'influencers')}?{query}"
    if is_all and asked.reading.filters.problems:
        messages.warning(request, str(SelectionGone()))
        return HttpResponseRedirect(back)
    if not (ids or is_all) or len(ids) > MOST_SELECTED:
        messages.warning(
            request, f"Select between 1 and {MOST_SELECTED:,} creators, or all that match, first."
        )
        return HttpResponseRedirect(back)
    if isinstance(chosen, BulkPage) and is_all:
        return HttpResponseRedirect(_page(request, chosen, query, "all=1"))
    action = runs.draft_action(
        chosen,
        ids=[] if is_all else ids,
        search=asked.search if is_all else "",
        filters=asked.reading.filters.address if is_all else [],
        actor=request.user,
    )
    if isinstance(chosen, BulkPage):
        return HttpResponseRedirect(_page(request, chosen, query, f"selection={action.pk}"))
    return HttpResponseRedirect(address(request, "bulk_action", action.pk))


def _ids(request: OrganizationRequest) -> list[int]:
    """The ids of the form, each a value or several with commas between them, without doubles."""
    return sorted(keys_in(request.POST.getlist("ids")))


def _page(request: OrganizationRequest, page: BulkPage, query: str, selection: str) -> str:
    """The address of the action's page, with that of the list: its order, and the way back."""
    here = reverse(page.name, args=[request.organization.slug])
    return f"{here}?{query}&{selection}" if query else f"{here}?{selection}"


def _came_from(request: OrganizationRequest) -> dict[str, str]:
    """The page that leads to the action, and back from it."""
    key = request.POST.get("from") or request.GET.get("from", "")
    name, label = FROM.get(key, ("crm:influencers", "Influencers"))
    back = reverse(name, args=[request.organization.slug])
    return {"came_from": key if key in FROM else "", "back": back, "back_label": label}


def _demand(request: OrganizationRequest, wanted: BulkKind | BulkPage) -> None:
    if not can(request.membership, wanted.permission):
        raise PermissionDenied(f"Your role does not include “{wanted.permission.label}”.")


def _found(request: OrganizationRequest, action_pk: int) -> tuple[BulkAction, BulkKind]:
    """The action with its kind. Raises Http404, also for somebody else's draft; PermissionDenied."""
    action = bulk_actions(request.user).filter(pk=action_pk).first()
    kind = bulk_kind(action.kind) if action else None
    if action is None or kind is None:
        raise Http404
    if action.begun_at is None and action.started_by_id != request.user.pk:
        raise Http404
    _demand(request, kind)
    return action, kind


@staff_page(Permission.EDIT_INFLUENCERS)
@require_safe
def bulk_action(request: OrganizationRequest, action_pk: int) -> HttpResponse:
    """An action as far as it is: its preview, its progress, its results."""
    action, kind = _found(request, action_pk)
    if action.begun_at is None:
        return _show_preview(request, action, kind)
    running = action.running_job
    state = request.GET.get("state", "")
    live = Live.of(
        action.counts,
        action.has_undo_left,
        *(
            (running.pk, running.state, running.done_count, running.cancel_requested_at)
            if running
            else ()
        ),
        is_under_way=running is not None,
    )
    context = {
        "action": action,
        "kind": kind,
        "title": _title(action, kind),
        "live": live,
        "running": running,
        "last": action.undo_job or action.job,
        "percent": min(100, 100 * running.done_count // max(1, running.total_count))
        if running
        else 0,
        "may_cancel": running is not None and may_cancel(running, request.membership),
        "tabs": _tabs(action, state),
        "page": results_page(action, state=state, cursor=request.GET.get("cursor", "")),
        **_came_from(request),
    }
    return live.answer(request) or render(request, "staff/crm/bulk/results.html", context)


def _title(action: BulkAction, kind: BulkKind) -> str:
    return f"{kind.title}: {isolated(action.label)}" if action.label else kind.title


def _tabs(action: BulkAction, state: str) -> list[dict[str, Any]]:
    every = [("", "All", sum(action.counts.values()))]
    every += [(each.value, str(each.label), action.counts.get(each, 0)) for each in BulkState]
    return [
        {"value": value, "label": label, "count": count, "is_current": value == state}
        for value, label, count in every
        if count or not value or value == state
    ]


# --- preview ---
@dataclass(frozen=True)
class Preview:
    """The effect of an action in numbers. `total` is None where counting takes too long."""

    total: int | None
    affected: int | None
    lines: tuple[tuple[int, str], ...] = ()


def _preview(action: BulkAction, kind: BulkKind, value: str = "") -> Preview:
    """`value`: of the choice; while there is none, nobody is known to be unchanged. Raises SelectionGone, ChoiceGone."""
    refusals = kind.refusals()
    conditions = [each.condition for each in refusals]
    words = [*(each.words for each in refusals), kind.unchanged]
    if value or kind.choice is None:
        conditions.append(kind.is_unchanged(runs.chosen_row(kind, value)))
    parts = counted_parts(selected(action), conditions)
    if parts is None:
        return Preview(None, None)
    lines = [
        (parts[place], words[place][parts[place] != 1])
        for place in range(len(conditions))
        if parts.get(place)
    ]
    return Preview(sum(parts.values()), parts.get(len(conditions), 0), tuple(lines))


def _show_preview(
    request: OrganizationRequest, action: BulkAction, kind: BulkKind, problem: str = ""
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    value = given.get("choice", "")
    try:
        preview = _preview(action, kind, value)
    except ChoiceGone as gone:
        value, problem, preview = "", str(gone), _preview(action, kind)
    except SelectionGone as gone:
        messages.warning(request, str(gone))
        return go_to(request, address(request, "influencers"))
    context = {
        "action": action,
        "kind": kind,
        "options": kind.choice.options() if kind.choice else [],
        "value": value,
        "name": given.get("name", ""),
        "preview": preview,
        "is_known": bool(value) or kind.choice is None,
        "several_markets": several_markets,
        "problem": problem,
        **_came_from(request),
    }
    status = INVALID if problem else 200
    return render(request, "staff/crm/bulk/preview.html", context, status=status)


# --- what the pages do ---
@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def begin_bulk(request: OrganizationRequest, action_pk: int) -> HttpResponse:
    """Begin what the preview said. Whatever fits into one slice is done before the answer."""
    action, kind = _found(request, action_pk)
    choice, name = request.POST.get("choice", ""), request.POST.get("name", "").strip()
    if kind.choice and not choice and not name:
        return _show_preview(request, action, kind, f"Choose a {kind.choice.label.lower()} first.")
    try:
        total = _total(action, kind)
        action = runs.begin_action(
            action, kind, choice=choice, name=name, total=total, actor=request.user
        )
    except ValidationError as refused:
        return _show_preview(request, action, kind, refused.messages[0])
    except CrmProblem as refused:
        return _show_preview(request, action, kind, str(refused))
    is_small = total <= kind.size and not kind.is_outside
    if action.job and is_small and begin_at_once(action.job).state == JobState.DONE:
        _tell(request, action, kind)
    came_from = _came_from(request)["came_from"]
    query = f"?from={came_from}" if came_from else ""
    return HttpResponseRedirect(address(request, "bulk_action", action.pk) + query)


def _total(action: BulkAction, kind: BulkKind) -> int:
    """How many influencers are selected; where counting takes too long, how many there are at all."""
    total = _preview(action, kind).total
    return counts()["influencers"] if total is None else total


def _tell(request: OrganizationRequest, action: BulkAction, kind: BulkKind) -> None:
    action.refresh_from_db()
    done = action.counts.get(BulkState.DONE, 0)
    text = f"{done:,} {'creator' if done == 1 else 'creators'} {kind.did}."
    if partly := action.counts.get(BulkState.PARTLY, 0):
        text += f" {partly:,} more only partly: see why in the results."
    if kind.can_be_undone and (done or partly):
        say_done(request, text, address(request, "undo_bulk", action.pk))
    else:
        messages.success(request, text)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def cancel_bulk(request: OrganizationRequest, action_pk: int) -> HttpResponse:
    """End whatever job of the action runs, after the slice at hand."""
    action, _ = _found(request, action_pk)
    running = action.running_job
    if running is not None and may_cancel(running, request.membership):
        cancel_job(running)
        messages.success(request, "Cancelling. What is done so far stays.")
    return HttpResponseRedirect(address(request, "bulk_action", action.pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def undo_bulk(request: OrganizationRequest, action_pk: int) -> HttpResponse:
    """Undo what the action has done, but for what was changed since."""
    action, kind = _found(request, action_pk)
    try:
        action = runs.undo_action(action, actor=request.user)
    except BulkRefused as refused:
        messages.error(request, str(refused))
    else:
        job = action.undo_job
        if job is not None and job.total_count <= kind.size:
            begin_at_once(job)
    return HttpResponseRedirect(address(request, "bulk_action", action.pk))
