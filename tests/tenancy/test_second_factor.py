"""A second factor may be required: without one, nothing of the organization opens, and the way to one is shown."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.test import Client

from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_api_key
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/sign-in/"


@pytest.fixture
def admin(elm: Organization) -> User:
    person = User.objects.create_user("ada@elm.example", name="Ada")
    add_member(elm, person, role=Role.ADMIN, actor=None)
    return person


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def give_factor(person: User, kind: str = Authenticator.Type.TOTP) -> None:
    Authenticator.objects.create(user=person, type=kind, data={})


def require(client: Client, answer: str = "yes") -> str:
    client.post(f"{PAGE}second-factor/", {"require": answer})
    return str(next(iter(client.get(PAGE).context["messages"])))


def test_who_has_no_second_factor_is_led_to_one_before_anything_opens(
    elm: Organization, oak: Organization, admin: User
) -> None:
    give_factor(admin)
    viewer = User.objects.create_user("vera@elm.example")
    for organization in (elm, oak):
        add_member(organization, viewer, role=Role.VIEWER, actor=None)
    assert "required from the next click on" in require(browser(admin))

    client = browser(viewer)
    for path in ("/o/elm/", "/o/elm/influencers/", "/o/elm/settings/members/"):
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 403
            assert b"/accounts/2fa/totp/activate/" in answer.content
    assert client.get("/o/oak/").status_code == 200
    give_factor(viewer, Authenticator.Type.RECOVERY_CODES)
    assert client.get("/o/elm/").status_code == 403
    give_factor(viewer)
    assert client.get("/o/elm/").status_code == 200


def test_a_stranger_learns_nothing_of_the_rule(elm: Organization) -> None:
    Organization.objects.update(requires_second_factor=True)
    stranger = browser(User.objects.create_user("nobody@example.com"))
    assert stranger.get("/o/elm/").status_code == 404


def test_keys_of_the_api_are_not_asked(elm: Organization) -> None:
    Organization.objects.update(requires_second_factor=True)
    _, text = create_api_key(elm, "ci", scopes=["read"], actor=None)
    answer = Client().get("/api/v1/influencers/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200


def test_nobody_locks_themselves_out(elm: Organization, admin: User) -> None:
    client = browser(admin)
    assert "Set up your second factor" in client.get(PAGE).content.decode()
    assert "lock yourself out" in require(client)
    elm.refresh_from_db()
    assert not elm.requires_second_factor


def test_the_rule_can_be_ended_and_is_said_once(elm: Organization, admin: User) -> None:
    give_factor(admin)
    client = browser(admin)
    for answer in ("yes", "yes", "no"):
        require(client, answer)
    elm.refresh_from_db()
    assert not elm.requires_second_factor
    with organization_scope(elm):
        events = Event.objects.filter(verb="organization.second_factor_set").order_by("pk")
        assert [event.detail["is_required"] for event in events] == [True, False]


def test_the_page_says_how_many_members_lack_one(elm: Organization, admin: User) -> None:
    client = browser(admin)
    assert "1 member without a second factor" in client.get(PAGE).content.decode()
    give_factor(admin)
    assert "All members have a second factor" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_manage_the_organization_changes_no_rule(elm: Organization, role: Role) -> None:
    person = User.objects.create_user(f"{role}@elm.example")
    add_member(elm, person, role=role, actor=None)
    client = browser(person)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}second-factor/", {"require": "yes"}).status_code == 403


def test_a_new_password_by_a_mailed_link_signs_in_only_with_the_second_factor(admin: User) -> None:
    give_factor(admin)
    Client().post("/accounts/password/reset/", {"email": admin.email})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", sent_mail()[0].body)[1]
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "a new horse 1", "password2": "a new horse 1"}
    assert client.post(form, new)["Location"] == "/accounts/2fa/authenticate/"
    assert not get_user(client).is_authenticated
    assert client.get("/o/elm/").status_code == 302


def test_without_one_it_signs_in(admin: User) -> None:
    Client().post("/accounts/password/reset/", {"email": admin.email})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", sent_mail()[0].body)[1]
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "a new horse 1", "password2": "a new horse 1"})
    assert get_user(client) == admin
