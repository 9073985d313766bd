"""An owner or an admin views the dashboard as an influencer: announced, noted, in one organization, without changing anything."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import OrderReply
from campaigns.services.orders.contact.pages import page_url
from crm.models import Influencer
from crm.services.access import recording
from tenancy.enums import Role, Verb
from tenancy.models import Event, Membership, Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.connecting import a_person, an_organization, connect
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.guards.addresses import Address, addresses
from tests.portal.test_dashboard import signed_in, text
from tiktok.models import Connection, Consent

pytestmark = pytest.mark.django_db
# What a member may look at; every other address of the dashboard is for the influencer alone.
SHOWN = {
    "portal:home", "portal:sharing", "portal:data", "portal:organization", "portal:agreed_text", "portal:contract",
    "portal:contract_file", "portal:post",
    "portal:link_request",
}  # fmt: skip
IDS = {"slug": "oak", "job_pk": 1, "contract_pk": 1, "pk": 1, "passkey_pk": 1, "order_pk": 1}


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_noted", set())


@pytest.fixture
def admin(oak: Organization) -> User:
    return a_member(oak, Role.ADMIN, name="olivia")


def profile(oak: Organization, person: User) -> str:
    with organization_scope(oak):
        pk = Influencer.objects.get(person=person).pk
    return reverse("crm:influencer", args=[oak.slug, pk])


def viewer(member: User, oak: Organization, person: User) -> Client:
    """A client of this member who has begun to view the person's dashboard."""
    client = signed_in(member)
    begun = client.post(f"{profile(oak, person)}dashboard/")
    assert (begun.status_code, begun["Location"]) == (302, reverse("portal:home"))
    return client


def banner(response: Any) -> str:
    found = re.search(r'<div class="banner viewing".*?</div>', response.content.decode(), re.DOTALL)
    return re.sub(r"[\u2068\u2069]|\s*<[^>]+>\s*|\n\s*", " ", found[0]).strip() if found else ""


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_the_dashboard_is_shown_as_the_influencer_sees_it_under_a_banner_that_names_both(
    oak, maya, role
) -> None:
    member = a_member(oak, role, name="olivia")
    home = viewer(member, oak, maya).get(reverse("portal:home"))
    assert "Hello Maya" in text(home).replace("\u2068", "").replace("\u2069", "")
    said = banner(home)
    assert "You, olivia@oak.example, see the dashboard of Maya, as far as it is about Oak" in said
    assert "You cannot change anything" in said
    assert 'class="menu user-menu"' not in home.content.decode()
    assert banner(signed_in(maya).get(reverse("portal:home"))) == ""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_other_members_may_not_and_are_offered_nothing(oak, maya, role) -> None:
    client = signed_in(a_member(oak, role))
    assert "View dashboard as this creator" not in client.get(profile(oak, maya)).content.decode()
    assert client.post(f"{profile(oak, maya)}dashboard/").status_code == 403
    assert "Hello" not in text(client.get(reverse("portal:home")))


def test_the_profile_leads_there_once_the_creator_can_sign_in(oak, maya, admin) -> None:
    client = signed_in(admin)
    assert "View dashboard as this creator" in client.get(profile(oak, maya)).content.decode()
    with organization_scope(oak):
        stranger = Influencer.objects.create(name="Tom")
    page = reverse("crm:influencer", args=["oak", stranger.pk])
    assert "View dashboard as this creator" not in client.get(page).content.decode()
    assert client.post(f"{page}dashboard/").status_code == 404


