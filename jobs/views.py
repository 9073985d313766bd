"""The activity page: long work of the organization's members, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.models import Job
from jobs.policies import may_cancel
from jobs.queries import jobs_newest_first, running_jobs
from jobs.services.jobs import cancel_job, job_kind
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.live import Live
from ui.paging import keyset_page


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
    outcome: list[OutcomeRow]
    may_cancel: bool

    @property
    def percent(self) -> int:
        return min(100, 100 * self.job.done_count // max(1, self.job.total_count))


def _job_view(request: OrganizationRequest, job: Job) -> JobView:
    kind = job_kind(job.kind)
    slug = request.organization.slug
    rows = [
        OutcomeRow(
            kind.words[row["key"]],
            row["count"],
            [(reverse(name, args=[slug, *ids]), label) for name, label, *ids in row["links"]],
        )
        for row in job.outcome
    ]
    is_open = not job.is_finished and job.cancel_requested_at is None
    return JobView(job, kind.title, rows, is_open and may_cancel(job, request.membership))


@staff_page(Permission.READ)
def activity(request: OrganizationRequest) -> HttpResponse:
    """Own jobs, or everybody's; brings itself up to date while one of them runs."""
    is_mine = request.GET.get("whose") != "all"
    jobs = jobs_newest_first(request.user)
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
    views = [_job_view(request, job) for job in page.rows]
    context = {"page": page, "views": views, "is_mine": is_mine, "live": live}
    return live.answer(request) or render(request, "staff/jobs/activity.html", context)


@staff_page(Permission.READ)
def indicator(request: OrganizationRequest) -> HttpResponse:
    """The small sign in the navigation: how many jobs of the reader run; asks again only while there are some."""
    running = running_jobs().filter(actor=request.user).count()
    live = Live.of(running, is_under_way=running > 0)
    context = {"running": running, "live": live}
    return live.answer(request) or render(request, "staff/jobs/indicator.html", context)


@staff_page(Permission.READ)
@require_POST
def cancel(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Cancel one's own job; owners and admins cancel anybody's."""
    job = running_jobs().filter(pk=pk).first()
    if job is None or not may_cancel(job, request.membership):
        raise Http404
    cancel_job(job)
    messages.success(request, "Cancelling. What is done so far stays.")
    return redirect("jobs:activity", request.organization.slug)
