"""A program of the agency, with an application in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from crm.enums import Decision, FieldKind
from crm.models import Application, CustomField, Program
from crm.services.fields import create_field
from crm.services.programs.applying import Given, begin, save, submit
from crm.services.programs.deciding import decide, vote, write_note
from crm.services.programs.programs import create_program, set_open
from influence.demo.consents import connect_at_tiktok
from influence.demo.creator import SandboxCreators
from influence.demo.earlier import days_ago
from influence.demo.world import make_person
from tenancy.models import Group, Organization, User

CONSENT = "You are 18 or older, and the bread is sent to the address that you give."
STORY = (
    "We look for 40 creators who bake, cook or train and like good bread. You get a box of bread each month and 250 € per video."
    "\n\nYou make two videos a month, from January to March."
)


class Applicant(NamedTuple):
    """Somebody invented who applies so many days ago. Without an answer it stays a draft."""

    name: str
    handle: str
    membership: str
    days: float
    bakes: str


APPLICANTS = (
    Applicant("Mira Bauer", "mira.backt", "NOT_IN", 0.2, "Sourdough with rye"),
    Applicant("Jonas Stein", "jonas.grillt", "IN", 1.1, "Flatbread on the grill"),
    Applicant("Aylin Kaya", "aylin.kocht", "IN", 2.3, "Pide, and simit on Sundays"),
    Applicant("Elif Vural", "elif.backt", "NOT_IN", 4.6, "Everything with sesame"),
    Applicant("Sara Ott", "sara.snackt", "NOT_IN", 5.4, "Toast"),
    Applicant("Ben Lorenz", "ben.brot", "IN", 0.1, ""),
)


def take_applications(
    organization: Organization, owner: User, manager: User, creators: SandboxCreators
) -> None:
    """Make the program once, and let people apply. Needs the sandbox."""
    if Program.objects.exists():
        return
    field = _question("What do you bake most?", owner)
    program = _program([field], owner)
    for each in APPLICANTS:
        creators.set_membership(each.handle, each.membership)
    sent = [_apply(program, field, organization, each) for each in APPLICANTS]
    _decide(sent, owner, manager)


def _question(name: str, owner: User) -> CustomField:
    return create_field(name, FieldKind.TEXT, options=[], is_required=True, actor=owner)


def _program(fields: list[CustomField], owner: User) -> Program:
    columns = {
        "name": "Oakmill spring bakers",
        "key": "spring-bakers",
        "brand": "Oakmill",
        "group": Group.objects.filter(name="Food").first(),
        "story": STORY,
        "language": "en",
        "least_followers": 5000,
        "countries": ["DE", "AT", "CH"],
        "least_views": 1000,
        "file_question": "Photo of your kitchen",
        "consent_text": CONSENT,
        "capacity": 40,
        "closes_on": timezone.now().date() + timedelta(days=20),
        "contract_title": "Oakmill spring, terms",
        "contract_text": "Two videos a month from January to March, 250 € each, and a box of bread.",
    }
    with days_ago(12):
        program = create_program(columns, [field.pk for field in fields], actor=owner)
        set_open(program, is_open=True, actor=owner)
    program.refresh_from_db()
    return program


def _apply(
    program: Program, field: CustomField, organization: Organization, applicant: Applicant
) -> Application:
    name, handle, _, days, bakes = applicant
    person = make_person(f"{handle}@creators.example", name)
    with days_ago(days):
        application = begin(program, person)
    connect_at_tiktok(handle, person, organization, days=days)
    given = Given(name, {str(field.pk): bakes})
    with days_ago(days):
        if bakes:
            return submit(application, given, agreed_text=CONSENT)
        return save(application, given)


def _decide(sent: list[Application], owner: User, manager: User) -> None:
    mira, _, aylin, elif_, sara, _ = sent
    for person in (owner, manager):
        vote(mira, is_for=True, actor=person)
        vote(sara, is_for=False, actor=person)
    write_note(mira, "Warm voice, good light. Check the nut allergy with the bakery.", actor=owner)
    with days_ago(1.5):
        decide(aylin, Decision.ASK_BACK, said="Could you film in January already?", actor=owner)
    with days_ago(3):
        decide(elif_, Decision.ACCEPT, actor=owner)
    with days_ago(4):
        decide(sara, Decision.DECLINE, said="We look for bakers this time.", actor=owner)
