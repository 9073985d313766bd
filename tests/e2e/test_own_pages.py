"""Creators' own pages that take more than a sign-in to reach, on a phone: no barrier in light, in the dark and from the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, expect

from campaigns.models import Post
from tenancy.enums import Role
from tenancy.models import Organization, User
from tests.branding import a_member
from tests.e2e.test_invitation import PHONE
from tests.e2e.test_pages import AXE, RUN_AXE, barriers
from tests.e2e.test_passkeys import add_passkey, sign_in_by_code, with_device
from tests.factories.whole_campaign import Whole
from tests.portal.test_dashboard import connect
from tests.portal.test_dashboard import signed_in as client_of
from tests.portal.test_link_requests import address, asked, order  # noqa: F401 -- fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SHOWN = [(390, "light"), (390, "dark"), (320, "light")]
SECRET = "JBSWY3DPEHPK3PXP"


def in_both_directions(page: Page, path: str) -> list[str]:
    return [
        b for language in ("en", "ar") for b in barriers(page, f"{path}?lang={language}", SHOWN)
    ]


def test_a_request_to_link_a_video_before_and_after_it_can_be_answered_here(
    tiktok: Any,
    oak: Organization,
    maya: User,
    asked: Post,  # noqa: F811 -- a fixture
    signed_in: Callable[..., Page],
) -> None:
    page, path = signed_in(maya, 390), address(asked)
    found = in_both_directions(page, path)
    page.goto(f"{path}?lang=en")
    expect(page.get_by_role("link", name="Allow answering here")).to_be_visible()
    connect(client_of(maya), tiktok, "oak", "maya.bakes", "?account=maya.bakes&way=links")
    assert found + in_both_directions(page, path) == []
    expect(page.get_by_role("button")).not_to_have_count(0)
    page.goto(f"{path}?lang=en")
    expect(page.get_by_role("button", name="Accept and link the video")).to_be_visible()


TOO_SMALL = """() => [...document.querySelectorAll("main .btn, main .form-control, .back-link, .user-menu summary, :is(dialog, [data-toast]) .icon-button")]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""


# A message and a dialog, which the page brings along to show them later.
WITH_NEWS = """() => {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Saved." } }));
    document.getElementById("dialog-content").append(document.getElementById("dialog-loading").content.cloneNode(true));
    document.getElementById("dialog-host").showModal();
}"""


def test_what_a_thumb_presses_is_large_enough(
    tiktok: Any, oak: Organization, maya: User, chromium: Browser, signed_in: Callable[..., Page], site: str
) -> None:  # fmt: skip
    connect(client_of(maya), tiktok, "oak", "maya.bakes")
    page = signed_in(maya, 390)
    for path in ("", "sharing/", "organizations/oak/", "data/", "data/erase/", "sign-in/"):
        page.goto(f"/me/{path}")
        page.evaluate(WITH_NEWS)
        assert page.evaluate(TOO_SMALL) == [], path
    phone = chromium.new_context(viewport=PHONE, base_url=site, has_touch=True).new_page()
    phone.goto("/accounts/login/code/")
    assert phone.evaluate(TOO_SMALL) == []


def test_my_e_mail_addresses(oak: Organization, maya: User, signed_in: Callable[..., Page]) -> None:
    assert in_both_directions(signed_in(maya, 390), "/accounts/email/") == []


def test_my_passkeys_with_one_and_the_form_of_another(open_page: Any, maya: User) -> None:
    page = with_device(open_page(390))
    sign_in_by_code(page, maya.email)
    found = in_both_directions(page, "/me/")  # which offers one
    page.goto("/me/sign-in/?lang=en")
    add_passkey(page, "My phone")
    page.get_by_text("Name or remove").click()
    expect(page.get_by_role("button", name="Remove this passkey")).to_be_visible()
    found += in_both_directions(page, "/me/sign-in/")
    expect(page.locator("#add-passkey")).to_be_visible()
    page.context.clear_cookies()
    found += in_both_directions(page, "/accounts/login/")
    expect(page.locator("#passkey-login")).to_be_visible()
    assert found == []


def test_the_way_in_with_an_authenticator_app_and_out_of_it(open_page: Any, maya: User) -> None:
    secret = get_adapter().encrypt(SECRET)
    Authenticator.objects.create(user=maya, type="totp", data={"secret": secret})
    page = open_page(390)
    sign_in_by_code(page, maya.email)
    expect(page.get_by_role("heading", level=1, name="One more step")).to_be_visible()
    found = in_both_directions(page, "/accounts/2fa/authenticate/")
    assert found == []


def test_removing_an_authenticator_app(maya: User, signed_in: Callable[..., Page]) -> None:
    maya.set_password("lavender-harbour-42")
    maya.save()
    secret = get_adapter().encrypt(SECRET)
    Authenticator.objects.create(user=maya, type="totp", data={"secret": secret})
    page = signed_in(maya, 390)
    found = in_both_directions(page, "/me/sign-in/")
    page.goto("/me/sign-in/?lang=en")
    page.get_by_role("link", name="Remove the authenticator app").click()
    expect(page.get_by_role("heading", level=1, name="Confirm that it is you")).to_be_visible()
    found += in_both_directions(page, "/accounts/reauthenticate/")
    found += in_both_directions(page, "/accounts/2fa/reauthenticate/")
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/totp/deactivate/")
    page.locator("[name=password]").fill("lavender-harbour-42")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/totp/deactivate/")
    assert found + in_both_directions(page, "/accounts/2fa/totp/deactivate/") == []


def what_is_refused(page: Page, chromium: Browser, site: str) -> list[str]:
    """The barriers of the page that says so, in a window whose console may note the refusal."""
    state = page.context.storage_state()
    window = chromium.new_context(base_url=site, viewport=PHONE, storage_state=state)
    refused = window.new_page()
    refused.goto("/me/data/erase/")
    expect(refused.get_by_role("heading", level=1, name="You can only view this")).to_be_visible()
    refused.evaluate(AXE)
    found: list[str] = refused.evaluate(RUN_AXE)
    window.close()
    return found


def test_what_a_member_sees_who_views_them_as_the_influencer(
    whole: Whole,
    oak: Organization,
    creator: User,
    signed_in: Callable[..., Page],
    chromium: Browser,
    site: str,
) -> None:
    page = signed_in(a_member(oak, Role.ADMIN), 390)
    influencer = whole.accounts["authenticated"].influencer_id
    page.goto(f"/o/oak/influencers/{influencer}/")
    page.locator("summary").filter(has_text="Details").click()  # folded on a phone
    page.get_by_role("button", name="View dashboard as this creator").click()
    expect(page.get_by_role("button", name="Stop viewing")).to_be_visible()
    paths = [
        "/me/", "/me/sharing/", "/me/data/", "/me/organizations/oak/",
        f"/me/organizations/oak/posts/{whole.by_order.pk}/",
    ]  # fmt: skip
    assert [b for path in paths for b in barriers(page, path, SHOWN)] == []
    assert what_is_refused(page, chromium, site) == []
    page.goto("/me/")
    page.get_by_role("button", name="Stop viewing").click()
    page.wait_for_url(f"**/o/oak/influencers/{influencer}/")
