"""The influencers' side in the language of its reader: chosen on a page, kept for the person, and in their mails."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Influencer
from crm.services.connections.asking import ask_handle_to_connect
from tenancy.models import User
from tenancy.scope import organization_scope
from tests.connecting import connect as connected
from tests.mailing import sent_mail
from tests.portal.test_dashboard import connect, signed_in, text
from tests.words_of_creators import languages, written
from tiktok.models import Connection
from tiktok.services.connect.connect import start_connect
from tiktok.services.connect.reminders import remind

pytestmark = pytest.mark.django_db
HOME = "/me/"


def english(language: str) -> set[str]:
    """The texts without gaps that this language says in other words."""
    messages = [each for each in written(language) if each.id and isinstance(each.id, str)]
    return {each.id for each in messages if "%(" not in each.id and each.string != each.id}


def parts(html: str) -> set[str]:
    """The texts between the tags of a page."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", "", html, flags=re.DOTALL)
    return {" ".join(unescape(each).split()) for each in re.findall(r">([^<>]+)<", body)}


@pytest.mark.parametrize("language", languages())
def test_no_page_of_the_dashboard_is_left_in_english(tiktok, oak, maya, language: str) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    names = [
        ("portal:home", []),
        ("portal:sharing", []),
        ("portal:organization", ["oak"]),
        ("portal:connect", ["oak"]),
    ]
    for name, args in names:
        page = client.get(reverse(name, args=args), {"lang": language}).content.decode()
        assert parts(page) & english(language) == set(), name
        assert f'lang="{language}"' in page


def test_a_page_from_the_right_says_so(maya) -> None:
    client = signed_in(maya)
    assert '<html lang="ar" dir="rtl"' in client.get(HOME, {"lang": "ar"}).content.decode()
    assert '<html lang="en" data' in client.get(HOME, {"lang": "en"}).content.decode()


