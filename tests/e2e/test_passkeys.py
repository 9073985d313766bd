"""A creator adds a passkey on their phone and signs in with it; Chromium plays the device."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.connecting import a_person
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(page: Page) -> Page:
    """The page, on a device with passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def sign_in_by_code(page: Page, email: str) -> None:
    page.goto("/accounts/login/code/?next=/me/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the code").click()
    code = page.get_by_label("Code from the e-mail")
    expect(code).to_be_visible()
    found = re.search(r"\b(\d{6})\b", sent_mail()[-1].body)
    assert found is not None
    code.fill(found[1])
    page.get_by_role("button", name="Continue").click()


def add_passkey(page: Page, name: str) -> None:
    """On the page of the sign-in."""
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.locator("#passkeys")).to_contain_text(name)


def test_a_passkey_is_added_after_the_code_and_signs_in_the_next_time(open_page, oak) -> None:
    a_person("maya@example.com", oak, name="Maya")
    page = with_device(open_page(390))
    sign_in_by_code(page, "maya@example.com")

    page.get_by_role("link", name="Add a passkey").click()
    add_passkey(page, "My phone")

    assert sent_mail()[-1].subject == "A passkey was added to your account"
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/me/sharing/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"/me/sharing/$"))
    expect(page.get_by_role("heading", name="Sharing")).to_be_visible()
