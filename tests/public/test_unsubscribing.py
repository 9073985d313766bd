"""The page behind List-Unsubscribe: one button, an undo, and who holds the link needs no sign-in."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client

from mail.errors import AddressUnsubscribed
from mail.models import Address
from mail.services.links.unsubscribing import SALT, unsubscribe_url
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.mail.conftest import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(oak: Organization) -> str:
    with organization_scope(oak):
        return unsubscribe_url("tom@example.com").removeprefix("http://testserver")


def test_a_get_asks_and_changes_nothing(oak: Organization, link: str) -> None:
    page = Client().get(link).content.decode()
    assert "Unsubscribe?" in page
    assert "tom@example.com" in page
    with organization_scope(oak):
        assert not Address.objects.exists()


def test_a_post_unsubscribes_and_undo_takes_it_back(
    oak: Organization, elm: Organization, link: str
) -> None:
    client = Client(enforce_csrf_checks=True)  # a mail program posts without a page of ours
    answer = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert "You are unsubscribed" in answer.content.decode()
    with organization_scope(oak):
        with pytest.raises(AddressUnsubscribed):
            queue(to="Tom@example.com", is_bulk=True)
        assert queue("connect:2")
    with organization_scope(elm):
        assert queue(is_bulk=True)

    assert "You are unsubscribed" in client.get(link).content.decode()
    assert "Unsubscribe?" in client.post(link, {"undo": "1"}).content.decode()
    with organization_scope(oak):
        assert queue(is_bulk=True)


def test_an_altered_link_and_one_of_a_gone_organization_are_not_found(
    link: str,
) -> None:
    assert Client().post(f"{link[:-2]}x/").status_code == 404
    token = signing.Signer(salt=SALT).sign_object([2**40, "tom@example.com"])
    assert Client().get(f"/u/{token}/").status_code == 404
