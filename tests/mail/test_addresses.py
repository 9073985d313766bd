"""A person's address is who they are: only one that is proven to be theirs takes its place."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.test import Client

from tenancy.models import User
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db
PAGE = "/accounts/email/"
CODE = re.compile(r"^ {4}([A-Z0-9-]{6,})$", re.MULTILINE)
LINK = re.compile(r"http://testserver(/accounts/confirm-email/\S+)")


@pytest.fixture
def tom(db: None) -> User:
    return User.objects.create_user("tom@oak.example", "correct horse", name="Tom")


@pytest.fixture
def client(tom: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": "tom@oak.example", "password": "correct horse"})
    assert get_user(client) == tom
    return client


def act(client: Client, action: str, email: str) -> str:
    client.post(PAGE, {action: "", "email": email})
    return client.get(PAGE).content.decode()


def known_by(person: User) -> str:
    person.refresh_from_db()
    return person.email


def test_an_address_that_nobody_proved_takes_no_place(tom: User, client: Client) -> None:
    act(client, "action_add", "cfo@elm.example")
    page = act(client, "action_primary", "cfo@elm.example")
    assert "first: follow the link in the e-mail that we sent there" in page
    act(client, "action_remove", "tom@oak.example")
    act(client, "action_primary", "absent@elm.example")
    assert known_by(tom) == "tom@oak.example"
    assert EmailAddress.objects.get(primary=True).email == "tom@oak.example"


def test_a_confirmed_one_does_once_it_is_chosen(tom: User, client: Client) -> None:
    act(client, "action_add", "tom@home.example")
    link = LINK.search(sent_mail()[0].body)[1]
    client.post(link)
    assert EmailAddress.objects.get(email="tom@home.example").verified
    assert known_by(tom) == "tom@oak.example"
    act(client, "action_primary", "tom@home.example")
    assert known_by(tom) == "tom@home.example"
    act(client, "action_remove", "tom@oak.example")
    assert EmailAddress.objects.get().email == "tom@home.example"


def test_one_that_another_account_is_known_by_since_takes_no_place(
    tom: User, client: Client
) -> None:
    act(client, "action_add", "new@oak.example")
    client.post(LINK.search(sent_mail()[0].body)[1])
    User.objects.create_user("new@oak.example")
    page = act(client, "action_primary", "new@oak.example")
    assert "Another account is known by new@oak.example already" in page
    assert known_by(tom) == "tom@oak.example"
    assert EmailAddress.objects.get(primary=True).email == "tom@oak.example"


def test_a_code_confirms_the_address_it_was_read_at(tom: User) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": "tom@oak.example"})
    code = CODE.search(sent_mail()[0].body)[1]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert get_user(client) == tom
    kept = EmailAddress.objects.get()
    assert (kept.email, kept.verified, kept.primary) == ("tom@oak.example", True, True)


def test_a_password_confirms_nothing(tom: User, client: Client) -> None:
    assert not EmailAddress.objects.exists()


def test_an_address_somebody_else_has_proven_is_not_confirmed_twice(tom: User) -> None:
    other = User.objects.create_user("ida@oak.example")
    EmailAddress.objects.create(user=other, email="tom@oak.example", verified=True)
    client = Client()
    client.post("/accounts/login/code/", {"email": "tom@oak.example"})
    code = CODE.search(sent_mail()[0].body)[1]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert EmailAddress.objects.filter(verified=True).count() == 1
