"""Applications as staff decide them: accepted, asked back, declined, voted on, noted."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.enums import ApplicationState, ContractState, Decision
from crm.errors import ContractTaken, CrmProblem, NotDecidable, ProgramFull
from crm.models import Application, ApplicationNote, ApplicationVote, Influencer, Program
from crm.policies.fields import Typed, typed_value
from crm.policies.programs import DECIDABLE, is_full, other_account
from crm.queries.programs import accepted_count, questions_of
from crm.services.accounts import add_other_account
from crm.services.collections.tags import tag_influencers
from crm.services.documents.contracts import change_state, create_contract
from crm.services.fields import set_values
from crm.services.influencers import assign_influencers, edit_influencer, restore_influencers
from crm.services.merging.finding import check_for_duplicates
from crm.services.programs.forgetting import forget_later
from crm.services.programs.mails import mail_applicant
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope
from tenancy.services.events import record


@transaction.atomic
def decide(application: Application, decision: Decision, *, said: str = "", actor: User) -> None:
    """Accept, ask back or decline, and tell the applicant. `said`: the question, or a word to who is declined.

    Raises NotDecidable, ProgramFull.
    """
    # Of two who accept at once, the second sees what the first has taken.
    Program.objects.select_for_update(of=("self",)).get(pk=application.program_id)
    rows = Application.objects.select_for_update(of=("self",))
    locked = rows.select_related("program__tag", "person").filter(pk=application.pk).first()
    if locked is None or locked.state not in DECIDABLE:
        raise NotDecidable
    locked.said = said
    with groups_scope(None):  # the person may stand in another group already
        ACTS[decision](locked, actor)


def _accept(application: Application, actor: User) -> None:
    influencer = application.influencer
    if influencer is None:
        raise NotDecidable
    if is_full(application.program, accepted_count(application.program)):
        raise ProgramFull
    _settle(application, ApplicationState.ACCEPTED, actor)
    influencer.applications.update(is_new=False)
    _take_in(influencer, application, actor)
    _give(influencer, application.program, actor)
    _tell(Verb.APPLICATION_ACCEPTED, "accepted", application, actor)


def _take_in(influencer: Influencer, application: Application, actor: User) -> None:
    """Into the roster, with what they filled in."""
    if influencer.archived_at is not None:
        restore_influencers([influencer], actor=actor)
        edit_influencer(influencer, name=application.name or influencer.name, actor=actor)
    fields = {
        field: application.answers.get(str(field.pk)) for field in questions_of(application.program)
    }
    values: dict[object, Typed | None] = {}
    for field, given in fields.items():
        try:
            value = typed_value(field.kind, field.options, given or "")
        except ValidationError:  # a choice that is no longer one
            continue
        if value is not None:
            values[field] = value
    set_values(influencer, values, actor=actor)  # type: ignore[arg-type]
    for address in application.addresses:
        add_other_account(other_account(address), influencer=influencer, actor=actor)
    check_for_duplicates(influencer.pk)


def _give(influencer: Influencer, program: Program, actor: User) -> None:
    """Group, tag and contract of the program; a group or a contract that they have stays."""
    if program.group_id is not None and influencer.group_id is None:
        assign_influencers([influencer], "group_id", program.group_id, actor=actor)
    if program.tag is not None:
        tag_influencers(program.tag, [influencer], actor=actor)
    if program.contract_title:
        try:
            contract = create_contract(
                influencer, program.contract_title, text=program.contract_text, actor=actor
            )
        except ContractTaken:
            return
        change_state(contract, ContractState.SENT, actor=actor)


def _ask_back(application: Application, actor: User) -> None:
    _settle(application, ApplicationState.ASKED_BACK, actor)
    forget_later(application)
    _tell(Verb.APPLICATION_ASKED_BACK, "asked_back", application, actor)


def _decline(application: Application, actor: User) -> None:
    _settle(application, ApplicationState.DECLINED, actor)
    forget_later(application)
    _tell(Verb.APPLICATION_DECLINED, "declined", application, actor)


ACTS: dict[Decision, Callable[[Application, User], None]] = {
    Decision.ACCEPT: _accept,
    Decision.ASK_BACK: _ask_back,
    Decision.DECLINE: _decline,
}


def _settle(application: Application, state: ApplicationState, actor: User) -> None:
    application.state, application.decided_at = state, timezone.now()
    application.decided_by = actor
    application.save()


def _tell(verb: Verb, what: str, application: Application, actor: User) -> None:
    record(verb, application, actor=actor, program=application.program_id)
    mail_applicant(application, what)


@transaction.atomic
def reopen(application: Application, *, actor: User) -> None:
    """Take a declining back: it is to be decided anew. The applicant, who was told, hears of what is decided then. Raises
    NotDecidable."""
    declined = Application.objects.filter(pk=application.pk, state=ApplicationState.DECLINED)
    if not declined.update(
        state=ApplicationState.SUBMITTED, decided_at=None, decided_by=None, said=""
    ):
        raise NotDecidable
    record(Verb.APPLICATION_REOPENED, application, actor=actor, program=application.program_id)


@transaction.atomic
def vote(application: Application, *, is_for: bool | None, actor: User) -> None:
    """Keep a member's vote for it or against it, or neither (None). The last one counts."""
    rows = ApplicationVote.objects.filter(application=application, member=actor)
    if is_for is None:
        rows.delete()
    else:
        ApplicationVote.objects.update_or_create(
            application=application, member=actor, defaults={"is_for": is_for}
        )
    record(Verb.APPLICATION_VOTED, application, actor=actor, program=application.program_id)


@transaction.atomic
def write_note(application: Application, text: str, *, actor: User) -> ApplicationNote:
    """Keep a note, which the applicant never sees."""
    note = ApplicationNote.objects.create(application=application, author=actor, text=text)
    record(Verb.APPLICATION_NOTED, application, actor=actor, program=application.program_id)
    return note


def try_to_decide(application: Application, decision: Decision, *, said: str, actor: User) -> str:
    """Decide on one of many. Returns the reason why not; empty if it is done."""
    try:
        decide(application, decision, said=said, actor=actor)
    except CrmProblem as problem:
        return str(problem)
    return ""
