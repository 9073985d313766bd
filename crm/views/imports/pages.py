"""Pages of imports: choosing a file, the preview, the running import, its outcome and its roll-back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.enums import ImportFate, ImportPolicy, ImportStage, Network
from crm.errors import TableRefused
from crm.forms import ImportForm, PasteForm, ReadingForm, WorkbookReadingForm
from crm.models import Import
from crm.queries import imports as queries
from crm.queries.invitations import several_markets
from crm.services.imports import pasting, runs
from crm.services.imports.kinds import TAKE_BACK
from crm.services.imports.meaning.mapping import problem_of, required_elsewhere
from crm.services.imports.people import INFLUENCERS
from crm.services.imports.reading.layouts import DELIMITERS, ENCODINGS
from crm.services.imports.subjects import PAGE, subject_of
from crm.views.frame import INVALID, allowances
from crm.views.imports.lines import pasted_lines
from crm.views.imports.rows import kept_rows, shown_rows
from files.errors import FileRefused
from jobs.queries import next_try_at
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tenancy.services.submissions import make_once
from tiktok.enums import MarketplaceStatus
from ui.live import Live, columns
from ui.submitting import is_sent, sent_token

SHOWN_KEPT = 50
MARKS = {"": "numbers without marks", ".": "1,234.56", ",": "1.234,56", ",.": "mixed number marks"}


@staff_page(Permission.IMPORT_INFLUENCERS)
def imports(request: OrganizationRequest) -> HttpResponse:
    """Choose a file; the imports that are kept."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if is_sent(request, form):
        make = partial(runs.start_import, form.cleaned_data["file"], actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (FileRefused, TableRefused) as refused:
            form.add_error("file", str(refused))
        else:
            return show_import(request, found_import(request, made.pk))
    context = {"form": form, "imports": queries.latest_imports(INFLUENCERS, request.user)}
    status = INVALID if form.errors else 200
    return render(request, "staff/crm/imports/start.html", context, status=status)


@staff_page(Permission.IMPORT_INFLUENCERS)
def paste_accounts(request: OrganizationRequest) -> HttpResponse:
    """Paste many accounts at once; what was read of them is previewed like a file."""
    form = PasteForm(request.POST or None)
    if is_sent(request, form):
        text, network = form.cleaned_data["accounts"], Network(form.cleaned_data["network"])
        make = partial(pasting.paste_accounts, text, network, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (FileRefused, TableRefused) as refused:
            form.add_error("accounts", str(refused))
        else:
            return show_import(request, found_import(request, made.pk))
    context = {"form": form, "imports": queries.latest_imports(INFLUENCERS, request.user)}
    status = INVALID if form.errors else 200
    return render(request, "staff/crm/imports/paste.html", context, status=status)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_safe
def import_page(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """An import at whichever stage it is; brings itself up to date while a job of it runs."""
    parent = found_import(request, import_pk)
    if subject_of(parent).page_at(parent)[0] != PAGE:
        return show_import(request, parent)
    return answer_import(
        request, parent, lambda context: render(request, "staff/crm/imports/import.html", context)
    )


def answer_import(
    request: OrganizationRequest,
    parent: Import,
    rendered: Callable[[dict[str, Any]], HttpResponse],
) -> HttpResponse:
    """The page of an import, `rendered` in the frame that it stands in; nothing while it is as the reader has it."""
    asking = parent.lookup_job
    goes_on_at = next_try_at(asking) if asking and not asking.is_finished else None
    live = Live.of(
        *(columns(each) for each in (parent, parent.job, parent.lookup_job) if each),
        goes_on_at,
        is_under_way=parent.is_running or parent.has_open_lookup,
    )
    if answer := live.answer(request):
        return answer
    part = _part(parent)
    subject = subject_of(parent)
    context = {
        **allowances(request),
        "parent": parent,
        "noun": subject.noun,
        "is_about_people": parent.about == INFLUENCERS,
        "started_url": page_of(request, subject.started_at(parent)),
        "shown_url": page_of(request, subject.shown_at(parent)),
        "part": f"staff/crm/imports/{part}.html",
        "step": 2 if parent.stage == ImportStage.PREVIEW else 3,
        "live": live,
        "goes_on_at": goes_on_at,
        **CONTEXTS[part](request, parent),
    }
    return rendered(context)


def page_of(request: OrganizationRequest, way: tuple[str, list[int]]) -> str:
    """The address of a page by its name and keys."""
    name, keys = way
    return reverse(name, args=[request.organization.slug, *keys])


def found_import(request: OrganizationRequest, import_pk: int) -> Import:
    """The import. Raises Http404 for one that the member does not see, PermissionDenied without its subject's permission."""
    parent = queries.import_by_id(import_pk, request.user)
    if parent is None:
        raise Http404
    if not can(request.membership, subject_of(parent).permission):
        raise PermissionDenied
    return parent


def _part(parent: Import) -> str:
    if parent.stage == ImportStage.PREVIEW:
        ready = "pasted/preview" if parent.is_pasted else "preview"
        return "failed" if parent.is_failed else ready
    if parent.stage == ImportStage.IMPORT and (parent.is_running or parent.imported_at is None):
        return "running"
    return "outcome"


def show_import(request: OrganizationRequest, parent: Import) -> HttpResponse:
    return redirect(page_of(request, subject_of(parent).page_at(parent)))


# --- what the parts of the page show ---
def _preview(request: OrganizationRequest, parent: Import) -> dict[str, Any]:
    fate = request.GET.get("fate", "")
    page = queries.rows_page(parent, fate=fate, cursor=request.GET.get("cursor", ""))
    subject = subject_of(parent)
    known = subject.fields()
    sections: dict[str, list[Any]] = {}
    for each in known.values():
        sections.setdefault(each.section, []).append(each)
    return {
        "page": page,
        "rows": shown_rows(parent, page.rows),
        "fate": fate if fate in ImportFate.values else "",
        "fates": _tabs(parent, fate),
        "sections": sections,
        "policies": ImportPolicy.choices,
        "read_as": _read_as(parent),
        "reading_form": reading_form(parent),
        "problem": problem_of(subject, parent.columns),
        "required": _required(parent),
        "added_fields": [key for key in known if subject.is_added(key)],
        "left_out": sum(parent.counts.get(each, 0) for each in queries.LEFT_OUT),
        "unchanged": parent.counts.get(ImportFate.UNCHANGED, 0),
    }


def _required(parent: Import) -> list[str]:
    """The required fields that new influencers of an import will have no value for."""
    if parent.about != INFLUENCERS or not parent.counts.get(ImportFate.NEW):
        return []
    return required_elsewhere(parent.columns)


def _tabs(parent: Import, fate: str) -> list[dict[str, Any]]:
    tabs = [{"label": "All", "value": "", "count": sum(parent.counts.values())}]
    tabs += [
        {"label": each.label, "value": each.value, "count": parent.counts.get(each, 0)}
        for each in ImportFate
    ]
    return [{**tab, "is_current": tab["value"] == fate} for tab in tabs]


def _read_as(parent: Import) -> str:
    marks = MARKS[parent.decimal_mark or parent.proven_marks]
    if not parent.encoding:
        return f"Workbook, {marks}"
    return f"{DELIMITERS[parent.delimiter]}, {ENCODINGS[parent.encoding]}, {marks}"


READING = ("delimiter", "encoding", "decimal_mark", "rows_above")


def reading_form(parent: Import) -> WorkbookReadingForm:
    kept = {name: getattr(parent, name) for name in READING}
    return ReadingForm(initial=kept) if parent.encoding else WorkbookReadingForm(initial=kept)


def _running(request: OrganizationRequest, parent: Import) -> dict[str, Any]:
    return {
        "rows": shown_rows(parent, queries.rows_just_written(parent)),
        "percent": _percent(parent),
        "left": _left(parent),
        "written": sum(parent.written.values()),
        "unit": "accounts" if parent.is_pasted else "rows",
    }


def _percent(parent: Import) -> int:
    job = parent.job
    return min(100, 100 * job.done_count // max(1, job.total_count)) if job else 0


def _left(parent: Import) -> timedelta | None:
    """How long the rest takes if it goes on as it has begun."""
    job = parent.job
    if job is None or job.started_at is None or not job.done_count or job.is_finished:
        return None
    spent = timezone.now() - job.started_at
    return spent * max(0, job.total_count - job.done_count) / job.done_count


def _outcome(request: OrganizationRequest, parent: Import) -> dict[str, Any]:
    shown = pasted_lines(request, parent) if parent.is_pasted else _rows_and_accounts(parent)
    return {**shown, **_written(parent)}


def _rows_and_accounts(parent: Import) -> dict[str, Any]:
    """The rows of a file that were left out, and what TikTok says of the others' accounts."""
    tiktok = queries.tiktok_counts(parent)
    return {
        "errors": parent.counts.get(ImportFate.ERROR, 0),
        "error_numbers": queries.first_numbers(parent, ImportFate.ERROR),
        "duplicates": parent.counts.get(ImportFate.DUPLICATE, 0),
        "unchanged": parent.counts.get(ImportFate.UNCHANGED, 0),
        "tiktok": tiktok,
        "several_markets": several_markets,
        "outside_count": sum(tiktok.get(status, 0) for status in queries.OUTSIDE),
        "unanswered": tiktok.get(MarketplaceStatus.UNKNOWN, 0) + tiktok.get("", 0),
        "outside": queries.rows_without_account(parent),
        "most_at_once": queries.MOST_AT_ONCE,
    }


def _written(parent: Import) -> dict[str, Any]:
    """The number of rows that are written, and what a roll-back would keep or has kept."""
    changed = queries.rows_changed_since(parent)
    has_verdict = parent.stage != ImportStage.IMPORT and not parent.is_running
    kept = list(changed[:SHOWN_KEPT]) if has_verdict else []
    kept_count = changed.count() if has_verdict else 0
    new, updated = (parent.written.get(each, 0) for each in (ImportFate.NEW, ImportFate.UPDATE))
    is_about_people = parent.about == INFLUENCERS
    return {
        "percent": _percent(parent),
        "new": new,
        "updated": updated,
        "written": new + updated,
        "archived": queries.archived_count(parent) if updated and is_about_people else 0,
        "kept": kept_rows(parent, kept),
        "kept_count": kept_count,
        "kept_more": kept_count - len(kept),
        "is_checked": parent.stage == ImportStage.CHECK and parent.has_ended_well,
        "has_stopped": has_verdict and not parent.has_ended_well,
        "to_remove": queries.rows_to_remove(parent) if has_verdict else 0,
        "taken_back": queries.outcome_of(parent, TAKE_BACK) if has_verdict else {},
        "may_roll_back": timezone.now() < parent.roll_back_until,
    }


CONTEXTS: dict[str, Callable[[OrganizationRequest, Import], dict[str, Any]]] = {
    "preview": _preview,
    "pasted/preview": pasted_lines,
    "running": _running,
    "outcome": _outcome,
    "failed": lambda request, parent: {"reading_form": reading_form(parent)},
}
