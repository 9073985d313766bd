"""Leaving the old TikTok source: the cockpit of an organization's migration, its plan, its cut-over and its purge."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from campaigns.enums import AccountOutcome
from campaigns.forms.migration import RulesForm, SlugForm
from campaigns.models import MigrationPlan
from campaigns.queries.migration import (
    PLAN_HEAD,
    accounts_page,
    latest_plan,
    plan_as_data,
    plan_rows,
)
from campaigns.queries.migration_page import Cockpit, cockpit
from campaigns.queries.migration_people import accounts_to_ask, accounts_to_invite
from campaigns.services.legacy.checking import start_check
from campaigns.services.legacy.cutting_over import (
    OVERTAKEN,
    ask_for_approval,
    set_rules,
    start_cut_over,
    start_reversal,
    why_not,
    withdraw_cut_over,
)
from campaigns.services.legacy.planning import start_plan
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import draft_action
from influence.organization.frame import address, form_answer, sent
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import MigrationRefused
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purging import NotCutOver, pause_purge, start_purge
from ui.bidi import isolated
from ui.csv_rows import csv_lines
from ui.editing import editing
from ui.redirects import go_to

PAGE = "migration:page"
MOST_ASKED = 10_000  # at once, as in the list of influencers
RIGHT = Permission.RUN_MIGRATION
SUBTITLES = {
    "plan": "Nothing is changed yet. A plan says what would become of each account, post and row.",
    "cut_over": "The plan is made from live data. Nothing is changed yet.",
    "purge": "The old data is hidden. The purge deletes it.",
    "proof": "The old data is gone. The receipt proves it.",
}
WHOM = {"invite": accounts_to_invite, "ask": accounts_to_ask}


def _found() -> Cockpit:
    found = cockpit()
    if found is None:
        raise Http404
    return found


def _plan() -> MigrationPlan:
    plan = latest_plan()
    if plan is None:
        raise Http404
    return plan


@staff_page(RIGHT)
@require_safe
def page(request: OrganizationRequest) -> HttpResponse:
    """The cockpit; it brings itself up to date."""
    found = _found()
    return found.live.answer(request) or _page(request, found, _rules_form(found.migration))


def _page(
    request: OrganizationRequest, found: Cockpit, rules: RulesForm, *, status: int = 200
) -> HttpResponse:
    why = why_not(found.migration, found.plan, request.user) if found.plan else ""
    context = {
        "found": found,
        "live": found.live,
        "subtitle": SUBTITLES[found.step],
        "why_not": why,
        "is_own_wish": found.migration.asked_by_id == request.user.pk,
        "rules": rules,
        "member_count": request.organization.memberships.count(),
    }
    return render(request, "staff/organization/migration/page.html", context, status=status)


def _rules_form(migration: LegacyMigration, data: Any = None) -> RulesForm:
    stored = {name: getattr(migration, name) for name in RulesForm.base_fields}
    return RulesForm(data, initial=stored)


@staff_page(RIGHT)
@require_POST
def make_plan(request: OrganizationRequest) -> HttpResponse:
    """Find out again what cut-over and purge would do."""
    _found()
    return follow(request, start_plan(actor=request.user))


@staff_page(RIGHT)
@require_POST
def check_accounts(request: OrganizationRequest) -> HttpResponse:
    """Ask TikTok about the accounts that it was not asked about yet."""
    return follow(request, start_check(actor=request.user, total=_found().not_checked))


@staff_page(RIGHT)
@require_safe
def accounts(request: OrganizationRequest) -> HttpResponse:
    """Every TikTok account with what becomes of it; narrowed to one outcome, or to those without an e-mail address."""
    found = _found()
    without_address = request.GET.get("address") == "none"
    wanted = request.GET.get("outcome", "")
    outcome = wanted if wanted in AccountOutcome and not without_address else ""
    page = accounts_page(outcome, without_address=without_address, cursor=request.GET.get("cursor"))
    tabs: list[tuple[str, str, int | None, bool]] = [
        ("", "All", found.total, not (outcome or without_address))
    ]
    tabs += [
        (f"outcome={each}", each.label, found.counts[each], each == outcome)
        for each in AccountOutcome
        if found.counts[each]
    ]
    tabs.append(("address=none", "No e-mail address", None, without_address))
    context = {"page": page, "tabs": tabs}
    return render(request, "staff/organization/migration/each_account.html", context)


@staff_page(RIGHT)
@require_safe
def plan_csv(request: OrganizationRequest) -> StreamingHttpResponse:
    """The latest plan as a table: accounts, campaigns, data."""
    return StreamingHttpResponse(
        csv_lines(PLAN_HEAD, plan_rows(_plan())),
        content_type="text/csv; charset=utf-8",
        headers=_as_file(request, "csv"),
    )


@staff_page(RIGHT)
@require_safe
def plan_json(request: OrganizationRequest) -> HttpResponse:
    """The latest plan for machines, with its hash."""
    return HttpResponse(
        json.dumps(plan_as_data(_plan()), indent=2),
        content_type="application/json",
        headers=_as_file(request, "json"),
    )


def _as_file(request: OrganizationRequest, ending: str) -> dict[str, str]:
    slug = request.organization.slug
    return {"Content-Disposition": f'attachment; filename="migration-plan-{slug}.{ending}"'}


@staff_page(RIGHT, Permission.EDIT_INFLUENCERS, Permission.INVITE_CREATORS)
@require_POST
def ask(request: OrganizationRequest, how: str) -> HttpResponse:
    """Take everybody who can still be kept to the preview of the bulk action that invites or asks them."""
    _found()
    kind = bulk_kind(how)
    assert kind is not None  # noqa: S101 -- the addresses name the two of them
    people = WHOM[how]().order_by("influencer").values_list("influencer", flat=True).distinct()
    ids = list(people[:MOST_ASKED])
    if not ids:
        messages.info(request, "Nobody is left to be asked.")
        return go_to(request, address(request, PAGE))
    action = draft_action(kind, ids=ids, search="", filters=(), actor=request.user)
    preview = reverse("crm:bulk_action", args=[request.organization.slug, action.pk])
    return go_to(request, f"{preview}?from=migration")


@staff_page(RIGHT)
@require_POST
def rules(request: OrganizationRequest) -> HttpResponse:
    """Does a second person approve the cut-over, and how long does the purge wait?"""
    with editing(request, _found().migration) as migration:
        form = _rules_form(migration, request.POST)
        if form.is_valid():
            _try(
                request, "Rules saved.", lambda: set_rules(**form.cleaned_data, actor=request.user)
            )
            return go_to(request, address(request, PAGE))
    return _page(request, _found(), form, status=422)


# --- cut-over ---
@staff_page(RIGHT)
def start(request: OrganizationRequest) -> HttpResponse:
    """Cut over, approve it or ask for its approval, as the button said, once the organization's short name was typed."""
    found, plan = _found(), _plan()
    form = SlugForm(sent(request), slug=request.organization.slug)
    if not form.is_valid():
        return _typed(request, form, "start", "Start the cut-over of {}?", found)
    act = request.POST.get("act")
    try:
        if request.POST.get("plan") != str(plan.pk):
            raise MigrationRefused(OVERTAKEN)
        if act == "ask":
            ask_for_approval(plan, actor=request.user)
            messages.success(request, "Another owner, or operations, can approve the cut-over now.")
            return go_to(request, address(request, PAGE))
        job = start_cut_over(plan, actor=request.user, is_approval=act == "approve")
        return follow(request, job)
    except MigrationRefused as refused:
        messages.error(request, str(refused))
        return go_to(request, address(request, PAGE))


