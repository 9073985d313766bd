"""A program's page, and the way of an applicant: code by e-mail, TikTok, questions, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.enums import ApplicationState
from crm.errors import BeingErased, NotTaken
from crm.models import Application
from crm.policies.programs import WRITABLE, refusal
from crm.queries.programs import (
    Applied,
    accepted_count,
    own_application,
    program_logo,
    questions_of,
)
from crm.services.erasure.persons import BEING_ERASED
from crm.services.programs import applying
from files.errors import FileRefused
from files.views import as_picture
from public.apply.access import ProgramRequest, program_page
from public.apply.forms import ApplicationForm, StartForm
from public.apply.wording import lines, needed
from public.sign_in import send_code
from tenancy.models import User
from tenancy.services.members import person_at
from tiktok.errors import NoMarketplaceAccount
from tiktok.queries.consents import current_text
from tiktok.views.creators import set_out
from tiktok.views.redirects import leads_to
from ui.bidi import isolated


@program_page
@require_safe
def show(request: ProgramRequest) -> HttpResponse:
    """The page of the program: what it is about, what it asks for, and where to begin. Search engines may show it, unless
    it takes nobody (as the page says)."""
    response = _start(request, StartForm())
    response.headers["X-Robots-Tag"] = "all"
    return response


def _start(request: ProgramRequest, form: StartForm) -> HttpResponse:
    own = _own(request)
    context = {
        "form": form,
        "own": own.application if own else None,
        "refusal": _refusal(request),
        "questions": questions_of(request.program),
        "left": _places_left(request),
        "needed": needed(request.program),
    }
    return _rendered(request, "program", context, status=422 if form.errors else 200)


def _own(request: ProgramRequest) -> Applied | None:
    person = request.user
    return own_application(request.program, person) if isinstance(person, User) else None


def _refusal(request: ProgramRequest) -> str:
    found = refusal(request.program, accepted_count(request.program), timezone.now().date())
    return found.value if found else ""


def _places_left(request: ProgramRequest) -> int | None:
    capacity = request.program.capacity
    return None if capacity is None else max(capacity - accepted_count(request.program), 0)


@program_page
@require_safe
def logo(request: ProgramRequest) -> HttpResponseBase:
    """The logo of the group, else of the organization."""
    file = program_logo(request.program)
    if file is None:
        raise Http404("There is no logo.")
    return as_picture(file, name="logo.png")


# --- the application ---------------------------------------------------------------------------------------------
@leads_to("TIKTOK_AUTHORIZE_URL")
@program_page
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: ProgramRequest) -> HttpResponse:
    """The applicant's own page of the application. Whoever is not signed in proves their address first."""
    if not request.user.is_authenticated:
        return _prove_address(request) if request.method == "POST" else _back(request, "apply")
    try:
        applying.begin(request.program, request.user)
    except NotTaken as problem:
        if isinstance(problem, BeingErased):
            messages.error(request, _(BEING_ERASED))
        return _back(request, "apply")
    row = own_application(request.program, request.user)
    assert row is not None  # noqa: S101 -- it was begun just now
    if row.application.state not in WRITABLE:
        return _rendered(request, "state", {"row": row, "application": row.application})
    if row.application.state == ApplicationState.STARTED and _refusal(request):
        _keep_typed(request, row.application)
        return _start(request, StartForm())
    if not row.is_connected:
        _keep_typed(request, row.application)
        return _connect(request)
    return _fill_in(request, row)


def _prove_address(request: ProgramRequest) -> HttpResponse:
    form = StartForm(request.POST)
    if form.is_valid() and (form.is_of_a_machine or _refusal(request)):
        return _back(request, "apply")
    if form.is_valid():
        try:
            return send_code(request, person_at(form.cleaned_data["email"], ""))
        except ValidationError as refused:  # too many codes
            form.add_error(None, refused)
    return _start(request, form)


def _connect(request: ProgramRequest) -> HttpResponse:
    """Show what is agreed to, and go on to TikTok."""
    text, problem = current_text(), ""
    if request.method == "POST" and request.POST.get("text") == str(text):
        try:
            return set_out(
                request, request.organization, handle="", text=str(text), back=request.path
            )
        except NoMarketplaceAccount:
            problem = _(
                "%(who)s has not set up TikTok here yet. Please let them know, and try again later."
            ) % {"who": isolated(request.organization)}
    elif "text" in request.POST:
        problem = _("The text has changed meanwhile. Please read it again before you agree.")
    context = {"text": text, "problem": problem}
    return _rendered(request, "connect", context, status=409 if problem else 200)


def _keep_typed(request: ProgramRequest, application: Application) -> None:
    """Keep what was filled in where it cannot be sent now; a value that cannot be read stays as it was kept before."""
    if "accounts" not in request.POST:
        return
    questions = questions_of(request.program)
    data = (request.POST, request.FILES)
    form = ApplicationForm(request.program, questions, application, *data, is_draft=True)
    form.is_valid()
    try:
        applying.save(application, form.given)
    except FileRefused:
        applying.save(application, replace(form.given, file=None))


def _fill_in(request: ProgramRequest, row: Applied) -> HttpResponse:
    program, is_sent = request.program, request.method == "POST"
    is_draft = is_sent and "send" not in request.POST
    data = (request.POST, request.FILES) if is_sent else (None, None)
    questions = questions_of(program)
    form = ApplicationForm(program, questions, row.application, *data, is_draft=is_draft)
    if is_sent and _is_kept(row.application, form, program.consent_text, is_draft=is_draft):
        if is_draft:
            messages.success(request, _("Saved. You can go on later, from this page."))
        return _back(request, "apply_form")
    context = {
        "form": form,
        "row": row,
        "application": row.application,
        "lines": lines(row.checks),
    }
    return _rendered(request, "form", context, status=422 if form.errors else 200)


def _is_kept(
    application: Application, form: ApplicationForm, consent_text: str, *, is_draft: bool
) -> bool:
    """Is it saved or sent? Otherwise the form says why not."""
    if not form.is_valid():
        return False
    try:
        if is_draft:
            applying.save(application, form.given)
        else:
            applying.submit(application, form.given, agreed_text=consent_text)
    except FileRefused:
        form.refuse_file()
    except NotTaken:
        pass  # it was sent from another window: the page says how it stands
    return not form.errors


@program_page
@require_POST
def withdraw(request: ProgramRequest) -> HttpResponse:
    """Delete the own application, and what came with it."""
    own = _own(request)
    if own is not None:
        try:
            applying.withdraw(own.application)
        except NotTaken:
            return _back(request, "apply_form")
    return _rendered(request, "withdrawn", {})


def _back(request: ProgramRequest, name: str) -> HttpResponse:
    return redirect(name, request.organization.slug, request.program.key)


def _rendered(
    request: ProgramRequest, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    frame = {
        "organization": request.organization,
        "program": request.program,
        "has_logo": program_logo(request.program) is not None,
        "person": request.user if isinstance(request.user, User) else None,
    }
    return render(request, f"public/apply/{name}.html", {**frame, **context}, status=status)
