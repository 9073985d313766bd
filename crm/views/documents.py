"""Files kept with an influencer. They leave through here alone, so that members limited to groups get only theirs."""

from __future__ import annotations

from functools import partial

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from crm.forms import FileForm
from crm.models import Document
from crm.services.documents.files import add_document, delete_document
from crm.views.frame import address, form_answer, found_influencer
from files.errors import FileRefused
from files.views import as_download
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done


@staff_page(Permission.EDIT_INFLUENCERS)
def add(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Upload a file."""
    found = found_influencer(pk)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if is_sent(request, form):
        make = partial(add_document, found, form.cleaned_data["file"], actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            say_made(request, "File added.", is_first=made.is_first)
            return go_to(request, address(request, "influencer", pk))
    return form_answer(
        request,
        "documents/form",
        title=f"File of {isolated(found)}",
        back=address(request, "influencer", pk),
        form=form,
        action=request.path,
    )


@staff_page(Permission.READ)
@require_safe
def download(request: OrganizationRequest, pk: int, document_pk: int) -> FileResponse:
    """The file, to be saved."""
    return as_download(_found(pk, document_pk).file)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete(request: OrganizationRequest, pk: int, document_pk: int) -> HttpResponse:
    """Delete a file; the message offers to undo it."""
    document = _found(pk, document_pk)
    said = f"{isolated(document)} is deleted."
    removal = delete_document(document, actor=request.user)
    say_done(request, said, address(request, "restore_removed", pk, removal.pk))
    return go_to(request, address(request, "influencer", pk))


def _found(pk: int, document_pk: int) -> Document:
    rows = Document.objects.select_related("influencer", "file")
    return get_object_or_404(rows, influencer=pk, pk=document_pk)
