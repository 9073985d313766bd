"""TikTok One: a creator is asked, at TikTok, to tie a video that is published already to their order.

TikTok is read before it is asked, so that a click after a lost answer reminds nobody. Call these outside any transaction;
each raises TikTok's problems, and then nothing has changed here.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns.enums import ReviewState
from campaigns.errors import NoOrderToTie, NotAsked, ReminderTooEarly
from campaigns.models import Campaign, Order, Post
from campaigns.policies.posts import VideoFact, may_be_reminded_at
from campaigns.queries import order_to_tie
from campaigns.services.posts import REFUSED, note_link_request, tie_post
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.errors import OutcomeUnknown, TikTokUnavailable
from tiktok.models import Connection, Video
from tiktok.services.orders.answering import answer_link_request
from tiktok.services.orders.dialects import ask_to_tie, remind_to_tie, stop_asking_to_tie
from tiktok.services.orders.orders import LinkRequest


def request_tie(campaign: Campaign, video: Video, *, actor: User | None) -> Post:
    """Ask for a visible video to be tied to its creator's open order. Asking twice asks once. Raises NoOrderToTie."""
    order = order_to_tie(campaign, video)
    if order is None:
        raise NoOrderToTie(video.creator.handle)
    try:
        link = ask_to_tie(
            order.request.marketplace_account, order.tiktok_order_id, video.tiktok_video_id
        )
    except OutcomeUnknown:
        make_due(PollKind.ORDER, order.pk)  # what became of it is found out soon
        raise
    return _keep(order, link, video, verb=Verb.POST_TIE_REQUESTED, actor=actor)


def request_named_tie(order: Order, video_id: str) -> Post:
    """Ask for a video to be tied that its creator has named by TikTok's id; it may be one that we do not know yet."""
    link = ask_to_tie(order.request.marketplace_account, order.tiktok_order_id, video_id)
    known = Video.objects.filter(creator=order.account.creator_id, tiktok_video_id=video_id)
    return _keep(order, link, known.first(), verb=Verb.POST_TIE_REQUESTED, actor=None)


def remind_of_tie(post: Post, *, actor: User | None) -> Post:
    """Ask the creator again. Raises NotAsked, ReminderTooEarly."""
    order = _awaiting(post)
    may_be_at = may_be_reminded_at(post.asked_at, post.asked_count)
    if may_be_at is None or may_be_at > timezone.now():
        raise ReminderTooEarly(may_be_at)
    link = remind_to_tie(
        order.request.marketplace_account, order.tiktok_order_id, post.network_post_id
    )
    return _keep(order, link, post.video, verb=Verb.POST_TIE_REMINDED, actor=actor)


def stop_requesting_tie(post: Post, *, actor: User | None) -> Post:
    """Take the request back. Raises NotAsked when the creator has answered meanwhile; the order is synced then."""
    order = _awaiting(post)
    link = stop_asking_to_tie(
        order.request.marketplace_account, order.tiktok_order_id, post.network_post_id
    )
    if link is None:
        make_due(PollKind.ORDER, order.pk)
        raise NotAsked
    return _keep(order, link, post.video, verb=Verb.POST_TIE_REQUEST_TAKEN_BACK, actor=actor)


def answer_tie(post: Post, *, agrees: bool, connection: Connection, actor: User) -> Post:
    """Answer the request as its creator, over their connection. Raises NotAsked when TikTok no longer asks; the order is synced
    then, and also after a lost answer."""
    order = _awaiting(post)
    try:
        is_answered = answer_link_request(
            connection, order.invite_link, post.network_post_id, agrees=agrees
        )
    except TikTokUnavailable:
        make_due(PollKind.ORDER, order.pk)  # it may have come to TikTok all the same
        raise
    if not is_answered:
        make_due(PollKind.ORDER, order.pk)
        raise NotAsked
    return _keep_answer(order, post, agrees=agrees, actor=actor)


@transaction.atomic
def _keep_answer(order: Order, post: Post, *, agrees: bool, actor: User) -> Post:
    """Keep the answer. The state of a linked video at TikTok comes with the next sync of the order, which is due now."""
    locked = (
        Order.objects.select_for_update(of=("self",)).select_related("account").get(pk=order.pk)
    )
    if agrees:
        linked = VideoFact(post.network_post_id, review_status=ReviewState.NO_REVIEW, is_bound=True)
        answered = tie_post(locked, linked, post.video, published_at=post.published_at)
    else:
        refusal = LinkRequest(video_id=post.network_post_id, status=REFUSED)
        answered = note_link_request(locked, refusal, post.video)
    record(Verb.POST_TIE_AGREED if agrees else Verb.POST_TIE_REFUSED, answered, actor=actor)
    make_due(PollKind.ORDER, order.pk)
    return answered


def _awaiting(post: Post) -> Order:
    order = post.order or (order_to_tie(post.campaign, post.video) if post.video else None)
    if post.review_state != ReviewState.LINK_ASKED or order is None:
        raise NotAsked
    return order


@transaction.atomic
def _keep(
    order: Order, link: LinkRequest, video: Video | None, *, verb: Verb, actor: User | None
) -> Post:
    locked = (
        Order.objects.select_for_update(of=("self",)).select_related("account").get(pk=order.pk)
    )
    post = note_link_request(locked, link, video)
    record(verb, post, actor=actor)
    make_due(PollKind.ORDER, order.pk)
    return post
