"""Accounts that an order form and a campaign offer: the chosen on top, then participants, then all others by handle."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignResult, Participant
from campaigns.queries import accounts_to_pick
from campaigns.queries.accounts import PastResult, without_order
from crm.models import Influencer, SocialAccount
from tests.factories.campaigns import a_campaign, a_participant, an_account, an_order
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator

MANY = "campaigns.queries.accounts.MANY_PARTICIPANTS"


def picked(campaign: Campaign, **asked: object) -> list[tuple[str, bool]]:
    rows = accounts_to_pick(campaign, **{"chosen": [], **asked})  # type: ignore[arg-type]
    return [(row.account.handle, row.takes_part) for row in rows]


@pytest.fixture
def accounts(campaign: Campaign) -> dict[str, SocialAccount]:
    made = [an_account(handle) for handle in ("ada", "cato", "elio")]
    made += [a_participant(campaign, handle) for handle in ("bea", "dara")]
    return {account.handle: account for account in made}


@pytest.mark.parametrize("many", [0, 1_000])
def test_participants_stand_first_each_group_by_handle(
    campaign, accounts, many, monkeypatch
) -> None:
    monkeypatch.setattr(MANY, many)
    inside, outside = [("bea", True), ("dara", True)], [("ada", False), ("cato", False)]
    assert picked(campaign) == [*inside, *outside, ("elio", False)]


def test_the_chosen_stand_on_top_and_only_there(campaign, accounts) -> None:
    chosen = [accounts["elio"].pk, accounts["dara"].pk]
    top, rest = [("dara", True), ("elio", False)], [("bea", True), ("ada", False), ("cato", False)]
    assert picked(campaign, chosen=chosen) == [*top, *rest]
    assert picked(campaign, chosen=chosen, search="cato") == [*top, ("cato", False)]
    assert picked(campaign, chosen=chosen, search="nobody") == top


def test_an_account_is_picked_by_what_is_known_of_it(campaign, accounts) -> None:
    bea, dara = accounts["bea"], accounts["dara"]
    Creator.objects.filter(pk__in=[bea.creator_id, dara.creator_id]).update(
        follower_count=1200, profile_source="ttcm_public"
    )
    Creator.objects.filter(pk=dara.creator_id).update(marketplace_status=MarketplaceStatus.NOT_IN)
    for other, views in ((campaign, 600), (a_campaign("Other"), 400)):
        CampaignResult.objects.create(campaign=other, account=bea, posts=2, known=1, views=views)
    CampaignResult.objects.create(campaign=campaign, account=dara, posts=1)
    CampaignResult.objects.create(campaign=campaign, account=accounts["ada"])
    rows = {row.account.handle: row for row in accounts_to_pick(campaign, chosen=[])}
    assert rows["bea"].followers == 1200
    assert rows["bea"].average_views is None
    assert rows["bea"].past == PastResult(posts=4, views=500)
    assert rows["dara"].is_unsupported
    assert rows["dara"].followers is None, "nothing is shown of an account that may not be tracked"
    assert rows["dara"].past == PastResult(posts=1, views=None)
    assert rows["ada"].past is None
    assert rows["elio"].past is None


def test_those_without_an_order_are_who_can_have_one(campaign, accounts) -> None:
    dara, bea = accounts["dara"], accounts["bea"]
    assert without_order(campaign) == [bea.pk, dara.pk]
    an_order(campaign, bea, state="failed", tiktok_order_id="")
    an_order(a_campaign("Other"), dara)
    assert without_order(campaign) == [bea.pk, dara.pk]
    order = an_order(campaign, bea)
    assert without_order(campaign) == [dara.pk]
    Participant.objects.filter(account=dara).update(state="declined")
    order.delete()
    assert without_order(campaign) == [bea.pk]
    Influencer.objects.filter(pk=bea.influencer_id).update(archived_at=timezone.now())
    assert without_order(campaign) == []


def test_no_more_are_offered_than_one_looks_through_beside_the_chosen(
    campaign, accounts, monkeypatch
) -> None:
    monkeypatch.setattr("campaigns.queries.accounts.PICKED_AT_ONCE", 3)
    assert picked(campaign) == [("bea", True), ("dara", True), ("ada", False)]
    monkeypatch.setattr("campaigns.queries.accounts.PICKED_AT_ONCE", 1)
    chosen = [accounts["cato"].pk]
    assert picked(campaign, chosen=chosen) == [("cato", False), ("bea", True)]


def test_other_networks_are_offered_where_they_are_asked_for(campaign, accounts) -> None:
    SocialAccount.objects.create(
        influencer=accounts["ada"].influencer,
        network="instagram",
        account_type="instagram",
        handle="aaa",
    )
    assert ("aaa", False) not in picked(campaign)
    assert picked(campaign, tiktok_only=False)[2:4] == [("aaa", False), ("ada", False)]
