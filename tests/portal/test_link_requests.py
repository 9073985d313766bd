"""A creator answers TikTok One's request to link a published video: on their own page, with their own token, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.enums import PostOrigin, ReviewState
from campaigns.models import Campaign, Order, Post
from campaigns.services.links import request_tie
from campaigns.services.orders.contact.pages import page_url
from campaigns.services.orders.syncing import sync_order
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.campaigns.test_orders_tto import a_published_video
from tests.connecting import a_person
from tests.portal.ordering import order_at_tiktok_one
from tests.portal.test_dashboard import connect, signed_in, text
from tests.sandbox_process import Sandbox
from tests.working import all_polls
from tiktok.enums import PollKind
from tiktok.models import Connection
from tiktok.services.grants.grants import LINKING

pytestmark = pytest.mark.django_db
ANSWER = "/tto/creator/link/request/confirm/"


@pytest.fixture
def order(tiktok: Sandbox, oak: Organization, maya: User) -> Order:
    """An order of Maya's at TikTok One."""
    return order_at_tiktok_one(oak, maya)


@pytest.fixture
def asked(tiktok: Sandbox, oak: Organization, order: Order) -> Post:
    """A video of hers that she was asked to link to it."""
    tiktok.control("clock", advance_seconds=60)
    with organization_scope(oak):
        campaign = Campaign.objects.get()
        return request_tie(campaign, a_published_video(tiktok, campaign, order), actor=None)


@pytest.fixture
def may_link(tiktok: Sandbox, asked: Post, maya: User) -> Client:
    """Maya, who has let us answer for her."""
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes", "?account=maya.bakes&way=links")
    return client


def address(post: Post) -> str:
    return reverse("portal:link_request", args=["oak", post.pk])


def state(oak: Organization, post: Post) -> str:
    with organization_scope(oak):
        return Post.objects.get(pk=post.pk).review_state


def verbs(oak: Organization) -> list[str]:
    with organization_scope(oak):
        events = Event.objects.filter(verb__in=[Verb.POST_TIE_AGREED, Verb.POST_TIE_REFUSED])
        return [(event.verb, event.actor.email) for event in events.order_by("pk")]


def at_tiktok(oak: Organization, order: Order) -> Post:
    """The post once the order is synced."""
    with organization_scope(oak):
        sync_order(Order.objects.get(pk=order.pk))
        return Post.objects.get()


def test_an_accepted_video_is_linked_at_tiktok_and_the_order_follows(
    tiktok, oak, order, asked, may_link
) -> None:
    home = text(may_link.get(reverse("portal:home")))
    assert "Confirm a video for Northwind" in home
    page = may_link.get(address(asked))
    assert "TikTok marks the video as branded content." in text(page)

    done = may_link.post(address(asked), {"answer": "accept"}, follow=True)

    assert "You accepted. TikTok links the video to the order now." in done.content.decode()
    assert state(oak, asked) == ReviewState.NO_REVIEW
    assert verbs(oak) == [("post.tie_agreed", "maya@example.com")]
    assert all_polls().filter(kind=PollKind.ORDER, subject_id=order.pk, due_at__lte=timezone.now()).exists()  # fmt: skip
    linked = at_tiktok(oak, order)
    assert (linked.origin, linked.review_state) == (PostOrigin.LINK_REQUEST, ReviewState.SUCCEED)
    assert linked.published_since is not None
    gone = may_link.get(address(asked), follow=True)
    assert "TikTok no longer asks you about this video." in gone.content.decode()


def test_a_declined_video_stays_as_it_is_and_the_brand_sees_that(
    tiktok, oak, order, asked, may_link
) -> None:
    assert may_link.post(address(asked), {"answer": "perhaps"}).status_code == 404
    assert may_link.post(address(asked)).status_code == 404
    assert state(oak, asked) == ReviewState.LINK_ASKED

    done = may_link.post(address(asked), {"answer": "decline"}, follow=True)
    assert "You declined. The video is not linked" in done.content.decode()
    assert state(oak, asked) == ReviewState.LINK_REFUSED
    assert verbs(oak) == [("post.tie_refused", "maya@example.com")]
    assert at_tiktok(oak, order).review_state == ReviewState.LINK_REFUSED


