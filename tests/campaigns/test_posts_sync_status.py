"""Sync times of posts and orders on every page, and a person who does not want to wait."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, Order, Post
from campaigns.services import errands
from campaigns.services.campaigns import add_participants
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_order
from campaigns.services.posts import add_post_by_hand
from jobs.models import Work
from jobs.services.errands import done_of
from jobs.services.jobs import begin_at_once
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_participant, a_post, a_video, an_account, an_order
from tests.sandbox_process import Sandbox
from tests.working import all_polls
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Video
from tiktok.services.creators.videos import refresh_videos

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(organization: Organization) -> Client:
    person = User.objects.create_user("manager@oaks.example", "secret")
    add_member(organization, person, role=Role.MANAGER, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def at(campaign: Campaign, rest: str = "") -> str:
    return f"/o/oaks/campaigns/{campaign.pk}/{rest}"


def shown(answer: Any) -> str:
    """The text that a reader sees, on one line."""
    page = answer.content.decode()
    plain = re.sub(r"<[^>]+>", "", page[page.index("<main") : page.index("</main>")])
    return " ".join(plain.split())


def planned(organization: Organization, kind: PollKind, subject: int, **fields: Any) -> None:
    values = {"due_at": timezone.now() + timedelta(hours=5, minutes=1), **fields}
    Work.objects.update_or_create(
        organization=organization, kind=kind, subject_id=subject, defaults=values
    )


HOURS_AGO = timedelta(hours=2, minutes=1)


def test_a_post_of_an_order_tells_the_orders_sync_on_its_page_the_list_and_the_orders_page(
    organization, campaign, manager
) -> None:
    account = a_participant(campaign, "maya.bakes")
    order = an_order(campaign, account, checked_at=timezone.now() - HOURS_AGO)
    post = a_post(campaign, a_video(account, "1"), order=order)
    planned(organization, PollKind.ORDER, order.pk)

    for page in (f"posts/{post.pk}/", f"orders/{order.pk}/"):
        assert "Updated 2 hours ago. Next update in 5 hours." in shown(
            manager.get(at(campaign, page))
        )
    assert "Next update in 5 hours." in shown(manager.get(at(campaign, "posts/?view=table")))
    # After a week a report is read daily; the order itself is synced before that.
    now = timezone.now()
    Post.objects.update(published_at=now - timedelta(days=8))
    Video.objects.update(report_fetched_at=now - timedelta(hours=3))
    due = "Updated 3 hours ago. Next update in 20 hours."
    assert due in shown(manager.get(at(campaign, f"posts/{post.pk}/")))
    assert "Next update in 5 hours." in shown(manager.get(at(campaign, f"orders/{order.pk}/")))
    Video.objects.update(report_fetched_at=now - timedelta(days=2))
    assert "Updated 2 days ago. Next update in 5 hours." in shown(
        manager.get(at(campaign, f"posts/{post.pk}/"))
    )
    planned(organization, PollKind.ORDER, order.pk, stopped_reason="The order is settled.")
    for page in (f"posts/{post.pk}/", f"orders/{order.pk}/", "posts/?view=table"):
        settled = "Tracking stopped: The order is settled."
        assert settled in shown(manager.get(at(campaign, page)))


def test_a_post_added_by_hand_tells_the_look_at_its_accounts_videos(
    organization, campaign, manager
) -> None:
    account = a_participant(campaign, "maya.bakes")
    video = a_video(account, "1", counts_fetched_at=timezone.now() - HOURS_AGO)
    post = a_post(campaign, video)
    planned(organization, PollKind.VIDEOS, account.creator_id)

    pages = (f"posts/{post.pk}/", "posts/?view=table", "posts/all/?view=table")
    for page in pages:
        assert "Next update in 5 hours." in shown(manager.get(at(campaign, page)))
    planned(
        organization, PollKind.VIDEOS, account.creator_id, last_finished_at=timezone.now()
    )  # and this one was not among them
    for page in pages:
        left_out = "Tracking stopped: The account has published 30 newer videos, or this one"
        assert left_out in shown(manager.get(at(campaign, page)))


def test_a_post_by_hand_is_synced_with_the_latest_videos_for_as_long_as_its_campaign_lives(
    tiktok: Sandbox, campaign, monkeypatch
) -> None:
    account = a_participant(campaign, "maya.bakes")
    refresh_videos(account.creator)
    latest, *_, followed, _other = Video.objects.order_by("-published_at")
    add_post_by_hand(campaign, followed, actor=None)
    Video.objects.update(counts_fetched_at=timezone.now() - timedelta(days=1))
    monkeypatch.setattr("tiktok.services.creators.videos.LATEST_VIDEOS", 1)
    tiktok.control("stats")

    refresh_videos(account.creator)

    fresh = Video.objects.filter(counts_fetched_at__gt=timezone.now() - timedelta(hours=1))
    assert set(fresh) == {latest, followed}
    assert tiktok.read("stats")["calls"] == {"/tcm/creator/public/video/list/": 2}
    Campaign.objects.update(state="archived")
    refresh_videos(account.creator)
    assert tiktok.read("stats")["calls"] == {"/tcm/creator/public/video/list/": 3}


def test_a_post_of_an_account_that_is_not_supported_is_not_synced_any_more(
    campaign, manager
) -> None:
    account = a_participant(campaign, "tom_trails", status=MarketplaceStatus.NOT_IN)
    post = a_post(campaign, a_video(account, "1"))
    page = shown(manager.get(at(campaign, f"posts/{post.pk}/")))
    assert "Tracking stopped: TikTok no longer lets us track the account." in page
    assert "Refresh now" not in page
    answer = manager.post(at(campaign, f"posts/{post.pk}/refresh/"), follow=True)
    assert "TikTok no longer lets us track the account." in shown_or_toast(answer)


def shown_or_toast(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_influencers_tab_tells_each_accounts_sync(organization, campaign, manager) -> None:
    account = a_participant(campaign, "maya.bakes", profile_fetched_at=timezone.now() - HOURS_AGO)
    planned(organization, PollKind.PROFILE, account.creator_id)
    assert "2 hours ago Next update in 5 hours." in shown(manager.get(at(campaign, "influencers/")))


# --- a person does not want to wait ------------------------------------------------------------------------------
def ask(manager: Client, campaign: Campaign, post: Post) -> str:
    answer = manager.post(at(campaign, f"posts/{post.pk}/refresh/"), follow=True)
    assert answer.redirect_chain == [(at(campaign, f"posts/{post.pk}/"), 302)]
    return shown_or_toast(answer)


def test_a_post_of_an_order_is_refreshed_through_its_order_once_a_minute(
    tiktok: Sandbox, organization, campaign, manager
) -> None:
    maya = an_account("maya.bakes")
    request = request_orders(campaign, [maya], brand_name="N", description="D", actor=None)
    send_order_request(request)
    order = Order.objects.get()
    link = order.invite_link
    tiktok.control("publish", handle="maya.bakes", invite_link=link, ago_seconds=60)
    sync_order(order)
    post = Post.objects.get()

    tiktok.control("stats")
    assert "The post was updated just now." in ask(manager, campaign, post)
    assert tiktok.read("stats")["calls"] != {}
    tiktok.control("stats")
    assert re.search(
        r"Checked \d s ago. You can refresh again in \d+ s.", ask(manager, campaign, post)
    )
    assert tiktok.read("stats")["calls"] == {}


def test_a_post_by_hand_is_refreshed_alone_however_old(
    tiktok: Sandbox, organization, campaign, manager
) -> None:
    account = an_account("maya.bakes")
    add_participants(campaign, [account], actor=None)
    refresh_videos(account.creator)
    video = Video.objects.order_by("published_at").first()
    post = a_post(campaign, video)
    assert re.search(
        r"Checked \d s ago. You can refresh again in \d+ s.", ask(manager, campaign, post)
    )

    Video.objects.update(counts_fetched_at=timezone.now() - HOURS_AGO)
    tiktok.control("views", video_id=video.tiktok_video_id, add=500)
    tiktok.control("stats")
    assert "The post was updated just now." in ask(manager, campaign, post)

    assert tiktok.read("stats")["calls"] == {"/tcm/creator/public/video/list/": 1}
    fresh = Video.objects.exclude(counts_fetched_at__lt=timezone.now() - timedelta(minutes=1))
    assert [row.pk for row in fresh] == [video.pk]
    assert fresh[0].video_views >= video.video_views + 500


def test_trouble_at_tiktok_is_told_and_the_post_may_be_asked_for_again(
    tiktok: Sandbox, organization, campaign, manager
) -> None:
    account = a_participant(campaign, "maya.bakes")
    order = an_order(campaign, account)
    post = a_post(campaign, a_video(account, "1"), order=order)
    tiktok.control("fail", times=9, code=50000)
    assert "TikTok could not be reached" in ask(manager, campaign, post)
    assert all_polls().get(kind=PollKind.ORDER).lease_until is None


def test_an_errand_for_what_was_deleted_meanwhile_says_that_it_is_gone(
    organization: Organization, campaign: Campaign
) -> None:
    ada = User.objects.create_user("ada@oaks.example")
    add_member(organization, ada, role=Role.MANAGER, actor=None)
    account = a_participant(campaign, "maya.bakes")
    post, video = a_post(campaign, a_video(account, "1")), a_video(account, "2")
    jobs = [
        errands.start_refreshing(post, actor=ada),
        errands.start_tying(campaign, video, actor=ada),
    ]
    post.delete()
    video.delete()
    assert [done_of(begin_at_once(job)).text for job in jobs] == [errands.GONE] * 2
