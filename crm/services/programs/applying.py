"""Applications as applicants write them: begun, saved, sent, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File as Upload
from django.db import transaction
from django.utils import timezone

from crm.enums import ApplicationState
from crm.errors import BeingErased, NotTaken
from crm.models import Application, Influencer, Program
from crm.policies.programs import WRITABLE, refusal
from crm.queries.programs import accepted_count
from crm.services.erasure.persons import is_being_erased
from crm.services.programs.forgetting import delete_application, forget_later
from crm.services.programs.mails import mail_applicant
from files.enums import FileKind
from files.models import File
from files.purge import delete_files
from files.services.storing import store_content
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope, required_organization_id
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in


@dataclass(frozen=True)
class Given:
    """The filled-in form of an applicant. `file`: a new upload; None leaves the one that is there."""

    name: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    addresses: Sequence[str] = ()
    file: Upload[bytes] | None = None


def refuse_new(program: Program) -> None:
    """Raises NotTaken where the program is closed, full or past its last day."""
    if refusal(program, accepted_count(program), timezone.now().date()):
        raise NotTaken


@transaction.atomic
def begin(program: Program, person: User) -> Application:
    """The person's application to this program; a new one if there is none. Raises NotTaken, BeingErased."""
    known = Application.objects.filter(program=program, person=person).first()
    if known is not None:
        return known
    if is_being_erased(person):
        raise BeingErased
    refuse_new(program)
    with groups_scope(None):
        influencer = Influencer.objects.filter(person=person).first()
    wish = Application(
        program=program,
        person=person,
        influencer=influencer,
        is_new=influencer is not None and is_applicant_only(influencer),
        name=person.name,
        saved_at=timezone.now(),
    )
    Application.objects.bulk_create([wish], ignore_conflicts=True)
    application = Application.objects.get(program=program, person=person)
    # Whoever only began is found, too, when they erase their data.
    let_influencer_in(required_organization_id(), person)
    forget_later(application)
    return application


def is_applicant_only(influencer: Influencer) -> bool:
    """Is the row here for applications alone?"""
    if influencer.archived_at is None:
        return False
    return influencer.applications.filter(is_new=True).exists()


def save(application: Application, given: Given) -> Application:
    """Keep what was filled in so far. Raises NotTaken once it is sent, FileRefused, NoRoom."""
    stored = store_content(FileKind.APPLICATION_FILE, given.file) if given.file else None
    with transaction.atomic():
        locked = _writable(application)
        _keep(locked, given, stored)
    return locked


def submit(application: Application, given: Given, *, agreed_text: str) -> Application:
    """Send the application, once; after a question of staff, again. `agreed_text`: the program's text that was agreed to.

    Raises NotTaken: also where no TikTok account is connected. Raises FileRefused, NoRoom.
    """
    stored = store_content(FileKind.APPLICATION_FILE, given.file) if given.file else None
    with transaction.atomic():
        locked = _writable(application)
        is_again = locked.state == ApplicationState.ASKED_BACK
        if locked.influencer is None:
            raise NotTaken
        if not is_again:
            refuse_new(locked.program)
        locked.state, locked.submitted_at = ApplicationState.SUBMITTED, timezone.now()
        locked.agreed_text = agreed_text
        _keep(locked, given, stored)
        verb = Verb.APPLICATION_ANSWERED if is_again else Verb.APPLICATION_SUBMITTED
        record(verb, locked, actor=locked.person, program=locked.program_id)
        mail_applicant(locked, "received")
    return locked


def _writable(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related(
        "program", "influencer", "person"
    )
    locked = rows.filter(pk=application.pk).first()
    if locked is None or locked.state not in WRITABLE:
        raise NotTaken
    return locked


def _keep(application: Application, given: Given, stored: File | None) -> None:
    earlier = application.file_id
    if stored is not None:
        stored.save(force_insert=True)
        application.file = stored
    application.name = given.name
    application.answers, application.addresses = dict(given.answers), list(given.addresses)
    application.saved_at = timezone.now()
    application.save()
    if stored is not None and earlier is not None:
        delete_files(File.objects.filter(pk=earlier))


@transaction.atomic
def withdraw(application: Application) -> None:
    """Delete the application with everything that came with it, at once. An accepted one stays: it is the organization's by
    then, and ended on the applicant's own page. Raises NotTaken."""
    locked = Application.objects.select_for_update(of=("self",)).filter(pk=application.pk).first()
    if locked is None:
        return
    if locked.state == ApplicationState.ACCEPTED:
        raise NotTaken
    delete_application(locked, Verb.APPLICATION_WITHDRAWN)


# --- when TikTok is connected ------------------------------------------------------------------------------------
def open_applications(person: User) -> list[Application]:
    """The person's applications in the organization in scope that know no influencer yet."""
    rows = Application.objects.filter(person=person, influencer=None).select_related("program")
    return list(rows.order_by("pk"))


def hide_applicant(influencer: Influencer, applications: Sequence[Application]) -> None:
    """Somebody who is new here and applies stands in no list before they are accepted, and in the program's group."""
    if applications:
        influencer.archived_at = timezone.now()
        influencer.group_id = applications[0].program.group_id


def keep_known(influencer: Influencer, known: Influencer) -> None:
    """An account of `known` goes to somebody who only applies: they stand in the lists where `known` does from now on, and no
    end of an application takes the account along."""
    influencer.archived_at, influencer.group_id = known.archived_at, known.group_id
    if influencer.pk is not None:
        influencer.save(update_fields=["archived_at", "group_id"])
        influencer.applications.update(is_new=False)


def tie_applicant(
    influencer: Influencer, applications: Sequence[Application], *, is_new: bool
) -> None:
    """Note whose applications these are."""
    Application.objects.filter(pk__in=[each.pk for each in applications]).update(
        influencer=influencer, is_new=is_new
    )
