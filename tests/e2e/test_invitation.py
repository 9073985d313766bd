"""From the mail of an invitation to a connected account, on a phone, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.enums import ConnectState
from crm.models import ConnectInvitation
from crm.services.connections.asking import ask_handle_to_connect
from crm.services.connections.links import page_url
from mail.models import Message
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.e2e.test_pages import barriers
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
SHOWN = [(390, "light"), (320, "dark"), (1440, "light")]


@pytest.fixture
def path(oak: Organization, site: str) -> str:
    """The address of an invitation that was mailed a while ago."""
    with organization_scope(oak):
        ask_handle_to_connect("maya.bakes", email="lena@creators.example", actor=None)
        sent_mail()
        Message.objects.update(sent_at=timezone.now() - timedelta(hours=1))
        return page_url(ConnectInvitation.objects.get()).removeprefix(site)


def state(oak: Organization) -> str:
    with organization_scope(oak):
        return ConnectInvitation.objects.get().state


def code() -> str:
    found = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_creator_agrees_on_a_phone_and_is_connected(
    tiktok: Any, oak: Organization, path: str, chromium: Browser, site: str, has_scripts: bool
) -> None:
    context = chromium.new_context(
        viewport=PHONE, base_url=site, java_script_enabled=has_scripts, locale="en-GB",
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)",
    )  # fmt: skip
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_contain_text("asks to see your TikTok numbers")
    assert state(oak) == ConnectState.OPENED
    page.get_by_role("button", name="Agree and go to TikTok").click()
    page.get_by_label("Code from the e-mail").fill(code())
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("TikTok handle").fill("maya.bakes")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is connected")
    expect(page.get_by_text("TikTok asks you again")).to_be_visible()
    assert state(oak) == ConnectState.CONNECTED
    context.close()


def test_saying_no_and_taking_it_back_needs_no_sign_in(
    oak: Organization, path: str, chromium: Browser, site: str
) -> None:
    page = chromium.new_page(base_url=site, viewport=PHONE, locale="de-DE")
    page.goto(path)
    page.get_by_role("button", name="Gleich Nein sagen").click()
    expect(page.get_by_role("heading", level=1, name="Du hast Nein gesagt")).to_be_visible()
    page.get_by_text("Ich möchte meine Zahlen nicht teilen").click()
    page.get_by_role("button", name="Grund senden").click()
    expect(page.get_by_text("Du hast einen Grund genannt.")).to_be_visible()
    page.get_by_role("button", name="Jetzt nicht, frag mich in 3 Monaten").click()
    expect(page.get_by_role("heading", level=1, name="Jetzt nicht")).to_be_visible()
    page.get_by_role("button", name="Ich habe es mir anders überlegt").click()
    expect(page.get_by_role("button", name="Zustimmen und weiter zu TikTok")).to_be_visible()
    page.close()


def test_its_pages_have_no_barrier_down_to_320_pixels(
    path: str, chromium: Browser, site: str
) -> None:
    page = chromium.new_page(base_url=site)
    found = [b for part in ("", "mail/", "report/") for b in barriers(page, path + part, SHOWN)]
    for button, way in (("Say no now", "no"), ("Not now, ask me in 3 months", "later")):
        page.goto(path)
        page.get_by_role("button", name=button).click()
        found += [f"{way}: {b}" for b in barriers(page, path, SHOWN)]
    _sign_in_page(page)
    found += list(barriers(page, "/accounts/login/code/confirm/", SHOWN))
    assert found == []
    page.close()


def _sign_in_page(page: Page) -> None:
    page.goto("/accounts/login/code/")
    page.get_by_label("E-mail").fill("nobody@creators.example")
    page.get_by_role("button", name="Send the code").click()
