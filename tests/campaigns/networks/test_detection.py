"""Keywords found in the posts of a campaign's accounts: what waits, what is decided, what stays out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from campaigns.enums import PlaceState
from campaigns.models import Campaign, PostPlace
from campaigns.services.campaigns import (
    Plan,
    add_participants,
    duplicate_campaign,
    remove_participants,
    update_campaign,
)
from campaigns.services.networks.detection import DETECT, detect_for, detect_soon
from campaigns.services.networks.posts import PostFacts, add_network_post, change_network_post
from crm.models import SocialAccount
from jobs.models import Work
from tenancy.enums import Verb
from tenancy.models import Event
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.working import pump_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(organization: Any) -> Campaign:
    return a_campaign(keywords=["#loaf", "oak mill"])


@pytest.fixture
def lena(campaign: Campaign) -> SocialAccount:
    return a_network_account("lena.lifts", campaign=campaign)


def waiting(campaign: Campaign) -> dict[str, list[str]]:
    """The keywords that were found in each post that waits."""
    places = PostPlace.objects.filter(campaign=campaign, state=PlaceState.WAITING)
    return {place.post.network_post_id: place.matched for place in places.select_related("post")}


def detect(*campaigns: Campaign) -> None:
    detect_soon(*(each.pk for each in campaigns))
    while pump_kind(DETECT):
        pass


def test_posts_with_a_keyword_wait_for_a_decision(campaign: Campaign, lena: SocialAccount) -> None:
    a_network_post(lena, "both", caption="My #Loaf from the Oak  Mill")
    a_network_post(lena, "one", caption="Visit the oak mill")
    a_network_post(lena, "none", caption="#loafs and meatloaf")
    a_network_post(a_network_account("rio.runs"), "outsider", caption="#loaf")
    detect(campaign)
    assert waiting(campaign) == {"both": ["#loaf", "oak mill"], "one": ["oak mill"]}
    place = PostPlace.objects.get(post__network_post_id="both")
    assert (place.origin, place.account, place.published_at) == (
        "keyword",
        lena,
        place.post.published_at,
    )
    assert Event.objects.get(verb=Verb.NETWORK_POSTS_FOUND).detail == {"count": 2}
    detect(campaign)
    assert Event.objects.filter(verb=Verb.NETWORK_POSTS_FOUND).count() == 1


def test_the_first_and_the_last_day_of_the_campaign_belong_to_it(
    campaign: Campaign, lena: SocialAccount
) -> None:
    for name, day in (
        ("before", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)),
        ("first", datetime(2026, 11, 1, tzinfo=UTC)),
        ("last", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)),
        ("after", datetime(2026, 12, 1, tzinfo=UTC)),
        ("undated", None),
    ):
        a_network_post(lena, name, caption="#loaf", published_at=day)
    detect(campaign)
    assert set(waiting(campaign)) == {"first", "last", "undated"}


def test_a_post_whose_date_is_known_later_waits_on_if_it_is_of_the_campaigns_days(
    campaign: Campaign, lena: SocialAccount
) -> None:
    for name, day in (("inside", 12), ("outside", 1)):
        post = a_network_post(lena, name, caption="#loaf", published_at=None)
        detect(campaign)
        place = PostPlace.objects.get(post=post)
        moment = datetime(2026, 11 if name == "inside" else 10, day, tzinfo=UTC)
        change_network_post(place, PostFacts("#loaf", moment), actor=None)
        detect(campaign)
    assert set(waiting(campaign)) == {"inside"}


def test_tiktok_is_never_looked_through(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    a_video(account, "1", caption="#loaf")
    a_post(campaign, a_video(account, "2", caption="#loaf"))
    detect(campaign)
    assert not PostPlace.objects.exists()
    assert campaign.posts.count() == 1


def test_what_is_decided_stays_decided(campaign: Campaign, lena: SocialAccount) -> None:
    for state in (PlaceState.REFUSED, PlaceState.LISTED):
        post = a_network_post(lena, state, caption="#loaf")
        a_place(campaign, post, state=state, origin="keyword", matched=["#loaf"])
    detect(campaign)
    assert waiting(campaign) == {}
    assert set(PostPlace.objects.values_list("state", flat=True)) == {"refused", "listed"}


def test_what_no_keyword_names_any_more_waits_no_longer(
    campaign: Campaign, lena: SocialAccount
) -> None:
    a_network_post(lena, "loaf", caption="#loaf at the oak mill")
    a_network_post(lena, "mill", caption="oak mill")
    listed = a_place(campaign, a_network_post(lena, "in"), origin="keyword", matched=["#loaf"])
    detect(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(keywords=["#loaf", "rye"])
    detect(campaign)
    assert waiting(campaign) == {"loaf": ["#loaf"]}
    Campaign.objects.filter(pk=campaign.pk).update(ends_on=date(2026, 11, 2))
    detect(campaign)
    assert waiting(campaign) == {}
    assert PostPlace.objects.get() == listed


def test_an_archived_campaign_looks_for_nothing(campaign: Campaign, lena: SocialAccount) -> None:
    Campaign.objects.update(state="archived")
    a_network_post(lena, "1", caption="#loaf")
    detect(campaign)
    detect_for([lena.pk])
    assert not PostPlace.objects.exists()
    assert not Work.objects.filter(kind=DETECT).exists()


def test_many_posts_are_looked_through_in_pieces(
    campaign: Campaign, lena: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.services.networks.detection.AT_ONCE", 2)
    for number in range(5):
        a_network_post(lena, str(number), caption="#loaf")
    detect(campaign)
    assert len(waiting(campaign)) == 5


def test_whatever_may_bring_finds_makes_it_due(campaign: Campaign, lena: SocialAccount) -> None:
    def is_due() -> bool:
        return bool(Work.objects.filter(kind=DETECT).delete()[0])

    facts = {
        name: getattr(campaign, name)
        for name in ("client", "name", "starts_on", "ends_on", "state")
    }
    update_campaign(campaign, **facts, plan=Plan(keywords=["rye"]), actor=None)
    assert is_due()
    duplicate_campaign(campaign, actor=None)  # type: ignore[arg-type]
    assert is_due()
    rio = a_network_account("rio.runs", "youtube")
    add_participants(campaign, [rio], actor=None)
    assert is_due()
    remove_participants(campaign, campaign.participants.filter(account=rio), actor=None)
    assert is_due()
    post = "https://www.instagram.com/p/C8xY_z-1Abc/"
    place = add_network_post(campaign, post, PostFacts(), account=lena, actor=None)
    assert is_due()
    change_network_post(place, PostFacts("other words"), actor=None)
    assert is_due()
    Campaign.objects.update(keywords=[])
    detect_for([lena.pk])
    assert not is_due()


def test_who_leaves_the_campaign_has_nothing_waiting(
    campaign: Campaign, lena: SocialAccount
) -> None:
    a_network_post(lena, "1", caption="#loaf")
    detect(campaign)
    remove_participants(campaign, campaign.participants.all(), actor=None)
    detect(campaign)
    assert not PostPlace.objects.exists()


def test_the_queue_is_decided_in_bulk_and_undone(
    manager: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    queue = f"{base(campaign)}networks/queue/"
    assert "Nothing to decide" in text(manager.get(queue))
    for number in range(3):
        a_network_post(lena, str(number), caption=f"#loaf {number}")
    detect(campaign)
    page = text(manager.get(queue))
    assert "To decide: 3" in page
    assert "Looked for: #loaf, oak mill" in page.replace("\u2068", "").replace("\u2069", "")
    assert "To decide: 3" in text(manager.get(f"{base(campaign)}networks/"))
    first, second, third = PostPlace.objects.order_by("pk").values_list("pk", flat=True)
    move = f"{base(campaign)}networks/move/"
    accept = {"ids": [first, second], "since": "waiting", "to": "listed", "back": "queue"}
    assert manager.post(move, accept)["Location"] == queue
    assert "2 posts are in the campaign." in text(manager.get(queue))
    manager.post(move, {"ids": third, "since": "waiting", "to": "refused", "back": "queue"})
    assert "Left out: 1" in text(manager.get(queue))
    assert "#loaf 2" in text(manager.get(f"{queue}?show=left-out"))
    undo = {"ids": f"{first},{second}", "since": "listed", "to": "waiting", "back": "queue"}
    manager.post(move, undo)
    assert len(waiting(campaign)) == 2
    manager.post(move, {"ids": third, "since": "refused", "to": "listed", "back": "left-out"})
    assert "Nothing is left out" in text(manager.get(f"{queue}?show=left-out"))
    Campaign.objects.update(keywords=[])
    assert "no keywords yet" in text(manager.get(queue))


def test_the_queue_costs_the_same_whatever_waits(
    manager: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    queue = f"{base(campaign)}networks/queue/"
    a_network_post(lena, "0", caption="#loaf")
    detect(campaign)
    manager.get(queue)
    one = queries(manager, queue)
    for number in range(1, 4):
        account = a_network_account(f"more{number}", campaign=campaign)
        a_network_post(account, str(number), caption="#loaf")
    detect(campaign)
    assert queries(manager, queue) == one
