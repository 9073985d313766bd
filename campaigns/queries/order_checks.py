"""The order doctor: why an order has no post some time after it was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.enums import (
    BY_ORDER,
    LINK_STATES,
    UNPUBLISHED,
    OrderState,
    ReplyKind,
    ReviewState,
)
from campaigns.models import Order, Post
from campaigns.policies.orders import PLACES_PER_CODE
from campaigns.policies.posts import GONE
from crm.models import SocialAccount
from mail.enums import MessageState
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.scope import groups_scope
from tiktok.models import Video
from tiktok.queries import active_consents, visible_videos

LOST = {MessageState.FAILED, MessageState.BOUNCED, MessageState.COMPLAINED}
UNDER_WAY = {MessageState.QUEUED, MessageState.SENDING}


@dataclass(frozen=True)
class Found:
    """A video that a check is about: whose it is, and the post of another campaign if it stands in one."""

    video: Video
    account: SocialAccount
    post: Post | None = None


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `kind`: success, warning, danger or neutral; `cause`: the key of what it may explain."""

    text: str
    kind: str = "success"
    cause: str = ""
    found: Found | None = None


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was looked at, with the likely cause: its key, a sentence, and the video that it is about."""

    checks: list[Check]
    cause: str
    sentence: str
    found: Found | None = None


# The likeliest first. What TikTok or the creator has told is said as it is; what is concluded from less is "likely".
CAUSES: dict[str, str] = {
    "cannot": "The creator said that they cannot do this order.",
    "asked": "The creator asked something and waits for the answer.",
    "no_address": "The invitation was likely not sent: no e-mail address is known, and nobody marked the order as sent.",
    "mail_lost": "The creator likely did not get the invitation: its e-mail did not go through.",
    "rejected": "TikTok's review rejected the video.",
    "deleted": "TikTok no longer shows a video of this order. The creator has likely deleted it.",
    "link_asked": "TikTok waits for the creator to agree that the video is linked.",
    "other_campaign": "The creator likely published for another campaign: their new video stands there.",
    "untied": "The creator likely published without the order: their new video is not tied to it, so TikTok does not count it.",
    "other_account": "The creator likely published with another account of theirs.",
    "quota": "TikTok likely takes no more creators: all places under this campaign code are taken.",
    "not_opened": "The creator has likely not seen the order: its page was not opened.",
    "not_used": "The creator read the order and likely did not go on to TikTok.",
    "waiting": "Nothing is wrong as far as can be seen: the creator has not published yet.",
}


def needs_check(order: Order, events: Sequence[Event]) -> bool:
    """Was it sent `ORDER_CHECK_HOURS` ago (a setting of the installation), and has no video yet?"""
    if order.state not in UNPUBLISHED or order.video_count:
        return False
    sent = [event.at for event in events if event.verb == Verb.ORDER_SENT]
    since = max(sent) if sent else order.created_at
    return timezone.now() - since >= timedelta(hours=settings.ORDER_CHECK_HOURS)


def diagnose(order: Order) -> Diagnosis:
    """Look at all that may keep this order of `order_with_posts` from its first post."""
    checks = [check for read in CHECKS for check in read(order)]
    causes = {check.cause: check for check in reversed(checks)}
    cause = next((key for key in CAUSES if key in causes), "waiting")
    return Diagnosis(checks, cause, CAUSES[cause], causes[cause].found if cause in causes else None)


def _address(order: Order) -> list[Check]:
    if order.account.influencer.mail_address:
        return [Check("An e-mail address is known.")]
    cause = "no_address" if order.state == OrderState.CREATED else ""
    return [Check("No e-mail address is known.", "warning", cause)]


AGREED = (OrderState.ACCEPTED, OrderState.POSTING)


def _mail(order: Order) -> list[Check]:
    intent = f"order_invitation:{order.pk}"
    mail = Message.objects.filter(intent=intent).defer("html", "text").order_by("-repeat").first()
    if mail is None:
        return [Check("No invitation was sent by e-mail from here.", "neutral")]
    if mail.state in LOST:
        text = f"The e-mail with the invitation: {mail.get_state_display().lower()}."
        is_known = order.page_opened_at is not None or order.state in AGREED
        return [Check(text, "neutral" if is_known else "danger", "" if is_known else "mail_lost")]
    if mail.state in UNDER_WAY:
        return [Check("The invitation has not left yet.", "warning")]
    return [Check(f"The invitation is out: {mail.get_state_display().lower()}.")]


def _page(order: Order) -> list[Check]:
    if order.state in AGREED:
        return [Check("The creator has accepted the order in TikTok.")]
    if order.page_opened_at is None:
        opened = Check("The page of the order was not opened.", "warning", "not_opened")
    else:
        opened = Check("The creator opened the page of the order.")
    if order.link_used_at is not None:
        return [opened, Check("TikTok was opened from the page.")]
    text = "TikTok was not opened by the page's button; a scan of the QR code is not seen."
    return [opened, Check(text, "neutral", "not_used" if order.page_opened_at else "")]


def _said(order: Order) -> list[Check]:
    said = order.in_force
    if ReplyKind.CANNOT in said:
        return [Check("They said that they cannot do it.", "danger", "cannot")]
    if said & {ReplyKind.QUESTION, ReplyKind.NEW_DATE}:
        return [Check("They asked something that is not answered yet.", "warning", "asked")]
    return [Check("Nothing that they said is open.")]


def _account(order: Order) -> list[Check]:
    creator = order.account.creator
    checks = [
        Check("The account is in the Creator Marketplace.")
        if creator and creator.is_in_marketplace
        else Check(
            "The account is not in the Creator Marketplace. An order works for it all the same.",
            "neutral",
        )
    ]
    if creator and active_consents().filter(creator=creator).exists():
        return [*checks, Check("The creator has connected the account.")]
    return [
        *checks,
        Check("The creator has not connected the account. An order does not need it.", "neutral"),
    ]


def _code(order: Order) -> list[Check]:
    if not order.campaign_code:
        return [Check("No campaign code is needed: the invite link is enough.")]
    taking = [*UNPUBLISHED[3:], OrderState.IN_REVIEW, OrderState.REJECTED, OrderState.FULFILLED]
    with groups_scope(None):  # a place is taken whoever sees by whom
        same = Order.objects.filter(campaign_code=order.campaign_code, state__in=taking)
        taken = same.exclude(pk=order.pk).count()
    text = f"{taken} of {PLACES_PER_CODE} places under the code {order.campaign_code} are taken."
    return [Check(text, "danger", "quota") if taken >= PLACES_PER_CODE else Check(text)]


def _review(order: Order) -> list[Check]:
    posts = [post for post in order.posts.all() if post.hidden_at is None]
    if any(post.is_rejected for post in posts):
        return [Check("TikTok's review rejected a video.", "danger", "rejected")]
    if any(post.review_reason == GONE for post in posts):
        return [Check("The creator has deleted a video of this order.", "danger", "deleted")]
    if any(post.review_state == ReviewState.LINK_ASKED for post in posts):
        return [Check("TikTok has asked the creator to link a video.", "warning", "link_asked")]
    return [Check("TikTok reviews no video of this order.", "neutral")]


def _videos(order: Order) -> list[Check]:
    """Videos since the order was made: of this account without the order, of another campaign, of another account."""
    since = order.created_at
    deleted = [each.network_post_id for each in order.posts.all() if each.review_reason == GONE]
    latest = visible_videos().filter(creator=order.account.creator_id, published_at__gt=since)
    latest = latest.exclude(tiktok_video_id__in=deleted).order_by("-published_at")
    tied = _tied_to_others(order)
    newest = (
        latest.exclude(pk__in=tied.values("video")).first() if order.account.creator_id else None
    )
    if newest is not None:
        posts = Post.objects.filter(video=newest).exclude(campaign=order.campaign_id)
        elsewhere = posts.select_related("campaign").order_by("-pk").first()
        found = Found(newest, order.account, elsewhere)
        if elsewhere:
            text = "Their latest video stands in another campaign."
            return [Check(text, "warning", "other_campaign", found)]
        text = f"They published a video on {_day(newest.published_at)} that is not tied."
        return [Check(text, "warning", "untied", found)]
    others = SocialAccount.objects.filter(influencer=order.account.influencer_id).exclude(
        pk=order.account_id
    )
    by_creator = {each.creator_id: each for each in others.exclude(creator=None)}
    theirs = visible_videos().filter(creator__in=by_creator, published_at__gt=since)
    if video := theirs.order_by("-published_at").first():
        text, found = "They published with another account since.", Found(video, by_creator[video.creator_id])  # fmt: skip
        return [Check(text, "warning", "other_account", found)]
    if tied.filter(video__published_at__gt=since).exists():
        text = "Their new video is tied to another order of theirs in this campaign."
        return [Check(text, "neutral")]
    return [Check("No new video of theirs is known.", "neutral")]


def _tied_to_others(order: Order) -> QuerySet[Post]:
    """The videos of the account that are tied to its other orders in the campaign."""
    posts = Post.objects.filter(campaign=order.campaign_id, account=order.account_id)
    posts = posts.filter(order__isnull=False, origin__in=BY_ORDER).exclude(order=order.pk)
    return posts.exclude(review_state__in=LINK_STATES).exclude(video=None)


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B}"


CHECKS: tuple[Callable[[Order], list[Check]], ...] = (
    _address, _mail, _page, _said, _account, _code, _review, _videos,
)  # fmt: skip
