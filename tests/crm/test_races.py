"""Races between people: whoever deletes, edits or writes at the same time comes first or second, and nobody fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from crm.models import Influencer, Note, OtherAddress, Tag, Tagging
from crm.queries import influencer_page
from crm.services import notes
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers
from crm.services.influencers import delete_influencer, edit_influencer
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.submitting import fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oak() -> Iterator[Organization]:
    organization = Organization.objects.create(name="Oak", slug="oak")
    with organization_scope(organization):
        yield organization


def meanwhile(organization: Organization, act: Callable[[], Any]) -> Any:
    """Somebody else does this at the same time, in a transaction of their own."""

    def do() -> Any:
        try:
            with organization_scope(organization):
                return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(do).result(timeout=20)


def test_a_note_on_somebody_who_is_deleted_meanwhile_answers_that_they_are_gone(
    oak: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = Influencer.objects.create(name="Maya")
    person = User.objects.create_user("ann@oak.example")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    client = Client()
    client.force_login(person)
    mention = notes._mention

    def delete_first(note: Note) -> None:
        meanwhile(oak, lambda: delete_influencer(maya, actor=None))
        mention(note)

    monkeypatch.setattr(notes, "_mention", delete_first)
    answer = client.post(
        f"/o/oak/influencers/{maya.pk}/notes/", {**fresh(), "text": "Likes plants"}
    )
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert not Note.objects.exists()


def test_deleting_somebody_who_is_gone_already_changes_nothing(oak: Organization) -> None:
    maya = Influencer.objects.create(name="Maya")
    again = Influencer.objects.get(pk=maya.pk)
    delete_influencer(maya, actor=None)
    delete_influencer(again, actor=None)
    assert [e.verb for e in Event.objects.all()] == ["influencer.deleted"]


def test_a_tag_that_is_given_while_it_goes_leaves_nobody_half_tagged(oak: Organization) -> None:
    maya = Influencer.objects.create(name="Maya")
    tag = create_tag("vegan", actor=None)
    deleted = partial(delete_tag, tag, actor=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        tag_influencers(tag, [maya], actor=None)
        assert meanwhile(oak, deleted)["name"] == "vegan"
    assert not Tagging.objects.exists()
    assert not Tag.objects.filter(name="vegan").exists()
    assert delete_tag(tag, actor=None) == {}


def test_two_who_edit_different_columns_at_once_keep_both(oak: Organization) -> None:
    maya = Influencer.objects.create(name="Maya")

    def edit(**changes: str) -> None:
        try:
            with organization_scope(oak):
                edit_influencer(Influencer.objects.get(pk=maya.pk), actor=None, **changes)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            edit_influencer(maya, actor=None, city="Graz")
            other = pool.submit(edit, country="AT")
            time.sleep(0.5)  # they have read what is stored, or wait for it
        other.result(timeout=20)
    maya.refresh_from_db()
    assert (maya.city, maya.country) == ("Graz", "AT")


def test_a_part_that_one_adds_and_another_removes_at_once_stays(oak: Organization) -> None:
    maya = Influencer.objects.create(name="Maya", email="")
    old = OtherAddress.objects.create(influencer=maya, email="old@oak.example")

    def remove() -> None:
        try:
            with organization_scope(oak):
                OtherAddress.objects.get(pk=old.pk).delete()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            OtherAddress.objects.create(influencer=maya, email="new@oak.example")
            other = pool.submit(remove)
            time.sleep(0.5)  # it is removed, or waits to see what is added
        other.result(timeout=20)
    assert [row.influencer for row in influencer_page(search="oak.ex").rows] == [maya]
