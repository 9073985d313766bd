"""The first person of a fresh production: one command, one mail, and they are in."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from tenancy.models import Event, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.mailing import deliver_queued

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> None:
    call_command("create_organization", *arguments)


def mailed_path() -> str:
    deliver_queued()
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link
    return link[1]


def test_the_owner_follows_the_mailed_link_chooses_a_password_and_is_in(capsys) -> None:
    create("Oak & Sons", "--owner", "Ann@Example.com", "--owner-name", "Ann")
    assert capsys.readouterr().out == (
        "Oak & Sons is ready at http://testserver/o/oak-sons/. ann@example.com owns it; the worker sends the mail with the link.\n"
    )
    deliver_queued()
    [message] = mail.outbox
    assert message.to == ["ann@example.com"]
    assert message.subject == "You own Oak & Sons on Influence"
    assert "Oak & Sons was set up" in message.body

    client, link = Client(), mailed_path()
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    password = "a-long-passphrase-of-hers"
    client.post(where, {"password1": password, "password2": password})
    assert client.get("/o/oak-sons/").status_code == 200
    assert Membership.objects.get().role == "owner"
    assert EmailAddress.objects.get().verified  # the link had gone there
    assert Client().get(link, follow=True).context["token_fail"]  # it worked once


def test_a_link_does_not_say_which_of_two_addresses_was_read() -> None:
    create("Oak", "--owner", "ann@example.com")
    EmailAddress.objects.create(user=User.objects.get(), email="second@example.com")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ann@example.com"})
    link = mailed_path()
    where = client.get(link, follow=True).redirect_chain[-1][0]
    password = "a-long-passphrase-of-hers"
    client.post(where, {"password1": password, "password2": password})
    assert client.get("/o/oak/").status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_without_a_password_the_owner_signs_in_with_a_code() -> None:
    create("Oak", "--owner", "ann@example.com")
    client = Client()
    client.post("/accounts/login/code/", {"email": "ann@example.com"})
    deliver_queued()
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    client.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert client.get("/o/oak/").status_code == 200


def test_a_person_who_is_known_owns_another_and_keeps_the_password() -> None:
    User.objects.create_user("ann@example.com", "right-password")
    create("Elm", "--owner", "ann@example.com")
    assert User.objects.get().check_password("right-password")
    assert mailed_path() == "/o/elm/"
    with organization_scope(Organization.objects.get()):
        assert Event.objects.filter(verb="organization.created").count() == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["Oak", "--owner", "ann"], "“ann” is no e-mail address."),
        (["", "--owner", "a@b.example"], "A name has 1 to 120 characters."),
        (["O" * 121, "--owner", "a@b.example"], "A name has 1 to 120 characters."),
        (["株式会社", "--owner", "a@b.example"], "Give --slug: letters without accents"),
        (["Oak", "--owner", "a@b.example", "--slug", "o a k"], "Give --slug: letters"),
        (["Oak", "--owner", "a@b.example", "--slug", "o" * 61], "at most 60 characters"),
        (["Taken", "--owner", "a@b.example"], "There is an organization at /o/taken/ already"),
    ],
)
def test_what_cannot_be_is_refused_with_one_line_and_nothing_made(arguments, problem) -> None:
    Organization.objects.create(name="Taken", slug="taken")
    with pytest.raises(CommandError, match=problem):
        create(*arguments)
    assert (Organization.objects.count(), User.objects.count(), len(mail.outbox)) == (1, 0, 0)
