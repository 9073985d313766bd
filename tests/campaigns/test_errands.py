"""Errands of a campaign's page end in words, even when its post or video is deleted meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, Order, Post
from campaigns.services.errands import (
    start_refreshing,
    start_reminding,
    start_stopping,
    start_tying,
)
from campaigns.services.orders.syncing import refresh_campaign, refresh_post, refresh_post_again
from jobs.enums import JobState, Lane
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from jobs.services.queue import make_due
from tenancy.enums import Role
from tenancy.models import User
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_participant, a_post, a_video, an_account, an_order
from tests.working import all_polls, pump
from tiktok.enums import PollKind
from tiktok.errors import MarketplaceAccessEnded

pytestmark = pytest.mark.django_db
GONE = "It is no longer here."
UNDER_WAY = "Being checked now. This page shows the result by itself."


@pytest.fixture
def person(organization) -> User:
    person = User.objects.create_user("manager@oaks.example", "secret")
    add_member(organization, person, role=Role.MANAGER, actor=None)
    return person


def end(person: User, job: Job) -> tuple[str, list[str]]:
    """The page that a job of Oaks leads to, and what is said there."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/o/oaks/activity/{job.pk}/", follow=True)
    assert page.status_code == 200
    said = [str(message) for message in page.context["messages"]]
    return page.redirect_chain[-1][0], said


def all_posts(campaign: Campaign) -> str:
    return f"/o/oaks/campaigns/{campaign.pk}/posts/all/"


@pytest.mark.parametrize("start", [start_refreshing, start_reminding, start_stopping])
def test_a_post_that_goes_with_its_influencer_meanwhile_is_said_to_be_gone(
    campaign, person, start: Callable[..., Job]
) -> None:
    post = a_post(campaign, a_video(a_participant(campaign, "maya.bakes"), "1"))
    job = start(post, actor=person)
    post.account.influencer.delete()
    job = begin_at_once(job)
    assert (job.state, job.problem) == (JobState.FAILED, GONE)
    assert end(person, job) == (all_posts(campaign), [GONE])


def test_a_video_that_goes_meanwhile_is_not_asked_to_be_tied(campaign, person) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    job = start_tying(campaign, video, actor=person)
    video.delete()
    assert begin_at_once(job).state == JobState.FAILED
    assert end(person, job) == (all_posts(campaign), [GONE])
    assert not Post.objects.exists()


def test_a_post_whose_order_is_being_synced_says_so(campaign, person) -> None:
    account = a_participant(campaign, "maya.bakes")
    order = an_order(campaign, account)
    post = a_post(campaign, a_video(account, "1"), order=order)
    make_due(PollKind.ORDER, order.pk)
    all_polls().update(lease_until=timezone.now() + timedelta(minutes=1))
    assert refresh_post_again(post) is None
    job = begin_at_once(start_refreshing(post, actor=person))
    assert end(person, job) == (f"/o/oaks/campaigns/{campaign.pk}/posts/{post.pk}/", [UNDER_WAY])


def test_a_post_whose_video_was_of_the_old_source_is_never_asked_about(campaign) -> None:
    post = a_post(campaign, a_video(a_participant(campaign, "maya.bakes"), "1"))
    Post.objects.update(video=None)
    post.refresh_from_db()
    assert not refresh_post(post)
    assert refresh_post_again(post) is None
    assert not all_polls().exists()


# --- a whole campaign ---
def test_a_campaign_without_a_live_order_has_nothing_to_refresh(campaign, person) -> None:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(f"/o/oaks/campaigns/{campaign.pk}/orders/refresh/", follow=True)
    assert [str(message) for message in page.context["messages"]] == ["There is no order to check."]


def test_a_refresh_ends_on_the_tab_where_it_was_asked_for_and_is_named_in_the_activity(
    tiktok, campaign, person
) -> None:
    an_order(campaign, an_account("maya.bakes"), tiktok_order_id="4711/maya.bakes")
    tiktok.control("fail", times=99, code=40105)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    of_campaign = f"/o/oaks/campaigns/{campaign.pk}/"
    client.post(f"{of_campaign}orders/refresh/", {"tab": "published_posts"})
    while pump(Lane.BULK):
        pass
    job = Job.objects.get()
    assert end(person, job)[0] == f"{of_campaign}posts/"
    activity = client.get("/o/oaks/activity/").content.decode()
    assert f'<a href="{of_campaign}">' in activity
    campaign.delete()
    assert of_campaign not in client.get("/o/oaks/activity/").content.decode()


@pytest.mark.parametrize(("tab", "leads"), [("all_posts", "posts/all/"), ("../nowhere", "")])
def test_a_refresh_too_soon_stays_on_its_tab(campaign, person, tab: str, leads: str) -> None:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    of_campaign = f"/o/oaks/campaigns/{campaign.pk}/"
    answer = client.post(f"{of_campaign}orders/refresh/", {"tab": tab})
    assert answer.headers["Location"] == f"{of_campaign}{leads}"


def test_a_refresh_that_failed_says_why_on_the_campaign_s_page(tiktok, campaign, person) -> None:
    an_order(campaign, an_account("maya.bakes"), tiktok_order_id="4711/maya.bakes")
    tiktok.control("fail", times=99, code=40105)
    job = refresh_campaign(campaign, actor=person)
    assert job is not None
    while pump(Lane.BULK):
        pass
    assert end(person, job) == (
        f"/o/oaks/campaigns/{campaign.pk}/",
        [str(MarketplaceAccessEnded())],
    )
    assert Order.objects.get().checked_at is None
