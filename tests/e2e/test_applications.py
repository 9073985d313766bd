"""From a program's page to an application that is accepted, on a phone in two languages, with and without JavaScript; and the queue of staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, Page, expect

from crm.models import Application, Program
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import THEMES, barriers
from tests.factories.programs import a_program, a_question, an_application
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
LANGUAGES = {"en": "en-GB", "ar": "ar-EG"}  # with what browsers ask for
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


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(
    request: pytest.FixtureRequest, chromium: Browser, site: str, language: str
) -> Iterator[Page]:
    """A window of somebody who reads this language, with and without JavaScript."""
    context = chromium.new_context(
        viewport=PHONE, base_url=site, java_script_enabled=request.param, locale=LANGUAGES[language]
    )
    yield context.new_page()
    context.close()


def test_somebody_applies_on_a_phone_and_is_accepted(
    tiktok: Any, oak: Organization, program: Program, phone: Page, manager: User, signed_in: Any
) -> None:
    apply(phone)
    staff = signed_in(manager)
    with organization_scope(oak):
        staff.goto(f"/o/oak/programs/{program.pk}/?application={Application.objects.get().pk}")
    staff.get_by_role("button", name="Accept", exact=True).click()
    expect(staff.get_by_text("The applicant is in your roster and was told.")).to_be_visible()

    phone.reload()
    expect(phone.get_by_role("heading", name=gettext("You are accepted"))).to_be_visible()
    phone.get_by_role("link", name=gettext("Go to your page")).click()
    expect(phone).to_have_url(re.compile(r"/me/$"))


def apply(page: Page) -> None:
    """From the program's page to the application that is sent."""
    page.goto(PAGE)
    page.get_by_label(gettext("Your e-mail address")).fill("mira@creators.example")
    page.get_by_role("button", name=gettext("Start the application")).click()
    page.get_by_label(gettext("Code from the e-mail")).fill(code())
    page.get_by_role("button", name=gettext("Continue")).click()
    page.get_by_role("button", name=gettext("Agree and go to TikTok")).click()
    page.get_by_label("TikTok handle").fill("tom_trails")  # TikTok's page, played by the sandbox
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("link", name=gettext("Go on with your application")).click()
    expect(page.get_by_text("tom_trails")).to_be_visible()
    page.get_by_label(gettext("Your name")).fill("Mira Bauer")
    page.get_by_label("What do you bake most?").fill("Rye")
    page.get_by_label(gettext("I agree to this")).check()
    page.get_by_role("button", name=gettext("Send the application")).click()
    expect(page.get_by_role("heading", name=gettext("Application sent"))).to_be_visible()


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
    assert list(barriers(stranger, f"{PAGE}form/?lang=de", [(320, "light")])) == []


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
