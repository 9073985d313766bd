"""Reads of campaigns: lists with what a row shows, and one object with all of it."""

from campaigns.queries.accounts import (
    AccountRow,
    accounts_to_pick,
    accounts_with_open_order,
    participant_rows,
    participants_of,
)
from campaigns.queries.links import order_to_tie
from campaigns.queries.orders import (
    campaign_with_counts,
    campaigns,
    order_look,
    order_with_events,
    orders_of,
    orders_of_request,
    request_with_orders,
    requests_in_trouble,
)
from campaigns.queries.posts import (
    ListedVideo,
    PostRow,
    all_posts,
    growth,
    listed_video,
    listed_videos,
    next_post_check,
    post_detail,
    post_row,
    posts_in_review,
    published_posts,
    standing,
)

__all__ = [
    "AccountRow",
    "ListedVideo",
    "PostRow",
    "accounts_to_pick",
    "accounts_with_open_order",
    "all_posts",
    "campaign_with_counts",
    "campaigns",
    "growth",
    "listed_video",
    "listed_videos",
    "next_post_check",
    "order_look",
    "order_to_tie",
    "order_with_events",
    "orders_of",
    "orders_of_request",
    "participant_rows",
    "participants_of",
    "post_detail",
    "post_row",
    "posts_in_review",
    "published_posts",
    "request_with_orders",
    "requests_in_trouble",
    "standing",
]
