"""Accounts on networks other than TikTok: added by handle or address, shown with a link, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from campaigns.models import Participant
from crm.enums import Network
from crm.models import AccountReading, AwaitedAccount, Influencer, SocialAccount
from crm.policies.addresses import AccountAddress
from crm.services import accounts
from crm.services.accounts import AddOutcome, add_other_account
from crm.services.connections.asking import ask_handle_to_connect
from jobs.models import Job
from tenancy.enums import Role
from tenancy.models import Event, Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.campaigns import a_campaign, a_video, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory, an_authenticated_account
from tests.sandbox_process import Sandbox
from tests.submitting import fresh
from tiktok.models import Creator, Video
from tiktok.services.creators.removal import REMOVE

pytestmark = pytest.mark.django_db
ADD, NEW = "/o/oak/influencers/add/", "/o/oak/influencers/new/"
MAYA = AccountAddress(Network.INSTAGRAM, "maya")


@pytest.fixture
def limited(oak: Organization) -> Client:
    """A manager who sees the group Food only."""
    person = User.objects.create_user("limited@oak.example")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        group = Group.objects.create(name="Food", key="food")
        GroupMember.objects.create(group=group, user=person)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_an_account_elsewhere_gets_an_influencer_named_after_it(
    oak: Organization, manager: Client
) -> None:
    answer = manager.post(ADD, {"handle": "https://www.instagram.com/Maya/?hl=de"}, follow=True)
    with organization_scope(oak):
        account = SocialAccount.objects.select_related("influencer").get()
        event = Event.objects.select_related("text").get(verb="account.added")
    assert (account.network, account.account_type, account.handle) == (
        "instagram",
        "instagram",
        "maya",
    )
    assert (account.influencer.name, account.creator, event.label) == ("maya", None, "@maya")
    assert answer.redirect_chain == [(f"/o/oak/influencers/{account.influencer_id}/", 302)]
    page = body(answer)
    assert "@maya</bdi> on Instagram is added." in page or "@maya on Instagram is added." in page
    assert 'href="https://www.instagram.com/maya/"' in page


def test_a_handle_alone_is_of_the_chosen_network(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create(name="Maya")
    manager.post(ADD, {"handle": "@MayaLive", "network": "twitch", "influencer": maya.pk})
    with organization_scope(oak):
        account = SocialAccount.objects.get()
    assert (account.network, account.handle, account.influencer_id) == (
        "twitch",
        "mayalive",
        maya.pk,
    )


def test_what_cannot_be_read_keeps_the_input_and_says_what_is_needed(
    oak: Organization, manager: Client
) -> None:
    answer = manager.post(ADD, {"handle": "https://youtu.be/dQw4w9WgXcQ"})
    assert answer.status_code == 422
    assert "This YouTube link does not name the account." in body(answer)
    assert 'value="https://youtu.be/dQw4w9WgXcQ"' in body(answer)
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_an_account_of_somebody_else_is_a_conflict_that_names_them(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        tom, maya = InfluencerFactory.create(name="Tom"), InfluencerFactory.create(name="Maya")
        add_other_account(MAYA, actor=None, influencer=maya)
    answer = manager.post(ADD, {"handle": "instagram.com/maya", "influencer": tom.pk})
    assert answer.status_code == 422
    assert "@maya is here already" in body(answer)
    assert f'href="/o/oak/influencers/{maya.pk}/">Maya</a>' in body(answer)
    answer = manager.post(NEW, {**fresh(), "name": "May", "account": "instagram.com/maya"})
    assert "@maya is here already, with Maya." in body(answer)
    with organization_scope(oak):
        assert SocialAccount.objects.get().influencer == maya
        assert Influencer.objects.count() == 2


def test_an_account_of_a_group_that_is_not_seen_is_a_conflict_that_names_nobody(
    oak: Organization, limited: Client
) -> None:
    with organization_scope(oak):
        add_other_account(MAYA, actor=None, influencer=InfluencerFactory.create(name="Zuleika"))
        group = Group.objects.get().pk
    hidden = "@maya is here already, with a creator of a group that you do not see."
    for answer in (
        limited.post(ADD, {"handle": "instagram.com/maya"}),
        limited.post(
            NEW, {**fresh(), "name": "May", "group": group, "account": "instagram.com/maya"}
        ),
    ):
        assert answer.status_code == 422
        assert hidden in body(answer)
        assert "Zuleika" not in body(answer)
    with organization_scope(oak):
        assert Influencer.objects.count() == 1


@pytest.mark.usefixtures("_scope")
def test_somebody_who_adds_it_at_the_same_moment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(accounts, "_keep_other", taken)
    assert add_other_account(MAYA, actor=None).outcome == AddOutcome.PRESENT
    assert not Influencer.objects.exists()


def test_organizations_may_have_the_same_account(
    oak: Organization, elm: Organization, manager: Client
) -> None:
    with organization_scope(elm):
        add_other_account(MAYA, actor=None)
    manager.post(ADD, {"handle": "instagram.com/maya"})
    with organization_scope(oak):
        assert SocialAccount.objects.count() == 1


def test_a_viewer_adds_and_removes_nothing(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        account = add_other_account(MAYA, actor=None).account
    assert account
    profile = f"/o/oak/influencers/{account.influencer_id}/"
    assert viewer.post(ADD, {"handle": "x.com/maya"}).status_code == 403
    assert viewer.post(f"{profile}accounts/{account.pk}/remove/").status_code == 403
    page = body(viewer.get(profile))
    assert "https://www.instagram.com/maya/" in page
    assert "remove/" not in page
    with organization_scope(oak):
        assert SocialAccount.objects.count() == 1


def test_a_wrong_account_is_removed_once_confirmed(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        account = add_other_account(MAYA, actor=None).account
    assert account
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/remove/"
    assert "@maya on Instagram goes from maya" in body(manager.get(address))
    answer = manager.post(address, follow=True)
    assert "@maya is removed." in body(answer)
    assert manager.post(address).status_code == 404
    with organization_scope(oak):
        assert not SocialAccount.objects.exists()
        event = Event.objects.get(verb="account.removed")
        assert event.object_id == account.influencer_id
        assert event.texts == {"handle": "maya", "network": "Instagram"}


def test_a_wrong_account_on_tiktok_goes_with_its_numbers(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(creator__handle="wrong.one")
        creator = account.creator
        a_video(account, "7301234567890123456")
    profile = f"/o/oak/influencers/{account.influencer_id}/"
    address = f"{profile}accounts/{account.pk}/remove/"
    assert f'href="{address}"' in body(manager.get(profile))
    assert "its videos and all numbers that TikTok told of it" in body(manager.get(address))
    answer = manager.post(address, follow=True)
    assert "@wrong.one is removed." in body(answer)
    assert "No TikTok account yet" in body(answer)
    with organization_scope(oak):
        assert not Creator.objects.exists()
        assert not Video.objects.exists()
        assert Influencer.objects.get().follower_count is None
        job = Job.objects.get(kind=REMOVE)
        assert job.params["subjects"][-1] == ["creator", creator.pk]
        assert Event.objects.get(verb="account.removed").texts == {
            "handle": "wrong.one", "network": "TikTok",
        }  # fmt: skip


def test_an_account_that_its_creator_shares_is_not_removed(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = an_authenticated_account(creator__handle="maya.bakes")
    address = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/remove/"
    answer = manager.post(address)
    assert answer.status_code == 422
    assert "The creator has connected @maya.bakes and shares it with you, so it stays." in body(
        answer
    ).replace("\u2068", "").replace("\u2069", "")
    with organization_scope(oak):
        assert SocialAccount.objects.count() == 1


def test_an_account_of_a_campaign_is_not_removed(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        account = add_other_account(MAYA, actor=None).account
        assert account
        Participant.objects.create(campaign=a_campaign(), account=account)
        on_tiktok = an_order(a_campaign(), TikTokAccountFactory.create()).account
    for each in (account, on_tiktok):
        answer = manager.post(f"/o/oak/influencers/{each.influencer_id}/accounts/{each.pk}/remove/")
        assert answer.status_code == 422
        assert "is part of campaigns, and stays." in body(answer)
    with organization_scope(oak):
        assert SocialAccount.objects.count() == 2


# --- with a new influencer ---
def test_a_new_influencer_comes_with_an_account(oak: Organization, manager: Client) -> None:
    manager.post(NEW, {**fresh(), "name": "Maya", "account": "YouTube: @MayaBakes"})
    with organization_scope(oak):
        account = SocialAccount.objects.select_related("influencer").get()
    assert (account.network, account.handle, account.influencer.name) == (
        "youtube",
        "mayabakes",
        "Maya",
    )


def test_a_new_influencer_comes_with_a_tiktok_account_of_the_marketplace(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    answer = manager.post(NEW, {**fresh(), "name": "Maya", "account": "@maya.bakes"}, follow=True)
    assert "@maya.bakes is added and tracked from now on." in body(answer)
    with organization_scope(oak):
        assert SocialAccount.objects.get().influencer == Influencer.objects.get()


def test_a_new_influencer_stays_the_one_whose_account_is_not_in_the_marketplace(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    answer = manager.post(NEW, {**fresh(), "name": "Tom", "account": "@tom_trails"})
    assert "@tom_trails is not in TikTok's Creator Marketplace" in body(answer)
    with organization_scope(oak):
        tom = Influencer.objects.get()
        assert AwaitedAccount.objects.get().influencer == tom
        asked = ask_handle_to_connect("tom_trails", email="tom@example.com", actor=None)
        assert (asked.influencer, asked.influencer.name) == (tom, "Tom")


def test_a_new_influencer_with_an_account_that_cannot_be_read_is_not_made(
    oak: Organization, manager: Client
) -> None:
    answer = manager.post(NEW, {**fresh(), "name": "Maya", "account": "https://vm.tiktok.com/Z/"})
    assert answer.status_code == 422
    assert "A shortened TikTok link does not name the account." in body(answer)
    with organization_scope(oak):
        assert not Influencer.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_a_handle_keeps_one_influencer_however_often_the_address_was_mistyped() -> None:
    first = ask_handle_to_connect("tom_trails", email="tmo@example.com", actor=None).influencer
    ask_handle_to_connect("tom_trails", email="tom@exmaple.com", actor=None)
    last = ask_handle_to_connect("@Tom_Trails", email="tom@example.com", actor=None)
    assert Influencer.objects.get() == first == last.influencer
    assert (last.influencer.email, last.influencer.person.email) == (  # type: ignore[union-attr]
        "tom@example.com",
        "tom@example.com",
    )


def test_the_profile_costs_no_query_for_each_account_elsewhere(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create()
        add_other_account(MAYA, actor=None, influencer=maya)
    page = f"/o/oak/influencers/{maya.pk}/"
    manager.get(page)  # the first opening is remembered for the palette
    before = queries_in(manager, page)
    with organization_scope(oak):
        for network in (Network.X, Network.YOUTUBE, Network.TWITCH):
            add_other_account(AccountAddress(network, "maya"), actor=None, influencer=maya)
    assert queries_in(manager, page) == before


def test_numbers_of_one_import_name_their_source_once_and_stand_before_what_is_missing(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        maya = InfluencerFactory.create(name="Maya")
        add_other_account(MAYA, actor=None, influencer=maya)
        account = SocialAccount.objects.get()
        now = timezone.now()
        for read_at, numbers in (
            (now - timedelta(hours=2), {"followers": 900, "likes": 40, "posts": 7}),
            (now - timedelta(days=3), {"average_likes": 5}),
        ):
            AccountReading.objects.create(
                account=account, source="import", read_at=read_at, **numbers
            )
    page = body(manager.get(f"/o/oak/influencers/{maya.pk}/"))
    assert page.count("2 hours ago") == 1  # of three numbers
    assert page.count("3 days ago") == 1  # of the one that is older
    assert page.index('id="other-networks"') < page.index("No TikTok account yet")
