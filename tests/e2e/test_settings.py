"""The settings of an organization as people find them: empty and full, wide and on a phone, in dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.services.groups import create_group
from tenancy.enums import Role
from tenancy.models import Organization, SingleSignOn, User
from tenancy.scope import organization_scope
from tenancy.services.invitations import write_invitation
from tenancy.services.organizations import add_member, create_api_key
from tenancy.services.sign_on_domains import write_domain
from tests.branding import a_member
from tests.e2e.test_pages import THEMES, barriers
from tests.influence.single_sign_on.conftest import prove
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, openid_provider
from tests.saml_provider import EMAIL, saml_provider

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SIGN_ON = "sign-in/single-sign-on/"
PAGES = (
    "members/", "groups/", "api-keys/", "sign-in/", SIGN_ON, "audit/", "audit/?until=2020-01-01"
)  # fmt: skip
FORMS = ("members/invite/", "members/leave/", "groups/add/", "api-keys/add/")
LONG_DOMAIN = f"{'long.' * 40}example"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 3


def found_barriers(page: Page, *paths: str) -> list[str]:
    return [b for path in paths for b in barriers(page, f"/o/elm/settings/{path}", THEMES)]


def test_settings_have_no_barrier_while_nothing_is_there(
    elm: Organization, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(a_member(elm, Role.OWNER))
    found = found_barriers(page, *PAGES, *FORMS)
    assert not found, "\n".join(found)


def test_settings_have_no_barrier_when_they_are_full(
    elm: Organization, signed_in: Callable[..., Page]
) -> None:
    owner = a_member(elm, Role.OWNER)
    other = User.objects.create_user(f"{'long' * 15}@elm.example", name=LONG)
    member = add_member(elm, other, role=Role.VIEWER, actor=owner)
    create_api_key(elm, LONG[:80], scopes=["read", "write"], actor=other)
    with organization_scope(elm):
        group = create_group(LONG, "long" * 15, actor=other)
        write_invitation(
            "new@elm.example",
            role=Role.MANAGER,
            is_limited=True,
            groups=[group],
            by=elm.memberships.get(user=owner),
        )
        SingleSignOn(issuer=f"https://{LONG_DOMAIN}", client_id=LONG, sealed_secret="-").save()
        write_domain("elm.example", "postmaster", actor=owner)
    prove(elm, LONG_DOMAIN)
    paths = [f"{SIGN_ON}provider/remove/"]
    paths += [f"members/{member.pk}/", f"members/{member.pk}/remove/", f"groups/{group.pk}/"]
    found = found_barriers(signed_in(owner), *PAGES, *paths, f"groups/{group.pk}/delete/")
    assert not found, "\n".join(found)


def test_a_provider_is_tested_turned_on_and_signs_in(
    elm: Organization, signed_in: Callable[..., Page], open_page: Any, settings: Any
) -> None:
    settings.LOCAL = True
    owner = a_member(elm, Role.OWNER)
    prove(elm, owner.email.partition("@")[2])
    with openid_provider() as provider:
        provider.person["email"] = owner.email
        page = signed_in(owner)
        page.goto(f"/o/elm/settings/{SIGN_ON}")
        page.get_by_label("Issuer").fill(provider.url)
        page.get_by_label("Client id").fill(CLIENT_ID)
        page.get_by_label("Client secret").fill(CLIENT_SECRET)
        page.get_by_role("button", name="Save provider").click()
        page.get_by_role("button", name="Test the sign-in").click()
        expect(page.get_by_text(f"the provider knows you as {owner.email}")).to_be_visible()
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_text("Single sign-on is on")).to_be_visible()

        new = open_page(390)
        new.goto("/accounts/login/")
        new.get_by_role("link", name="Single sign-on").click()
        new.get_by_label("E-mail").fill(owner.email)
        new.get_by_role("button", name="Continue").click()
        new.wait_for_url("**/o/elm/")


def test_a_provider_of_saml_on_another_site_signs_in(
    elm: Organization, signed_in: Callable[..., Page], open_page: Any, settings: Any
) -> None:
    """The answer is posted from there: a browser brings no session along with it."""
    settings.LOCAL = True
    owner = a_member(elm, Role.OWNER)
    prove(elm, owner.email.partition("@")[2])
    with saml_provider() as provider:
        provider.attributes = {EMAIL: owner.email}
        page = signed_in(owner)
        page.goto(f"/o/elm/settings/{SIGN_ON}")
        page.get_by_role("link", name="SAML").click()
        page.get_by_label("Address of its metadata").fill(f"{provider.url}/metadata")
        page.get_by_role("button", name="Save provider").click()
        page.get_by_label("take them as verified").check()
        page.get_by_role("button", name="Save rules").click()
        page.get_by_role("button", name="Test the sign-in").click()
        page.get_by_role("button", name="Go back").click()
        expect(page.get_by_text(f"the provider knows you as {owner.email}")).to_be_visible()
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_text("Single sign-on is on")).to_be_visible()
        found = found_barriers(page, "sign-in/single-sign-on/")
        assert not found, "\n".join(found)

        new = open_page(390)
        new.goto(f"/sso/?email={owner.email}")
        new.get_by_role("button", name="Continue").click()
        new.get_by_role("button", name="Go back").click()
        new.wait_for_url("**/o/elm/")


def test_a_member_is_invited_in_the_dialog(
    elm: Organization, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(a_member(elm, Role.OWNER))
    page.goto("/o/elm/settings/members/")
    page.get_by_role("link", name="Invite member").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send invitation").click()
    expect(dialog.get_by_text("Enter an e-mail address.")).to_be_visible()
    dialog.get_by_label("E-mail address").fill("new@elm.example")
    dialog.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("new@elm.example was invited by e-mail.")).to_be_visible()
    expect(page.get_by_role("row", name="new@elm.example")).to_contain_text("Open until")


def test_a_new_key_is_shown_in_the_dialog_to_be_copied(
    elm: Organization, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(a_member(elm, Role.OWNER))
    page.goto("/o/elm/settings/api-keys/")
    page.get_by_role("link", name="Make API key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Shop")
    dialog.get_by_role("button", name="Make key").click()
    shown = dialog.locator("#new-key")
    expect(shown).to_contain_text("inf_")
    expect(dialog.get_by_role("button", name="Copy the key")).to_be_visible()
    secret = shown.text_content().partition(".")[2]
    dialog.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("row", name="Shop")).to_contain_text("Never")
    assert secret not in page.content()
