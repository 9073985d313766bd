"""A creator adds a passkey after the sign-in by code, names it, signs in with it, and removes it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.utils import websafe_encode

from tenancy.enums import Role
from tenancy.models import User
from tests.branding import a_member
from tests.mailing import sent_mail
from tests.passkeys import HOST, Device
from tests.portal.test_dashboard import signed_in, text

pytestmark = pytest.mark.django_db
PAGE = "/me/sign-in/"
LOGIN = "/accounts/2fa/webauthn/login/"
OFFER = "Sign in faster next time"


@pytest.fixture(autouse=True)
def _of_localhost(settings: Any) -> None:
    settings.ALLOWED_HOSTS = [HOST, "testserver"]


def by_code(person: User) -> Client:
    """A browser of this person who has just signed in by a code."""
    client = Client(SERVER_NAME=HOST)
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = re.search(r"\b(\d{6})\b", sent_mail()[-1].body)
    assert code is not None
    client.post(reverse("account_confirm_login_code"), {"code": code[1]})
    assert get_user(client).pk == person.pk  # type: ignore[arg-type]  # a test client has a session
    return client


def options(response: Any) -> dict[str, Any]:
    found = re.search(r'<script id="passkey-data"[^>]*>(.*?)</script>', response.content.decode())
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])["creation_options"]
    return made


def add(client: Client, device: Device, name: str = "My phone") -> Any:
    credential = device.add(options(client.get(PAGE)))
    return client.post(PAGE, {"name": name, "credential": credential}, follow=True)


def sign_in(device: Device) -> Client:
    client = Client(SERVER_NAME=HOST)
    asked = client.get(LOGIN, HTTP_ACCEPT="application/json").json()["request_options"]
    client.post(LOGIN, {"credential": device.sign_in(asked)})
    return client


def test_a_passkey_is_offered_after_a_sign_in_by_code_until_there_is_one(maya) -> None:
    client = by_code(maya)
    home = client.get(reverse("portal:home"))
    assert OFFER in text(home)
    assert PAGE in home.content.decode()
    add(client, Device())
    assert OFFER not in text(client.get(reverse("portal:home")))
    assert OFFER not in text(signed_in(maya).get(reverse("portal:home")))


def test_it_is_added_by_a_name_and_signs_in(maya) -> None:
    device = Device()
    done = add(by_code(maya), device)
    assert "The passkey is added." in done.content.decode()
    assert "My phone" in text(done)
    assert "Not used yet." in text(done)

    client = sign_in(device)

    assert get_user(client) == maya
    assert "Last used on" in text(client.get(PAGE))
    assert "Add a passkey" in text(client.get(PAGE))  # it is a recent sign-in, too


def test_a_code_by_email_still_signs_in_without_it(maya) -> None:
    add(by_code(maya), Device())
    assert by_code(maya).get(reverse("portal:home")).status_code == 200


def test_without_a_name_it_gets_one(maya) -> None:
    assert "Passkey" in text(add(by_code(maya), Device(), name=""))


def test_it_is_named_anew_and_removed(maya) -> None:
    client, device = by_code(maya), Device()
    add(client, device)
    page = reverse("portal:passkey", args=[Authenticator.objects.get().pk])
    assert "The name is saved." in client.post(page, {"name": "Work phone"}, follow=True).content.decode()  # fmt: skip
    assert "Work phone" in text(client.get(PAGE))
    assert "Enter a name" in client.post(page, {"name": ""}, follow=True).content.decode()

    gone = client.post(page, {"remove": "yes"}, follow=True)

    assert "The passkey is removed. It no longer signs you in." in gone.content.decode()
    assert not Authenticator.objects.exists()
    assert get_user(sign_in(device)).is_anonymous


@pytest.mark.parametrize("credential", ["", "{}", "no json", '{"id": "x"}'])
def test_what_no_device_has_made_is_refused(maya, credential) -> None:
    client = by_code(maya)
    client.get(PAGE)
    assert client.post(PAGE, {"credential": credential}).status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", ["", "{}", "no json", '{"id": "x"}', "[]", '{"response": {"userHandle": 7}}'])  # fmt: skip
def test_nothing_else_signs_in(maya, credential) -> None:
    add(by_code(maya), Device())
    client = Client(SERVER_NAME=HOST)
    client.get(LOGIN, HTTP_ACCEPT="application/json")
    assert client.post(LOGIN, {"credential": credential})["Location"] == "/accounts/login/"
    stranger = Device()
    stranger.user_handle = websafe_encode(user_pk_to_url_str(maya).encode())
    assert get_user(sign_in(stranger)).is_anonymous


def test_a_device_that_did_not_ask_for_its_owner_is_refused(maya) -> None:
    client = by_code(maya)
    credential = Device(is_verified=False).add(options(client.get(PAGE)))
    assert client.post(PAGE, {"credential": credential}).status_code == 422
    assert not Authenticator.objects.exists()


def test_a_session_that_was_left_open_changes_nothing(maya) -> None:
    client = by_code(maya)
    add(client, Device())
    pk = Authenticator.objects.get().pk
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        page = client.get(PAGE)
        assert "To change how you sign in, sign in again first." in text(page)
        assert "Add a passkey" not in text(page)
        client.post(PAGE, {"credential": "{}"})
        kept = client.post(reverse("portal:passkey", args=[pk]), {"remove": "yes"}, follow=True)
        assert "Nothing was changed. Sign in again first." in kept.content.decode()
        again = client.post(reverse("portal:sign_in_again"))
    assert again["Location"] == "/accounts/login/code/?next=%2Fme%2Fsign-in%2F"
    assert get_user(client).is_anonymous
    assert Authenticator.objects.filter(pk=pk).exists()


MAILS = {
    "en": ("A passkey was added to your account", "A passkey was removed from your account"),
    "de": ("In deinem Konto wurde ein Passkey hinzugefügt", "Aus deinem Konto wurde ein Passkey entfernt"),
    "es": ("Se añadió una llave de acceso a tu cuenta", "Se quitó una llave de acceso de tu cuenta"),
    "pt": ("Uma chave de acesso foi adicionada à sua conta", "Uma chave de acesso foi removida da sua conta"),
    "ar": ("أُضيف مفتاح مرور إلى الحساب", "أُزيل مفتاح مرور من الحساب"),
}  # fmt: skip


@pytest.mark.parametrize("language", MAILS)
@time_machine.travel("2026-11-30 16:20Z", tick=True)
def test_they_are_told_by_mail_in_their_language_that_one_was_added_and_removed(
    maya, language
) -> None:
    client = by_code(maya)
    before = len(sent_mail())
    client.get(PAGE, {"lang": language})
    add(client, Device())
    page = reverse("portal:passkey", args=[Authenticator.objects.get().pk])
    client.post(page, {"name": "Work phone"})
    client.post(page, {"remove": "yes"})

    mails = sent_mail()[before:]
    assert [(mail.subject, mail.to) for mail in mails] == [
        (subject, [maya.email]) for subject in MAILS[language]
    ]
    for mail in mails:
        assert maya.email in mail.body
        assert f"http://testserver{PAGE}" in mail.body
    assert "16:2" in mails[0].body


def test_a_passkey_that_was_not_made_is_told_to_nobody(maya) -> None:
    client = by_code(maya)
    before = len(sent_mail())
    client.get(PAGE)
    client.post(PAGE, {"name": "", "credential": "{}"})
    assert len(sent_mail()) == before


def test_members_are_told_of_their_second_factors(oak) -> None:
    member = a_member(oak, Role.MANAGER)
    client, before = by_code(member), len(sent_mail())
    key = Authenticator.objects.create(
        user=member, type="webauthn", data={"name": "Key", "credential": {}}
    )
    for kind in ("recovery_codes", "totp"):
        Authenticator.objects.create(user=member, type=kind, data={"secret": ""})
    member.set_password("lavender-harbour-42")
    member.save()
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("account_reauthenticate"), {"password": "lavender-harbour-42"})
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    client.post(reverse("mfa_deactivate_totp"))
    assert [mail.subject for mail in sent_mail()[before:]] == [
        "A passkey was removed from your account",
        "An authenticator app was removed from your account",
    ]


def test_nobody_elses_passkey_is_touched(oak, maya) -> None:
    add(by_code(maya), Device())
    other = by_code(User.objects.create_user("tom@example.com"))
    page = reverse("portal:passkey", args=[Authenticator.objects.get().pk])
    assert other.post(page, {"remove": "yes"}).status_code == 404
    assert Authenticator.objects.exists()


def test_a_member_keeps_theirs_among_the_second_factors_and_is_asked_for_it_after_a_code(
    oak,
) -> None:
    member = a_member(oak, Role.MANAGER)
    client = by_code(member)
    assert client.get(PAGE)["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    for name in ("mfa_list_webauthn", "mfa_add_webauthn"):
        assert client.get(reverse(name)).status_code == 200
    Authenticator.objects.create(
        user=member, type="webauthn", data={"name": "Key", "credential": {}}
    )
    second = Client(SERVER_NAME=HOST)
    second.post(reverse("account_request_login_code"), {"email": member.email})
    code = re.search(r"\b(\d{6})\b", sent_mail()[-1].body)[1]  # type: ignore[index]  # the mail has a code
    answer = second.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer["Location"].startswith(reverse("mfa_authenticate"))


@pytest.mark.parametrize(("language", "title"), [("de", "Anmeldung"), ("ar", "تسجيل الدخول")])
def test_the_pages_are_in_the_persons_language(maya, language, title) -> None:
    page = by_code(maya).get(PAGE, {"lang": language})
    assert f"<h1>{title}</h1>" in page.content.decode()
    assert f'lang="{language}"' in page.content.decode()
