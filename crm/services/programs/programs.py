"""Programs: made, changed, opened and closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from crm.errors import ProgramKeyTaken
from crm.models import Program, ProgramQuestion
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import groups_scope, required_organization_id
from tenancy.services.events import record


@transaction.atomic
def create_program(
    columns: Mapping[str, Any], fields: Collection[int], *, actor: User | None
) -> Program:
    """A program with these checked columns that asks these custom fields; closed until it is opened. Raises
    ProgramKeyTaken."""
    # Of two people at once, the second sees the first one's key.
    Organization.objects.select_for_update(no_key=True).get(pk=required_organization_id())
    with groups_scope(None):  # a key is taken, whoever sees its program
        is_taken = Program.objects.filter(key=columns["key"]).exists()
    if is_taken:
        raise ProgramKeyTaken(columns["key"])
    program = Program.objects.create(**columns)
    _ask(program, fields)
    record(Verb.PROGRAM_CREATED, program, actor=actor)
    return program


@transaction.atomic
def edit_program(
    program: Program, columns: Mapping[str, Any], fields: Collection[int], *, actor: User | None
) -> None:
    """Change checked columns and the fields that are asked; the key, and so the address, stays. Without a change, no event."""
    changed = [name for name, value in columns.items() if getattr(program, name) != value]
    for name in changed:
        setattr(program, name, columns[name])
    if changed:
        program.save()
    if _ask(program, fields) or changed:
        record(Verb.PROGRAM_CHANGED, program, actor=actor)


def _ask(program: Program, fields: Collection[int]) -> bool:
    """Ask exactly these fields. Returns whether that is a change."""
    known = set(program.questions.values_list("field_id", flat=True))
    program.questions.exclude(field__in=fields).delete()
    ProgramQuestion.objects.bulk_create(
        ProgramQuestion(program=program, field_id=pk) for pk in fields if pk not in known
    )
    return known != set(fields)


@transaction.atomic
def set_open(program: Program, *, is_open: bool, actor: User | None) -> None:
    """Take applications, or no more. What is applied for stays. Twice is once."""
    changed = Program.objects.filter(pk=program.pk, is_open=not is_open).update(is_open=is_open)
    if changed:
        verb = Verb.PROGRAM_OPENED if is_open else Verb.PROGRAM_CLOSED
        record(verb, program, actor=actor)


def note_queue_export(program: Program, count: int, *, actor: User) -> None:
    """Say in the program's history that somebody has taken so many applications out."""
    record(Verb.APPLICATIONS_EXPORTED, program, actor=actor, application_count=count)
