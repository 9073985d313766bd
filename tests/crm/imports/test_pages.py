"""The way through an import in a browser."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.models import Influencer
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crm.imports.conftest import finish, upload

pytestmark = pytest.mark.django_db
START = "/o/oak/influencers/import/"
ROSTER = "Name;Mail;Land\nMaya;maya@example.com;AT\nOle;nobody;DE\nMaya F;maya@example.com;AT\n"


def choose(client: Client, content: str = ROSTER) -> str:
    """Upload a file and let it be read; the address of its page."""
    answer = client.post(START, {"file": upload(content)})
    assert answer.status_code == 302, answer.content.decode()
    finish()
    return answer["Location"]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_is_chosen_previewed_written_and_rolled_back(
    oak: Organization, manager: Client
) -> None:
    address = choose(manager)
    shown = page(manager, address)
    assert "Import 1 row" in shown
    assert "is no e-mail address." in shown
    assert "The same person as in row 2" in shown
    with organization_scope(oak):
        assert not Influencer.objects.exists()
    manager.post(f"{address}begin/")
    finish()
    assert "1 row imported" in page(manager, address)
    with organization_scope(oak):
        assert [each.name for each in Influencer.objects.all()] == ["Maya"]
    manager.post(f"{address}check/")
    finish()
    assert "Nothing has changed since the import" in page(manager, address)
    manager.post(f"{address}roll-back/")
    finish()
    assert "The import is rolled back." in page(manager, address)
    with organization_scope(oak):
        assert not Influencer.objects.exists()
