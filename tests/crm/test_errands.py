"""Errands of an influencer's page end in words, even when its account is deleted meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from crm.models import AwaitedAccount, Influencer, SocialAccount
from crm.queries.merging import compare, influencers_to_merge
from crm.services import accounts
from crm.services.discovery import start_adding_found
from crm.services.errands import (
    start_adding,
    start_inviting,
    start_inviting_handle,
    start_refreshing,
)
from crm.services.groups import delete_group
from crm.services.merging.merge import merge_influencers
from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.sandbox_process import Sandbox
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator

pytestmark = pytest.mark.django_db


def end(client: Client, job: Job) -> tuple[str, list[str]]:
    """The page that a job of Oak leads to, and what is said there."""
    page = client.get(f"/o/oak/activity/{job.pk}/", follow=True)
    said = [str(message) for message in page.context["messages"]]
    return page.redirect_chain[-1][0], said


@pytest.mark.parametrize("start", [start_refreshing, start_inviting])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_account_that_is_deleted_meanwhile_is_said_to_be_gone(
    oak: Organization, manager: Client, tiktok: Sandbox, start: Any, when: str
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__handle="tom_trails", creator__marketplace_status=MarketplaceStatus.NOT_IN
        )
        job = start(account, actor=User.objects.get(email="manager@oak.example"))
        if when == "after":
            assert begin_at_once(job).state == JobState.DONE
        account.influencer.delete()
        if when == "before":
            tiktok.control("stats")
            assert begin_at_once(job).problem == "The account is no longer here."
            assert tiktok.read("stats")["total"] == 0
    assert end(manager, job) == ("/o/oak/influencers/", ["The account is no longer here."])


def test_the_activity_names_the_handle_that_was_asked_about(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(oak):
        person = User.objects.get(email="manager@oak.example")
        begin_at_once(start_adding("nosuch", actor=person, influencer=None))
    activity = " ".join(manager.get("/o/oak/activity/").content.decode().split())
    assert "Add a TikTok account <div> @nosuch </div>" in activity


def test_an_invitation_that_fails_while_its_page_follows_leads_to_the_other_ways(
    oak: Organization, manager: Client, settings: Any
) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    with organization_scope(oak):
        person = User.objects.get(email="manager@oak.example")
        job = begin_at_once(start_inviting_handle("tom_trails", actor=person))
    page = manager.get(f"/o/oak/activity/{job.pk}/", follow=True)
    text = " ".join(page.content.decode().split())
    assert "@tom_trails cannot be added yet" in text
    assert "TikTok could not be reached" in text
    with organization_scope(oak):
        assert not Influencer.objects.exists()
        assert not Creator.objects.exists()


# --- adding to a creator who is merged or deleted meanwhile ---
def waiting_for_tiktok(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let this happen while TikTok is asked about a handle."""
    ask = accounts.find_membership

    def asking(handle: str) -> Any:
        act()
        return ask(handle)

    monkeypatch.setattr(accounts, "find_membership", asking)


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya")


def merged_into_tom(maya: Influencer, person: User) -> Influencer:
    """Tom, who stayed when Maya was merged into him."""
    tom = InfluencerFactory.create(name="Tom", email="tom@example.com")
    version = compare(influencers_to_merge([tom.pk, maya.pk]), tom.pk, {}).version
    merge_influencers(tom.pk, [maya.pk], picks={}, seen=version, actor=person)
    return tom


@pytest.mark.parametrize("when", ["before", "while"])
@pytest.mark.parametrize("handle", ["maya.bakes", "noa.winter"])  # in the marketplace, and not
@pytest.mark.usefixtures("tiktok")
def test_an_account_is_added_to_whoever_stayed_in_a_merge_meanwhile(
    oak: Organization, manager: Client, maya: Influencer, monkeypatch: Any, when: str, handle: str
) -> None:
    person = User.objects.get(email="manager@oak.example")
    with organization_scope(oak):
        job = start_adding(handle, actor=person, influencer=maya)
        if when == "before":
            merged_into_tom(maya, person)
        else:
            waiting_for_tiktok(monkeypatch, lambda: merged_into_tom(maya, person))
        begin_at_once(job)
        (tom,) = Influencer.objects.all()
        made = [*SocialAccount.objects.all(), *AwaitedAccount.objects.all()]
        assert [(each.influencer, each.handle) for each in made] == [(tom, handle)]
    if handle == "maya.bakes":
        assert end(manager, job)[0] == f"/o/oak/influencers/{tom.pk}/"
    else:
        page = manager.get(f"/o/oak/activity/{job.pk}/", follow=True)
        assert page.context["form"].initial == {"email": "tom@example.com"}


@pytest.mark.parametrize("when", ["before", "while"])
@pytest.mark.parametrize("handle", ["maya.bakes", "noa.winter"])
def test_an_account_of_a_creator_who_is_deleted_meanwhile_is_not_added_to_a_new_one(
    oak: Organization,
    manager: Client,
    tiktok: Sandbox,
    maya: Influencer,
    monkeypatch: Any,
    when: str,
    handle: str,
) -> None:
    person = User.objects.get(email="manager@oak.example")
    with organization_scope(oak):
        job = start_adding(handle, actor=person, influencer=maya)
        tiktok.control("stats")
        if when == "before":
            maya.delete()
        else:
            waiting_for_tiktok(monkeypatch, lambda: Influencer.objects.all().delete())
        job = begin_at_once(job)
        assert job.problem == "This creator is no longer here. Nothing was added."
        assert not Influencer.objects.exists()
        assert not Creator.objects.exists()
        assert not AwaitedAccount.objects.exists()
        assert bool(tiktok.read("stats")["total"]) == (when == "while")
    page = manager.get(f"/o/oak/activity/{job.pk}/", follow=True)
    assert "This creator is no longer here. Nothing was added." in page.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("tiktok")
@pytest.mark.parametrize(
    "start",
    [
        partial(start_adding, "maya.bakes", influencer=None),
        partial(start_adding_found, ["maya.bakes"], target=None),
    ],
)
@pytest.mark.parametrize("is_left", [True, False])
def test_a_new_creator_is_in_a_group_that_is_still_there(
    oak: Organization, manager: Client, start: Callable[..., Job], is_left: bool
) -> None:
    person = User.objects.get(email="manager@oak.example")
    Membership.objects.filter(user=person).update(is_limited=True)
    with organization_scope(oak):
        first, second = (Group.objects.create(name=name, key=name.lower()) for name in "AB")
        for group in (first, second)[: 1 + is_left]:
            GroupMember.objects.create(group=group, user=person)
        with groups_scope([first.pk, second.pk]):
            job = start(actor=person)
        delete_group(first, is_moving=False, move_to=None, actor=None)
        job = begin_at_once(job)
        assert (job.state, Influencer.objects.count()) == (
            (JobState.DONE, 1) if is_left else (JobState.FAILED, 0)
        )
        assert {each.group for each in Influencer.objects.all()} == ({second} if is_left else set())
        assert job.problem[:23] == ("" if is_left else "You are in no group yet")
