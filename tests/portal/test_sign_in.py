"""Creators sign in with a mailed code: once, for ten minutes, in the browser that asked, and nobody learns who has an account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client

from tenancy.models import User
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db
ASK, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
NOW = datetime.now(UTC)


@pytest.fixture
def lena(db: None) -> User:
    return User.objects.create_user("lena@creators.example")


def asked(client: Client, **headers: str) -> str:
    """Ask for a code and return it."""
    client.post(ASK, {"email": "lena@creators.example"}, headers=headers)
    return latest_code()


def latest_code() -> str:
    found = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert found
    return found[1]


def give(client: Client, code: str, **fields: str) -> Any:
    return client.post(CONFIRM, {"code": code, **fields})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_right_code_signs_in_and_leads_to_the_page_that_was_wanted(lena: User) -> None:
    client = Client()
    answer = give(client, asked(client), next="/me/")
    assert (get_user(client), answer["Location"]) == (lena, "/me/")
    assert give(Client(), latest_code(), next="/me/")["Location"] == ASK


def test_a_wrong_code_says_so_and_the_right_one_still_works(lena: User) -> None:
    client = Client()
    code = asked(client)
    page = give(client, wrong(code)).content.decode()
    assert "This is not the code. Check it, or ask for a new one." in page
    assert get_user(client).is_anonymous
    give(client, code)
    assert get_user(client) == lena


def test_after_three_wrong_codes_the_right_one_is_worth_nothing(lena: User) -> None:
    client = Client()
    code = asked(client)
    for _ in range(3):
        give(client, wrong(code))
    assert give(client, code)["Location"] == ASK
    assert get_user(client).is_anonymous


@pytest.mark.parametrize(("minutes", "is_in"), [(9, True), (11, False)])
def test_a_code_works_for_ten_minutes(lena: User, minutes: int, is_in: bool) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        code = asked(client)
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        give(client, code)
        assert get_user(client).is_authenticated == is_in


def test_a_code_works_once(lena: User) -> None:
    client = Client()
    code = asked(client)
    give(client, code)
    client.post("/accounts/logout/")
    assert give(client, code)["Location"] == ASK
    assert get_user(client).is_anonymous


def test_a_code_works_only_in_the_browser_that_asked_for_it(lena: User) -> None:
    first, second = Client(), Client()
    code = asked(first)
    assert give(second, code)["Location"] == ASK
    second.post(ASK, {"email": "nobody@creators.example"})
    give(second, code)
    assert get_user(second).is_anonymous


def test_a_new_code_replaces_the_old_and_two_can_be_had(lena: User) -> None:
    client = Client()
    first = asked(client)
    for count in (2, 3, 3):
        client.post(CONFIRM, {"action": "resend"})
        assert len(sent_mail()) == count
    assert "Send a new code" not in client.get(CONFIRM).content.decode()
    assert first == latest_code() or give(client, first).status_code == 200
    give(client, latest_code())
    assert get_user(client) == lena


def test_who_has_an_account_cannot_be_told_from_who_has_none(lena: User) -> None:
    def seen(email: str) -> list[tuple[int, str, str]]:
        client = Client()
        answers = [
            client.post(ASK, {"email": email}),
            client.get(CONFIRM),
            *(give(client, "000000") for _ in range(3)),
            client.get(ASK),
        ]
        return [(a.status_code, a.get("Location", ""), without_own(a, email)) for a in answers]

    assert seen("lena@creators.example") == seen("nobody@creators.example")
    assert [message.to for message in sent_mail()] == [["lena@creators.example"]]


def without_own(answer: Any, email: str) -> str:
    text = re.sub(r'(value="|Token": ")\w{64}', "", answer.content.decode())
    return text.replace(email, "…")


def test_signing_in_changes_the_key_of_the_session(lena: User) -> None:
    # Otherwise whoever planted a session in somebody's browser were signed in with them.
    planted = Client()
    planted.session.save()  # makes one
    key = planted.cookies["session"].value
    victim = Client()
    victim.cookies["session"] = key
    give(victim, asked(victim))
    assert get_user(victim) == lena
    assert victim.cookies["session"].value != key
    assert get_user(planted).is_anonymous


def test_no_sign_in_leads_away(lena: User) -> None:
    client = Client()
    answer = give(client, asked(client), next="https://evil.example/")
    assert answer["Location"] == "/"


def test_page_and_mail_are_in_the_readers_language_which_can_be_switched(lena: User) -> None:
    client = Client(headers={"accept-language": "de-AT,de;q=0.9"})
    asked(client)
    assert sent_mail()[-1].subject == "Dein Anmeldecode"
    page = client.get(f"{CONFIRM}?next=/me/").content.decode()
    assert '<html lang="de"' in page
    assert "Code aus der E-Mail" in page
    assert 'href="?next=%2Fme%2F&amp;lang=en"' in page
    assert "Code from the e-mail" in client.get(f"{CONFIRM}?lang=en").content.decode()
    assert "Code from the e-mail" in client.get(CONFIRM).content.decode()
    assert "Sign in with a code" in Client().get(ASK).content.decode()
