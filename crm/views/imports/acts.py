"""Acts of a person on an import."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.errors import TableRefused
from crm.forms import ReadingForm, WorkbookReadingForm
from crm.models import Import
from crm.queries.imports import influencers_without_account
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import draft_action
from crm.services.imports import runs
from crm.services.imports.pasting import keep_without_account
from crm.services.imports.subjects import subject_of
from crm.services.invitations import invites_by_mail
from crm.views.imports.pages import found_import, page_of, reading_form, show_import
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can

WAYS_OUT = ("invite", "ask")


def _act(
    request: OrganizationRequest, import_pk: int, act: Callable[[Import], None]
) -> HttpResponse:
    """Do something with an import and show it again, or say why it was not done."""
    parent = found_import(request, import_pk)
    try:
        act(parent)
    except TableRefused as refused:
        messages.error(request, str(refused))
    return show_import(request, parent)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def map_import_columns(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Choose the fields of the columns."""

    def act(parent: Import) -> None:
        chosen = [
            {name: request.POST.get(f"{name}-{place}", "") for name in ("field", "policy")}
            for place in range(len(parent.columns))
        ]
        if gone := runs.map_columns(parent, chosen, actor=request.user):
            said = ngettext(
                "%d merged row stands alone again", "%d merged rows stand alone again", gone
            )
            messages.info(request, f"{said % gone}: the columns mean something else now.")

    return _act(request, import_pk, act)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def read_import_otherwise(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Choose how the file is read."""

    def act(parent: Import) -> None:
        kind = ReadingForm if parent.encoding else WorkbookReadingForm
        form = kind({**reading_form(parent).initial, **request.POST.dict()})
        if not form.is_valid():
            problems = [f"{form[name].label}: {each[0]}" for name, each in form.errors.items()]
            raise TableRefused(f"The file is read as before. {' '.join(problems)}")
        chosen = {"encoding": "", "delimiter": "", **form.cleaned_data}
        if gone := runs.read_otherwise(parent, **chosen, actor=request.user):
            said = ngettext(
                "%d row is no longer corrected", "%d rows are no longer corrected", gone
            )
            messages.info(request, f"{said}: the file is read in another way." % gone)

    return _act(request, import_pk, act)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def begin_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Write what the preview showed whose version is named."""

    def act(parent: Import) -> None:
        seen = request.POST.get("version", "")
        parent.version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
        runs.begin_import(parent, actor=request.user)

    return _act(request, import_pk, act)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def cancel_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """End a running import after the rows at hand; what is written stays."""
    return _act(request, import_pk, runs.cancel_import)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def discard_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Forget an import of which nothing is written."""
    parent = found_import(request, import_pk)
    start = subject_of(parent).started_at(parent)
    try:
        runs.discard_import(parent)
    except TableRefused as refused:
        messages.error(request, str(refused))
        return show_import(request, parent)
    messages.success(request, "The import is discarded. Nothing was written.")
    return redirect(page_of(request, start))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def check_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Find out what a roll-back would keep."""
    return _act(request, import_pk, lambda parent: runs.check_import(parent, actor=request.user))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def repeat_lookup(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Ask TikTok again about accounts of which it has said nothing."""
    return _act(request, import_pk, lambda parent: runs.repeat_lookup(parent, actor=request.user))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def take_way_out(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Preview an invitation, or a request to connect, of everybody whose account is not in the marketplace."""
    parent, kind = found_import(request, import_pk), bulk_kind(request.POST.get("way", ""))
    if kind is None or kind.key not in WAYS_OUT:
        raise Http404
    if not can(request.membership, kind.permission):
        raise PermissionDenied
    if parent.is_pasted:
        mailed = kind.key == "ask" or invites_by_mail()
        try:
            keep_without_account(parent, mailed=mailed, actor=request.user)
        except TableRefused as refused:
            messages.error(request, str(refused))
            return show_import(request, parent)
    ids = influencers_without_account(parent, kind.key)
    if not ids:
        messages.info(request, "Nobody is left to invite or ask.")
        return show_import(request, parent)
    action = draft_action(kind, ids=ids, search="", filters=[], actor=request.user)
    return redirect("crm:bulk_action", request.organization.slug, action.pk)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def keep_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Leave an import as it is after its check."""
    return _act(request, import_pk, runs.keep_import)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def roll_back_import(request: OrganizationRequest, import_pk: int) -> HttpResponse:
    """Take an import back."""
    return _act(request, import_pk, lambda parent: runs.roll_back(parent, actor=request.user))
