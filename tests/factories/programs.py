"""Programs and applications, made for tests inside an organization's scope."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from crm.enums import FieldKind
from crm.models import Application, CustomField, Program
from crm.services.fields import create_field
from crm.services.programs.programs import create_program, set_open
from tenancy.models import User
from tests.factories.crm import InfluencerFactory, an_authenticated_account


def a_program(*fields: CustomField, is_open: bool = True, **columns: Any) -> Program:
    """An open program that asks these fields."""
    given = {"name": "Spring bakers", "key": "spring-bakers", "story": "We look for bakers."}
    program = create_program({**given, **columns}, [f.pk for f in fields], actor=None)
    set_open(program, is_open=is_open, actor=None)
    program.refresh_from_db()
    return program


def a_question(name: str, kind: FieldKind = FieldKind.TEXT, **given: Any) -> CustomField:
    """A custom field."""
    return create_field(name, kind, actor=None, **{"options": [], "is_required": False, **given})


def an_application(program: Program, handle: str = "mira.bakes", **columns: Any) -> Application:
    """An application that was sent, of somebody new whose account is authenticated."""
    person, _ = User.objects.get_or_create(email=f"{handle}@example.com")
    followers = columns.pop("followers", 18_420)
    new = InfluencerFactory.create(
        name=handle,
        email=person.email,
        person=person,
        archived_at=timezone.now(),
        group=program.group,
    )
    an_authenticated_account(
        influencer=new,
        creator__handle=handle,
        creator__marketplace_status="not_in",
        creator__follower_count=followers,
        creator__profile_source="ttcm_public",
    )
    now = timezone.now()
    given = {"state": "submitted", "name": handle.title(), "saved_at": now, "submitted_at": now}
    return Application.objects.create(
        program=program, person=person, influencer=new, is_new=True, **{**given, **columns}
    )
