"""Brands see when a creator opens their mail if the creator allows it, and no longer when they take it back."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Influencer
from crm.queries.timeline import influencer_timeline
from influence.request_log import shown_path
from mail.models import Message
from mail.services.links.opening import share_openings
from public.views import PICTURE
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.connecting import a_person
from tests.mail.conftest import queue
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r'<img src="http://testserver(/m/[^"]+\.gif)"')


def mailed(organization: Organization, to: str = "maya@example.com", **rules: bool) -> str:
    """The address of the picture in the HTML of a mail of this organization; empty where it has none."""
    with organization_scope(organization):
        queue(f"wish:{to}:{rules}", to=to, **{"is_bulk": True, **rules})
        html = str(sent_mail()[-1].alternatives[0][0])
        Message.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    found = ADDRESS.search(html)
    return found[1] if found else ""


def opened(organization: Organization) -> list[bool]:
    with organization_scope(organization):
        return [bool(mail.opened_at) for mail in Message.objects.order_by("pk")]


@pytest.fixture
def picture(oak: Organization, maya: User) -> str:
    """The address of the picture in a mail to Maya, who allows it."""
    share_openings(maya, is_shared=True)
    return mailed(oak)


def test_a_mail_has_no_picture_where_its_reader_has_not_allowed_it(
    oak: Organization, maya: User
) -> None:
    assert mailed(oak) == ""
    assert "/m/" not in str(sent_mail()[-1].message())


def test_the_first_opening_is_noted_and_the_timeline_tells_of_it(
    oak: Organization, maya: User, picture: str
) -> None:
    assert opened(oak) == [False]
    answer = Client().get(picture)
    assert (answer.content, answer["Content-Type"]) == (PICTURE, "image/gif")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    with organization_scope(oak):
        first = Message.objects.get().opened_at
        Client().get(picture)
        assert first
        assert Message.objects.get().opened_at == first
        [entry] = influencer_timeline(Influencer.objects.get(person=maya), kind="mail").entries
    assert entry.notes == (f"Opened on {first:%-d %B %Y}, perhaps by the mail program alone",)


def test_an_address_that_is_not_ours_answers_the_same_picture_and_asks_no_database(
    oak: Organization, picture: str, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        for path in (f"{picture[:-8]}AAAA.gif", "/m/x.gif", "/m/ł.gif"):
            assert Client().get(path).content == PICTURE
    assert Client().head(picture).status_code == 200
    assert opened(oak) == [False]


def test_the_address_says_nothing_and_stands_in_no_log(oak: Organization, picture: str) -> None:
    assert shown_path(picture) == "/m/….gif"
    with organization_scope(oak):
        plain = f"{oak.pk} {Message.objects.get().pk}".encode()
    token = picture.removeprefix("/m/").removesuffix(".gif")
    assert plain not in urlsafe_b64decode(token)


def test_what_is_fetched_right_after_the_sending_was_no_reader(
    oak: Organization, picture: str
) -> None:
    with organization_scope(oak):
        Message.objects.update(sent_at=timezone.now() - timedelta(seconds=5))
    Client().get(picture)
    assert opened(oak) == [False]


def test_taking_it_back_deletes_what_was_seen_and_nothing_more_is_noted(
    oak: Organization, maya: User, picture: str
) -> None:
    Client().get(picture)
    assert opened(oak) == [True]
    share_openings(maya, is_shared=False)
    assert opened(oak) == [False]
    Client().get(picture)
    assert opened(oak) == [False]


def test_mails_of_the_system_and_of_brands_they_do_not_know_have_no_picture(
    oak: Organization, elm: Organization, maya: User
) -> None:
    share_openings(maya, is_shared=True)
    assert mailed(oak, is_bulk=False) == ""
    assert mailed(elm) == ""
    assert mailed(oak, to=a_person("rio@example.com", oak).email) == ""
    assert mailed(oak) != ""


def test_a_flood_gets_the_picture_and_notes_nothing(
    oak: Organization, picture: str, settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"mail_opened": "1/m/ip"}
    Client().get("/m/x.gif")
    assert Client().get(picture).content == PICTURE
    assert opened(oak) == [False]


def test_a_creator_allows_it_on_their_page_and_takes_it_back_there(
    oak: Organization, maya: User
) -> None:
    client = Client()
    client.force_login(maya)
    assert (
        "Brands cannot see when you open their mail." in client.get("/me/sharing/").content.decode()
    )
    page = client.post("/me/openings/", {"share": "yes"}, follow=True).content.decode()
    assert "You allowed it on" in page
    maya.refresh_from_db()
    assert maya.openings_shared_at
    page = client.post("/me/openings/", follow=True).content.decode()
    assert "Brands no longer see when you open their mail. What they saw of it was deleted." in page
    maya.refresh_from_db()
    assert maya.openings_shared_at is None
