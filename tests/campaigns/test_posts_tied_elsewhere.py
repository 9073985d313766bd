"""A video that an order of another campaign has is added here only on purpose."""

from __future__ import annotations

import pytest

from campaigns.enums import PostOrigin, ReviewState
from campaigns.models import Post
from campaigns.policies.posts import UNTIED
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SAYS_SO = "This video is tied to an order of the campaign"


def tied_elsewhere(campaign, **fields):
    """The address where a video is added to the campaign that an order of the campaign Winter has."""
    account, winter = a_participant(campaign, "maya.bakes"), a_campaign("Winter")
    video = a_video(account, "1")
    a_post(winter, video, order=an_order(winter, account), **fields)
    return f"{base(campaign)}posts/add/{video.pk}/"


def test_the_dialog_says_whose_order_has_the_video_and_asks(manager, campaign) -> None:
    address = tied_elsewhere(campaign)
    winter = Post.objects.get().campaign

    asked = text(manager.get(address, headers=HTMX))

    assert SAYS_SO in asked
    assert f'href="{base(winter)}"' in asked
    assert "Winter" in asked
    assert 'name="though_tied"' in asked


def test_without_the_confirmation_nothing_is_added_and_the_question_is_asked_again(
    manager, campaign
) -> None:
    address = tied_elsewhere(campaign)
    answer = manager.post(address)
    assert answer.status_code == 422
    assert "confirm that it shall stand in both campaigns" in text(answer)
    assert 'name="though_tied"' in text(answer)
    assert Post.objects.filter(campaign=campaign).count() == 0


def test_on_purpose_it_is_in_both_campaigns(manager, campaign) -> None:
    address = tied_elsewhere(campaign)
    answer = manager.post(address, {"though_tied": "yes"}, follow=True)
    assert "The post is now under Published Posts." in text(answer)
    assert Post.objects.get(campaign=campaign).origin == PostOrigin.BY_HAND
    assert Post.objects.exclude(campaign=campaign).get().order is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"review_reason": UNTIED, "published_since": None},
        {"review_state": ReviewState.LINK_ASKED, "published_since": None},
        {"origin": PostOrigin.BY_HAND, "order": None},
    ],
    ids=["untied since", "the creator is only asked", "added there by hand"],
)
def test_what_no_order_has_is_added_without_a_question(manager, campaign, fields) -> None:
    fields = dict(fields)
    has_order = fields.pop("order", ...) is ...
    address = tied_elsewhere(campaign, **fields)
    if not has_order:
        Post.objects.update(order=None)
    assert SAYS_SO not in text(manager.get(address))
    assert "The post is now under Published Posts." in text(manager.post(address, follow=True))
