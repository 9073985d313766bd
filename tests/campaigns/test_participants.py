"""Participants of a campaign are removed and brought back: on the campaign's page, in bulk, and from the timeline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, Participant
from campaigns.services.bulk import BUSY
from campaigns.services.campaigns import add_participants
from crm.models import SocialAccount
from crm.queries.timeline import influencer_timeline
from crm.services.collections.layouts import save_columns
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.campaigns.test_bulk import done, handles, results, undone
from tests.crm.conftest import queries_in
from tests.factories.campaigns import (
    a_campaign,
    a_participant,
    a_post,
    a_video,
    an_account,
    an_order,
)

pytestmark = pytest.mark.django_db
OAK = "/o/oak"


@pytest.fixture
def ada(oak: Organization) -> User:
    person = User.objects.create_user("ada@oak.example")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


@pytest.fixture
def client(ada: User) -> Client:
    browser = Client()
    browser.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture(autouse=True)
def _scope(oak: Organization) -> Any:
    with organization_scope(oak):
        yield


def at(campaign: Campaign, account: SocialAccount, act: str) -> str:
    return f"{OAK}/influencers/{account.influencer_id}/campaigns/{campaign.pk}/{act}/"


def undo_on(page: str) -> tuple[str, dict[str, str]]:
    """The address of the toast's button, and what it posts."""
    toast = page[page.index("Undo") - 2000 : page.index("Undo")]
    form = toast[toast.rindex("<form") :]
    action = re.search(r'action="([^"]+)"', form)
    assert action
    fields = dict(re.findall(r'name="(account|back)" value="([^"]*)"', form))
    return action[1], fields


def test_somebody_is_removed_on_the_campaigns_page_and_brought_back_from_the_toast(
    client: Client,
) -> None:
    campaign = a_campaign()
    maya = a_participant(campaign, "maya")
    page = client.get(f"{OAK}/campaigns/{campaign.pk}/influencers/").content.decode()
    assert f'action="{at(campaign, maya, "remove")}"' in page

    answer = client.post(at(campaign, maya, "remove"), {"account": maya.pk}, follow=True)
    assert answer.redirect_chain == [(f"{OAK}/campaigns/{campaign.pk}/influencers/", 302)]
    assert not Participant.objects.exists()
    page = answer.content.decode()
    assert "is removed from “" in page

    url, fields = undo_on(page)
    assert url == at(campaign, maya, "restore")
    page = client.post(url, fields, follow=True).content.decode()
    assert Participant.objects.get().account == maya
    assert undo_on(page)[0] == at(campaign, maya, "remove")


@pytest.mark.parametrize("what", ["order", "post"])
def test_who_has_orders_or_posts_in_the_campaign_stays(client: Client, what: str) -> None:
    campaign = a_campaign()
    maya = a_participant(campaign, "maya")
    if what == "order":
        an_order(campaign, maya)
    else:
        a_post(campaign, a_video(maya, "1"))
    page = client.post(at(campaign, maya, "remove"), {"account": maya.pk}, follow=True)
    assert (
        "stays in the campaign: there are orders or posts of this account in it"
        in page.content.decode()
    )
    assert Participant.objects.get().account == maya


def test_an_account_of_somebody_else_answers_404(client: Client, elm: Organization) -> None:
    campaign = a_campaign()
    maya, tom = a_participant(campaign, "maya"), a_participant(campaign, "tom")
    for act in ("remove", "restore"):
        for account in (tom.pk, 10**18, "x", ""):
            answer = client.post(at(campaign, maya, act), {"account": account})
            assert answer.status_code == 404
        assert client.get(at(campaign, maya, act)).status_code == 405
    assert Participant.objects.count() == 2


def test_a_viewer_removes_nobody_and_sees_no_button(oak: Organization) -> None:
    viewer = User.objects.create_user("vera@oak.example")
    add_member(oak, viewer, role=Role.VIEWER, actor=None)
    browser = Client()
    browser.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    campaign = a_campaign()
    maya = a_participant(campaign, "maya")
    page = browser.get(f"{OAK}/campaigns/{campaign.pk}/influencers/").content.decode()
    assert "/remove/" not in page
    for act in ("remove", "restore"):
        assert browser.post(at(campaign, maya, act), {"account": maya.pk}).status_code == 403