def test_the_permission_is_asked_for_only_when_the_creator_wants_to_answer_here(
    tiktok, oak, asked, maya
) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    assert LINKING not in Connection.objects.get().scopes
    page = client.get(address(asked))
    way = f"{reverse('portal:connect', args=['oak'])}?account=maya.bakes&amp;way=links"
    assert way in page.content.decode()
    assert "Accept and link the video" not in text(page)
    assert client.post(address(asked), {"answer": "accept"}).status_code == 200
    assert state(oak, asked) == ReviewState.LINK_ASKED
    usual = reverse("portal:connect", args=["oak"])
    assert "One permission more" not in text(client.get(usual))
    assert "One permission more" in text(client.get(usual, {"way": "links"}))

    connect(client, tiktok, "oak", "maya.bakes", "?account=maya.bakes&way=links")

    assert LINKING in Connection.objects.get().scopes
    assert "Accept and link the video" in text(client.get(address(asked)))


def test_connecting_anew_does_not_lose_the_permission(tiktok, may_link) -> None:
    connect(may_link, tiktok, "oak", "maya.bakes", "?account=maya.bakes")
    assert LINKING in Connection.objects.get().scopes


def test_an_answer_given_in_tiktoks_app_meanwhile_is_not_given_again(
    tiktok, oak, order, asked, may_link
) -> None:
    with organization_scope(oak):
        video_id = asked.network_post_id
    tiktok.control("link/answer", video_id=video_id, action="REJECT")
    done = may_link.post(address(asked), {"answer": "accept"}, follow=True)
    assert "TikTok no longer asks you about this video." in done.content.decode()
    assert verbs(oak) == []
    assert at_tiktok(oak, order).review_state == ReviewState.LINK_REFUSED


def test_a_lost_answer_is_said_and_found_out(tiktok, oak, order, asked, may_link) -> None:
    tiktok.control("fail", path=ANSWER, times=1, applied=True, garbage="truncated")
    done = may_link.post(address(asked), {"answer": "accept"}, follow=True)
    assert "TikTok did not answer. It may know your choice all the same" in done.content.decode()
    assert state(oak, asked) == ReviewState.LINK_ASKED
    assert at_tiktok(oak, order).review_state == ReviewState.SUCCEED


def test_a_permission_that_has_ended_at_tiktok_is_said(tiktok, oak, asked, may_link) -> None:
    tiktok.control("revoke", handle="maya.bakes")
    done = may_link.post(address(asked), {"answer": "accept"}, follow=True)
    assert "authorization has ended" in done.content.decode()
    assert state(oak, asked) == ReviewState.LINK_ASKED
    assert "Allow answering here" in text(may_link.get(address(asked)))


def test_nobody_else_sees_or_answers_it(oak, asked, may_link) -> None:
    stranger = signed_in(a_person("tom@example.com", oak, name="Tom"))
    for answer in (
        stranger.get(address(asked)),
        stranger.post(address(asked), {"answer": "accept"}),
    ):
        assert answer["Location"] == reverse("portal:home")
    assert Client().get(address(asked))["Location"].startswith("/accounts/login/")
    assert state(oak, asked) == ReviewState.LINK_ASKED


@pytest.mark.parametrize("gone", ["post", "connection"])
def test_what_has_gone_before_the_errand_began_is_not_answered(
    monkeypatch: Any, oak, asked, may_link, gone
) -> None:
    monkeypatch.setattr("portal.views.work.begin_at_once", lambda job: job)
    may_link.post(address(asked), {"answer": "accept"})
    with organization_scope(oak):
        if gone == "post":
            Post.objects.all().delete()
    if gone == "connection":
        Connection.objects.update(person=User.objects.create_user("new@example.com"))
    maya = User.objects.get(email="maya@example.com")
    with person_scope(maya):
        ended = begin_at_once(Job.objects.latest("pk"))
    assert ended.problem.startswith("TikTok no longer asks you about this video.")
    assert verbs(oak) == []


def test_the_orders_own_page_leads_to_it(oak, order, asked) -> None:
    with organization_scope(oak):
        url = "/i/" + page_url(Order.objects.get(pk=order.pk)).split("/i/")[1]
    assert address(asked) in Client().get(url).content.decode()
