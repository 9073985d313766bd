"""Orders and posts, in both of TikTok's marketplaces."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from campaigns.models import Campaign
from campaigns.queries import all_posts, published_posts
from campaigns.services.campaigns import add_participants, create_campaign
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_orders
from campaigns.services.posts import add_post_by_hand
from crm.models import SocialAccount
from crm.services.accounts import add_tiktok_account
from influence.demo.figures import check
from influence.demo.story import Story
from tenancy.scope import organization_scope
from tiktok.enums import PostTie
from tiktok.models import Creator, MarketplaceAccount, Video
from tiktok.queries import post_metrics
from tiktok.services.brands.accounts import check_marketplace_account
from tiktok.services.creators.videos import refresh_videos

WORKER_SECONDS = 60
TWO_DAYS = 2 * 86_400
"""Reach and audience arrive a UTC day after the post."""


def run_campaign(story: Story) -> None:
    owner, today = story.world.owner, timezone.now().date()
    campaign = create_campaign(
        client="Oakmill",
        name="Spring loaf",
        starts_on=today - timedelta(days=365),
        ends_on=today + timedelta(days=60),
        actor=owner,
    )
    by_link, by_code, by_hand = (story.account(h) for h in ("maya.bakes", "rio.runs", "lena.lifts"))
    add_participants(campaign, [by_link, by_code, by_hand], actor=owner)
    request = request_orders(
        campaign,
        [by_link, by_code],
        brand_name="Oakmill",
        description="One short video with the seeded loaf",
        video_count=1,
        actor=owner,
    )
    send_order_request(request)
    orders = {order.account_id: order for order in campaign.orders.select_related("account")}
    check(
        all(order.invite_link and order.campaign_code for order in orders.values()),
        "link and code exist",
    )
    story.figures.orders_created = len(orders)
    link, code = orders[by_link.pk].invite_link, orders[by_code.pk].campaign_code
    story.say(f"   {len(orders)} orders; invite link {link}, campaign code {code}")

    videos = [
        story.creators.publish(by_link.handle, link),
        story.creators.videos(by_code.handle)[0]["video_id"],
    ]
    story.creators.tie(by_code.handle, videos[1], code)
    sync_orders(campaign.orders.all())
    check(not published_posts(campaign).exists(), "nothing stands before TikTok's review")
    for video in videos:
        story.creators.approve(video)
    story.creators.advance(TWO_DAYS)
    sync_orders(campaign.orders.all())
    _count_order_metrics(story, campaign)
    _add_by_hand(story, campaign, by_hand)
    story.figures.published_posts = published_posts(campaign).count()
    check(story.figures.published_posts == 3, "three posts stand under Published Posts")


def _count_order_metrics(story: Story, campaign: Campaign) -> None:
    posts = list(published_posts(campaign))
    check(len(posts) == 2, "both approved posts stand under Published Posts")
    counts = [_metrics_there(post.video, PostTie.ORDER) for post in posts]
    story.figures.metrics_by_order = min(counts)
    check(counts == [16, 16], "a post tied to an order has all 16 metrics")
    story.say(
        f"   review passed: {len(posts)} posts stand with all {story.figures.metrics_by_order} metrics"
    )


def _add_by_hand(story: Story, campaign: Campaign, account: SocialAccount) -> None:
    creator = Creator.objects.get(handle=account.handle)
    refresh_videos(creator)
    video = all_posts(campaign).filter(creator=creator)[0]
    post = add_post_by_hand(campaign, video, actor=story.world.owner)
    story.figures.metrics_by_hand = _metrics_there(post.video, PostTie.NOT_AUTHENTICATED)
    check(
        story.figures.metrics_by_hand == 4,
        "a post added by hand shows only what the matrix allows",
    )
    story.say(
        f"   a third post, added by hand from All Posts, shows {story.figures.metrics_by_hand}: an order would bring the rest"
    )


def run_tiktok_one(story: Story) -> None:
    with organization_scope(story.world.on_tiktok_one):
        for account in MarketplaceAccount.objects.order_by("pk"):
            check_marketplace_account(account)
        add_tiktok_account("zoe.zen", actor=story.world.owner)
        today = timezone.now().date()
        campaign = create_campaign(
            client="Harbour Goods",
            name="Deck shoes",
            starts_on=today,
            ends_on=today + timedelta(days=30),
            actor=story.world.owner,
        )
        request = request_orders(
            campaign,
            [story.account("zoe.zen")],
            brand_name="Harbour Goods",
            description="One short video with the deck shoes",
            video_count=1,
            actor=story.world.owner,
        )
        link = send_order_request(request).invite_link
        story.say(f"   1 order; invite link {link}, no campaign code: TikTok One has none")
        story.creators.approve_linked(story.creators.publish("zoe.zen", link))
        for _ in range(
            WORKER_SECONDS * 5
        ):  # TikTok's news, signed and carried; the worker reads it
            if published_posts(campaign).exists():
                break
            time.sleep(0.2)
        story.figures.posts_by_event = published_posts(campaign).count()
        check(story.figures.posts_by_event == 1, "TikTok's own news lets the post stand")
        story.say(
            "   signed events came in: uploaded, published; the post stands, nobody refreshed anything"
        )


def _metrics_there(video: Video | None, tie: PostTie) -> int:
    return sum(metric.value is not None for metric in post_metrics(video, tie))
