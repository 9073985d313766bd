"""Accounts that an order form and a campaign offer: the chosen on top, then participants, then all others by handle."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.queries import accounts_to_pick
from crm.models import SocialAccount
from tests.factories.campaigns import a_participant, an_account

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
