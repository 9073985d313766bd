"""Programs: all of them, a new one, the settings of one, opened and closed."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm.errors import ProgramKeyTaken
from crm.forms.programs import ProgramForm
from crm.models import Program
from crm.queries.programs import with_counts
from crm.services.programs.programs import create_program, edit_program, set_open
from crm.views.frame import address, allowances, form_answer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Verb
from tenancy.models import Event
from tenancy.queries.changes import latest_event
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.paging import keyset_page
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import is_overtaken, say_done


@staff_page(Permission.READ)
def programs(request: OrganizationRequest) -> HttpResponse:
    """The programs by name, with how many applications wait."""
    cursor = request.GET.get("cursor", "")
    page = keyset_page(Program.objects.all(), "name", "id", facts=with_counts, cursor=cursor)
    return render(
        request, "staff/crm/programs/programs.html", {**allowances(request), "page": page}
    )


@staff_page(Permission.EDIT_INFLUENCERS)
def add(request: OrganizationRequest) -> HttpResponse:
    """A new program, closed until it is opened."""
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if is_sent(request, form):
        make = partial(create_program, form.columns, form.fields_asked, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except ProgramKeyTaken as problem:
            form.add_error("key", str(problem))
        else:
            said = "Program made. Look at its page, then open it."
            say_made(request, said, is_first=made.is_first)
            return go_to(request, address(request, "program", made.pk))
    return _answer(request, form, "New program", is_new=True, back=address(request, "programs"))


@staff_page(Permission.EDIT_INFLUENCERS)
def change(request: OrganizationRequest, program_pk: int) -> HttpResponse:
    """Everything about a program but its key."""
    with editing(request, found_program(program_pk)) as program:
        form = ProgramForm(request.POST if request.method == "POST" else None, program=program)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            edit_program(program, form.columns, form.fields_asked, actor=request.user)
    back = address(request, "program", program_pk)
    if is_saved:
        messages.success(request, "Program saved.")
        return go_to(request, back)
    return _answer(request, form, f"Settings of {isolated(program)}", back=back)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def switch(request: OrganizationRequest, program_pk: int) -> HttpResponse:
    """Take applications, or no more."""
    program, is_open = found_program(program_pk), "open" in request.POST
    if not is_overtaken(request, _latest(program)):
        set_open(program, is_open=is_open, actor=request.user)
        said = (
            "takes applications now."
            if is_open
            else "takes no more applications. What was sent stays."
        )
        undo = {"close": "1"} if is_open else {"open": "1"}
        say_done(request, f"{isolated(program)} {said}", request.path, of=_latest(program), **undo)
    return go_to(request, address(request, "program", program_pk))


def found_program(pk: int) -> Program:
    """Raises Http404 for an absent program and for one that the member does not see."""
    return get_object_or_404(Program, pk=pk)


def public_url(request: OrganizationRequest, program: Program) -> str:
    """The whole address of the program's public page."""
    path = reverse("apply", args=[request.organization.slug, program.key])
    return f"{settings.PUBLIC_URL}{path}"


def _latest(program: Program) -> Event | None:
    return latest_event(program, [Verb.PROGRAM_OPENED, Verb.PROGRAM_CLOSED])


def _answer(
    request: OrganizationRequest, form: ProgramForm, title: str, *, back: str, is_new: bool = False
) -> HttpResponse:
    return form_answer(
        request,
        "settings/form",
        title=title,
        back=back,
        form=form,
        action=request.path,
        verb="Save program",
        is_new=is_new,
    )
