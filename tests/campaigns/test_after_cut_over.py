"""An old campaign after cut-over and purge: who is tracked, what is hidden, and how a post comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from campaigns.models import Campaign, Order, Post
from campaigns.queries import published_posts
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_order
from campaigns.services.posts import add_post_by_hand, note_link_request
from crm.models import SocialAccount
from tenancy.enums import Role, Verb
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.campaigns.test_orders_syncing import review
from tests.factories.campaigns import a_video
from tests.factories.legacy import bring_in, cut_over
from tiktok.models import Creator, Video
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.orders.orders import LinkRequest

pytestmark = pytest.mark.django_db
HEAD = "handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares\n"
ROW = "{},900,{},Old words,,2025-05-02 13:00:00,{},1,0,0\n"
UNSUPPORTED = "TikTok no longer lets us track this account. Invite it to the Creator Marketplace or ask the influencer to connect it."


@pytest.fixture
def cut_over_campaign(oak, tiktok, tmp_path: Path) -> Campaign:
    """A campaign of the old source with an account in the marketplace and one outside, cut over."""
    (known, *_) = tiktok.read("videos", handle="maya.bakes")["videos"]
    rows = [ROW.format("maya.bakes", known["video_id"], "123456789")]
    rows.append(ROW.format("tom_trails", "7499446218112634121", "5"))
    with organization_scope(oak):
        bring_in(tmp_path, HEAD + "".join(rows))
        Creator.objects.filter(handle="maya.bakes").update(marketplace_status="in")
        Creator.objects.filter(handle="tom_trails").update(marketplace_status="not_in")
        assert cut_over() == 2
        yield Campaign.objects.get()


@pytest.fixture
def old_campaign(cut_over_campaign: Campaign) -> Campaign:
    """The same, purged."""
    run_purge(start_purge(actor=None))
    return cut_over_campaign


def page(organization, campaign: Campaign, below: str) -> str:
    client = Client()
    client.force_login(a_member(organization, Role.MANAGER, below.strip("/").replace("/", "-")))
    answer = client.get(f"/o/{organization.slug}/campaigns/{campaign.pk}/{below}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ordered(hidden: Post) -> Order:
    """An order for the creator of a hidden post, sent."""
    request = request_orders(
        hidden.campaign, [hidden.account], brand_name="Northwind", description="Two recipes", video_count=1, actor=None
    )  # fmt: skip
    send_order_request(request)
    return Order.objects.get(request=request)


def use_code(tiktok, order: Order, hidden: Post) -> None:
    """The creator gives the hidden post's video the order's campaign code."""
    tiktok.control(
        "tie", handle="maya.bakes", video_id=hidden.network_post_id, campaign_code=order.campaign_code
    )  # fmt: skip


def test_unsupported_accounts_stay_listed_with_the_message_and_both_buttons(
    oak, old_campaign
) -> None:
    said = page(oak, old_campaign, "influencers/")
    assert UNSUPPORTED in said
    for button in ("Invite to the marketplace", "Ask to connect"):
        assert f'{button}<span class="visually-hidden"> @' in said
    assert "@maya.bakes" in said


def test_old_posts_are_counted_and_shown_nowhere(oak, old_campaign) -> None:
    for below in ("posts/", "posts/all/"):
        said = page(oak, old_campaign, below)
        assert "2 earlier posts from the old data source are hidden." in said
        assert "Old words" not in said
        assert "123,456,789" not in said
    assert set(SocialAccount.objects.values_list("account_type", flat=True)) == {"tiktok_creator"}
    assert not Video.objects.filter(source="legacy").exists()


def test_a_campaign_code_brings_a_hidden_post_back_with_tiktoks_own_numbers(
    oak, old_campaign, tiktok
) -> None:
    hidden = Post.objects.get(account__handle="maya.bakes")
    assert (hidden.video, hidden.url.rpartition("/")[2]) == (None, hidden.network_post_id)
    order = ordered(hidden)
    use_code(tiktok, order, hidden)
    review(tiktok, hidden.network_post_id, "SUCCEED")

    sync_order(order)

    post = published_posts(old_campaign).get()
    assert (post.pk, post.origin, post.hidden_at) == (hidden.pk, "order", None)
    assert post.video is not None
    assert (post.video.source, post.video.counts_source) == ("ttcm_public", "order_report")
    assert post.video.video_views != 123_456_789
    assert "1 earlier post from the old data source is hidden." in page(oak, old_campaign, "posts/")


def test_a_post_that_comes_back_before_the_purge_has_nothing_of_the_old_source(
    oak, cut_over_campaign, tiktok
) -> None:
    """The post stands once TikTok says that it is published, though the old source had seen it long ago."""
    hidden = Post.objects.get(account__handle="maya.bakes")
    assert (hidden.video.source, hidden.published_since is not None) == ("legacy", True)
    order = ordered(hidden)
    use_code(tiktok, order, hidden)

    sync_order(order)

    post = Post.objects.get(pk=hidden.pk)
    assert (post.origin, post.hidden_at, post.published_since) == ("order", None, None)
    assert post.video is None or post.video.source != "legacy"
    assert not published_posts(cut_over_campaign).exists()
    assert "Old words" not in page(oak, cut_over_campaign, "posts/")


def test_a_creator_who_is_asked_to_tie_a_hidden_post_brings_back_nothing_of_the_old_source(
    cut_over_campaign,
) -> None:
    hidden = Post.objects.get(account__handle="maya.bakes")
    order = ordered(hidden)
    link = LinkRequest(video_id=hidden.network_post_id, status="IN_REVIEW")
    post = note_link_request(order, link, None)
    assert (post.video, post.published_at, post.published_since) == (None, None, None)
    assert (post.origin, post.review_state) == ("order", "LINK_ASKED")
    assert not published_posts(cut_over_campaign).exists()


def test_a_post_that_is_added_by_hand_while_the_purge_runs_stays_as_tiktok_tells_it(
    cut_over_campaign,
) -> None:
    run = start_purge(actor=None)
    hidden = Post.objects.get(account__handle="maya.bakes")
    own = a_video(hidden.account, hidden.network_post_id, caption="TikTok's words")
    added = add_post_by_hand(cut_over_campaign, own, actor=None)
    run_purge(run)
    added.refresh_from_db()
    assert (added.pk, added.video, added.hidden_at) == (hidden.pk, own, None)
    assert published_posts(cut_over_campaign).get() == added
    said = Event.objects.get(verb=Verb.POST_ADDED_BY_HAND)
    assert said.label == "TikTok's words"
