"""Reads of campaigns: lists with what a row shows, and one object with all of it."""

from campaigns.queries.accounts import (
    AccountRow,
    accounts_to_pick,
    accounts_with_open_order,
)
from campaigns.queries.campaign_table import table_head, table_lines
from campaigns.queries.campaigns import (
    MONEY_SORTS,
    NEWEST,
    SORTS,
    Asked,
    board,
    campaign_facets,
    campaigns_page,
)
from campaigns.queries.counts import account_counter, campaign_count, organization_counts
from campaigns.queries.ending import ending_count
from campaigns.queries.growth import growth
from campaigns.queries.links import campaign_with_tie, order_to_tie
from campaigns.queries.live import order_live, orders_live, post_live, published_live
from campaigns.queries.orders import (
    campaign_with_counts,
    campaigns_of,
    order_sync,
    order_with_posts,
    orders_of_request,
    orders_page,
    quiet_videos,
    request_with_orders,
    requests_with_problems,
)
from campaigns.queries.plans import Money, Planned, money_of, planned_of
from campaigns.queries.posts import (
    ListedVideo,
    PostRow,
    all_posts,
    all_posts_page,
    followed_videos,
    is_visible,
    listed_video,
    next_post_check,
    post_detail,
    post_row,
    posts_in_review,
)
from campaigns.queries.published import published_posts, published_posts_page
from campaigns.queries.timeline import order_steps, order_timeline

__all__ = [
    "MONEY_SORTS",
    "NEWEST",
    "SORTS",
    "AccountRow",
    "Asked",
    "ListedVideo",
    "Money",
    "Planned",
    "PostRow",
    "account_counter",
    "accounts_to_pick",
    "accounts_with_open_order",
    "all_posts",
    "all_posts_page",
    "board",
    "campaign_count",
    "campaign_facets",
    "campaign_with_counts",
    "campaign_with_tie",
    "campaigns_of",
    "campaigns_page",
    "ending_count",
    "followed_videos",
    "growth",
    "is_visible",
    "listed_video",
    "money_of",
    "next_post_check",
    "order_live",
    "order_steps",
    "order_sync",
    "order_timeline",
    "order_to_tie",
    "order_with_posts",
    "orders_live",
    "orders_of_request",
    "orders_page",
    "organization_counts",
    "planned_of",
    "post_detail",
    "post_live",
    "post_row",
    "posts_in_review",
    "published_live",
    "published_posts",
    "published_posts_page",
    "quiet_videos",
    "request_with_orders",
    "requests_with_problems",
    "table_head",
    "table_lines",
]
