"""From a program's page to an application that is accepted, on a phone without JavaScript, in two languages; and the queue of staff."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from crm.models import Application, Program
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import THEMES, barriers
from tests.factories.programs import a_program, a_question, an_application
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
PAGE = "/apply/oak/spring-bakers/"


@pytest.fixture
def program(oak: Organization, site: str) -> Program:
    with organization_scope(oak):
        return a_program(
            a_question("What do you bake most?", is_required=True),
            least_followers=5000,
            countries=["DE", "AT"],
            least_views=300,
            file_question="Photo of your kitchen",
            consent_text="You are 18 or older.",
            capacity=40,
        )


def code() -> str:
    found = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert found
    return found[1]


def test_somebody_applies_on_a_phone_and_is_accepted(
    tiktok: Any,
    oak: Organization,
    program: Program,
    chromium: Browser,
    site: str,
    manager: User,
    signed_in: Any,
) -> None:
    context = chromium.new_context(
        viewport=PHONE, base_url=site, java_script_enabled=False, locale="en-GB"
    )
    page = context.new_page()
    page.goto(PAGE)
    page.get_by_label("Your e-mail address").fill("mira@creators.example")
    page.get_by_role("button", name="Start the application").click()
    page.get_by_label("Code from the e-mail").fill(code())
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Agree and go to TikTok").click()
    page.get_by_label("TikTok handle").fill("tom_trails")
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("link", name="Go on with your application").click()
    expect(page.get_by_text("@tom_trails")).to_be_visible()
    page.get_by_label("Your name").fill("Mira Bauer")
    page.get_by_label("What do you bake most?").fill("Rye")
    page.get_by_label("I agree to this").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("heading", name="Application sent")).to_be_visible()

    staff = signed_in(manager)
    with organization_scope(oak):
        staff.goto(f"/o/oak/programs/{program.pk}/?application={Application.objects.get().pk}")
    staff.get_by_role("button", name="Accept", exact=True).click()
    expect(staff.get_by_text("The applicant is in your roster and was told.")).to_be_visible()

    page.goto(f"{PAGE}form/?lang=de")
    expect(page.get_by_role("heading", name="Du bist angenommen")).to_be_visible()
    context.close()


def test_pages_of_an_applicant_have_no_barrier_down_to_320_pixels(
    oak: Organization, program: Program, signed_in: Any, open_page: Any
) -> None:
    syncs = [(390, "light"), (320, "dark"), (1440, "light")]
    assert list(barriers(open_page(390), PAGE, syncs)) == []
    with organization_scope(oak):
        first = an_application(program, state="started", submitted_at=None)
        others = [an_application(program, handle, state=state, decided_at=first.saved_at)
                  for handle, state in (("jo", "asked_back"), ("si", "submitted"), ("al", "declined"))]  # fmt: skip
    for application in (first, *others):
        page = signed_in(application.person, 390)
        assert list(barriers(page, f"{PAGE}form/", syncs)) == []
    stranger = signed_in(User.objects.create_user("new@creators.example"), 390)
    assert list(barriers(stranger, f"{PAGE}form/", syncs)) == []


def test_pages_of_the_queue_have_no_barrier(
    oak: Organization, program: Program, manager: User, signed_in: Any
) -> None:
    with organization_scope(oak):
        an_application(program, "jo", state="declined", decided_at=None)
        chosen = an_application(program)
    page = signed_in(manager)
    here = f"/o/oak/programs/{program.pk}/"
    for path in (
        "/o/oak/programs/",
        "/o/oak/programs/add/",
        here,
        f"{here}?application={chosen.pk}",
    ):
        assert list(barriers(page, path, THEMES)) == []
