"""A mailing from the first word to the answer, on a desk and on a phone, without a barrier."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import MailTemplate
from jobs.enums import Lane
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import ALL_THEMES, barriers
from tests.factories.crm import InfluencerFactory
from tests.mailing import sent_mail
from tests.working import pump

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LONG = "Bartholomäus-Ferdinand Wolkenstein-Trostburgerhausen " * 3


@pytest.fixture
def names(oak: Organization) -> list[str]:
    with organization_scope(oak):
        InfluencerFactory.create(name="Maya Bakes", email="maya@example.com")
        InfluencerFactory.create(name=LONG.strip(), email="long@example.com")
        InfluencerFactory.create(name="Nameless")
        MailTemplate.objects.create(
            name="News", subject="For {{ influencer }}", body="{{ salutation }},\n\nnews."
        )
    return ["Maya Bakes", LONG.strip()]


def test_a_mailing_is_written_previewed_sent_and_answered(
    names: list[str], manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/mailings/")
    page.get_by_role("link", name="New e-mail").first.click()
    page.get_by_role("link", name="Write to all creators").click()
    zone, at = page.get_by_label("Time zone"), page.get_by_label("Date and time")
    words = page.get_by_label("Text of the reminder")
    for hidden in (zone, at, words):
        expect(hidden).to_be_hidden()
    page.get_by_label("Remind who did not answer after").fill("3")
    expect(words).to_be_visible()
    page.get_by_label("Remind who did not answer after").fill("")
    page.get_by_label("At a time").check()
    expect(zone).to_have_value(page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone"))
    zone.select_option("Asia/Tokyo")
    expect(at).to_be_visible()
    page.get_by_label("Now").check()
    page.get_by_label("Subject").fill("Mine")
    page.keyboard.press("Enter")  # shows, and neither sends nor replaces
    expect(page.get_by_label("Subject")).to_have_value("Mine")
    expect(page).to_have_url(
        re.compile(r"/mailings/new/\?all=1$")
    )  # a reload has the same creators
    expect(zone).to_have_value("Asia/Tokyo")
    page.get_by_role("button", name="Use template").click()
    expect(page.get_by_label("Subject")).to_have_value("For {{ influencer }}")
    frame = page.frame_locator("#preview iframe")
    expect(frame.get_by_text(f"Hello {names[1]},")).to_be_visible()
    page.get_by_role("button", name="Next →").click()
    expect(frame.get_by_text("Hello Maya Bakes,")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_text("0 of 3 written")).to_be_visible()
    while pump(Lane.BULK):
        pass
    assert sorted(mail.to[0] for mail in sent_mail()) == ["long@example.com", "maya@example.com"]
    row = page.get_by_role("row").filter(has_text="Maya Bakes")
    expect(row.get_by_text("Sent")).to_be_visible(timeout=15_000)  # by itself
    row.get_by_role("button", name="Mark as answered").click()
    expect(row.get_by_text("Answered", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_text("Sent")).to_be_visible()


def test_pages_of_mailings_have_no_barrier(
    names: list[str], manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/mailings/new/?all=1")
    page.get_by_role("button", name="Use template").click()
    page.get_by_role("button", name="Send", exact=True).click()
    while pump(Lane.BULK):
        pass
    sent_mail()
    paths = [page.url.partition("/o/oak/")[2], "mailings/", "mailings/new/", "mailings/new/?all=1"]
    paths += ["settings/mail-templates/", "settings/mail-templates/add/", "mail/"]
    found = [barrier for path in paths for barrier in barriers(page, f"/o/oak/{path}", ALL_THEMES)]
    assert not found, "\n".join(found)
