"""Participants of a campaign are removed and brought back: on the campaign's page, in bulk, and from the timeline."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from campaigns.enums import CampaignState, OrderState, ParticipantState
from campaigns.models import Campaign, Participant
from campaigns.services.bulk import BUSY
from campaigns.services.campaigns import add_participants, remove_participants
from campaigns.services.participants import Change, change_participants
from crm.models import SocialAccount
from crm.queries.timeline import PAGE, influencer_timeline
from crm.services.collections.layouts import save_columns
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
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
from tests.factories.crm import InfluencerFactory
from tests.factories.networks import a_network_account, a_network_post

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


AGREED: dict[str, Any] = {"state": "agreed", "fee": Decimal("120.50"), "due_on": date(2026, 11, 20)}


def terms() -> list[tuple[str, Decimal | None, date | None]]:
    return list(Participant.objects.order_by("account").values_list(*AGREED))


def test_whoever_is_brought_back_has_their_state_fee_and_due_date_again(client: Client) -> None:
    campaign, other = a_campaign(currency="EUR"), a_campaign("Other")
    maya = a_participant(campaign, "maya")
    for given in (AGREED, {"state": "declined", "fee": Decimal(0), "due_on": None}):
        Participant.objects.update(**given)
        client.post(at(campaign, maya, "remove"), {"account": maya.pk})
        client.post(at(campaign, maya, "restore"), {"account": maya.pk})
        assert terms() == [tuple(given.values())]
    client.post(at(campaign, maya, "remove"), {"account": maya.pk})
    add_participants(other, [maya], actor=None)
    add_participants(campaign, [maya], actor=None)  # anew, not brought back
    assert terms() == [("proposed", None, None)] * 2


def test_no_fee_is_told_to_a_viewer_by_the_removal(client: Client, oak: Organization) -> None:
    campaign = a_campaign(currency="EUR")
    maya = a_participant(campaign, "maya")
    Participant.objects.update(**AGREED)
    client.post(at(campaign, maya, "remove"), {"account": maya.pk})
    person = User.objects.create_user("vera@oak.example")
    add_member(oak, person, role=Role.VIEWER, actor=None)
    viewer = Client()
    viewer.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    seen = viewer.get(f"{OAK}/influencers/{maya.influencer_id}/timeline/").content.decode()
    assert "Removed from a campaign" in seen
    assert not re.search(r"120[.,]50|12050", seen)


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


def test_whoever_was_changed_since_they_were_added_stays(client: Client, ada: User) -> None:
    campaign, maya = a_campaign(), an_account("maya")
    profile = f"{OAK}/influencers/{maya.influencer_id}/"
    joined = client.post(
        f"{profile}campaigns/add/", {"campaign": campaign.pk, "account": maya.pk}, follow=True
    )
    added = Event.objects.get(verb=Verb.PARTICIPANT_ADDED)
    assert f'name="of" value="{added.pk}"' in joined.content.decode()
    fee = Change(fee=Decimal(70))
    change_participants(campaign, [campaign.participants.get().pk], fee, actor=ada)
    assert {act for _, act in undos(maya)} == {""}
    fields = {"account": maya.pk, "back": "profile", "of": added.pk}
    answer = client.post(at(campaign, maya, "remove"), fields, follow=True).content.decode()
    assert "Nothing was undone." in answer
    assert campaign.participants.get().fee == 70
    del fields["of"]  # the button of the list: somebody wants it now
    client.post(at(campaign, maya, "remove"), fields)
    assert not campaign.participants.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"fee": Decimal(70)},
        {"state": ParticipantState.BRIEFED},
        {"due_on": date(2026, 12, 1)},
    ],
)
def test_undoing_an_addition_of_many_keeps_whoever_was_changed_since(
    ada: User, change: dict[str, Any]
) -> None:
    campaign = a_campaign()
    people = [an_account(name).influencer for name in ("maya", "rio")]
    action = done("campaign", people, choice=campaign, actor=ada)
    maya = campaign.participants.get(account__handle="maya")
    change_participants(campaign, [maya.pk], Change(**change), actor=ada)
    undone(action, actor=ada)
    assert handles() == ["maya"]
    assert results(action) == {
        "Maya": ("kept", "Was changed since, and is kept."),
        "Rio": ("undone", ""),
    }


def test_an_old_page_undoes_what_stands_and_not_what_was_changed_again_since(ada: User) -> None:
    first, second, maya = a_campaign("First"), a_campaign("Second"), an_account("maya")
    for campaign in (first, second):
        add_participants(campaign, [maya], actor=ada)
    for _ in range(PAGE):
        record(Verb.INFLUENCER_EDITED, maya.influencer, actor=None)
    remove_participants(first, list(first.participants.all()), actor=ada)
    add_participants(first, [maya], actor=ada)
    newest = influencer_timeline(maya.influencer)
    old = influencer_timeline(maya.influencer, cursor=newest.earlier or "")
    assert [e.undo.row for e in newest.entries if e.undo] == [first.pk]
    assert [e.undo.row for e in old.entries if e.undo] == [second.pk]


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
    Participant.objects.filter(account=free).update(**AGREED)
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
    assert tuple(AGREED.values()) in terms()
    assert results(action)["Free"] == ("undone", "")
    assert results(action)["Back"][0] == "kept"


def test_who_leaves_with_some_of_their_accounts_is_told_apart_and_these_come_back(
    client: Client, ada: User
) -> None:
    campaign = a_campaign()
    free, ordered = (a_participant(campaign, name) for name in ("free", "ordered"))
    ordered.influencer = free.influencer
    ordered.save()
    an_order(campaign, ordered)
    action = done("uncampaign", [free.influencer], choice=campaign, actor=ada)
    assert handles() == ["ordered"]
    stays = "@ordered has orders or posts in the campaign, and stays in it."
    assert results(action) == {"Free": ("partly", stays)}
    assert action.counts == {"partly": 1}
    page = client.get(f"{OAK}/influencers/bulk/{action.pk}/").content.decode()
    assert "Partly done" in page
    assert ">Undo</button>" in page
    undone(action, actor=ada)
    assert handles() == ["free", "ordered"]
    assert action.counts | {"partly": 0} == {"partly": 0, "undone": 1}


def test_several_accounts_that_stay_are_named(ada: User) -> None:
    campaign = a_campaign()
    free, first, second = (a_participant(campaign, name) for name in ("free", "first", "second"))
    for each in (first, second):
        each.influencer = free.influencer
        each.save()
        an_order(campaign, each)
    action = done("uncampaign", [free.influencer], choice=campaign, actor=ada)
    reason = "@first, @second have orders or posts in the campaign, and stay in it."
    assert results(action) == {"Free": ("partly", reason)}


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


# --- the campaigns on an influencer's profile -------------------------------------------------------------------
def campaigns_of(client: Client, influencer_pk: int) -> str:
    page = client.get(
        f"{OAK}/influencers/{influencer_pk}/campaigns/", headers={"HX-Request": "true"}
    )
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_profile_tells_the_latest_campaigns_and_where_the_order_stands(client: Client) -> None:
    account = an_account("maya")
    baking = a_campaign(name="Winter baking", client="Oakmill", starts_on=date(2026, 11, 1))
    layers = a_campaign(name="Alpine layers", client="Nordkyst", starts_on=date(2026, 10, 1))
    for campaign in (baking, layers):
        add_participants(campaign, [account], actor=None)
    an_order(baking, account, state=OrderState.FAILED, tiktok_order_id="")
    an_order(baking, account, state=OrderState.ACCEPTED)
    a_participant(baking, "other")
    assert campaigns_of(client, account.influencer_id) == (
        "Add Campaigns Winter baking Oakmill Accepted Alpine layers Nordkyst No order"
    )


def test_a_campaign_with_several_of_their_accounts_stands_once_with_the_latest_order(
    client: Client,
) -> None:
    account, second = an_account("maya"), an_account("maya.too")
    SocialAccount.objects.filter(pk=second.pk).update(influencer=account.influencer)
    baking = a_campaign(name="Winter baking", client="Oakmill")
    add_participants(baking, [account, second], actor=None)
    an_order(baking, account, state=OrderState.FULFILLED)
    an_order(baking, second, state=OrderState.ACCEPTED)
    assert campaigns_of(client, account.influencer_id) == (
        "Add Campaigns Winter baking Oakmill Accepted"
    )


def test_an_account_is_added_to_a_campaign_from_the_profile_and_the_message_undoes_it(
    client: Client,
) -> None:
    account, campaign = an_account("maya"), a_campaign(name="Winter baking")
    join = f"{OAK}/influencers/{account.influencer_id}/campaigns/add/"
    sent = {"campaign": campaign.pk, "account": account.pk}
    assert "Add to a campaign" in client.get(join).content.decode()
    page = client.post(join, sent, follow=True).content.decode()
    assert "takes part in" in page
    assert Participant.objects.get().account == account
    page = client.post(join, sent, follow=True).content.decode()
    assert "already" in page
    assert Participant.objects.count() == 1
    undo, fields = at(campaign, account, "remove"), {"account": account.pk, "back": "profile"}
    client.post(undo, fields)
    assert not Participant.objects.exists()


def test_what_cannot_take_part_is_refused_and_the_form_says_so(
    client: Client, elm: Organization
) -> None:
    account, archived = an_account("maya"), a_campaign(state=CampaignState.ARCHIVED)
    other = an_account("other")
    join = f"{OAK}/influencers/{account.influencer_id}/campaigns/add/"
    answer = client.post(join, {"campaign": archived.pk, "account": other.pk})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This campaign is no longer there. Choose again." in page
    assert "This account is no longer there. Choose again." in page
    alone = InfluencerFactory.create(name="Ada")
    page = client.get(f"{OAK}/influencers/{alone.pk}/campaigns/add/").content.decode()
    assert "An account takes part in a campaign, and there is none yet." in page
    assert not Participant.objects.exists()


def test_a_viewer_reads_the_campaigns_and_adds_none(oak: Organization) -> None:
    viewer, browser = User.objects.create_user("vera@oak.example"), Client()
    add_member(oak, viewer, role=Role.VIEWER, actor=None)
    browser.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    account = an_account("maya")
    assert campaigns_of(browser, account.influencer_id) == "Campaigns No campaigns yet."
    join = f"{OAK}/influencers/{account.influencer_id}/campaigns/add/"
    assert browser.get(join).status_code == 403


def test_an_influencer_has_their_posts_on_other_networks(client: Client) -> None:
    lena = a_network_account("lena.lifts")
    assert "other networks" not in campaigns_of(client, lena.influencer_id)
    a_network_post(lena, "1", caption="Warm up", views=1200)
    a_network_post(lena, "2", caption="No date yet", published_at=None)
    said = campaigns_of(client, lena.influencer_id)
    assert said.index("Warm up") < said.index("No date yet")
    assert "1.2K views" in said
    assert "Imported or entered, not read at the networks." in said


def test_the_campaigns_of_an_influencer_take_few_queries(client: Client) -> None:
    account = an_account("maya")
    for number in range(25):
        add_participants(a_campaign(name=f"C{number}"), [account], actor=None)
    text = campaigns_of(client, account.influencer_id)
    assert text.endswith("And earlier ones.")
    assert text.count("No order") == 20
    url = f"{OAK}/influencers/{account.influencer_id}/campaigns/"
    assert queries_in(client, url, **{"HX-Request": "true"}) <= 8


def test_accounts_to_add_are_those_that_do_not_take_part_however_many_do(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.queries.accounts.PICKED_AT_ONCE", 2)
    campaign = a_campaign()
    add_participants(campaign, [an_account(f"a{n}") for n in range(3)], actor=None)
    an_account("tom")
    page = client.get(f"{OAK}/campaigns/{campaign.pk}/influencers/add/").content.decode()
    assert "@tom" in page
    assert "@a1" not in page


def test_of_more_than_can_be_changed_at_once_nobody_is_changed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.participants.MOST_CHANGED", 1)
    campaign = a_campaign()
    add_participants(campaign, [an_account("maya"), an_account("tom")], actor=None)
    ids = Participant.objects.values_list("pk", flat=True)
    url = f"{OAK}/campaigns/{campaign.pk}/influencers/change/"
    answer = client.post(url, {"ids": list(ids), "state": "agreed"}, follow=True)
    assert "At most 1 at once. Nothing was changed." in answer.content.decode()
    assert set(Participant.objects.values_list("state", flat=True)) == {"proposed"}


def test_who_is_ticked_stays_while_others_are_searched_for(client: Client) -> None:
    campaign = a_campaign()
    maya, tom = an_account("maya"), an_account("tom")
    url = f"{OAK}/campaigns/{campaign.pk}/influencers/add/"
    answer = client.post(url, {"step": "search", "search": "tom", "accounts": [maya.pk]})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert answer.context["chosen"] == {maya.pk}
    assert "<span data-selection-count>1</span> selected" in page
    assert not Participant.objects.exists()
    client.post(url, {"step": "add", "search": "tom", "accounts": [maya.pk, tom.pk]})
    assert Participant.objects.count() == 2
    assert client.post(url, {"step": "add"}).status_code == 422
