"""`manage.py create_api_key`: the first key of an organization."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenancy.models import Organization
from tests.connecting import an_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def elm() -> Organization:
    return an_organization("Elm")


def test_the_printed_key_reads_its_organization_and_writes_nothing(elm, capsys) -> None:
    call_command("create_api_key", "elm", "  My first key ")
    key = capsys.readouterr().out.strip()
    headers = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/v1/influencers/", headers=headers).json()["results"] == []
    made = elm.api_keys.get()
    assert (made.name, made.scopes) == ("My first key", ["read"])


@pytest.mark.parametrize(("slug", "name"), [("oak", "Key"), ("elm", " "), ("elm", "x" * 1_000)])
def test_a_key_without_an_organization_or_a_name_is_refused(elm, slug, name) -> None:
    with pytest.raises(CommandError):
        call_command("create_api_key", slug, name)
    assert not elm.api_keys.exists()
