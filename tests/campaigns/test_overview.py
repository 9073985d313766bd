"""A campaign opens with its overview: the goal's numbers, their growth, creators ranked, what needs somebody, next dates."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from campaigns.enums import Goal, GoalNumber, OrderState
from campaigns.models import Campaign, CampaignResult, Order, OrderReply, Participant, Post, Review
from campaigns.queries import campaign_with_counts
from campaigns.queries.overview import Day, figures, reached, share_passed, value_of
from campaigns.queries.plans import planned_of
from campaigns.views.overview import gaps, marks
from crm.models import SocialAccount, Task
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership
from tenancy.scope import groups_scope
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.campaigns.test_results import REPORT, read, roll
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.factories.crm import ConsentFactory
from tiktok.enums import Source

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=0, minute=30, second=0, microsecond=0)
TODAY = NOON.date()


def running(**plan: Any) -> Campaign:
    """A campaign that is half over today."""
    begins, ends = TODAY - timedelta(days=9), TODAY + timedelta(days=10)
    return a_campaign(state="active", starts_on=begins, ends_on=ends, **plan)


def published(campaign: Campaign, handle: str, *readings: tuple[float, int], order: bool = True, **numbers: Any) -> SocialAccount:  # fmt: skip
    """Somebody whose video TikTok has reported so many views of, so many days ago."""
    account = a_participant(campaign, handle, email=f"{handle}@example.com")
    begin = NOON - timedelta(days=max(days for days, _ in readings))
    video = a_video(
        account, handle, published_at=begin, video_views=None, likes=None, comments=None, shares=None,
        counts_fetched_at=begin - timedelta(days=1), report_fetched_at=begin - timedelta(days=1),
    )  # fmt: skip
    for days, views in readings:
        source = Source.ORDER_REPORT if order else Source.PUBLIC
        read(video, views, NOON - timedelta(days=days), source=source, **{**REPORT, **numbers})
    a_post(campaign, video, order=an_order(campaign, account, state=OrderState.FULFILLED) if order else None)  # fmt: skip
    return account


def panel(page: str, name: str) -> str:
    """The text of a part of the page."""
    found = re.search(rf'<section class="panel[^"]*"\s+id="{name}".*?</section>', page, re.S)
    assert found is not None, name
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def stat(page: str, label: str) -> str:
    found = re.search(
        rf'<p class="stat-label">{label}</p>.*?(?=<div class="stat|</main>)', page, re.S
    )
    assert found is not None, label
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_numbers_of_the_goal_stand_with_plan_and_change(manager) -> None:
    campaign = running(
        goal=Goal.AWARENESS, planned={"views": "4000", "cost_per_mille": "10"}, currency="EUR"
    )
    maya = published(campaign, "maya", (8, 1000), (1, 3000))
    Participant.objects.filter(account=maya).update(state="agreed", fee=Decimal(30))
    roll()
    page = manager.get(base(campaign)).content.decode()
    assert stat(page, "Video views").startswith(
        "Video views 3K up ▲ 2K 75 % of 4K planned 150 % of what is due by today"
    )
    assert "800" in stat(page, "Reach")
    assert "sum of posts, estimated by TikTok" in stat(page, "Reach")
    assert "25.0 %" in stat(page, "Completion rate")
    cost = stat(page, "Cost per 1,000 views")
    assert "10.00 EUR down ▼ 20.00 EUR plan: 10.00 EUR" in cost
    assert 'delta is-up"> <span class="visually-hidden">down' in " ".join(page.split())
    assert "Day 10 of 20" in page


def test_money_is_for_those_who_see_it(viewer) -> None:
    campaign = running(goal=Goal.AWARENESS, currency="EUR", planned={"cost_per_mille": "11"})
    maya = published(campaign, "maya", (1, 3000))
    Participant.objects.filter(account=maya).update(state="agreed", fee=Decimal(30))
    roll()
    page = text(viewer.get(base(campaign)))
    assert "Video views" in page
    assert "EUR" not in page
    assert "Cost per" not in page


def test_a_number_that_is_not_known_says_why(manager) -> None:
    campaign = running(goal=Goal.AWARENESS)
    an_order(campaign, a_participant(campaign, "rio"))
    page = manager.get(base(campaign)).content.decode()
    assert "No post is published yet." in page
    assert "The curve begins with the first published post." in page
    assert "No creator has a post yet" in page
    published(campaign, "maya", (1, 100), order=False)
    page = manager.get(base(campaign)).content.decode()
    assert "The posts are being added up." in page
    roll()
    page = manager.get(base(campaign)).content.decode()
    assert "Only posts of orders bring it" in page
    assert "No fee is agreed yet." in page
    Post.objects.update(video=None)
    roll()
    assert (
        "No numbers of the published posts are known"
        in manager.get(base(campaign)).content.decode()
    )
    Post.objects.all().delete()
    roll()
    assert reached(campaign, today=TODAY).days == []


def test_a_draft_shows_its_plan_and_how_to_begin(manager, viewer) -> None:
    campaign = a_campaign(goal=Goal.CONTENT, planned={"posts": "12"})
    page = text(manager.get(base(campaign)))
    assert "No orders yet" in page
    assert f'href="{base(campaign)}orders/new/"' in page
    assert "Videos published</dt> <dd>12</dd>" in page
    assert "No value is planned." in page
    assert f'href="{base(campaign)}orders/new/"' not in text(viewer.get(base(campaign)))


def test_the_charts_show_growth_or_totals_with_posts_and_gaps(manager) -> None:
    campaign = running()
    published(campaign, "maya", (6, 100), (5, 150), (2, 400), order=False)
    roll()
    page = text(manager.get(base(campaign)))
    gap = f"{NOON - timedelta(days=4):%-d %b} – {NOON - timedelta(days=3):%-d %b}: TikTok was not read."
    assert gap in page
    assert f'"marks": [["{TODAY - timedelta(days=6)}", 1]]' in page
    first, second, missing = (TODAY - timedelta(days=n) for n in (6, 5, 4))
    assert f'"points": [["{first}", 100.0], ["{second}", 50.0], ["{missing}", null]' in page
    total = text(manager.get(f"{base(campaign)}?show=total&days=7"))
    assert f'["{TODAY - timedelta(days=5)}", 150.0]' in total
    assert f'["{TODAY - timedelta(days=2)}", 400.0]' in total
    few = text(manager.get(f"{base(campaign)}?days=7&show=nonsense"))
    assert "Video views per day" in few
    assert "No numbers" not in text(manager.get(f"{base(campaign)}?days=nonsense"))


def test_creators_are_ranked_with_the_numbers_that_tell_them_apart(manager) -> None:
    campaign = running(goal=Goal.EDUCATION, currency="EUR")
    published(campaign, "maya", (1, 100), video_completion_rate=0.5)
    published(campaign, "rio", (1, 900), order=False)
    published(campaign, "lena", (1, 50), video_completion_rate=0.75)
    roll()
    shown = panel(manager.get(base(campaign)).content.decode(), "ranking")
    assert re.search(
        r"Lena .*Proposed 1 of 2 ordered 75.0 % 6 s 50 Maya .*50.0 % 6 s 100 Rio", shown
    )
    assert "Cost" not in shown


def test_what_needs_somebody_is_counted_and_leads_to_its_list(manager, campaign) -> None:
    with_states = (OrderState.OPENED, OrderState.REJECTED, OrderState.FAILED, OrderState.CREATED)
    yesterday = TODAY - timedelta(days=1)
    for n, state in enumerate(with_states):
        an_order(
            campaign,
            a_participant(campaign, f"maya{n}", email=f"{n}@x.example" if n < 3 else ""),
            state=state,
            due_on=yesterday,
        )
    an_order(campaign, a_participant(campaign, "late"), state=OrderState.SENT, due_on=yesterday)
    Participant.objects.update(due_on=yesterday)
    for kind in ("question", "new_date"):
        OrderReply.objects.create(order=Order.objects.order_by("pk").last(), kind=kind)
    OrderReply.objects.create(order=Order.objects.first(), kind="cannot", settled_at=NOON)
    a_participant(campaign, "zara")
    Participant.objects.filter(account__handle="zara").update(due_on=yesterday)
    a_participant(campaign, "otto", status="not_in")
    lena = a_participant(campaign, "lena")
    ConsentFactory.create(creator=lena.creator, state="expiring")
    page = manager.get(base(campaign)).content.decode()
    shown = panel(page, "attention")
    for sentence in (
        "3 orders are overdue", "1 influencer is past the due date", "TikTok rejected the video of 1 order", "1 order failed", "1 order with something to answer",
        "1 order without an e-mail address", "1 permission ends within 30 days", "1 account can no longer be tracked",
    ):  # fmt: skip
        assert sentence in shown, sentence
    orders = f"{base(campaign)}orders/"
    people = f"/o/oaks/influencers/?f=campaign%3A{campaign.pk}&amp;f="
    for address in (
        f"{orders}?state=overdue", f"{orders}?state=no_address", f"{orders}?state=rejected", f"{orders}?state=failed",
        f"{orders}?said=unanswered", f"{orders}bulk/?do=remind&amp;state=overdue", f"{base(campaign)}influencers/?due=past",
        f"{people}kind%3Aunsupported&amp;f=archived%3Aany", f"{people}grant%3Atoday..%2B30d&amp;f=archived%3Aany",
    ):  # fmt: skip
        assert f'href="{address}"' in page, address
        assert manager.get(address.replace("&amp;", "&")).status_code == 200


def test_a_draft_to_review_needs_somebody_until_it_is_judged(manager, campaign) -> None:
    order = an_order(campaign, a_participant(campaign, "maya"))
    review = Review.objects.create(campaign=campaign, order=order, state="submitted")
    shown = manager.get(base(campaign)).content.decode()
    assert "1 draft to review" in panel(shown, "attention")
    assert (
        f'<a class="btn btn-sm" href="{base(campaign)}review/?state=submitted">Review</a>' in shown
    )
    Review.objects.filter(pk=review.pk).update(state="changes")
    assert "Nothing needs your attention." in text(manager.get(base(campaign)))
    Review.objects.filter(pk=review.pk).update(state="submitted")
    Order.objects.update(state=OrderState.CANCELLED)
    assert "Nothing needs your attention." in text(manager.get(base(campaign)))


def test_who_may_only_read_is_led_to_lists_and_offered_no_action(viewer, campaign) -> None:
    yesterday = TODAY - timedelta(days=1)
    order = an_order(campaign, a_participant(campaign, "maya"), due_on=yesterday)
    OrderReply.objects.create(order=order, kind="question")
    page = viewer.get(base(campaign)).content.decode()
    assert "Remind" not in panel(page, "attention")
    assert panel(page, "attention").count("See who") == 2


def test_orders_and_people_that_are_due_lead_to_those_of_the_day(manager) -> None:
    campaign, day = running(), TODAY + timedelta(days=2)
    an_order(campaign, a_participant(campaign, "maya"), due_on=day)
    a_participant(campaign, "rio")
    Participant.objects.update(due_on=day)
    page = manager.get(base(campaign)).content.decode()
    assert "1 order due" in panel(page, "dates")
    assert "1 influencer due" in panel(page, "dates")
    for address, handle in ((f"{base(campaign)}orders/?due={day}", "@maya"), (f"{base(campaign)}influencers/?due={day}", "@rio")):  # fmt: skip
        assert f'href="{address}"' in page
        assert re.findall(r"@(?:maya|rio)", text(manager.get(address)))[0] == handle


def test_a_person_with_two_accounts_is_ranked_once(manager) -> None:
    campaign = running(goal=Goal.AWARENESS)
    maya, films = published(campaign, "maya", (1, 300)), published(campaign, "maya.films", (1, 500))
    published(campaign, "rio", (1, 600))
    SocialAccount.objects.filter(pk=films.pk).update(influencer=maya.influencer)
    roll()
    shown = panel(manager.get(base(campaign)).content.decode(), "ranking")
    assert re.search(r"Maya .*@maya.films.* · .*@maya.* 2 of 4 ordered .*800 .*Rio .*600", shown)
    assert shown.count("Maya") == 1


def test_posts_that_are_not_added_up_yet_are_no_missing_posts(manager) -> None:
    campaign = running(goal=Goal.AWARENESS)
    order = an_order(campaign, a_participant(campaign, "maya"), state=OrderState.FULFILLED)
    empty = text(manager.get(base(campaign)))
    for words in ("No post is published yet.", "No creator has a post yet", "The curve begins with the first published post."):  # fmt: skip
        assert words in empty, words
    assert "being added up" not in empty
    a_post(campaign, a_video(order.account, "7"), order=order)
    waiting = text(manager.get(base(campaign)))
    for words in ("No post is published yet.", "No creator has a post yet", "The curve begins with the first published post."):  # fmt: skip
        assert words not in waiting, words
    for words in ("The creators are ranked here within ten minutes.", "the curve begins within ten minutes.", "The first numbers stand here within ten minutes."):  # fmt: skip
        assert words in waiting, words


def test_what_was_ordered_stands_beside_the_videos_on_tiktok_alone(manager) -> None:
    campaign = running(goal=Goal.AWARENESS)
    maya = published(campaign, "maya", (1, 300))
    roll()
    CampaignResult.objects.filter(account=maya).update(posts=4, other_posts=3)
    shown = panel(manager.get(base(campaign)).content.decode(), "ranking")
    assert " 4 1 of 2 ordered " in shown


def test_nothing_to_do_is_said(manager, campaign) -> None:
    assert "Nothing needs your attention." in text(manager.get(base(campaign)))


def test_very_many_accounts_are_looked_for_in_the_list(manager, campaign, monkeypatch) -> None:
    monkeypatch.setattr("campaigns.queries.overview_due.MANY_PARTICIPANTS", 1)
    for handle in ("otto", "rio"):
        a_participant(campaign, handle, status="not_in")
    page = text(manager.get(base(campaign)))
    assert "1 account can" not in page
    assert "accounts that can no longer be tracked</a>" in page


def test_the_next_dates_are_those_of_videos_tasks_and_the_campaign(manager) -> None:
    campaign = running()
    maya, rio = a_participant(campaign, "maya"), a_participant(campaign, "rio")
    Participant.objects.update(due_on=TODAY + timedelta(days=2))
    Task.objects.create(influencer=maya.influencer, title="Call Maya", due_on=TODAY)
    Task.objects.create(influencer=rio.influencer, title="Done already", due_on=TODAY, done_at=NOON)
    shown = panel(manager.get(base(campaign)).content.decode(), "dates")
    assert "2 influencers due" in shown
    assert "Call Maya Maya" in shown
    assert "Done already" not in shown
    assert "Campaign ends" in shown
    Campaign.objects.update(starts_on=TODAY + timedelta(days=1))
    assert "Campaign starts" in panel(manager.get(base(campaign)).content.decode(), "dates")
    Campaign.objects.update(starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1))
    assert "Campaign ended" in panel(manager.get(base(campaign)).content.decode(), "dates")


def test_members_of_some_groups_see_totals_of_theirs(organization, manager) -> None:
    campaign = running(goal=Goal.AWARENESS, planned={"views": "1000"})
    mine = published(campaign, "maya", (9, 100), (1, 300), order=False)
    published(campaign, "rio", (1, 5000), order=False)
    an_order(
        campaign,
        SocialAccount.objects.get(handle="rio"),
        state=OrderState.SENT,
        due_on=TODAY - timedelta(days=1),
        tiktok_order_id="o9",
    )
    roll()
    group = Group.objects.create(name="Food")
    mine.influencer.group = group
    mine.influencer.save()
    membership = Membership.objects.get(organization=organization, role=Role.MANAGER)
    Membership.objects.filter(pk=membership.pk).update(is_limited=True)
    GroupMember.objects.create(group=group, user=membership.user)
    page = manager.get(base(campaign)).content.decode()
    assert stat(page, "Video views").startswith(
        "Video views 300 up ▲ 200 plan of the whole campaign: 1K"
    )
    assert "Counts and totals are of these only." in page
    assert "Rio" not in page
    assert f'["{TODAY - timedelta(days=1)}", 200.0]' in page
    assert "overdue" not in panel(page, "attention")
    with groups_scope(frozenset({group.pk})):
        assert reached(campaign, today=TODAY).now.posts == 1
    with groups_scope(frozenset({group.pk + 1})):
        assert reached(campaign, today=TODAY) is None


def test_the_page_brings_itself_up_to_date(manager) -> None:
    campaign = running()
    published(campaign, "maya", (1, 100), order=False)
    roll()
    an_order(campaign, a_participant(campaign, "lena"))
    page = manager.get(base(campaign)).content.decode()
    version = re.search(r'data-live="([^"]+)"', page)[1]
    seen = {"headers": {"X-Seen": version}}
    assert manager.get(base(campaign), **seen).status_code == 204
    an_order(campaign, a_participant(campaign, "rio"), state=OrderState.OPENED)
    assert manager.get(base(campaign), **seen).status_code == 200
    Order.objects.update(state=OrderState.FULFILLED)
    assert "data-live=" not in manager.get(base(campaign)).content.decode()


def test_the_best_posts_stand_there_with_their_covers(manager, monkeypatch) -> None:
    campaign = running(goal=Goal.AWARENESS)
    for handle, views in (("maya", 100), ("zara", 900), ("rio", 500)):
        published(campaign, handle, (1, views))
    roll()
    page = text(manager.get(base(campaign)))
    best = re.search(r'id="best".*?</section>', page, re.S)
    assert best is not None
    posts = [f"{base(campaign)}posts/{pk}/" for pk in Post.objects.order_by("-video__video_views").values_list("pk", flat=True)]  # fmt: skip
    assert re.findall(rf'href="({base(campaign)}posts/\d+/)"', best[0]) == posts
    assert re.findall(r'cover-views">([^<]+)', best[0]) == ["900", "500", "100"]
    assert f'{base(campaign)}posts/?sort=-video_views"' in best[0]
    monkeypatch.setattr("campaigns.views.overview.SORTED_AT_ONCE", 2)
    assert 'id="best"' not in text(manager.get(base(campaign)))


def test_the_overview_costs_the_same_few_queries_whatever_it_shows(manager) -> None:
    campaign = running(goal=Goal.AWARENESS)
    published(campaign, "maya", (9, 100), (1, 300))
    an_order(campaign, a_participant(campaign, "zara"), state=OrderState.CREATED)
    roll()
    manager.get(base(campaign))
    few = queries(manager, base(campaign))
    for n in range(3):
        published(campaign, f"rio{n}", (8, 100), (2, 300))
        an_order(campaign, a_participant(campaign, f"lena{n}"), state=OrderState.CREATED)
        a_participant(campaign, f"otto{n}", status="not_in")
    Participant.objects.update(due_on=TODAY)
    roll()
    assert queries(manager, base(campaign)) == few <= 13


def test_every_number_has_a_value_of_its_own() -> None:
    sums = CampaignResult(
        posts=4, creators=3, known=4, views=1000, likes=80, comments=15, shares=5, reported=2, reach=700,
        engaged=4, engagements=100, engaged_views=1000,
        rated_views=500, completed_views=125.0, played_views=400, played_seconds=2400.0,
    )  # fmt: skip
    assert {number: value_of(number, sums, 50.0) for number in GoalNumber} == {
        GoalNumber.VIEWS: 1000, GoalNumber.REACH: 700, GoalNumber.COMPLETION_RATE: 0.25, GoalNumber.PLAY_TIME: 6.0,
        GoalNumber.ENGAGEMENTS: 100, GoalNumber.ENGAGEMENT_RATE: 0.1, GoalNumber.POSTS: 4, GoalNumber.CREATORS: 3,
        GoalNumber.COST_PER_MILLE: 50.0, GoalNumber.COST_PER_ENGAGEMENT: 0.5, GoalNumber.COST_PER_POST: 12.5,
    }  # fmt: skip
    unknown = {number for number in GoalNumber if value_of(number, CampaignResult(), None) is None}
    assert unknown == set(GoalNumber) - {GoalNumber.POSTS, GoalNumber.CREATORS}


def test_a_number_without_a_week_behind_it_shows_no_change(organization) -> None:
    campaign = running(planned={"views": "100"}, goal=Goal.AWARENESS)
    published(campaign, "maya", (2, 100), order=False)
    roll()
    counted = campaign_with_counts(campaign.pk)
    found = reached(campaign, today=TODAY)
    views = figures(counted, planned_of(counted, sees_money=False), found, today=TODAY)[0]
    assert (views.value, views.change, views.of_plan, views.of_due) == (100, None, 1.0, 2.0)
    assert not views.is_good
    before = figures(counted, planned_of(counted, sees_money=False), found, today=date(2020, 1, 1))
    assert before[0].of_due is None


@pytest.mark.parametrize(("day", "share"), [(date(2026, 10, 31), 0), (date(2026, 11, 15), 0.5), (date(2027, 1, 1), 1)])  # fmt: skip
def test_the_share_of_days_that_are_over(day: date, share: float) -> None:
    campaign = Campaign(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30))
    assert share_passed(campaign, day) == share


def test_neighbouring_days_share_a_mark_where_there_are_many() -> None:
    first = date(2026, 1, 1)
    days = [Day(first + timedelta(days=n), 1, 1, posts=n % 2) for n in range(100)]
    found = marks(days)
    assert len(found) <= 25
    assert sum(count for _, count in found) == 50
    assert marks(days[:3]) == [(date(2026, 1, 2), 1)]
    posts = {47: 2, 48: 4, 51: 1, 99: 1}
    days = [Day(first + timedelta(days=n), 1, 1, posts=posts.get(n, 0)) for n in range(100)]
    found = marks(days)  # the day after is too near for a mark of its own
    assert found == [(first + timedelta(days=47), 7), (first + timedelta(days=99), 1)]


def test_more_than_a_few_gaps_are_not_named() -> None:
    first = date(2026, 1, 1)
    days = [Day(first + timedelta(days=n), None if n % 2 else 1, None) for n in range(8)]
    assert [a for a, _ in gaps(days)] == [date(2026, 1, 6), date(2026, 1, 4), date(2026, 1, 2)]
    assert gaps([*days, Day(first + timedelta(days=8), 1, 1)]) == []
