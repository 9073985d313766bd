"""Mails of signing in: a person's own, by a worker, emptied once sent; either spelling of a domain signs in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client

from mail.models import Message
from tenancy.models import User
from tenancy.scope import person_scope
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db
CODE = re.compile(r"^ {4}([A-Z0-9-]{6,})$", re.MULTILINE)


@pytest.fixture
def tom(db: None) -> User:
    return User.objects.create_user("tom@bücher.example", "correct horse", name="Tom")


@pytest.mark.parametrize("typed", ["Tom@Bücher.example", "tom@xn--bcher-kva.example"])
def test_a_code_signs_in_by_either_spelling_and_stays_nowhere(tom: User, typed: str) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": typed})
    (message,) = sent_mail()
    assert message.to == ["tom@xn--bcher-kva.example"]
    code = CODE.search(message.body)[1]
    assert f">{code}</p>" in message.alternatives[0].content
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert get_user(client) == tom
    with person_scope(tom):
        kept = Message.objects.get()
    assert (kept.html, kept.text, kept.is_secret) == ("", "", True)


@pytest.mark.parametrize("typed", ["Tom@Bücher.example", "tom@xn--bcher-kva.example"])
def test_a_password_signs_in_by_either_spelling(tom: User, typed: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": typed, "password": "correct horse"})
    assert get_user(client) == tom


def test_a_link_for_a_new_password_works_once(tom: User) -> None:
    Client().post("/accounts/password/reset/", {"email": "tom@bücher.example"})
    (message,) = sent_mail()
    assert message.subject == "Set a new password"
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)[1]
    assert Client().get(link, follow=True).status_code == 200


def test_the_frame_of_mails_takes_no_name_that_a_mail_is_given() -> None:
    folder = Path(settings.BASE_DIR) / "templates" / "emails"
    taken = set(re.findall(r"\bas (\w+) %}", (folder / "layout.html").read_text()))
    assert "language" in taken
    printed = {
        name
        for page in folder.glob("*_*.html")
        for name in re.findall(r"{{ (\w+)", page.read_text())
    }
    assert taken & printed == set()


def test_a_stranger_gets_no_mail_and_learns_nothing(tom: User) -> None:
    reported = [
        Client().post("/accounts/login/code/", {"email": email}).headers["Location"]
        for email in ("tom@bücher.example", "nobody@example.com")
    ]
    assert reported[0] == reported[1]
    assert len(sent_mail()) == 1
