"""Somebody who is deleted leaves campaigns, and what a brand paid for stays without them (decision 25).

Kept are the numbers that the reports of orders supplied, and the fees. They move to an influencer without a name; nothing
else is copied, so whatever hangs on the one who goes is deleted with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDay
from django.utils import timezone

from campaigns.enums import LINK_STATES, OrderState, RequestState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post
from campaigns.policies.orders import CANCELLABLE
from campaigns.services.orders import transitions
from campaigns.services.results.rolling import add_up_anew, roll_soon
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from jobs.services.queue import forget
from tenancy.enums import Verb
from tenancy.scope import groups_scope
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.services.creators.anonymous import (
    anonymous_handle,
    erased_name,
    keep_reports,
    make_anonymous_creator,
)

NAME = "Deleted creator"
LEFT = "The creator was deleted."
OPEN = (OrderState.CREATING, *CANCELLABLE)


@transaction.atomic
def keep_results(influencer: Influencer) -> int:
    """Move what stays of this influencer's work in campaigns to one without a name. The caller deletes the influencer then.
    Returns how many posts stay."""
    with groups_scope(None):
        add_up_anew(influencer.accounts.values_list("pk", flat=True))
        posts = list(_reported(influencer))
        paid = Q(fee__isnull=False) | Q(campaign__in={post.campaign_id for post in posts})
        participants = list(Participant.objects.filter(paid, account__influencer=influencer))
        _say_who_left(influencer)
        _empty_requests(influencer)
        if posts or participants:
            _move(influencer, posts, participants)
            roll_soon()
        return len(posts)


def _reported(influencer: Influencer) -> Iterable[Post]:
    """The posts that are tied to an order and whose numbers its report has brought."""
    tied = Post.objects.filter(account__influencer=influencer, order__isnull=False)
    return tied.filter(video__report_fetched_at__isnull=False).exclude(review_state__in=LINK_STATES)


def _say_who_left(influencer: Influencer) -> None:
    """The team of a campaign learns that open orders will bring nothing any more, though not whose."""
    left = Order.objects.filter(account__influencer=influencer, state__in=OPEN)
    for row in left.values("campaign").annotate(orders=Count("pk")).order_by("campaign"):
        campaign = Campaign.objects.get(pk=row["campaign"])
        record(Verb.CAMPAIGN_CREATOR_LEFT, campaign, actor=None, orders=row["orders"])


def _move(
    influencer: Influencer, posts: Sequence[Post], participants: Sequence[Participant]
) -> None:
    nobody = Influencer.objects.create(
        name=NAME, archived_at=timezone.now(), group_id=influencer.group_id
    )
    accounts = {p.account_id for p in posts} | {p.account_id for p in participants}
    for account_id in accounts:
        account = _anonymous_account(nobody, SocialAccount.objects.get(pk=account_id))
        mine = [post for post in posts if post.account_id == account_id]
        _move_posts(mine, account)
        taking_part = [row.pk for row in participants if row.account_id == account_id]
        Participant.objects.filter(pk__in=taking_part).update(account=account, due_on=None)


def _anonymous_account(nobody: Influencer, account: SocialAccount) -> SocialAccount:
    handle = anonymous_handle()
    is_tiktok = account.network == Network.TIKTOK
    return SocialAccount.objects.create(
        influencer=nobody,
        network=account.network,
        account_type=account.account_type,
        handle=handle,
        creator=make_anonymous_creator(handle) if is_tiktok else None,
    )


def _move_posts(posts: Sequence[Post], account: SocialAccount) -> None:
    if account.creator is None:
        return
    _move_orders({post.order_id for post in posts if post.order_id}, account)
    keep_reports({post.video_id for post in posts if post.video_id}, account.creator)
    kept = Post.objects.filter(pk__in=[post.pk for post in posts])
    for post in kept.filter(spark__isnull=False):
        post.spark.delete()
    kept.update(
        account=account,
        network_post_id=erased_name(),
        url="",
        review_reason="",
        published_at=TruncDay("published_at"),
    )


def _move_orders(order_ids: Iterable[int], account: SocialAccount) -> None:
    """Orders stay as what their posts were tied to: their links, codes and ids at TikTok go, and all that was said on them."""
    orders = Order.objects.filter(pk__in=order_ids).select_related("account", "request")
    for order in orders.select_for_update(of=("self",)):
        if order.state in CANCELLABLE:
            transitions.mark_left(order, evidence=LEFT)
        order.replies.all().delete()
        order.reviews.all().delete()
        order.publications.all().delete()
    forget(PollKind.ORDER, *order_ids)
    Order.objects.filter(pk__in=order_ids).update(
        account=account,
        tiktok_order_id="",
        campaign_code="",
        invite_link="",
        problem="",
        cancel_reason="",
        due_on=None,
        page_version=F("page_version") + 1,
    )


def _empty_requests(influencer: Influencer) -> None:
    """Requests for orders of this influencer alone: nothing is asked for any more, and what was written for them goes."""
    theirs = OrderRequest.objects.filter(orders__account__influencer=influencer)
    shared = Order.objects.exclude(account__influencer=influencer).filter(request__in=theirs)
    alone = theirs.exclude(pk__in=shared.values("request")).values_list("pk", flat=True)
    OrderRequest.objects.filter(pk__in=set(alone)).update(
        description="", problem="", invite_link="", state=RequestState.DONE
    )
