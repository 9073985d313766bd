"""The pages of the sign-in that a creator can reach are in their language, with the menu of the dashboard."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from tenancy.enums import Role
from tests.branding import a_member
from tests.mailing import sent_mail
from tests.portal.test_dashboard import signed_in, text

pytestmark = pytest.mark.django_db
OF_MEMBERS = (
    *("/accounts/2fa/", "/accounts/password/change/", "/accounts/password/set/", "/accounts/2fa/totp/activate/"),
    *("/accounts/2fa/recovery-codes/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"),
)  # fmt: skip
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


SECRET = "JBSWY3DPEHPK3PXP"
APP = {
    "en": ("One more step", "Confirm that it is you", "Remove the authenticator app?", "The authenticator app is removed."),
    "de": ("Noch ein Schritt", "Bestätige, dass du es bist", "Authenticator-App entfernen?", "Die Authenticator-App ist entfernt."),
    "es": ("Un paso más", "Confirma que eres tú", "¿Quitar la app de autenticación?", "La app de autenticación se ha quitado."),
    "pt": ("Mais um passo", "Confirme que é você", "Remover o app autenticador?", "O app autenticador foi removido."),
    "ar": ("خطوة أخيرة", "تأكيد الهوية", "إزالة تطبيق المصادقة؟", "أُزيل تطبيق المصادقة"),
}  # fmt: skip


def shown_now() -> str:
    """The code that the app shows."""
    return format_hotp_value(hotp_value(SECRET, yield_hotp_counters_from_time().__next__()))


@pytest.mark.parametrize("language", APP)
def test_whoever_has_an_authenticator_app_is_asked_for_it_and_removes_it_in_their_language(
    maya, language
) -> None:
    Authenticator.objects.create(
        user=maya, type="totp", data={"secret": get_adapter().encrypt(SECRET)}
    )
    asked, again, remove, removed = APP[language]
    client = Client(headers={"Accept-Language": language})
    client.post("/accounts/login/code/", {"email": maya.email})
    code = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert code is not None
    page = client.post("/accounts/login/code/confirm/", {"code": code[1]}, follow=True)
    assert f"<h1>{asked}</h1>" in page.content.decode()
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "1"}).content.decode()
    assert f'lang="{language}"' in wrong
    assert 'id="code-error"' in wrong
    client.post("/accounts/2fa/authenticate/", {"code": shown_now()})
    assert get_user(client) == maya

    assert 'href="/accounts/2fa/totp/deactivate/"' in client.get("/me/sign-in/").content.decode()
    page = client.get("/accounts/2fa/totp/deactivate/", follow=True)
    assert f"<h1>{again}</h1>" in page.content.decode()
    cache.clear()  # of codes that were used once
    page = client.post(page.redirect_chain[-1][0], {"code": shown_now()}, follow=True)
    assert f"<h1>{remove}</h1>" in page.content.decode()
    page = client.post("/accounts/2fa/totp/deactivate/", follow=True)
    assert page.redirect_chain[-1][0] == "/me/sign-in/"
    assert removed in page.content.decode()
    assert not Authenticator.objects.exists()


def test_whoever_has_a_password_confirms_with_it_in_their_language(maya) -> None:
    maya.set_password("lavender-harbour-42")
    maya.save()
    client = signed_in(maya)
    Authenticator.objects.create(
        user=maya, type="totp", data={"secret": get_adapter().encrypt(SECRET)}
    )
    page = client.get("/accounts/2fa/totp/deactivate/", {"lang": "de"}, follow=True)
    page = client.get("/accounts/reauthenticate/", {"lang": "de"}, follow=True)
    assert "Bestätige, dass du es bist" in text(page)
    assert "Stattdessen die Authenticator-App verwenden" in text(page)


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
