"""An organization's home: counts of its own, what needs somebody, within a query budget."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import CampaignState, OrderState, PostOrigin
from campaigns.models import Campaign, Order, OrderRequest, Post
from crm.models import Influencer, SocialAccount, Task
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import an_authenticated_account
from tiktok.enums import ConnectionState
from tiktok.models import Connection, Creator, Video

pytestmark = pytest.mark.django_db


def member(organization: Organization, role: Role = Role.VIEWER) -> Client:
    user = User.objects.create_user(f"{role}@{organization.slug}.example", "pass-word-42")
    Membership.objects.create(organization=organization, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def account(handle: str, status: str) -> SocialAccount:
    creator = Creator.objects.create(handle=handle, marketplace_status=status)
    return SocialAccount.objects.create(
        influencer=Influencer.objects.create(name=handle),
        network="tiktok",
        account_type="tiktok_creator",
        handle=handle,
        creator=creator,
    )


def published_post(campaign: Campaign, owner: SocialAccount, number: int, views: int) -> Post:
    now = timezone.now()
    video = Video.objects.create(
        creator=owner.creator, tiktok_video_id=str(number), source="ttcm_public", published_at=now,
        caption=f"Loaf {number}", url="https://www.tiktok.com/x", video_views=views, counts_source="ttcm_public",
        counts_fetched_at=now,
    )  # fmt: skip
    return Post.objects.create(
        campaign=campaign, account=owner, network="tiktok", network_post_id=str(number), url=video.url, video=video,
        origin=PostOrigin.BY_HAND, published_at=now, published_since=now,
    )  # fmt: skip


def campaign_with(posts: int) -> Campaign:
    campaign = Campaign.objects.create(
        client="Oakmill", name="Spring loaf", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1),
        state=CampaignState.ACTIVE,
    )  # fmt: skip
    maya, tom = account("maya", "in"), account("tom", "not_in")
    for number in range(posts):
        published_post(campaign, maya, number, views=1_000)
    request = OrderRequest.objects.create(
        campaign=campaign, brand_name="Oakmill", description="Loaf"
    )
    for owner, state in ((maya, OrderState.SENT), (tom, OrderState.FAILED)):
        Order.objects.create(
            request=request, campaign=campaign, account=owner, state=state, state_at=timezone.now()
        )
    return campaign


def test_home_counts_what_stands_and_says_what_needs_somebody(oak) -> None:
    with organization_scope(oak):
        campaign_with(posts=2)

    page = member(oak).get("/o/oak/")

    numbers = page.context["numbers"]
    assert (numbers.influencers, numbers.tracked_accounts, numbers.unsupported_accounts) == (
        2,
        1,
        1,
    )
    assert (numbers.open_orders, numbers.orders_with_problems) == (1, 1)
    assert (numbers.posts, numbers.views) == (2, 2_000)
    assert [post.video.caption for post in page.context["posts"]] == ["Loaf 1", "Loaf 0"]
    assert "can no longer be tracked" in page.text


def test_what_needs_attention_leads_to_those_it_is_about(oak) -> None:
    with organization_scope(oak):
        campaign_with(posts=1)
        an_authenticated_account(influencer__name="Ann")
        connection = Connection.objects.get()
        connection.state = ConnectionState.REVOKED
        connection.save()
    client = member(oak)
    page = client.get("/o/oak/").text
    links = re.findall(r'<a href="(/o/oak/influencers/\?f=[^"]+)">\s*1 ', page)
    found = {
        href: [row.influencer.name for row in client.get(unescape(href)).context["page"].rows]
        for href in links
    }
    assert found == {
        "/o/oak/influencers/?f=kind%3Aunsupported&amp;f=archived%3Aany": ["tom"],
        "/o/oak/influencers/?f=order%3Afailed%2Crejected": ["tom"],
        "/o/oak/influencers/?f=kind%3Areconnect&amp;f=archived%3Aany": ["Ann"],
    }


def test_an_empty_home_invents_no_number(oak) -> None:
    page = member(oak).get("/o/oak/")
    assert page.context["numbers"].views is None
    assert "Nothing needs your attention." in page.text
    assert "No campaign is under way" in page.text


def test_without_a_marketplace_account_home_says_so(elm) -> None:
    page = member(elm).get("/o/elm/").text
    assert "No TikTok marketplace account is connected" in page
    assert "Nothing needs your attention" not in page


def test_another_organizations_home_is_not_there(oak, elm) -> None:
    with organization_scope(oak):
        campaign_with(posts=1)
    client = member(elm)
    assert client.get("/o/oak/").status_code == client.get("/o/absent/").status_code == 404
    assert client.get("/o/elm/").context["numbers"].posts == 0


def test_the_next_dates_are_tasks_of_the_reader_and_ends_of_campaigns(oak) -> None:
    today = timezone.now().date()
    client, other = member(oak), User.objects.create_user("other@oak.example")
    reader = User.objects.get(email="viewer@oak.example")
    with organization_scope(oak):
        campaign = campaign_with(posts=0)
        assert campaign.name not in dates_of(client)  # it has ended
        Campaign.objects.update(ends_on=today + timedelta(days=3))
        maya = Influencer.objects.get(name="maya")
        for title, assignee, due_on in (
            ("Call her", reader, today - timedelta(days=1)),
            ("Write to her", reader, today),
            ("Some day", reader, None),
            ("Not mine", other, today),
        ):
            Task.objects.create(influencer=maya, title=title, assignee=assignee, due_on=due_on)
        Task.objects.create(
            influencer=maya, title="Done", assignee=reader, due_on=today, done_at=timezone.now()
        )
    said = dates_of(client)
    assert said.index("Your task is late") < said.index("Today") < said.index("Spring loaf")
    for absent in ("Some day", "Not mine", "Done"):
        assert absent not in said


def dates_of(client: Client) -> str:
    page = client.get("/o/oak/").text
    start = page.index('id="dates"')
    return page[start : page.index("</section>", start)]


@pytest.mark.parametrize(("role", "sees"), [(Role.MANAGER, True), (Role.VIEWER, False)])
def test_who_may_see_money_sees_costs_and_who_may_edit_begins(oak, role, sees) -> None:
    with organization_scope(oak):
        campaign_with(posts=1)
    page = member(oak, role).get("/o/oak/").text
    assert ("Cost per 1,000" in page) is sees
    assert ("New campaign" in page) is sees
    assert ('hx-get="/o/oak/influencers/add/"' in page) is sees


@pytest.mark.parametrize("posts", [1, 3])
def test_home_takes_the_same_few_queries_whatever_it_shows(
    oak, posts, django_assert_num_queries
) -> None:
    with organization_scope(oak):
        campaign_with(posts=posts)
    client = member(oak)
    client.get("/o/oak/")
    with django_assert_num_queries(BUDGET):
        client.get("/o/oak/")


# 12 reads, the running jobs among them, and the savepoint that the page's transaction is inside the test's.
BUDGET = 13
