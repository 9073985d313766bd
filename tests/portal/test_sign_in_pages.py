"""The pages of the sign-in that a creator can reach are in their language, with the menu of the dashboard."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tenancy.enums import Role
from tests.branding import a_member
from tests.mailing import sent_mail
from tests.portal.test_dashboard import signed_in, text

pytestmark = pytest.mark.django_db
OF_MEMBERS = ("/accounts/2fa/", "/accounts/password/change/", "/accounts/password/set/")
TITLES = {
    "de": "Deine E-Mail-Adressen",
    "es": "Tus direcciones de correo",
    "pt": "Seus endereços de e-mail",
    "ar": "عناوين البريد الإلكتروني",
}


@pytest.mark.parametrize("path", OF_MEMBERS)
def test_passwords_and_second_factors_are_for_members(oak, maya, path) -> None:
    assert signed_in(maya).get(path)["Location"] == "/me/sign-in/"
    member = a_member(oak, Role.VIEWER)
    assert signed_in(member).get(path).get("Location", "") != "/me/sign-in/"
    assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_whoever_has_an_authenticator_app_can_end_it(maya) -> None:
    Authenticator.objects.create(user=maya, type="totp", data={"secret": ""})
    assert signed_in(maya).get("/accounts/2fa/").status_code == 200


@pytest.mark.parametrize("language", TITLES)
def test_my_addresses_are_among_my_own_pages_in_my_language(maya, language) -> None:
    client = signed_in(maya)
    page = client.get("/accounts/email/", {"lang": language})
    assert f"<h1>{TITLES[language]}</h1>" in page.content.decode()
    assert 'class="phone-nav"' in page.content.decode()


def test_members_find_theirs_among_the_pages_of_their_sign_in(oak) -> None:
    page = signed_in(a_member(oak, Role.VIEWER)).get("/accounts/email/").content.decode()
    assert "<h2>Your e-mail addresses</h2>" in page
    assert 'class="phone-nav"' not in page


def test_a_new_password_is_chosen_in_the_readers_language(maya) -> None:
    client = Client(headers={"Accept-Language": "de"})
    asked = client.post("/accounts/password/reset/", {"email": maya.email}, follow=True)
    assert "Sieh in dein Postfach" in text(asked)
    link = re.search(r"/accounts/password/reset/key/\S+", str(sent_mail()[-1].body))
    assert link is not None
    form = client.get(link[0], follow=True)
    assert "Passwort wählen" in text(form)
    chosen = {"password1": "lavender-harbour-42", "password2": "lavender-harbour-42"}
    done = client.post(form.redirect_chain[-1][0], chosen)
    page = client.get("/accounts/password/reset/key/done/")
    assert done.status_code == 302
    assert "Dein Passwort ist geändert" in text(page)


def test_a_new_address_is_confirmed_in_the_readers_language(maya) -> None:
    client = signed_in(maya)
    client.get("/accounts/email/", {"lang": "de"})
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    link = re.search(r"/accounts/confirm-email/\S+", str(sent_mail()[-1].body))
    assert link is not None
    page = client.get(link[0])
    assert "Gehört dir new@example.com?" in text(page).replace("\u2068", "").replace("\u2069", "")
    assert client.post(link[0]).status_code == 302
    broken = Client(headers={"Accept-Language": "es"}).get("/accounts/confirm-email/no-key/")
    assert "Este enlace ya no funciona" in text(broken)
