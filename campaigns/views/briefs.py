"""Files of a campaign's brief."""

from __future__ import annotations

from functools import partial

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from campaigns.errors import BriefIsFull
from campaigns.forms import BriefFileForm
from campaigns.models import BriefFile
from campaigns.services.briefs import (
    add_brief_file,
    removal_of,
    remove_brief_file,
    restore_brief_file,
)
from campaigns.views.frame import address, campaign_or_404
from crm.views.removals import bring_back
from files.errors import FileRefused
from files.views import as_download
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.dialogs import form_answer
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done


@staff_page(Permission.EDIT_CAMPAIGNS)
def brief_file_add(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Upload a file."""
    campaign = campaign_or_404(pk)
    form = (
        BriefFileForm(request.POST, request.FILES) if request.method == "POST" else BriefFileForm()
    )
    back = address(request, "settings", pk)
    if is_sent(request, form):
        make = partial(add_brief_file, campaign, form.cleaned_data["file"], actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (FileRefused, BriefIsFull) as refused:
            form.add_error("file", str(refused))
        else:
            say_made(request, "File added to the brief.", is_first=made.is_first)
            return go_to(request, back)
    return form_answer(
        request,
        "staff/crm/documents/form.html",
        title="Add a file to the brief",
        back=back,
        form=form,
        action=request.path,
    )


@staff_page(Permission.READ)
@require_safe
def brief_file(request: OrganizationRequest, pk: int, brief_pk: int) -> FileResponse:
    """The file, to be saved."""
    return as_download(_found(pk, brief_pk).file)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def brief_file_remove(request: OrganizationRequest, pk: int, brief_pk: int) -> HttpResponse:
    """Remove a file; the message offers to undo it."""
    found = _found(pk, brief_pk)
    said = f"{isolated(found)} is removed. Creators see it no longer."
    removal = remove_brief_file(found, actor=request.user)
    say_done(request, said, address(request, "brief_file_restore", pk, removal.pk))
    return redirect(address(request, "settings", pk))


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def brief_file_restore(request: OrganizationRequest, pk: int, removal_pk: int) -> HttpResponse:
    """Bring a file back."""
    campaign = campaign_or_404(pk)
    bring_back(request, removal_of(campaign, removal_pk), restore_brief_file)
    return redirect(address(request, "settings", pk))


def _found(pk: int, brief_pk: int) -> BriefFile:
    rows = BriefFile.objects.filter(campaign=campaign_or_404(pk), pk=brief_pk)
    found = rows.select_related("file").first()
    if found is None:
        raise Http404("No such file.")
    return found
