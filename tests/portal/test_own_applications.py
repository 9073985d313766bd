"""Applications stand on the first page of their person until they are decided on."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.models import Application, Influencer, Program
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.factories.programs import a_program
from tests.portal.test_dashboard import signed_in, text
from tests.portal.test_viewing import viewer

pytestmark = pytest.mark.django_db


def applied(person, **columns: object) -> None:
    own = Influencer.objects.get(person=person)
    given = {"person": person, "influencer": own, "saved_at": timezone.now(), **columns}
    Application.objects.create(program=Program.objects.get(), **given)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("started", "To do 1 Spring bakers Go on with your application"),
        ("asked_back", "To do 1 Spring bakers Oak asks you something."),
        ("submitted", "In review 1 Spring bakers Oak reads it"),
    ],
)
def test_an_application_that_nobody_has_decided_on_is_on_the_first_page(oak, maya, state, said) -> None:  # fmt: skip
    with organization_scope(oak):
        a_program()
        applied(maya, state=state)
    page = text(signed_in(maya).get("/me/"))
    assert said in page
    assert "No orders yet" not in page
    assert "/apply/oak/spring-bakers/form/" in signed_in(maya).get("/me/").content.decode()


@pytest.mark.parametrize(("state", "is_open"), [("accepted", True), ("declined", True), ("started", False)])  # fmt: skip
def test_an_application_that_is_decided_on_or_cannot_be_sent_is_not(oak, maya, state, is_open) -> None:  # fmt: skip
    with organization_scope(oak):
        a_program(is_open=is_open)
        applied(maya, state=state)
    assert "Spring bakers" not in text(signed_in(maya).get("/me/"))


@pytest.mark.parametrize(("state", "is_seen"), [("started", False), ("submitted", True)])
def test_a_member_who_views_the_page_sees_no_draft(oak, maya, state, is_seen) -> None:
    with organization_scope(oak):
        a_program()
        applied(maya, state=state)
    page = text(viewer(a_member(oak, Role.OWNER), oak, maya).get("/me/"))
    assert ("Spring bakers" in page) == is_seen
