"""The queue of a program: applications with the audience beside them, decided one by one or many at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.enums import AccessKind, ApplicationState, Decision
from crm.errors import CrmProblem
from crm.forms.programs import ApplicationNoteForm, DecisionForm
from crm.models import Application, Duplicate, Influencer, Program
from crm.policies.programs import DECIDABLE, refusal
from crm.queries.application_queue import (
    QueueAsked,
    narrowed,
    queue,
    queue_head,
    queue_lines,
)
from crm.queries.programs import (
    Applied,
    answers_of,
    applied,
    audience_of,
    questions_of,
    sent_applications,
    state_counts,
    votes_of,
    with_facts,
)
from crm.services.access.recording import note_access
from crm.services.merging.finding import alike
from crm.services.programs import deciding
from crm.services.programs.bulk import start_deciding
from crm.services.programs.programs import note_queue_export
from crm.views.frame import address, allowances
from crm.views.programs.pages import found_program, public_url
from crm.views.tables import table_file
from files.views import as_download
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Verb
from tenancy.queries.changes import latest_event
from tenancy.services.submissions import make_once
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done

SAID = {
    Decision.ACCEPT: "Accepted. The applicant is in your roster and was told.",
    Decision.ASK_BACK: "Asked. The applicant gets your question by e-mail.",
    Decision.DECLINE: "Declined. The applicant was told; the data goes in 30 days.",
}


@staff_page(Permission.READ)
@require_safe
def program(request: OrganizationRequest, program_pk: int) -> HttpResponse:
    """The queue; `?application=` shows one beside it."""
    return _page(request, found_program(program_pk), _chosen(request, program_pk))


def _chosen(request: OrganizationRequest, program_pk: int) -> Application | None:
    asked = request.GET.get("application", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    rows = with_facts(Application.objects.filter(program=program_pk).exclude(submitted_at=None))
    return rows.filter(pk=asked).first()


def _page(
    request: OrganizationRequest,
    program: Program,
    chosen: Application | None,
    *,
    form: DecisionForm | None = None,
    note_form: ApplicationNoteForm | None = None,
    many: DecisionForm | None = None,
) -> HttpResponse:
    counts = state_counts(program)
    accepted = counts.get(ApplicationState.ACCEPTED, 0)
    asked = QueueAsked.of(request.GET)
    page = queue(program, asked, request.GET.get("cursor", ""))
    context: dict[str, Any] = {
        **allowances(request),
        "program": program,
        "public_url": public_url(request, program),
        "page": page,
        "asked": asked,
        "export_url": address(request, "export_applications", program.pk),
        "total": sum(counts.values()),
        "tabs": _tabs(request, program, counts, asked.state),
        "accepted": accepted,
        "refusal": refusal(program, accepted, timezone.now().date()),
        "many": many or DecisionForm(),
        "picked": request.POST.getlist("pick"),
    }
    if chosen is not None:
        row = applied(chosen, program)
        _note_reading(request, chosen)
        context |= _beside(request, row, program)
        context |= {"form": form or DecisionForm(), "note_form": note_form or ApplicationNoteForm()}
    is_refused = any(each and each.errors for each in (form, note_form, many))
    return render(
        request, "staff/crm/programs/program.html", context, status=422 if is_refused else 200
    )


def _note_reading(request: OrganizationRequest, application: Application) -> None:
    if application.influencer_id is not None:
        role = request.membership.role
        note_access(AccessKind.PROFILE, role=role, influencer_id=application.influencer_id)


def _tabs(
    request: OrganizationRequest, program: Program, counts: dict[str, int], state: str
) -> list[dict[str, Any]]:
    here = address(request, "program", program.pk)
    every = {"label": "All", "href": here, "count": sum(counts.values()), "current": not state}
    states = [each for each in ApplicationState if each != ApplicationState.STARTED]
    return [
        every,
        *(
            {
                "label": each.label,
                "href": f"{here}?state={each.value}",
                "count": counts.get(each, 0),
                "current": state == each,
            }
            for each in states
        ),
    ]


def _beside(request: OrganizationRequest, row: Applied, program: Program) -> dict[str, Any]:
    application = row.application
    pair = Duplicate.objects.filter(first=application.influencer_id) | Duplicate.objects.filter(
        second=application.influencer_id
    )
    return {
        "row": row,
        "application": application,
        "is_decidable": application.state in DECIDABLE,
        "votes": votes_of(application, request.user.pk),
        "audience": audience_of(row),
        "answers": answers_of(application, questions_of(program)),
        "notes": application.notes.select_related("author").order_by("pk"),
        "duplicates": pair.filter(state="open").count(),
        "doubles": _doubles(application),
    }


def _doubles(application: Application) -> list[Influencer]:
    """The influencers whom accepting may add a second time, as long as it is not done."""
    if (
        application.influencer is None
        or application.state not in DECIDABLE
        or not application.is_new
    ):
        return []
    return alike(application.influencer)


# --- one ---------------------------------------------------------------------------------------------------------
def _found(application_pk: int) -> Application:
    rows = with_facts(Application.objects.exclude(submitted_at=None))
    return get_object_or_404(rows.select_related("program"), pk=application_pk)


def _beside_queue(request: OrganizationRequest, application: Application) -> HttpResponse:
    here = address(request, "program", application.program_id)
    return go_to(request, f"{here}?application={application.pk}")


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def decide(request: OrganizationRequest, application_pk: int) -> HttpResponse:
    """Accept, ask back or decline."""
    application, form = _found(application_pk), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, application.program, application, form=form)
    decision, said = Decision(form.cleaned_data["decision"]), form.cleaned_data["said"]
    try:
        deciding.decide(application, decision, said=said, actor=request.user)
    except CrmProblem as problem:
        messages.error(request, str(problem))
    else:
        _say(request, application, decision)
    return _beside_queue(request, application)


def _say(request: OrganizationRequest, application: Application, decision: Decision) -> None:
    if decision == Decision.DECLINE:
        undo = address(request, "reopen_application", application.pk)
        event = latest_event(application, [Verb.APPLICATION_DECLINED, Verb.APPLICATION_REOPENED])
        say_done(request, SAID[decision], undo, of=event)
    else:
        messages.success(request, SAID[decision])


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def reopen(request: OrganizationRequest, application_pk: int) -> HttpResponse:
    """A declined one is to be decided anew."""
    application = _found(application_pk)
    try:
        deciding.reopen(application, actor=request.user)
    except CrmProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(
            request, "It is to be decided anew. The applicant was told that it was declined."
        )
    return _beside_queue(request, application)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def vote(request: OrganizationRequest, application_pk: int) -> HttpResponse:
    """Keep the member's vote for it or against it, or neither."""
    application = _found(application_pk)
    is_for = {"for": True, "against": False}.get(request.POST.get("vote", ""))
    deciding.vote(application, is_for=is_for, actor=request.user)
    return _beside_queue(request, application)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def note(request: OrganizationRequest, application_pk: int) -> HttpResponse:
    """A note for the team."""
    application, form = _found(application_pk), ApplicationNoteForm(request.POST)
    if not is_sent(request, form):
        return _page(request, application.program, application, note_form=form)
    write = partial(deciding.write_note, application, form.cleaned_data["text"], actor=request.user)
    made = make_once(sent_token(request), write, actor=request.user)
    say_made(request, "Note kept.", is_first=made.is_first)
    return _beside_queue(request, application)


