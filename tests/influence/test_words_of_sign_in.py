"""The pages of django-allauth speak as all others do: in sentence case, of e-mail, without riddles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import CharField, DateField, DateTimeField, Field
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope

OURS = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES"
THEIRS = Path(allauth.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
DJANGO_S = Path(django.__file__).parent / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Where the messages stand that people meet here: not those of phones, passkeys, or pages with templates of our own.
MET = re.compile(
    r"account/(adapter|forms)\.py|mfa/(adapter|totp/forms)\.py|/account/(snippets|messages)/"
    r"|/mfa/(index\.html|recovery_codes/|totp/(activate_form|base)|messages/)"
    r"|/account/(account_inactive|base_confirm_code|confirm_login_code|email|email_confirm|password_change"
    r"|password_reset_done|password_reset_from_key_done|password_set"
    r"|verification_sent|verified_email_required)\.html"
)
NOT_HERE = re.compile(r"phone|username|webauthn|passkey|security key|sign-?up|connect your", re.I)
IN_TITLE_CASE = re.compile(r"(?<![.!?:] )(?<!^)\b(?!QR)[A-Z][a-z]+")
WITHOUT_HYPHEN = re.compile(r"\bemails?\b|\blog ?in\b|reauthenticate|\btwo-factor\b", re.I)
MARKUP = re.compile(r"%\(\w+\)s|<[^>]+>|\{\w+\}")


def met() -> Iterator[str]:
    """The messages that people meet, as allauth writes them."""
    with THEIRS.open("rb") as file:
        for message in read_po(file):
            places = " ".join(place for place, _ in message.locations)
            text = message.id if isinstance(message.id, str) else message.id[0]
            if text and MET.search(places) and not NOT_HERE.search(text):
                yield text


def faults(text: str) -> list[str]:
    plain = MARKUP.sub("", text)
    return IN_TITLE_CASE.findall(plain) + WITHOUT_HYPHEN.findall(plain)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Change Password", ["Password"]),
        ("Your email address", ["email"]),
        ('<a href="%(email_url)s">Change your e-mail address</a>. Or not.', []),
        ("Scan the QR code.", []),
    ],
)
def test_faults_are_seen(text: str, found: list[str]) -> None:
    assert faults(text) == found


def test_every_message_that_people_meet_is_in_our_words() -> None:
    assert [text for text in map(gettext, met()) if faults(text)] == []


def test_no_message_of_ours_has_lost_the_one_it_replaces() -> None:
    known: set[object] = set()
    for theirs in (THEIRS, DJANGO_S):
        with theirs.open("rb") as file:
            known |= {message.id for message in read_po(file)}
    with (OURS / "django.po").open("rb") as ours:
        assert [message.id for message in read_po(ours) if message.id not in known] == []


def words(catalog: Catalog) -> list[tuple[str, str]]:
    return sorted((str(list(each.id)), str(list(each.string))) for each in catalog if each.id)


def test_the_compiled_words_are_those_that_are_written() -> None:
    with (OURS / "django.po").open("rb") as written, (OURS / "django.mo").open("rb") as compiled:
        assert words(read_po(written)) == words(read_mo(compiled)), "compile it: see django.po"


def test_a_limit_in_a_form_is_said_in_numbers() -> None:
    with pytest.raises(ValidationError, match=r"At most 3 characters fit; these are 4\."):
        MaxLengthValidator(3)("four")


@pytest.mark.parametrize(
    ("field", "said", "example"),
    [
        (DateField(), "Enter a date, such as 2026-12-24.", "2026-12-24"),
        (DateTimeField(), "Enter a date and a time, such as 2026-12-24 09:30.", "2026-12-24 09:30"),
    ],
)
def test_what_is_no_date_gets_an_example_that_is_taken(
    field: Field, said: str, example: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean("soon")
    assert refused.value.messages == [said]
    assert str(field.clean(example)).startswith(example)


def test_what_a_form_needs_is_said_in_every_language() -> None:
    with pytest.raises(ValidationError, match=r"^\['Fill this in\.'\]$"):
        CharField().clean("")
    said = set()
    for language in settings.PAGE_LANGUAGES:
        with override(language):
            said.add(gettext("This field is required."))
    assert len(said - {"This field is required."}) == len(settings.PAGE_LANGUAGES)


@pytest.mark.django_db
def test_a_page_shows_our_words(oak: Organization) -> None:
    client, ann = Client(), User.objects.create_user("ann@oak.example", "secret")
    with organization_scope(oak):
        Membership.objects.create(organization=oak, user=ann, role=Role.VIEWER)
    client.force_login(ann)
    page = client.get(reverse("account_change_password")).content.decode()
    assert "Current password" in page
    assert "Change Password" not in page
