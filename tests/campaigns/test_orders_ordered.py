"""Fulfilment is measured by what was ordered: not by orders that failed, or were cancelled without a video."""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.enums import GoalNumber
from campaigns.models import Campaign
from campaigns.queries.campaigns import with_numbers
from campaigns.queries.overview import sums_now
from campaigns.queries.ranking import ranking
from crm.models import Influencer
from tenancy.models import Group
from tenancy.scope import groups_scope
from tests.campaigns.test_report import content
from tests.campaigns.test_results import roll
from tests.factories.campaigns import a_participant, a_post, a_video, an_order

pytestmark = pytest.mark.django_db
# The state, the videos asked for and those delivered; then the videos that count as ordered.
ORDERS = [
    ("sent", 2, 0, 2),
    ("fulfilled", 1, 1, 1),
    ("rejected", 1, 1, 1),
    ("failed", 4, 0, 0),
    ("cancelled", 3, 0, 0),
    ("cancelled", 3, 1, 1),
]


@pytest.fixture
def ordered(campaign: Campaign) -> int:
    """All are of one creator, who has a post."""
    account = a_participant(campaign, "maya.bakes")
    for nth, (state, limit, count, _) in enumerate(ORDERS):
        more = {"video_limit": limit, "video_count": count, "tiktok_order_id": f"o{nth}"}
        an_order(campaign, account, state=state, **more)
    a_post(campaign, a_video(account, "71"))
    roll()
    return sum(each[-1] for each in ORDERS)


def test_the_sums_of_a_campaign_count_what_was_ordered(campaign: Campaign, ordered: int) -> None:
    assert sums_now([campaign.pk], with_fees=False)[1] == ordered == 5
    group = Group.objects.create(name="Bakers")
    Influencer.objects.update(group=group)
    with groups_scope(frozenset({group.pk})):
        assert sums_now([campaign.pk], with_fees=False)[1] == ordered
        assert with_numbers(Campaign.objects.all()).get().ordered_count == 4


def test_a_creator_is_ranked_beside_what_was_ordered_of_them(
    campaign: Campaign, ordered: int
) -> None:
    [maya] = ranking(campaign, [GoalNumber.VIEWS])
    assert maya.ordered == ordered
    [line] = content(campaign).creators
    assert line.ordered == ordered


def test_all_campaigns_say_how_many_of_the_ordered_are_fulfilled(
    manager: Client, campaign: Campaign, ordered: int
) -> None:
    assert with_numbers(Campaign.objects.all()).get().ordered_count == 4
    assert ">1 of 4\n</td>" in manager.get("/o/oaks/campaigns/").content.decode()
    campaign.orders.update(state="cancelled", video_count=0)
    page = manager.get("/o/oaks/campaigns/").content.decode()
    assert "All orders failed or were cancelled." in page
    assert sums_now([campaign.pk], with_fees=False)[1] is None
