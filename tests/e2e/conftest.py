"""A real browser against the real pages: Chromium of the system, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from crm.services.influencers import open_dashboard
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.whole_campaign import Whole, a_whole_campaign

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "sunlit-harbour-42"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# A form that comes back with its errors; the browser notes the status.
REFUSED_FORM = "Failed to load resource: the server responded with a status of 422"


PAGES = pytest.StashKey[list[Page]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print the text of the open pages with a failure: what stood there instead."""
    report = yield
    if call.when == "call" and report.failed:
        for page in item.stash.get(PAGES, []):
            report.sections.append((f"Page {page.url}", page.inner_text("body")))
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail("No Chromium: install it (Debian: apt-get install chromium) and run again.")
    # Playwright keeps an event loop in this thread; Django must not mind.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of the pages; what is mailed and registered at TikTok points there."""
    settings.PUBLIC_URL = live_server.url
    return str(live_server.url)


def _is_complaint(line: ConsoleMessage) -> bool:
    """Is it an error that the page is to blame for? The address of a picture at TikTok expires, as the tests move the clock."""
    is_picture = "403" in line.text and "x-expires=" in line.location["url"]
    return line.type == "error" and not is_picture


@pytest.fixture
def open_page(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Any]:
    """A new browser window (own cookies) of some width; nothing may go wrong in its console."""
    pages: list[tuple[Page, list[str]]] = []
    request.node.stash[PAGES] = []
    under_way: set[Request] = set()

    def begun(request: Request) -> None:
        under_way.add(request)

    def ended(request: Request) -> None:
        under_way.discard(request)

    def open_one(width: int = 1440) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site)
        context.set_default_timeout(20_000)
        context.on("request", begun)
        context.on("response", lambda answer: ended(answer.request))  # its body, not all is read
        context.on("requestfailed", ended)
        page, complaints = context.new_page(), []
        page.on(
            "console",
            lambda line: complaints.append(line.text) if _is_complaint(line) else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append((page, complaints))
        request.node.stash[PAGES].append(page)
        return page

    yield open_one
    heard = [line for _, complaints in pages for line in complaints]  # before requests are cut off
    close(chromium, under_way)
    assert [line for line in heard if not line.startswith(REFUSED_FORM)] == []


def close(browser: Browser, under_way: set[Request]) -> None:
    """Close all windows when the server has answered: a page that brings itself up to date asks while the test ends.

    A request that the page itself has cut off is over for the browser; the server is still at it. What keeps a window
    open keeps its lines to the server, too.
    """
    for context in browser.contexts:
        context.route("**/*", lambda route: route.abort())
    until = time.monotonic() + 10
    pages = [page for context in browser.contexts for page in context.pages]
    while under_way and pages and time.monotonic() < until:
        pages[0].wait_for_timeout(20)
    for context in browser.contexts:
        context.close()
    while any("process_request" in each.name for each in threading.enumerate()):
        if time.monotonic() > until:
            break
        time.sleep(0.02)


@pytest.fixture
def member_of(open_page: Any) -> Callable[[Organization, Role], Page]:
    """The window of a new member, who has signed in by password and sees the organization's first page."""

    def sign_in(organization: Organization, role: Role) -> Page:
        email = f"mia@{organization.slug}.example"
        person = User.objects.create_user(email, PASSWORD, name="Mia Moss")
        add_member(organization, person, role=role, actor=None)
        page: Page = open_page()
        page.goto("/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()
        return page

    return sign_in


@pytest.fixture
def whole(oak: Organization) -> Whole:
    """Oak in the middle of its work."""
    with organization_scope(oak):
        return a_whole_campaign()


@pytest.fixture
def signed_in(open_page: Any, site: str) -> Callable[..., Page]:
    """A window of somebody who has signed in already."""

    def sign_in(person: User, width: int = 1440) -> Page:
        client = Client()
        client.force_login(person, backend=BACKEND)
        name = django_settings.SESSION_COOKIE_NAME
        page = open_page(width)
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        page.emulate_media(reduced_motion="reduce")
        return page

    return sign_in


@pytest.fixture
def manager(oak: Organization) -> User:
    person = User.objects.create_user("mia@oak.example", "secret", name="Mia Moss")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


@pytest.fixture
def creator(oak: Organization, whole: Whole) -> User:
    """The influencer behind the authenticated account."""
    account = whole.accounts["authenticated"]
    person = User.objects.get(tiktok_connections__handle=account.handle)
    with organization_scope(oak):
        open_dashboard(account.influencer, person)
    return person