def test_removing_twice_is_removing_once(client: Client) -> None:
    campaign = a_campaign()
    maya = a_participant(campaign, "maya")
    for _ in range(2):
        answer = client.post(at(campaign, maya, "remove"), {"account": maya.pk})
        assert answer.status_code == 302
    assert Event.objects.filter(verb=Verb.PARTICIPANT_REMOVED).count() == 1
    for _ in range(2):
        client.post(at(campaign, maya, "restore"), {"account": maya.pk})
    assert Event.objects.filter(verb=Verb.PARTICIPANT_ADDED).count() == 1


# --- the timeline ------------------------------------------------------------------------------------------------
def undos(account: SocialAccount) -> list[tuple[str, str]]:
    """The entries of the timeline, each with the act that undoes it."""
    entries = influencer_timeline(account.influencer).entries
    return [(each.title, each.undo.act if each.undo else "") for each in entries]


def test_the_timeline_says_it_and_undoes_the_latest_while_it_stands(
    client: Client, ada: User
) -> None:
    campaign, maya = a_campaign(), an_account("maya")
    add_participants(campaign, [maya], actor=ada)
    added, removed = "Added to a campaign", "Removed from a campaign"
    assert undos(maya) == [(added, "campaigns:participant_remove")]
    page = client.get(f"{OAK}/influencers/{maya.influencer_id}/timeline/").content.decode()
    assert "Campaign: Autumn" in page
    assert f'action="{at(campaign, maya, "remove")}"' in page

    fields = {"account": maya.pk, "back": "profile"}
    answer = client.post(at(campaign, maya, "remove"), fields)
    assert answer["Location"] == f"{OAK}/influencers/{maya.influencer_id}/"
    assert undos(maya) == [(removed, "campaigns:participant_restore"), (added, "")]

    client.post(at(campaign, maya, "restore"), fields)
    assert [act for _, act in undos(maya)] == ["campaigns:participant_remove", "", ""]
    an_order(campaign, maya)
    assert {act for _, act in undos(maya)} == {""}


def test_a_campaign_that_is_gone_takes_nobody_back(ada: User) -> None:
    campaign, maya = a_campaign(), an_account("maya")
    add_participants(campaign, [maya], actor=ada)
    campaign.participants.get().delete()
    campaign.delete()
    assert undos(maya) == [("Added to a campaign", "")]


# --- in bulk -----------------------------------------------------------------------------------------------------
def test_many_are_removed_at_once_but_those_with_orders_and_brought_back(ada: User) -> None:
    campaign = a_campaign()
    free, ordered, back = (a_participant(campaign, name) for name in ("free", "ordered", "back"))
    other = an_account("other")
    an_order(campaign, ordered)
    people = [each.influencer for each in (free, ordered, back, other)]
    action = done("uncampaign", people, choice=campaign, actor=ada)
    assert handles() == ["ordered"]
    assert results(action) == {
        "Free": ("done", ""),
        "Ordered": ("refused", BUSY),
        "Back": ("done", ""),
        "Other": ("unchanged", "Does not take part."),
    }

    add_participants(campaign, [back], actor=None)
    undone(action, actor=ada)
    assert handles() == ["back", "free", "ordered"]
    assert results(action)["Free"] == ("undone", "")
    assert results(action)["Back"][0] == "kept"


# --- the column of the list --------------------------------------------------------------------------------------
def test_the_list_shows_the_latest_campaigns_of_each_with_links_and_how_many_more(
    client: Client, ada: User
) -> None:
    save_columns(ada, ["campaigns"])
    maya = an_account("maya")
    second = an_account("maya.two")
    SocialAccount.objects.filter(pk=second.pk).update(influencer=maya.influencer)
    campaigns = [a_campaign(f"C{n}", starts_on=f"2026-11-0{n}") for n in range(1, 5)]
    for campaign in campaigns:
        add_participants(campaign, [maya, second], actor=None)
    an_account("nobody")
    page = client.get(f"{OAK}/influencers/").content.decode()
    assert f'<a href="{OAK}/campaigns/{campaigns[3].pk}/">C4</a>' in page
    assert ">C3</a>" in page
    assert ">C2</a>" not in page
    assert '<span class="muted" title="C2, C1">+2</span>' in page
    few = queries_in(client, f"{OAK}/influencers/")
    for n in range(5):
        add_participants(campaigns[0], [an_account(f"more{n}")], actor=None)
    assert queries_in(client, f"{OAK}/influencers/") == few <= 12
    export = client.post(f"{OAK}/influencers/export/", {"columns": "all", "format": "csv"})
    assert "C4; C3; C2; C1" in export.getvalue().decode()
