"""Migrations of all organizations, for operations: how far each is, and the steps that operations may take for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from campaigns.queries.migration_page import Cockpit, cockpit, has_migration
from campaigns.services.legacy.cutting_over import (
    OVERTAKEN,
    set_rules,
    start_cut_over,
    start_reversal,
    withdraw_cut_over,
)
from campaigns.services.legacy.planning import start_plan
from influence.ops.receipts import receipt_file
from jobs.models import Job
from jobs.services.jobs import begin_at_once, job_kind
from jobs.views import LEVELS
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tiktok.errors import MigrationRefused
from tiktok.models import PurgeReceipt
from tiktok.queries.purge_receipts import paper_of
from tiktok.services.legacy.purging import NotCutOver, pause_purge, start_purge
from ui.bidi import isolated
from ui.csv_rows import csv_lines
from ui.paging import page_of, section_rows

PAGE = "admin:migration_of"
ORDER, PAGE_SIZE = ("name", "id"), 25
MAY_SEE = "tiktok.view_legacymigration"
MAY_SEE_RECEIPTS = "tiktok.view_purgereceipt"
MAY_TAKE_STEPS = "tiktok.change_legacymigration"


def migration_pages(site: AdminSite) -> list[URLPattern]:
    """The addresses of migrations below the administration, for staff who may see migrations."""

    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return site.admin_view(permission_required(MAY_SEE, raise_exception=True)(view))

    return [
        path("migration/", page(overview), name="migration"),
        path("migration/<slug:slug>/", page(of_organization), name="migration_of"),
        path("migration/<slug:slug>/plan.csv", page(plan_csv), name="migration_plan"),
        path("migration/<slug:slug>/receipt/", page(receipt), name="migration_receipt"),
        path(
            "migration/<slug:slug>/receipt.json", page(receipt_json), name="migration_receipt_json"
        ),
    ]


def overview(request: HttpRequest) -> HttpResponse:
    """The organizations that leave, or have left, an old source, by their names."""
    page = page_of(
        Organization, ORDER, _migrating, cursor=request.GET.get("cursor"), size=PAGE_SIZE
    )
    rows = []
    for organization in page.rows:
        with organization_scope(organization):
            if found := cockpit():
                rows.append({"organization": organization, "found": found, "rows": found.rows})
    context = {
        **admin.site.each_context(request),
        "title": "Migration",
        "rows": rows,
        "page": page,
    }
    return render(request, "admin/migration/overview.html", context)


def _migrating(is_backward: bool, values: Sequence[Any], most: int) -> list[Organization]:
    """The next organizations that have a migration, one small question each: no statement sees all organizations' rows."""
    found: list[Organization] = []
    every = Organization.objects.all()
    for organization in section_rows(every, ORDER, values, is_backward, every.count(), None):
        with organization_scope(organization):
            if has_migration():
                found.append(organization)
        if len(found) == most:
            break
    return found


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


def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    """The receipt of an organization's latest purge, to read and to print."""
    organization = get_object_or_404(Organization, slug=slug)
    with organization_scope(organization):
        found = _latest_receipt(request)
        context = {
            "paper": paper_of(found),
            "receipt": found,
            "back": reverse(PAGE, args=[slug]),
            "back_label": f"Migration of {isolated(organization)}",
            "json_url": reverse("admin:migration_receipt_json", args=[slug]),
        }
        return render(request, "admin/purge_receipt.html", context)


def receipt_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same receipt with its hash and signature, to keep."""
    with organization_scope(get_object_or_404(Organization, slug=slug)):
        return receipt_file(_latest_receipt(request))


def _latest_receipt(request: HttpRequest) -> PurgeReceipt:
    if not request.user.has_perm(MAY_SEE_RECEIPTS):
        raise PermissionDenied
    found = PurgeReceipt.objects.order_by("issued_at").last()
    if found is None:
        raise Http404
    return found


def _take(request: HttpRequest, step: str, found: Cockpit) -> None:
    """Do it and say so, or say why not."""
    assert isinstance(request.user, User)  # noqa: S101 -- the site lets nobody else in
    act = STEPS.get(step)
    if act is None:
        raise Http404
    try:
        job = act(found, request.user, request.POST.get("plan", ""))
    except (MigrationRefused, NotCutOver) as refused:
        messages.error(request, str(refused))
        return
    if not isinstance(job, Job):
        messages.success(request, SAID.get(step, "The purge goes on by itself."))
        return
    job = begin_at_once(job)
    ended = job_kind(job.kind).report if job.is_finished else None
    if ended is None:
        messages.success(request, "Under way. It goes on by itself: look at this page again.")
        return
    for level, sentence in ended(job).sentences:
        messages.add_message(request, LEVELS[level], sentence)


def _cut_over(found: Cockpit, user: User, seen: str, *, is_approval: bool = False) -> Job:
    """Cut over by the plan that was on the page, and by no later one. `seen`: its key."""
    if found.plan is None:
        raise MigrationRefused("Make a plan first.")
    if str(found.plan.pk) != seen:
        raise MigrationRefused(OVERTAKEN)
    return start_cut_over(found.plan, actor=user, is_approval=is_approval)


def _pause(found: Cockpit, user: User, _: str) -> None:
    if found.purge is not None:
        pause_purge(found.purge.run, actor=user)


def _without_second(found: Cockpit, user: User, _: str) -> None:
    hours = found.migration.purge_wait_hours
    set_rules(needs_approval=False, purge_wait_hours=hours, actor=user, is_ops=True)


def _withdraw(found: Cockpit, user: User, _: str) -> None:
    withdraw_cut_over(actor=user)


STEPS: dict[str, Callable[[Cockpit, User, str], Any]] = {
    "plan": lambda found, user, _: start_plan(actor=user),
    "cut_over": _cut_over,
    "approve": partial(_cut_over, is_approval=True),
    "withdraw": _withdraw,
    "without_second": _without_second,
    "reverse": lambda found, user, _: start_reversal(found.migration, actor=user),
    "purge": lambda found, user, _: start_purge(actor=user),
    "pause": _pause,
}
SAID = {
    "withdraw": "The wish for a cut-over is withdrawn. Nothing was changed.",
    "without_second": "The cut-over needs no second person any more.",
    "pause": "The purge pauses after this slice. What is deleted is gone.",
}
TYPED = frozenset({"cut_over", "approve", "reverse", "purge"})