def test_it_is_an_event_and_stands_in_the_creators_access_log(
    oak, maya, admin, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        viewer(admin, oak, maya)
    with organization_scope(oak):
        event = Event.objects.get(verb=Verb.INFLUENCER_VIEWED_AS)
        assert (event.actor, event.object_id) == (admin, Influencer.objects.get(person=maya).pk)
    log = text(signed_in(maya).get(reverse("portal:data")))
    assert (
        "Oak · An administrator Opened your dashboard as you see it, without changing anything"
        in log.replace("\u2068", "").replace("\u2069", "")
    )


def test_nothing_of_other_organizations_is_shown(tiktok, oak, admin) -> None:
    elm = an_organization("Elm")
    maya = a_person("maya@example.com", oak, elm, name="Maya")
    connect(tiktok, maya, elm, "maya.bakes")
    own = signed_in(maya)
    pages = [reverse(f"portal:{name}") for name in ("home", "sharing", "data")]
    assert "Elm" in "".join(text(own.get(page)) for page in pages)
    client = viewer(admin, oak, maya)
    for page in pages:
        shown = text(client.get(page))
        assert "Elm" not in shown
        assert "maya.bakes" not in shown
    assert client.get(reverse("portal:organization", args=["elm"])).status_code == 404
    connect(tiktok, maya, oak, "maya.bakes")
    home = text(client.get(reverse("portal:home")))
    assert "@maya.bakes" in home
    assert "Elm" not in home


def dashboard() -> list[Address]:
    return [address for address in addresses() if address.audience == "portal"]


def test_nothing_is_taken_and_nothing_but_the_pages_to_look_at_is_shown(
    tiktok, oak, maya, admin
) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        granted = Consent.objects.get()
    ids = {**IDS, "connection_id": connection.pk, "consent_id": granted.pk, "creator_id": granted.creator_id}  # fmt: skip
    client = viewer(admin, oak, maya)
    shown = set()
    for address in dashboard():
        url = reverse(address.name, kwargs={name.rpartition(".")[2]: ids[name.rpartition(".")[2]] for name in address.parameters})  # fmt: skip
        for method in ("post", "put", "patch", "delete"):
            refused = getattr(client, method)(url, {"text": "2026-12", "email": maya.email, "has_copy": "on"}, content_type="application/x-www-form-urlencoded")  # fmt: skip
            assert refused.status_code in {403, 405}, f"{method} {url}"
            refused = client.post(url, {"text": "2026-12", "email": maya.email, "has_copy": "on"})
            assert refused.status_code in {403, 405}, url
        if client.get(url).status_code not in {403, 405}:
            shown.add(address.name)
    assert shown == SHOWN
    assert client.post(reverse("portal:erase")).status_code == 403
    refused = client.get(reverse("portal:erase"))
    assert "You can only view this" in text(refused)
    with organization_scope(oak):
        assert Consent.objects.get().withdrawn_at is None
        assert Influencer.objects.get(person=maya).pk
    assert Connection.objects.get().is_live
    assert User.objects.get(pk=maya.pk).is_active


def test_a_page_behind_a_link_takes_nothing_either(oak, maya, admin) -> None:
    with organization_scope(oak):
        campaign = a_campaign()
        account = a_participant(campaign, "maya.bakes")
        account.influencer = Influencer.objects.get(person=maya)
        account.save()
        url = page_url(an_order(campaign, account)).replace("http://testserver", "")
    url = "/i/" + url.split("/i/")[1]
    client = viewer(admin, oak, maya)
    assert client.get(url).status_code == 200
    asked = {"text": "Is Monday fine?"}
    assert client.post(f"{url}question/", asked).status_code == 403
    with organization_scope(oak):
        assert not OrderReply.objects.exists()
    assert Client().post(f"{url}question/", asked).status_code == 302


def test_the_language_that_a_member_chooses_is_the_members_own(oak, maya, admin) -> None:
    page = viewer(admin, oak, maya).get(reverse("portal:home"), {"lang": "de"})
    assert "Deine Konten" in text(page)
    assert [User.objects.get(pk=each.pk).language for each in (admin, maya)] == ["de", ""]


def test_a_button_ends_it(oak, maya, admin) -> None:
    client = viewer(admin, oak, maya)
    ended = client.post(f"{profile(oak, maya)}dashboard/end/")
    assert ended["Location"] == profile(oak, maya)
    assert banner(client.get(reverse("portal:home"))) == ""
    assert client.post(f"{profile(oak, maya)}dashboard/end/")["Location"] == "/"


def test_it_ends_by_itself_after_half_an_hour(oak, maya, admin) -> None:
    client = viewer(admin, oak, maya)
    with time_machine.travel(timezone.now() + timedelta(minutes=29), tick=False):
        assert banner(client.get(reverse("portal:home")))
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        ended = client.post(reverse("portal:erase"))
        assert ended["Location"] == profile(oak, maya)
        assert "You no longer view" in client.get(profile(oak, maya)).content.decode()
        assert banner(client.get(reverse("portal:home"))) == ""


def _loses_the_role(oak: Organization, maya: User, admin: User) -> None:
    Membership.objects.filter(user=admin).update(role=Role.MANAGER)


def _is_removed(oak: Organization, maya: User, admin: User) -> None:
    Membership.objects.filter(user=admin).delete()


def _needs_a_second_factor(oak: Organization, maya: User, admin: User) -> None:
    Organization.objects.update(requires_second_factor=True)


def _creator_leaves(oak: Organization, maya: User, admin: User) -> None:
    influencer_organizations(maya).get().influencer_logins.all().delete()


def _creator_is_erased(oak: Organization, maya: User, admin: User) -> None:
    User.objects.filter(pk=maya.pk).update(is_active=False)


@pytest.mark.parametrize(
    "change",
    [_loses_the_role, _is_removed, _needs_a_second_factor, _creator_leaves, _creator_is_erased],
)
def test_it_ends_at_once_when_it_is_no_longer_allowed(oak, maya, admin, change) -> None:
    client = viewer(admin, oak, maya)
    change(oak, maya, admin)
    assert client.get(reverse("portal:home"))["Location"] == profile(oak, maya)
    assert "viewing" not in client.session
