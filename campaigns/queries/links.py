"""Videos that are published already, and the orders their creators can be asked to tie them to (TikTok One)."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from campaigns.enums import LINK_STATES, NOT_AGREED
from campaigns.models import Campaign, Order, Post
from campaigns.policies.orders import SETTLED_STATES
from campaigns.policies.posts import UNTIED
from crm.enums import Network
from tiktok.enums import Dialect
from tiktok.models import Video


def orders_to_tie(campaign: Campaign) -> QuerySet[Order]:
    """Orders of TikTok One that wait for videos, newest first: a creator can be asked to tie one that is published."""
    return (
        Order.objects.filter(campaign=campaign, request__marketplace_account__dialect=Dialect.TTO)
        .exclude(state__in=SETTLED_STATES)
        .exclude(tiktok_order_id="")
        .filter(video_count__lt=F("video_limit"))
        .order_by("-id")
    )


def order_to_tie(campaign: Campaign, video: Video) -> Order | None:
    """The order of the video's creator, with the account it was made through; None when there is none."""
    orders = orders_to_tie(campaign).filter(account__creator=video.creator_id)
    return orders.select_related("request__marketplace_account").first()


def campaign_with_tie(video: Video, *, beside: Campaign) -> Campaign | None:
    """The other campaign to one of whose orders TikTok ties this video; None when there is none."""
    posts = Post.objects.filter(
        network=Network.TIKTOK,
        network_post_id=video.tiktok_video_id,
        order__isnull=False,
        hidden_at=None,
    )
    tied = posts.exclude(campaign=beside).exclude(free()).exclude(review_state__in=LINK_STATES)
    post = tied.select_related("campaign").order_by("pk").first()
    return post.campaign if post else None


def free() -> Q:
    """`policies.is_free`, of rows."""
    no_longer = Q(review_reason=UNTIED) | Q(review_state__in=NOT_AGREED)
    return Q(published_since=None) & no_longer
