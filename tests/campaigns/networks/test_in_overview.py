"""Posts of other networks in the sums of a campaign: its overview, the list of campaigns, its report."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import Goal, GoalNumber, NumbersSource, PlaceState, ReportSplit
from campaigns.models import (
    Campaign,
    CampaignDay,
    CampaignResult,
    NetworkPost,
    PostPlace,
    PostReading,
)
from campaigns.queries import campaign_with_counts
from campaigns.queries.overview import figures, reached
from campaigns.queries.plans import planned_of
from campaigns.queries.ranking import ranking
from campaigns.queries.report import ReportContent, report_of
from campaigns.services.networks.posts import (
    PostFacts,
    add_network_post,
    change_network_post,
    move_posts,
    note_reading,
    show_latest,
)
from campaigns.services.report import report_to_change
from campaigns.services.results.rolling import ROLL_NETWORKS
from crm.models import SocialAccount
from crm.services.influencers import delete_influencer
from jobs.models import Work
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.campaigns.test_results import numbers, roll
from tests.campaigns.test_results import read as read_at_tiktok
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.working import pump_kind

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 0, 30, tzinfo=UTC)


@pytest.fixture
def campaign(organization: Any) -> Campaign:
    begins, ends = TODAY - timedelta(days=9), TODAY + timedelta(days=10)
    return a_campaign(
        state="active", starts_on=begins, ends_on=ends, currency="EUR", goal="awareness"
    )


def before(days: float) -> datetime:
    return NOON - timedelta(days=days)


def add_up() -> None:
    """Do what the writers have made due."""
    while pump_kind(ROLL_NETWORKS):
        pass


def listed(
    campaign: Campaign, account: SocialAccount, name: str, *readings: tuple[float, str, Mapping[str, int]], day: float = 9
) -> PostPlace:  # fmt: skip
    """A post in the campaign of which so many days ago somebody said these numbers."""
    place = a_place(campaign, a_network_post(account, name, published_at=before(day)))
    for days, source, counts in readings:
        note_reading(place.post, counts, source=NumbersSource(source), at=before(days))
    return place


def days(campaign: Campaign, name: str = "views") -> dict[date, int]:
    rows = CampaignDay.objects.filter(campaign=campaign, account=None, accounts_read__gt=0)
    return dict(rows.values_list("day", name))


def whole(campaign: Campaign) -> CampaignResult:
    return CampaignResult.objects.get(campaign=campaign, account=None)


def shown(campaign: Campaign) -> dict[str, float | None]:
    """The numbers of the goal on the overview."""
    found: Any = campaign_with_counts(campaign.pk)
    sums = reached(campaign, today=TODAY)
    planned = planned_of(found, sees_money=False)
    return {str(f.number): f.value for f in figures(found, planned, sums, today=TODAY)}


def test_an_entry_is_added_up_at_once_by_the_days_of_its_numbers(
    campaign: Campaign, organization: Any
) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    facts = PostFacts("Warm up", before(5), {"views": 100, "likes": 7}, before(4))
    url = "https://www.instagram.com/reel/C8xY_z-1Abc/"
    place = add_network_post(campaign, url, facts, actor=None)
    add_up()
    assert (whole(campaign).views, whole(campaign).other_posts, whole(campaign).creators) == (
        100,
        1,
        1,
    )
    later = PostFacts("Warm up", before(5), {"views": 150, "likes": 9}, before(1))
    change_network_post(place, later, actor=None)
    add_up()
    assert days(campaign) == {before(4).date(): 100, before(1).date(): 50}
    assert days(campaign, "likes") == {before(4).date(): 7, before(1).date(): 2}
    posted = CampaignDay.objects.get(campaign=campaign, account=lena, posts=1)
    assert posted.day == before(5).date()
    move_posts(campaign, [place.pk], PlaceState.REFUSED, since=PlaceState.LISTED, actor=None)
    add_up()
    assert (whole(campaign).posts, whole(campaign).views) == (0, 0)
    assert not Work.objects.filter(kind=ROLL_NETWORKS).exists()


def test_a_file_adds_and_an_entry_by_hand_replaces(campaign: Campaign) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(
        campaign, lena, "1", (6, "imported", {"views": 100, "likes": 9}), (5, "imported", {"likes": 12}),
        (3, "by_hand", {"likes": 20}), (2, "imported", {"views": 130}),
    )  # fmt: skip
    add_up()
    assert days(campaign) == {
        before(6).date(): 100, before(5).date(): 0, before(3).date(): -100, before(2).date(): 130,
    }  # fmt: skip
    sums = whole(campaign)
    assert (sums.known, sums.views, sums.likes, sums.unseen_engagements) == (1, 130, 20, 0)


def test_what_has_no_views_is_no_part_of_a_rate(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(goal=Goal.CONVERSION)
    campaign.refresh_from_db()
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(campaign, lena, "picture", (2, "by_hand", {"likes": 40, "comments": 10}))
    add_up()
    assert shown(campaign) == {
        GoalNumber.ENGAGEMENTS: 50, GoalNumber.ENGAGEMENT_RATE: None, GoalNumber.VIEWS: None,
    }  # fmt: skip
    found = reached(campaign, today=TODAY)
    assert found is not None
    assert {(day.views, day.engagements) for day in found.days if day.engagements} == {(None, 50)}
    listed(campaign, lena, "film", (2, "by_hand", {"views": 1_000, "likes": 100}))
    add_up()
    assert shown(campaign)[GoalNumber.ENGAGEMENTS] == 150
    assert shown(campaign)[GoalNumber.ENGAGEMENT_RATE] == 0.1


def test_a_person_with_accounts_on_several_networks_is_one_creator(campaign: Campaign) -> None:
    maya = a_participant(campaign, "maya")
    video = a_video(maya, "1", video_views=None, counts_fetched_at=before(30))
    read_at_tiktok(video, 500, before(2))
    a_post(campaign, video)
    film = a_network_account("maya.films", "youtube", campaign=campaign)
    lena, lenas_film = (
        a_network_account("lena.lifts", campaign=campaign),
        a_network_account("lena.films", "youtube", campaign=campaign),
    )
    SocialAccount.objects.filter(pk=film.pk).update(influencer=maya.influencer)
    SocialAccount.objects.filter(pk=lenas_film.pk).update(influencer=lena.influencer)
    for number, account in enumerate((film, lena, lenas_film)):
        listed(campaign, account, str(number), (1, "imported", {"views": 10 ** (number + 1)}))
    roll()
    add_up()
    sums = whole(campaign)
    assert (sums.posts, sums.creators, sums.views) == (4, 2, 1_610)
    assert (sums.other_posts, sums.other_views) == (3, 1_110)
    ranked = ranking(campaign, [GoalNumber.VIEWS])
    assert [[account.handle for account in each.accounts] for each in ranked] == [
        ["lena.films", "lena.lifts"], ["maya", "maya.films"],
    ]  # fmt: skip
    assert [each.values for each in ranked] == [[(GoalNumber.VIEWS, 1_100)], [(GoalNumber.VIEWS, 510)]]  # fmt: skip
    assert [round(each.share, 3) for each in ranked] == [1.0, 0.464]
    found: Any = campaign_with_counts(campaign.pk)
    content = ReportContent(found, report_of(campaign), sees_money=False, today=TODAY)
    assert content.sums is not None
    assert content.sums.views == 1_610


def test_the_overview_says_what_is_of_other_networks(manager: Client, campaign: Campaign) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(
        campaign, lena, "1", (3, "imported", {"views": 1_200}), (1, "imported", {"views": 1_500})
    )
    add_up()
    page = text(manager.get(base(campaign)))
    for words in (
        "1.5K</span> on other networks",
        "Imported and entered numbers",
        "one without a date",
    ):
        assert words in page, words
    assert "TikTok's numbers" not in page
    assert f'["{before(1).date()}", 300.0]' in page
    video = a_video(
        a_participant(campaign, "maya"), "1", video_views=None, counts_fetched_at=before(30)
    )
    read_at_tiktok(video, 500, before(1))
    a_post(campaign, video)
    roll()
    page = text(manager.get(base(campaign)))
    assert "TikTok's numbers, and imported and entered ones" in page
    assert "2K" in page


def test_the_list_of_campaigns_counts_them(manager: Client, campaign: Campaign) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(campaign, lena, "1", (3, "imported", {"views": 1_200}))
    add_up()
    answer = manager.get(f"/o/{campaign.organization.slug}/campaigns/")
    (row,) = answer.context["page"].rows
    assert (row.post_count, row.view_count) == (1, 1_200)
    assert "1.2K" in text(answer)


def test_a_report_as_of_a_day_has_their_numbers_of_that_day(campaign: Campaign) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(
        campaign, lena, "1", (4, "imported", {"views": 1_000}), (1, "imported", {"views": 1_500})
    )
    add_up()
    report = report_to_change(campaign)
    report.as_of, report.split = before(2).date(), ReportSplit.NETWORK
    report.save()
    found: Any = campaign_with_counts(campaign.pk)
    content = ReportContent(found, report_of(campaign), sees_money=False, today=TODAY)
    assert [(line.name, line.views) for line in content.lines] == [("Instagram", 1_000)]


def test_an_influencer_who_goes_takes_their_days_along(
    campaign: Campaign, organization: Any
) -> None:
    lena = a_network_account("lena.lifts", campaign=campaign)
    listed(campaign, lena, "1", (3, "imported", {"views": 1_200}))
    add_up()
    campaign.participants.all().delete()
    PostPlace.objects.all().delete()
    delete_influencer(lena.influencer, actor=None)
    roll()
    assert (whole(campaign).posts, whole(campaign).views) == (0, 0)
    assert days(campaign) == {}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_and_goes_the_sums_are_those_of_the_posts(
    campaign: Campaign, seed: int
) -> None:
    chance = random.Random(seed)
    accounts = [a_network_account(f"n{n}", chance.choice(["instagram", "youtube", "x"]), campaign=campaign) for n in range(3)]  # fmt: skip
    for step in range(25):
        places = list(PostPlace.objects.filter(campaign=campaign))
        act = chance.random()
        if act < 0.3 or not places:
            a_place(campaign, a_network_post(chance.choice(accounts), str(step), published_at=chance.choice([None, before(chance.randrange(1, 12))])))  # fmt: skip
        elif act < 0.75:
            names = chance.sample(["views", "likes", "comments", "shares"], chance.randrange(1, 5))
            counts = {name: chance.randrange(1_000) for name in names}
            source = NumbersSource(chance.choice(["imported", "by_hand"]))
            post = chance.choice(places).post
            note_reading(post, counts, source=source, at=before(chance.randrange(10)))
        elif act < 0.85:
            post_id = chance.choice(places).post_id
            PostReading.objects.filter(pk__in=PostReading.objects.filter(post=post_id).values("pk")[:1]).delete()  # fmt: skip
            show_latest([post_id])
        else:
            place = chance.choice(places)
            to = PlaceState.REFUSED if place.state == PlaceState.LISTED else PlaceState.LISTED
            move_posts(campaign, [place.pk], to, since=PlaceState(place.state), actor=None)
        if chance.random() < 0.4:
            add_up()
    show_latest(NetworkPost.objects.values_list("pk", flat=True))
    add_up()
    posts = NetworkPost.objects.filter(places__campaign=campaign, places__state=PlaceState.LISTED)
    sums = whole(campaign)
    counts = [post.counts for post in posts]
    for name in ("views", "likes", "comments", "shares"):
        assert getattr(sums, name) == sum(each[name] or 0 for each in counts), name
    assert (sums.posts, sums.other_posts) == (len(counts), len(counts))
    assert sums.known == sum(each["views"] is not None for each in counts)
    assert sums.unseen_engagements == sum(
        (each["likes"] or 0) + (each["comments"] or 0) + (each["shares"] or 0)
        for each in counts
        if each["views"] is None
    )
    assert numbers(CampaignDay.objects.filter(campaign=campaign)) == numbers(
        CampaignResult.objects.filter(campaign=campaign)
    )


def test_the_overview_costs_no_more_with_them(manager: Client, campaign: Campaign) -> None:
    listed(campaign, a_network_account("lena"), "0", (3, "imported", {"views": 1}))
    add_up()
    manager.get(base(campaign))
    one = queries(manager, base(campaign))
    for n in range(3):
        account = a_network_account(f"rio{n}", "youtube", campaign=campaign)
        listed(campaign, account, f"1{n}", (3, "imported", {"views": n}))
    add_up()
    assert queries(manager, base(campaign)) == one <= 12