@staff_page(Permission.READ)
@require_safe
def file(request: OrganizationRequest, application_pk: int) -> HttpResponseBase:
    """The file that came with an application."""
    application = _found(application_pk)
    if application.file is None:
        raise Http404("This application has no file.")
    _note_reading(request, application)
    return as_download(application.file)


@staff_page(Permission.READ)
@require_POST
def export(request: OrganizationRequest, program_pk: int) -> HttpResponseBase:
    """The queue as the address narrows and orders it, as a file."""
    program, asked = found_program(program_pk), QueueAsked.of(request.GET)
    count = narrowed(program, asked).count()
    note_queue_export(program, count, actor=request.user)
    return table_file(request, program.key, queue_head(program), queue_lines(program, asked))


# --- many --------------------------------------------------------------------------------------------------------
@staff_page(Permission.EDIT_INFLUENCERS)
def decide_many(request: OrganizationRequest, program_pk: int) -> HttpResponse:
    """The selected applications get the same answer, by a job. A page of refused ones is gone on from by its address."""
    if request.method != "POST":
        here = address(request, "program", program_pk)
        return go_to(request, f"{here}?{request.GET.urlencode()}")
    program, form = found_program(program_pk), DecisionForm(request.POST)
    picked = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 19]
    ids = list(sent_applications(program).filter(pk__in=picked).values_list("pk", flat=True))
    if not ids:
        form.add_error(None, "Select the applications first.")
    if not form.is_valid():
        return _page(request, program, _chosen(request, program_pk), many=form)
    decision, said = Decision(form.cleaned_data["decision"]), form.cleaned_data["said"]
    job = start_deciding(program, ids, decision, said=said, actor=request.user)
    return follow(request, job)
