"""The text that creators agree to: in versions that never change, kept with each consent, asked again where one allows more."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tests.connecting import connect
from tiktok.models import Consent, ConsentPurpose
from tiktok.queries.consents import (
    current_text,
    is_outdated,
    outdated_consents,
    text_named,
    text_of,
)
from tiktok.services.connect.consents import agree_anew, set_purpose
from tiktok.services.connect.disconnect import withdraw_consent

pytestmark = pytest.mark.django_db
# SHA-256 of what is read. People have agreed to it: a change is a new version.
TEXTS = {
    ("2026-11", "en"): "e0fe38c6ebe700b3",
    ("2026-12", "en"): "ac0d976043d88878",
    ("2026-12", "de"): "e4283d20218ce00d",
}


@pytest.mark.parametrize(
    ("version", "language"), [("2026-11", "en"), ("2026-12", "en"), ("2026-12", "de")]
)
def test_a_text_that_was_agreed_to_stays_as_it_is(version: str, language: str) -> None:
    organization = Organization(name="Oak")
    with translation.override(language):
        html = render_to_string(f"portal/consent/{version}.html", {"organization": organization})
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert hashlib.sha256(words.encode()).hexdigest()[:16] == TEXTS[version, language]


def test_each_purpose_is_a_version_and_the_same_words_are_the_same_one(oak, maya) -> None:
    with organization_scope(oak):
        assert set_purpose("", is_wider=False, actor=maya) is None
        first = set_purpose("To sell shoes.", is_wider=False, actor=maya)
        assert set_purpose("To sell shoes.", is_wider=True, actor=maya) == first
        second = set_purpose("", is_wider=False, actor=maya)
        assert [row.number for row in ConsentPurpose.objects.order_by("pk")] == [1, 2]
        assert str(current_text()) == "2026-12.2"
        assert text_named("2026-12.1").purpose == first
        assert text_named("").purpose == second
        assert text_named("2026-11").purpose is None
        event = Event.objects.filter(verb="consent.purpose_set").latest("pk")
        assert event.detail == {"version": 2}


def test_a_consent_keeps_the_text_it_was_given_to(tiktok, oak, maya) -> None:
    with organization_scope(oak):
        set_purpose("To sell shoes.", is_wider=True, actor=maya)
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        set_purpose("To sell hats.", is_wider=False, actor=maya)
        consent = Consent.objects.get()
        assert text_of(consent).purpose.text == "To sell shoes."
        assert not is_outdated(consent)  # nothing wider came since
        set_purpose("To sell the numbers.", is_wider=True, actor=maya)
        assert is_outdated(consent)
        assert list(outdated_consents()) == [consent]


def test_agreeing_anew_ends_the_earlier_consent_and_not_one_that_was_withdrawn(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        first = Consent.objects.get()
        assert agree_anew(first, current_text(), actor=maya) == first
        assert not Event.objects.filter(verb="consent.renewed").exists()
        set_purpose("More.", is_wider=True, actor=maya)
        second = agree_anew(first, current_text(), actor=maya)
        assert second.purpose.text == "More."
        assert Event.objects.filter(verb="consent.renewed").count() == 1
        withdraw_consent(second, actor=maya)
        set_purpose("Even more.", is_wider=True, actor=maya)
        assert agree_anew(second, current_text(), actor=maya).withdrawn_at is not None
        assert Consent.objects.count() == 2


def page(response: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.replace("\u2068", "").replace("\u2069", "").split())


def test_the_creator_is_asked_again_on_their_page_and_reads_what_they_agreed_to(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        set_purpose("To sell shoes.", is_wider=True, actor=maya)
        old = Consent.objects.select_related("creator").get()
    client = Client()
    client.force_login(maya)
    assert "Oak has a new text" in page(client.get(reverse("portal:sharing")))
    address = reverse("portal:agree", args=["oak", old.creator_id])
    assert "To sell shoes." in page(client.get(address))
    assert client.post(address, {"text": "2026-12"}).status_code == 409
    assert client.post(address, {"text": "2026-12.1"})["Location"] == reverse("portal:home")
    assert "Oak has a new text" not in page(client.get(reverse("portal:sharing")))
    with organization_scope(oak):
        new = Consent.objects.get(withdrawn_at=None)
    for consent, is_there in ((old, False), (new, True)):
        read = page(client.get(reverse("portal:agreed_text", args=["oak", consent.pk])))
        assert ("To sell shoes." in read) == is_there
    assert client.get(reverse("portal:agreed_text", args=["oak", 2**40])).status_code == 404
    assert client.get(reverse("portal:agree", args=["oak", 2**40])).status_code == 404


def test_no_purpose_can_be_rewritten(oak, maya) -> None:
    with organization_scope(oak):
        purpose = set_purpose("To sell shoes.", is_wider=False, actor=maya)
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentPurpose.objects.filter(pk=purpose.pk).update(text="Something else.")
