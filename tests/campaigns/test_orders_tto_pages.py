"""The pages of a campaign whose orders go through TikTok One."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.enums import ReviewState
from campaigns.models import Campaign, Order, OrderRequest, Post
from campaigns.services.links import request_tie
from tests.campaigns.test_campaigns_pages import base, text
from tests.campaigns.test_orders_tto import (
    a_published_video,
    campaign_at_tiktok,
    lose_answer,
    ordered,
    tiktok_one,
)
from tests.factories.campaigns import a_campaign, a_participant

pytestmark = pytest.mark.django_db
__all__ = ["tiktok_one"]


@pytest.fixture
def asked(tiktok, campaign, tiktok_one) -> Post:
    """A published video whose creator has been asked to tie it."""
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    return request_tie(campaign, a_published_video(tiktok, campaign, order), actor=None)


def test_the_form_takes_as_long_a_description_as_tiktok_one_does(
    tiktok, manager, campaign, tiktok_one
) -> None:
    account = a_participant(campaign, "maya.bakes")
    new = f"{base(campaign)}orders/new/"
    assert "In 1,000 characters at most" in text(manager.get(new))
    form = {
        "brand_name": "Northwind",
        "description": "x" * 1000,
        "video_count": "2",
        "accounts": [account.pk],
    }
    assert "Nothing has been sent yet." in text(manager.post(new, {**form, "step": "preview"}))

    answer = manager.post(new, {**form, "step": "send", "token": "form-1"}, follow=True)

    assert campaign_at_tiktok(tiktok)["campaign_description"] == "x" * 1000
    page = text(answer)
    assert "No code is needed: the invite link is enough" in page
    assert Order.objects.get().invite_link.removeprefix("https://") in page


def test_an_uncertain_request_is_searched_for_and_asks_for_no_code(
    tiktok, manager, campaign, tiktok_one
) -> None:
    lose_answer(tiktok, applied=True)
    ordered(campaign)
    page = text(manager.get(f"{base(campaign)}orders/"))
    assert "TikTok One is searched for them" in page
    assert "Campaign code, if TikTok shows one" not in page
    assert "Create anew" not in page
    tiktok.control("clock", advance_seconds=60)

    request = OrderRequest.objects.get()
    answer = manager.post(f"{base(campaign)}requests/{request.pk}/check/", follow=True)

    assert "All orders of this request were created at TikTok." in text(answer)


def test_a_creator_is_asked_from_all_posts_after_the_page_has_said_what_that_means(
    tiktok, manager, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    address = f"{base(campaign)}posts/tie/{video.pk}/"
    assert address in text(manager.get(f"{base(campaign)}posts/all/"))
    for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
        assert "is asked in the TikTok app to tie this video" in text(
            manager.get(address, **headers)
        )

    page = text(manager.post(address, follow=True))

    assert "TikTok has asked the creator to tie the video." in page
    assert "1 of 3 times" in page
    assert address not in text(manager.get(f"{base(campaign)}posts/all/"))


def test_when_tiktok_is_down_nobody_was_asked_and_the_page_says_so(
    tiktok, manager, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    tiktok.control("fail", times=9, http_status=502)
    page = text(manager.post(f"{base(campaign)}posts/tie/{video.pk}/", follow=True))
    assert "TikTok could not be reached, so nothing was saved." in page
    assert Post.objects.count() == 0


def test_a_waiting_post_offers_a_reminder_when_tiktok_allows_one(
    tiktok, manager, campaign, asked
) -> None:
    page_of = f"{base(campaign)}posts/{asked.pk}/"
    page = text(manager.get(page_of))
    assert "A reminder may go out" in page
    assert "Remind the creator" not in page
    answer = text(manager.post(f"{page_of}remind/", follow=True))
    assert "No reminder was sent." in answer

    tiktok.control("clock", advance_seconds=90_000)
    Post.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert "Remind the creator" in text(manager.get(page_of))
    assert "The reminder is sent." in text(manager.post(f"{page_of}remind/", follow=True))


def test_a_request_is_taken_back_from_the_posts_page(tiktok, manager, campaign, asked) -> None:
    page_of = f"{base(campaign)}posts/{asked.pk}/"
    page = text(manager.post(f"{page_of}take-back/", follow=True))
    assert "The request is cancelled." in page
    assert Post.objects.get().review_state == ReviewState.LINK_TAKEN_BACK


def test_a_viewer_sees_the_request_and_may_not_change_it(tiktok, viewer, campaign, asked) -> None:
    page_of = f"{base(campaign)}posts/{asked.pk}/"
    page = text(viewer.get(page_of))
    assert "has been asked in the TikTok app" in page
    assert "Take the request back" not in page
    for action in ("remind/", "take-back/"):
        assert viewer.post(page_of + action).status_code == 403


def test_a_post_of_another_campaign_is_not_under_this_one(tiktok, manager, campaign, asked) -> None:
    other: Campaign = a_campaign("Winter")
    for action in ("remind/", "take-back/"):
        assert manager.post(f"{base(other)}posts/{asked.pk}/{action}").status_code == 404
    assert manager.get(f"{base(other)}posts/tie/{asked.video_id}/").status_code == 404
