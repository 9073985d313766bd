"""Migrations of all organizations, for operations: how far each is, and the steps that operations may take for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from campaigns.forms.migration import SlugForm
from campaigns.queries.migration import PLAN_HEAD, latest_plan, plan_rows
from campaigns.queries.migration_page import Cockpit, cockpit
from campaigns.services.legacy.cutting_over import (
    set_rules,
    start_cut_over,
    start_reversal,
    withdraw_cut_over,
)
from campaigns.services.legacy.planning import start_plan
from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tiktok.errors import MigrationRefused
from tiktok.services.legacy.purging import NotCutOver, pause_purge, start_purge
from ui.bidi import isolated
from ui.csv_rows import csv_lines

PAGE = "admin:migration_of"
MAY_SEE = "tiktok.view_legacymigration"
MAY_TAKE_STEPS = "tiktok.change_legacymigration"


def migration_pages(site: AdminSite) -> list[URLPattern]:
    """The addresses of migrations below the administration, for staff who may see migrations."""

    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return site.admin_view(permission_required(MAY_SEE, raise_exception=True)(view))

    return [
        path("migration/", page(overview), name="migration"),
        path("migration/<slug:slug>/", page(of_organization), name="migration_of"),
        path("migration/<slug:slug>/plan.csv", page(plan_csv), name="migration_plan"),
    ]


def overview(request: HttpRequest) -> HttpResponse:
    """Every organization that leaves, or has left, an old source."""
    rows = []
    for organization in Organization.objects.order_by("name", "pk"):
        with organization_scope(organization):
            if found := cockpit():
                rows.append({"organization": organization, "found": found, "rows": found.rows})
    context = {**admin.site.each_context(request), "title": "Migration", "rows": rows}
    return render(request, "admin/migration/overview.html", context)


def of_organization(request: HttpRequest, slug: str) -> HttpResponse:
    """One organization's migration; a POST takes a step, which asks for the typed short name where it is grave.

    Raises PermissionDenied for staff who may only see it.
    """
    organization = get_object_or_404(Organization, slug=slug)
    with organization_scope(organization):
        found = cockpit()
        if found is None:
            raise Http404
        form = SlugForm(request.POST or None, slug=slug)
        step = request.POST.get("step", "")
        if step and not request.user.has_perm(MAY_TAKE_STEPS):
            raise PermissionDenied
        if step and (step not in TYPED or form.is_valid()):
            _take(request, step, found)
            return redirect(reverse(PAGE, args=[slug]))
        context = {
            **admin.site.each_context(request),
            "title": f"Migration of {isolated(organization)}",
            "organization": organization,
            "found": found,
            "form": form,
        }
        status = 422 if step else 200
        return render(request, "admin/migration/organization.html", context, status=status)


def plan_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest plan of an organization as a table."""
    with organization_scope(get_object_or_404(Organization, slug=slug)):
        plan = latest_plan()
        if plan is None:
            raise Http404
        lines = b"".join(csv_lines(PLAN_HEAD, plan_rows(plan)))
    return HttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="migration-plan-{slug}.csv"'},
    )


def _take(request: HttpRequest, step: str, found: Cockpit) -> None:
    """Do it and say so, or say why not."""
    assert isinstance(request.user, User)  # noqa: S101 -- the site lets nobody else in
    act = STEPS.get(step)
    if act is None:
        raise Http404
    try:
        job = act(found, request.user)
    except (MigrationRefused, NotCutOver) as refused:
        messages.error(request, str(refused))
        return
    if isinstance(job, Job):
        job = begin_at_once(job)
        if job.state == JobState.FAILED:
            messages.error(request, job.problem)
            return
    messages.success(request, "Done, or under way: the page says how far it is.")


def _cut_over(found: Cockpit, user: User, *, is_approval: bool = False) -> Job:
    if found.plan is None:
        raise MigrationRefused("Make a plan first.")
    return start_cut_over(found.plan, actor=user, is_approval=is_approval)


def _pause(found: Cockpit, user: User) -> None:
    if found.purge is not None:
        pause_purge(found.purge.run, actor=user)


def _without_second(found: Cockpit, user: User) -> None:
    hours = found.migration.purge_wait_hours
    set_rules(needs_approval=False, purge_wait_hours=hours, actor=user, is_ops=True)


def _withdraw(found: Cockpit, user: User) -> None:
    withdraw_cut_over(actor=user)


STEPS: dict[str, Callable[[Cockpit, User], Any]] = {
    "plan": lambda found, user: start_plan(actor=user),
    "cut_over": _cut_over,
    "approve": partial(_cut_over, is_approval=True),
    "withdraw": _withdraw,
    "without_second": _without_second,
    "reverse": lambda found, user: start_reversal(found.migration, actor=user),
    "purge": lambda found, user: start_purge(actor=user),
    "pause": _pause,
}
TYPED = frozenset({"cut_over", "approve", "reverse", "purge"})
