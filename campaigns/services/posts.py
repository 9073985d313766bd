"""TikTok posts of a campaign: tied to an order, or added by hand. Never by keyword, never by import."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from campaigns.enums import BY_ORDER, PostOrigin, ReviewState
from campaigns.errors import (
    AccountNotSupported,
    AccountTakesNoPart,
    PostMayComeBack,
    PostStaysWithOrder,
    VideoBelongsToOrder,
    VideoNotVisible,
    VideoTiedElsewhere,
)
from campaigns.models import Campaign, Order, Post
from campaigns.policies.posts import GONE, UNTIED, VideoFact, is_free
from campaigns.queries import campaign_with_tie
from campaigns.services.campaigns import activate, lock_campaign
from crm.enums import Network
from crm.models import SocialAccount
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.models import Video
from tiktok.policies import is_supported
from tiktok.queries import kind_of, visible_videos
from tiktok.queries.purging import may_be_reversed
from tiktok.services.orders.orders import LinkRequest


def tie_post(
    order: Order, fact: VideoFact, video: Video | None, *, published_at: datetime | None
) -> Post:
    """The post of a video that TikTok ties to an order: made, taken over from one added by hand, or brought back.

    It appears under Published Posts from the moment TikTok has approved it and gives a public address, and no longer
    when TikTok rejects it or the creator deletes or unties it. A video that is untied is no business of the order where
    somebody has added it by hand, or it is tied to another one. Inside the caller's transaction.
    """
    post = _post_of(order, fact.video_id)
    if not fact.is_bound and (post.origin == PostOrigin.BY_HAND or _is_anothers(post, order)):
        return post
    _forget_the_old_source(post)
    has_agreed = (
        post.origin == PostOrigin.LINK_REQUEST or post.review_state == ReviewState.LINK_ASKED
    )
    post.order, post.hidden_at = order, None
    post.origin = PostOrigin.LINK_REQUEST if has_agreed else PostOrigin.ORDER
    post.video = video or post.video
    post.review_state = fact.review_status if fact.review_status in ReviewState.values else ""
    post.review_reason = (_absence(fact) or fact.reject_reason)[:300]
    post.published_at = published_at or (video.published_at if video else post.published_at)
    is_news = fact.is_published and video is not None and post.published_since is None
    if fact.is_published and video is not None:
        post.published_since = post.published_since or timezone.now()
    elif not fact.counts or fact.is_rejected:
        post.published_since = None
    post.save()
    if is_news:
        record(Verb.ORDER_VIDEO_PUBLISHED, order, actor=None, post=post.pk)
    return post


REFUSED = "REJECTED"
STATE_OF_REQUEST = {  # by the `status` of `/tto/tcm/campaign/link/status/`
    "IN_REVIEW": ReviewState.LINK_ASKED,
    REFUSED: ReviewState.LINK_REFUSED,
    "REVOKE": ReviewState.LINK_TAKEN_BACK,
}


def note_link_request(order: Order, link: LinkRequest, video: Video | None) -> Post:
    """The creator was asked to tie a video to the order and has not agreed: it waits beside the order's posts.

    A post that stands by hand goes on standing, one of another order stays as it is. Inside the caller's transaction.
    """
    post = _post_of(order, link.video_id)
    if _is_anothers(post, order):
        return post
    if post.hidden_at is not None:  # a tombstone of the old source
        _forget_the_old_source(post)
        post.origin, post.hidden_at = PostOrigin.ORDER, None
    if post.origin in BY_ORDER:
        post.order, post.video, post.review_reason = order, video or post.video, ""
        post.published_at = post.published_at or (video.published_at if video else None)
    post.review_state = STATE_OF_REQUEST.get(link.status, post.review_state)
    post.asked_at = link.last_reminded_at or post.asked_at
    post.asked_count = link.number_of_requests or post.asked_count
    post.save()
    return post


def _post_of(order: Order, video_id: str) -> Post:
    """Read under a lock; a tombstone of the old source or a post added by hand is the same post."""
    known = Post.objects.select_for_update().filter(
        campaign=order.campaign_id, network=Network.TIKTOK, network_post_id=video_id
    )
    return known.first() or Post(
        campaign_id=order.campaign_id,
        account=order.account,
        network=Network.TIKTOK,
        network_post_id=video_id,
        url=f"https://www.tiktok.com/@{order.account.handle}/video/{video_id}",
        origin=PostOrigin.ORDER,
    )


def _forget_the_old_source(post: Post) -> None:
    """Once TikTok speaks of a post that the old source brought in, nothing that this told of it stays: neither its video, nor that
    it was published."""
    if post.origin == PostOrigin.LEGACY:
        post.video = post.published_at = post.published_since = None


def _is_anothers(post: Post, order: Order) -> bool:
    """Does another order of the campaign have it, or wait for it?"""
    is_lost = is_free(post.published_since, post.review_reason, post.review_state)
    return post.order_id not in {None, order.pk} and not is_lost


def _absence(fact: VideoFact) -> str:
    if fact.is_deleted:
        return GONE
    return "" if fact.is_bound else UNTIED


@transaction.atomic
def add_post_by_hand(
    campaign: Campaign, video: Video, *, actor: User | None, though_tied: bool = False
) -> Post:
    """Let a visible video of a supported TikTok account that takes part stand in the campaign. Adding twice is harmless.

    A video that its creator has untied from an order is added like any other, and stands without the order from then on.

    `though_tied`: an order of another campaign may have it. Raises VideoNotVisible, AccountTakesNoPart,
    AccountNotSupported, VideoTiedElsewhere, VideoBelongsToOrder, PostMayComeBack.
    """
    lock_campaign(campaign)
    account = _account_to_add(campaign, video)
    if not though_tied and (other := campaign_with_tie(video, beside=campaign)):
        raise VideoTiedElsewhere(other.name)
    post, is_new = Post.objects.select_for_update().get_or_create(
        campaign=campaign,
        network=Network.TIKTOK,
        network_post_id=video.tiktok_video_id,
        defaults=_by_hand(account, video),
    )
    if post.origin == PostOrigin.LEGACY and may_be_reversed():
        raise PostMayComeBack
    is_again = is_free(post.published_since, post.review_reason, post.review_state)
    if post.hidden_at is not None or is_again:
        for name, value in _by_hand(account, video).items():
            setattr(post, name, value)
        post.hidden_at, is_new = None, True
        post.save()
    if post.published_since is None:
        raise VideoBelongsToOrder
    if is_new:
        activate(campaign)
        record(Verb.POST_ADDED_BY_HAND, post, actor=actor)
    return post


@transaction.atomic
def remove_post(post: Post, *, actor: User | None) -> None:
    """Take a post that was added by hand out of its campaign. Its readings stay with the video.

    Raises PostStaysWithOrder: what TikTok ties to an order stays for as long as TikTok says so.
    """
    lock_campaign(post.campaign)
    row = Post.objects.select_for_update().filter(pk=post.pk).first()
    if row is None:  # removed meanwhile
        return
    if row.origin != PostOrigin.BY_HAND or row.is_tied_to_order:
        raise PostStaysWithOrder
    record(Verb.POST_REMOVED, row.account, actor=actor, campaign=row.campaign_id)
    row.delete()


@transaction.atomic
def restore_post(campaign: Campaign, video: Video, *, actor: User | None) -> Post:
    """Let a post that was removed stand in the campaign again, whatever has become of its account. Raises
    AccountTakesNoPart."""
    lock_campaign(campaign)
    account = campaign.participants.filter(account__creator=video.creator_id).first()
    if account is None:
        raise AccountTakesNoPart(video.creator.handle)
    post, is_new = Post.objects.get_or_create(
        campaign=campaign,
        network=Network.TIKTOK,
        network_post_id=video.tiktok_video_id,
        defaults=_by_hand(account.account, video),
    )
    if is_new:
        record(Verb.POST_ADDED_BY_HAND, post, actor=actor)
    return post


def note_export(campaign: Campaign, count: int, *, actor: User) -> None:
    """Say in the campaign's events that somebody has taken so many posts out."""
    record(Verb.POSTS_EXPORTED, campaign, actor=actor, post_count=count)


def _account_to_add(campaign: Campaign, video: Video) -> SocialAccount:
    """The account whose video may be added by hand. Raises why it may not."""
    account = (
        SocialAccount.objects.filter(creator=video.creator_id).select_related("creator").first()
    )
    if account is None or not visible_videos().filter(pk=video.pk).exists():
        raise VideoNotVisible
    if not campaign.participants.filter(account=account).exists():
        raise AccountTakesNoPart(account.handle)
    if account.creator is None or not is_supported(kind_of(account.creator)):
        raise AccountNotSupported(account.handle)
    return account


def _by_hand(account: SocialAccount, video: Video) -> dict[str, object]:
    return {
        "account": account,
        "url": video.url,
        "video": video,
        "origin": PostOrigin.BY_HAND,
        "order": None,
        "review_state": "",
        "review_reason": "",
        "published_at": video.published_at,
        "published_since": timezone.now(),
    }