def test_the_ways_to_connect_an_account_again_lead_there_in_any_language(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    Connection.objects.update(state="expired")
    pages = [HOME, reverse("portal:sharing"), reverse("portal:organization", args=["oak"])]
    for language in languages():
        for page in pages:
            html = client.get(page, {"lang": language}).content.decode()
            ways = re.findall(r'href="([^"]+[?]account=[^"]+)"', html)
            assert ways, (language, page)
            assert {client.get(unescape(way)).status_code for way in ways} == {200}, ways


def test_the_browser_s_language_is_the_first_one(maya) -> None:
    client = signed_in(maya)
    assert "Ainda não há pedidos" in text(
        client.get(HOME, headers={"accept-language": "pt-BR,en;q=0.5"})
    )
    assert "No orders yet" in text(client.get(HOME, headers={"accept-language": "fr"}))


def test_a_choice_is_kept_for_the_person_in_any_browser(oak, maya) -> None:
    signed_in(maya).get(HOME, {"lang": "es"})
    assert User.objects.get(pk=maya.pk).language == "es"
    assert "Aún no hay encargos" in text(
        signed_in(maya).get(HOME, headers={"accept-language": "de"})
    )
    signed_in(maya).get(HOME, {"lang": "xx"})
    assert User.objects.get(pk=maya.pk).language == "es"


def test_of_whoever_is_not_signed_in_the_browser_keeps_it() -> None:
    client = Client()
    assert "Anmelden" in text(client.get("/accounts/login/", {"lang": "de"}))
    assert "Anmelden" in text(client.get("/accounts/login/", headers={"accept-language": "es"}))


def test_what_is_done_is_said_in_the_language(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    client.get(HOME, {"lang": "de"})
    page = client.post(reverse("portal:openings"), {"share": "yes"}, follow=True)
    assert "Marken sehen jetzt, wann du ihre E-Mails öffnest." in page.content.decode()
    page = client.post(reverse("portal:openings"), follow=True).content.decode()
    assert "Marken sehen nicht mehr, wann du ihre E-Mails öffnest." in page
    assert 'aria-label="Ausblenden"' in page
    connection = Connection.objects.get()
    page = client.post(reverse("portal:disconnect", args=[connection.pk]), follow=True)
    assert "@maya.bakes ist getrennt. Was dadurch kam, ist gelöscht." in page.content.decode()
    assert "Du hast es getrennt." in text(client.get(HOME))


def test_what_a_creator_withheld_is_said_in_the_language(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    client.get(HOME, {"lang": "de"})
    page = connect(
        client, tiktok, "oak", "maya.bakes", scopes=("biz.creator.info", "biz.creator.insights")
    )
    assert "Nicht erlaubt: deine Videos." in text(page)


def test_the_language_first_read_in_is_kept_for_mails_where_nobody_knows_one(oak, maya) -> None:
    signed_in(maya).get(HOME, headers={"accept-language": "fr"})
    assert read_in(oak) == ""
    signed_in(maya).get(HOME, headers={"accept-language": "fr, pt-BR;q=0.8"})
    signed_in(maya).get(HOME, headers={"accept-language": "de"})
    assert read_in(oak) == "pt"
    with organization_scope(oak):
        Influencer.objects.update(language="es")
    assert read_in(oak) == "es"
    signed_in(maya).get(HOME, {"lang": "ar"})
    assert read_in(oak) == "ar"


def test_a_choice_before_signing_in_counts_as_the_browser_s(oak, maya) -> None:
    client = signed_in(maya)
    client.cookies["language"] = "de"
    client.get(HOME, headers={"accept-language": "es"})
    assert read_in(oak) == "de"


def read_in(oak) -> str:
    with organization_scope(oak):
        return Influencer.objects.select_related("person").get().reads_in


def test_mails_come_in_the_language_of_the_person_else_in_the_team_s(tiktok, oak, maya) -> None:
    connection = connected(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        Influencer.objects.update(language="de")
        ask_handle_to_connect("maya.bakes", email=connection.person.email, actor=None)
    assert "möchte deine TikTok-Zahlen sehen" in sent_mail()[-1].subject
    User.objects.update(language="ar")
    with organization_scope(oak):
        assert Influencer.objects.get().reads_in == "ar"


def test_the_mail_before_the_end_of_a_permission_comes_in_the_language(tiktok, oak, maya) -> None:
    connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    User.objects.update(language="ar")
    Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=5))
    remind(Connection.objects.get())
    message = sent_mail()[-1]
    assert "ينتهي في" in message.subject
    assert 'lang="ar" dir="rtl"' in message.alternatives[0].content


def test_who_has_chosen_no_language_is_mailed_in_the_one_they_were_invited_in(
    tiktok, oak, maya
) -> None:
    connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    with organization_scope(oak):
        Influencer.objects.filter(person=maya).update(language="de")
    Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=5))
    remind(Connection.objects.get())
    assert "Erlaubnis" in sent_mail()[-1].subject


def test_without_any_other_it_comes_in_the_language_first_read_in(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    client.get(HOME, headers={"accept-language": "es"})
    connect(client, tiktok, "oak", "maya.bakes")
    Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=5))
    remind(Connection.objects.get())
    assert "Tu permiso" in sent_mail()[-1].subject


def test_a_refusal_after_tiktok_is_in_the_language_of_the_browser(tiktok, oak, maya) -> None:
    client = Client(headers={"accept-language": "de"})
    client.force_login(maya)
    url = start_connect(
        maya, oak, session_key=client.session.session_key or "", expected_handle="maya.bakes"
    )
    answer = tiktok.consent(url, "rio.runs")
    refused = client.get(reverse("tiktok_callback"), answer, follow=True)
    assert "@rio.runs" in refused.content.decode()
    assert "but @maya.bakes was asked for" not in refused.content.decode()


def test_an_address_that_is_nobody_s_is_told_in_the_language_except_to_members() -> None:
    client = Client(headers={"accept-language": "de"})
    assert "Hier ist nichts" in client.get("/i/").content.decode()
    assert "There is nothing here" in client.get("/o/").content.decode()
