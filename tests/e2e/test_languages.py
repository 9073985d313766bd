"""The influencers' side on a phone in two languages, one of them read from the right: connect, publish, stop sharing, erase everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from playwright.sync_api import Browser, Page, expect

from campaigns.models import Order
from campaigns.services.orders.contact.pages import page_url as order_url
from campaigns.services.orders.syncing import sync_order
from crm.models import ConnectInvitation, Receipt
from crm.services.connections.asking import ask_handle_to_connect
from crm.services.connections.links import page_url as invitation_url
from mail.models import Message
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.campaigns.test_orders_syncing import ordered, publish, review
from tests.crm.erasure.test_people import erase_all
from tests.e2e.test_invitation import PHONE, code
from tests.e2e.test_pages import barriers
from tests.factories.campaigns import a_campaign
from tests.factories.whole_campaign import Whole
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LANGUAGES = {"en": "en-GB", "ar": "ar-EG"}  # with what browsers ask for


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def phone(chromium: Browser, site: str, language: str) -> Iterator[Page]:
    """A window of somebody who reads this language."""
    context = chromium.new_context(viewport=PHONE, base_url=site, locale=LANGUAGES[language])
    yield context.new_page()
    context.close()


@pytest.fixture
def invitation(oak: Organization) -> str:
    with organization_scope(oak):
        ask_handle_to_connect("maya.bakes", email="lena@creators.example", actor=None)
        sent_mail()
        Message.objects.update(sent_at=timezone.now() - timedelta(hours=1))
        return urlsplit(invitation_url(ConnectInvitation.objects.get())).path


@pytest.fixture
def order(oak: Organization, tiktok: Any) -> Order:
    with organization_scope(oak):
        return ordered(a_campaign(), videos=1)


def connect(phone: Page, invitation: str) -> None:
    """From the mail to thanks, by way of TikTok's page, which the sandbox plays."""
    phone.goto(invitation)
    phone.get_by_role("button", name=gettext("Agree and go to TikTok")).click()
    phone.get_by_label(gettext("Code from the e-mail")).fill(code())
    phone.get_by_role("button", name=gettext("Continue")).click()
    phone.get_by_label("TikTok handle").fill("maya.bakes")
    phone.get_by_role("button", name="Allow").click()
    expect(phone.get_by_text(gettext("What happens now"))).to_be_visible()


def test_a_creator_is_invited_connects_and_stops_sharing(
    tiktok: Any, invitation: str, phone: Page, language: str
) -> None:
    connect(phone, invitation)
    direction = "rtl" if language == "ar" else "ltr"
    assert phone.evaluate("getComputedStyle(document.documentElement).direction") == direction
    phone.goto("/me/sharing/")
    expect(phone.get_by_text(gettext("Connected"), exact=True)).to_be_visible()
    phone.get_by_role("button", name=gettext("Stop sharing")).click()
    phone.get_by_role("dialog").get_by_role("button", name=gettext("Stop sharing")).click()
    expect(phone.get_by_text(gettext("Not connected"), exact=True)).to_be_visible()


def test_a_creator_erases_everything_and_reads_on_the_open_page_when_it_is_done(
    tiktok: Any, oak: Organization, invitation: str, phone: Page, language: str
) -> None:
    connect(phone, invitation)
    phone.goto("/me/data/")
    phone.get_by_role("link", name=gettext("Erase everything")).click()
    phone.get_by_label(gettext("I have a copy of my data, or need none")).check()
    phone.get_by_role("button", name=gettext("Erase everything")).click()
    expect(phone.locator("[name=email]")).to_be_focused()  # the address is missing
    phone.locator("[name=email]").fill("lena@creators.example")
    phone.get_by_label(gettext("I have a copy of my data, or need none")).check()
    phone.get_by_role("button", name=gettext("Erase everything")).click()
    heading = phone.get_by_role("heading", level=1)
    expect(heading).to_have_text(gettext("Your data is being deleted"))
    phone.evaluate("window.isTheSamePage = true")
    erase_all(Receipt.objects.get())
    expect(heading).to_have_text(gettext("Your data is deleted"), timeout=15_000)
    assert phone.evaluate("window.isTheSamePage") is True
    expect(phone.locator("html")).to_have_attribute("lang", language)
    assert not User.objects.filter(email="lena@creators.example").exists()
    phone.goto("/me/")
    expect(phone.get_by_role("heading", level=1, name=gettext("Sign in"))).to_be_visible()


def test_the_page_of_an_order_follows_what_happens_at_tiktok_without_a_reload(
    tiktok: Any, oak: Organization, order: Order, phone: Page
) -> None:
    with organization_scope(oak):
        address = urlsplit(order_url(order)).path
    phone.goto(address)
    phone.evaluate("window.isTheSamePage = true")
    expect(phone.get_by_role("link", name=gettext("Open TikTok to accept"))).to_be_visible()
    with organization_scope(oak):
        video = publish(tiktok, order)
        sync_order(order)
    checking = ngettext("TikTok is checking your video", "TikTok is checking your videos", 1)
    expect(phone.get_by_text(checking)).to_be_visible(timeout=15_000)
    review(tiktok, video, "SUCCEED")
    with organization_scope(oak):
        sync_order(order)
    live = ngettext("Thank you, your video is live", "Thank you, your %(limit)s videos are live", 1)
    expect(phone.get_by_text(live)).to_be_visible(timeout=15_000)
    assert phone.evaluate("window.isTheSamePage") is True


def test_the_language_is_switched_on_the_page_with_scripts_and_without(
    invitation: str, chromium: Browser, site: str
) -> None:
    for has_scripts in (True, False):
        context = chromium.new_context(
            viewport=PHONE, base_url=site, locale="en-GB", java_script_enabled=has_scripts
        )
        page = context.new_page()
        page.goto(invitation)
        page.locator("summary.lang-switch").click()
        page.get_by_role("link", name="Español").click()
        expect(page.get_by_role("button", name="Aceptar e ir a TikTok")).to_be_visible()
        page.goto(invitation)
        expect(page.locator("html")).to_have_attribute("lang", "es")
        context.close()


def test_pages_from_the_right_have_no_barrier(
    oak: Organization, whole: Whole, creator: User, invitation: str, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        address = urlsplit(order_url(whole.order)).path
    page = signed_in(creator)
    pages = [
        "/me/",
        "/me/sharing/",
        "/me/data/",
        "/me/organizations/oak/",
        "/me/organizations/oak/connect/",
    ]
    shown = [(390, "light"), (320, "dark"), (1440, "light")]
    found = [
        b
        for path in (*pages, address, invitation)
        for b in barriers(page, f"{path}?lang=ar", shown)
    ]
    assert found == []
