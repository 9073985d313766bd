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

from campaigns import receivers
from campaigns.models import Participant
from crm.models import Influencer, Note, OtherAddress, SocialAccount, Tag, Tagging
from crm.queries import influencer_page
from crm.services import notes
from crm.services.accounts import remove_account
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers
from crm.services.influencers import delete_influencer, edit_influencer
from crm.views import accounts as views
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_campaign
from tests.factories.crm import TikTokAccountFactory
from tests.submitting import fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oak() -> Iterator[Organization]:
    organization = Organization.objects.create(name="Oak", slug="oak")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def member(oak: Organization) -> Client:
    person = User.objects.create_user("ann@oak.example")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    client = Client()
    client.force_login(person)
    return client


def within(organization: Organization, act: Callable[[], Any]) -> Any:
    """Do this in a thread, whose connection ends with it."""
    try:
        with organization_scope(organization):
            return act()
    finally:
        connection.close()


def meanwhile(organization: Organization, act: Callable[[], Any]) -> Any:
    """Somebody else does this at the same time, in a transaction of their own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(within, organization, act).result(timeout=20)


def test_a_note_on_somebody_who_is_deleted_meanwhile_answers_that_they_are_gone(
    oak: Organization, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = Influencer.objects.create(name="Maya")
    mention = notes._mention

    def delete_first(note: Note) -> None:
        meanwhile(oak, lambda: delete_influencer(maya, actor=None))
        mention(note)

    monkeypatch.setattr(notes, "_mention", delete_first)
    answer = member.post(
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


def removed(address: str, client: Client) -> Any:
    try:
        return client.post(address, follow=True)
    finally:
        connection.close()


def test_whoever_takes_part_while_their_account_is_removed_keeps_it(
    oak: Organization, member: Client
) -> None:
    account = TikTokAccountFactory.create(creator__handle="maya.bakes")
    campaign = a_campaign()
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/remove/"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(SocialAccount.objects.select_for_update(no_key=True).filter(pk=account.pk))
            Participant.objects.create(campaign=campaign, account=account)
            other = pool.submit(removed, address, member)
            time.sleep(0.5)  # it waits for the participant
        answer = other.result(timeout=20)
    assert answer.status_code == 422
    assert "is part of campaigns, and stays." in answer.content.decode()
    assert Participant.objects.get().account == account


def test_nobody_takes_part_behind_the_check_of_a_removal(
    oak: Organization, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = TikTokAccountFactory.create(creator__handle="maya.bakes")
    campaign = a_campaign()
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/remove/"
    add_up = receivers.add_up_anew

    def late(ids: list[int]) -> None:
        adding = partial(Participant.objects.create, campaign=campaign, account=account)
        started.append(pool.submit(within, oak, adding))
        time.sleep(0.5)  # they wait for what comes of the account
        add_up(ids)

    started: list[Any] = []
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(receivers, "add_up_anew", late)
        assert "is removed." in member.post(address, follow=True).content.decode()
        with pytest.raises(IntegrityError):
            started[0].result(timeout=20)
    assert not SocialAccount.objects.exists()
    assert not Participant.objects.exists()


def test_an_account_that_is_removed_twice_at_once_is_removed_once(
    oak: Organization, member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = TikTokAccountFactory.create(creator__handle="maya.bakes")
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/remove/"
    find = views.tiktok_account_by_id

    def remove_behind(pk: int, account_pk: int) -> Any:
        found = find(pk, account_pk)
        meanwhile(oak, partial(remove_account, account, actor=None))
        return found

    monkeypatch.setattr(views, "tiktok_account_by_id", remove_behind)
    said = member.post(address, follow=True).content.decode()
    said = said.replace("\u2068", "").replace("\u2069", "")
    assert "@maya.bakes is not here any more: somebody removed it before." in said
    assert Event.objects.filter(verb=Verb.ACCOUNT_REMOVED).count() == 1
