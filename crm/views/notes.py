"""Notes about an influencer."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from crm import queries
from crm.forms import NoteForm
from crm.models import Note
from crm.services.notes import delete_note, edit_note, pin_note, write_note
from crm.views.frame import address, form_answer, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done


@staff_page(Permission.EDIT_INFLUENCERS)
def write(request: OrganizationRequest, pk: int) -> HttpResponse:
    """A new note; `@` and a member's name mentions them."""
    found = found_influencer(pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if is_sent(request, form):
        make = partial(write_note, found, form.cleaned_data["text"], author=request.user)
        made = make_once(sent_token(request), make, actor=request.user)
        say_made(request, "Note saved.", is_first=made.is_first)
        return go_to(request, address(request, "influencer", pk))
    return _answer(request, form, f"Note about {isolated(found)}", pk)


@staff_page(Permission.EDIT_INFLUENCERS)
def edit(request: OrganizationRequest, pk: int, note_pk: int) -> HttpResponse:
    """Other words for a note."""
    note = _found(pk, note_pk)
    with editing(request, note) as stored:
        data = request.POST if request.method == "POST" else None
        form = NoteForm(data, initial={"text": stored.text})
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            edit_note(stored, form.cleaned_data["text"], actor=request.user)
    if is_saved:
        messages.success(request, "Note saved.")
        return go_to(request, address(request, "influencer", pk))
    return _answer(request, form, "Edit note", pk, note=note)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete(request: OrganizationRequest, pk: int, note_pk: int) -> HttpResponse:
    """Delete a note; the message offers to undo it."""
    removal = delete_note(_found(pk, note_pk), actor=request.user)
    say_done(request, "Note deleted.", address(request, "restore_removed", pk, removal.pk))
    return go_to(request, address(request, "influencer", pk))


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def pin(request: OrganizationRequest, pk: int, note_pk: int) -> HttpResponse:
    """Keep a note above the others, or no longer."""
    pin_note(_found(pk, note_pk), is_pinned=request.POST.get("pin") == "yes")
    return go_to(request, address(request, "influencer", pk))


def _found(pk: int, note_pk: int) -> Note:
    return get_object_or_404(Note.objects.select_related("influencer"), influencer=pk, pk=note_pk)


def _answer(
    request: OrganizationRequest, form: NoteForm, title: str, pk: int, note: Note | None = None
) -> HttpResponse:
    return form_answer(
        request,
        "notes/form",
        title=title,
        back=address(request, "influencer", pk),
        form=form,
        note=note,
        action=request.path,
        members=[name for _, name in queries.member_choices()],
    )
