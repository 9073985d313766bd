"""Tags and lists that are deleted or merged: at once for some hundred creators, by a job for more, with undo in both cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse

from crm.errors import ChoiceGone
from crm.queries.bulk import was_dissolved
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_for_choice
from crm.views.frame import address
from jobs.enums import JobState
from jobs.services.jobs import begin_at_once
from tenancy.access import OrganizationRequest
from ui.redirects import go_to
from ui.undoing import say_done


def dissolved_before(
    request: OrganizationRequest, keys: Iterable[str], row: int, word: str, *, back: str
) -> HttpResponse:
    """The answer to a second click. Raises Http404 for what was never here, or is deleted for good."""
    if not was_dissolved(keys, row):
        raise Http404
    messages.info(request, f"This {word} is deleted already.")
    return go_to(request, address(request, back))


def dissolve(
    request: OrganizationRequest,
    key: str,
    choice: str,
    total: int,
    said: Callable[[int], str],
    *,
    back: str,
) -> HttpResponse:
    """Begin this kind of action. `said`: the sentence once it is done, from how many were changed; `back`: the page it is
    said on. While a job goes on with it, its own page is shown."""
    kind = bulk_kind(key)
    assert kind is not None  # noqa: S101 -- registered when the app was ready
    try:
        action = begin_for_choice(kind, choice, total=total, actor=request.user)
    except ChoiceGone as gone:
        messages.error(request, str(gone))
        return go_to(request, address(request, back))
    job = action.job
    if job and total <= kind.size and begin_at_once(job).state == JobState.DONE:
        action.refresh_from_db()
        say_done(request, said(action.changed_count), address(request, "undo_bulk", action.pk))
        return go_to(request, address(request, back))
    return go_to(request, address(request, "bulk_action", action.pk))