@staff_page(RIGHT)
@require_POST
def withdraw(request: OrganizationRequest) -> HttpResponse:
    """Ask for no approval any more."""
    _found()
    _try(request, "Withdrawn. Nothing was changed.", lambda: withdraw_cut_over(actor=request.user))
    return go_to(request, address(request, PAGE))


@staff_page(RIGHT)
def reverse_it(request: OrganizationRequest) -> HttpResponse:
    """Everything as before the cut-over, once it was confirmed."""
    found = _found()
    form = SlugForm(sent(request), slug=request.organization.slug)
    if not form.is_valid():
        return _typed(request, form, "reverse", "Reverse the cut-over of {}?", found)
    return follow(request, start_reversal(found.migration, actor=request.user))


# --- purge ---
@staff_page(RIGHT)
def purge(request: OrganizationRequest) -> HttpResponse:
    """Begin the purge, or take up one that was paused or has stopped; the first asks for the organization's short name."""
    found = _found()
    goes_on = found.purge is not None and found.purge.goes_on_by_hand
    form = SlugForm(sent(request), slug=request.organization.slug)
    if not goes_on and not form.is_valid():
        return _typed(request, form, "purge", "Delete the old data of {}?", found)
    _try(
        request,
        "The purge goes on." if goes_on else "The purge has begun. You can leave this page.",
        lambda: start_purge(actor=request.user),
    )
    return go_to(request, address(request, PAGE))


@staff_page(RIGHT)
@require_POST
def pause(request: OrganizationRequest) -> HttpResponse:
    """Let the purge end after the slice that is under way."""
    progress = _found().purge
    if progress is not None:
        pause_purge(progress.run, actor=request.user)
        messages.success(request, "Paused after this slice. What is deleted is gone.")
    return go_to(request, address(request, PAGE))


def _typed(
    request: OrganizationRequest, form: SlugForm, name: str, title: str, found: Cockpit
) -> HttpResponse:
    return form_answer(
        request,
        f"migration/{name}",
        title=title.format(isolated(request.organization)),
        back=address(request, PAGE),
        form=form,
        found=found,
        member_count=request.organization.memberships.count(),
    )


def _try(request: OrganizationRequest, done: str, act: Any) -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except (MigrationRefused, NotCutOver) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
