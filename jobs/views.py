"""Pages of jobs: the activity page with how far they are and what came of them, and the one that follows a single job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from jobs.models import Job
from jobs.policies import may_cancel
from jobs.queries import jobs_seen, next_try_at, running_jobs
from jobs.services.jobs import Report, begin_at_once, cancel_job, job_kind
from tenancy.access import OrganizationRequest, portal_page, staff_page
from tenancy.enums import Permission
from tenancy.models import User
from tenancy.scope import person_scope
from ui.live import SEEN, Live
from ui.paging import keyset_page
from ui.redirects import go_to
from ui.undoing import undo_button

LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}


@dataclass(frozen=True)
class OutcomeRow:
    words: str
    count: int
    links: list[tuple[str, str]]

    @property
    def unnamed(self) -> int:
        """How many more there are than links."""
        return self.count - len(self.links) if self.links else 0


@dataclass(frozen=True)
class JobView:
    """A job in the words of its kind."""

    job: Job
    title: str
    about: tuple[str, str] | None  # an address, may be empty, and a label
    outcome: list[OutcomeRow]
    may_cancel: bool
    is_ours: bool

    @property
    def percent(self) -> int:
        return min(100, 100 * self.job.done_count // max(1, self.job.total_count))


def _job_views(request: OrganizationRequest, jobs: Sequence[Job]) -> list[JobView]:
    abouts: dict[int, tuple[Any, ...]] = {}
    for name in {job.kind for job in jobs}:
        abouts |= job_kind(name).about([job for job in jobs if job.kind == name])
    return [_job_view(request, job, abouts.get(job.pk)) for job in jobs]


def _job_view(request: OrganizationRequest, job: Job, about: tuple[Any, ...] | None) -> JobView:
    kind = job_kind(job.kind)
    slug = request.organization.slug
    rows = [
        OutcomeRow(
            kind.words[row["key"]],
            row["count"],
            [_link(slug, *link) for link in row["links"]],
        )
        for row in job.outcome
    ]
    is_open = not job.is_finished and job.cancel_requested_at is None
    may = is_open and not kind.is_owed and may_cancel(job, request.membership)
    return JobView(job, kind.title, _link(slug, *about) if about else None, rows, may, kind.is_ours)


def _link(slug: str, name: str, label: str, *ids: Any) -> tuple[str, str]:
    return (reverse(name, args=[slug, *ids]) if name else "", label)


@staff_page(Permission.READ)
def activity(request: OrganizationRequest) -> HttpResponse:
    """Own jobs, or everybody's; brings itself up to date while one of them runs."""
    is_mine = request.GET.get("whose") != "all"
    jobs = jobs_seen(request.user)
    page = keyset_page(
        jobs.filter(actor=request.user) if is_mine else jobs,
        "-id",
        cursor=request.GET.get("cursor"),
    )
    live = Live.of(
        [
            (job.pk, job.state, job.done_count, job.outcome, job.cancel_requested_at)
            for job in page.rows
        ],
        is_under_way=any(not job.is_finished for job in page.rows),
    )
    views = _job_views(request, page.rows)
    context = {"page": page, "views": views, "is_mine": is_mine, "live": live}
    return live.answer(request) or render(request, "staff/jobs/activity.html", context)


@staff_page(Permission.READ)
def indicator(request: OrganizationRequest) -> HttpResponse:
    """The small sign in the navigation: how many jobs of the reader run; asks again only while there are some."""
    running = running_jobs().filter(actor=request.user).count()
    live = Live.of(running, is_under_way=running > 0)
    context = {"running": running, "live": live}
    return live.answer(request) or render(request, "staff/jobs/indicator.html", context)


def follow(request: OrganizationRequest, job: Job) -> HttpResponse:
    """The answer to a request that has started a job: its end, if that comes at once, else the page that follows it."""
    if begin_at_once(job).is_finished:
        return go_to(request, end_of(request, job))
    return go_to(request, following(request, job))


def following(request: OrganizationRequest, job: Job) -> str:
    """The address of the page that follows a job."""
    return reverse("jobs:follow", args=[request.organization.slug, job.pk])


@staff_page(Permission.READ)
@require_GET
def follow_page(request: OrganizationRequest, pk: int) -> HttpResponse:
    """A job under way; brings itself up to date, and leads on when the job has ended."""
    job = get_object_or_404(jobs_seen(request.user), pk=pk)
    if job.is_finished:
        return _led_on(request) or redirect(end_of(request, job))
    state = _state(job)
    (view,) = _job_views(request, [job])
    context = {"view": view, **state}
    return state["live"].answer(request) or render(request, "staff/jobs/follow.html", context)


def _led_on(request: HttpRequest) -> HttpResponse | None:
    """Tell a page that asks for news to go to its own address: whoever reads the outcome is the page, not the question."""
    return HttpResponseClientRedirect(request.path) if SEEN in request.headers else None


def _state(job: Job) -> dict[str, Any]:
    """The facts of a job that its page shows, and their version."""
    tried_at = next_try_at(job)
    facts = (job.state, job.done_count, job.cancel_requested_at, tried_at)
    return {"job": job, "next_try_at": tried_at, "live": Live.of(*facts, is_under_way=True)}


def end_of(request: OrganizationRequest, job: Job) -> str:
    """Say what came of it, and return where its person goes on."""
    report = job_kind(job.kind).report
    if report is None:
        return reverse("jobs:activity", args=[request.organization.slug])
    end, slug = report(job), request.organization.slug
    tell(request, end, undo=_address(slug, *end.undo) if end.undo else "")
    return _address(slug, *end.to)


def _address(slug: str, name: str, *ids: Any) -> str:
    return reverse(name, args=[slug, *ids])


# --- of a person, who need be in no organization ---
def follow_own(request: HttpRequest, job: Job) -> HttpResponse:
    """The answer to a request that has begun a job of the person in scope: its end, else the page that follows it."""
    return redirect(
        _end_of_own(request, job) if job.is_finished else reverse("own_job", args=[job.pk])
    )


@portal_page
@require_GET
def own_page(request: HttpRequest, job_pk: int) -> HttpResponse:
    """A job of one's own under way; brings itself up to date, and leads on when it has ended."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    with person_scope(request.user):
        job = get_object_or_404(Job, pk=job_pk)
        if job.is_finished:
            return _led_on(request) or redirect(_end_of_own(request, job))
        state = _state(job)
        context = {"title": job_kind(job.kind).title, **state}
        return state["live"].answer(request) or render(request, "portal/following.html", context)


def _end_of_own(request: HttpRequest, job: Job) -> str:
    report = job_kind(job.kind).report
    if report is None:
        return "/"
    end = report(job)
    tell(request, end)
    name, *ids = end.to
    return reverse(name, args=ids)


def tell(request: HttpRequest, report: Report, *, undo: str = "") -> None:
    """Say a report's sentences as messages, the first beside a button that posts to `undo`."""
    for level, sentence in report.sentences:
        tags = undo_button(undo) if undo else ""
        messages.add_message(request, LEVELS[level], sentence, extra_tags=tags)
        undo = ""


@staff_page(Permission.READ)
@require_POST
def cancel(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Cancel one's own job; owners and admins cancel anybody's."""
    job = running_jobs().filter(pk=pk).first()
    if job is None or job_kind(job.kind).is_owed or not may_cancel(job, request.membership):
        raise Http404
    cancel_job(job)
    messages.success(request, "Cancelling. What is done so far stays.")
    return redirect("jobs:activity", request.organization.slug)
