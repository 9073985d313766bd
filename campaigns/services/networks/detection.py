"""Keywords of campaigns found in the posts of their accounts on other networks than TikTok, which no row here can be of.

Found posts wait for somebody's decision; what was left out stays so. It is due work: posts, keywords, dates or participants
that come make it due, and it may be stopped and done again at any moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from django.db import models, transaction

from campaigns.enums import CampaignState, PlaceState, PostOrigin
from campaigns.models import Campaign, NetworkPost, PostPlace
from campaigns.policies.keywords import matched
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind
from tenancy.enums import Verb
from tenancy.services.events import record

DETECT, AT_ONCE = "campaigns.detect_posts", 1_000
ModelT = TypeVar("ModelT", bound=models.Model)


def detect_soon(*campaign_ids: int) -> None:
    """Have the posts of these campaigns' accounts looked through; in the transaction of the cause."""
    make_due(DETECT, *campaign_ids)


def detect_for(account_ids: Collection[int]) -> None:
    """Have each campaign with keywords in which one of these accounts takes part look through posts that came."""
    campaigns = Campaign.objects.filter(participants__account__in=account_ids)
    campaigns = campaigns.exclude(state=CampaignState.ARCHIVED).exclude(keywords=[])
    detect_soon(*campaigns.order_by("pk").distinct().values_list("pk", flat=True))


def _detect(campaign_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    living = Campaign.objects.filter(pk__in=campaign_ids).exclude(state=CampaignState.ARCHIVED)
    for campaign in living:
        _drop_stale(campaign)
        found = sum(_find_in(campaign, posts) for posts in _slices(_unplaced(campaign)))
        if found:
            record(Verb.NETWORK_POSTS_FOUND, campaign, actor=None, count=found)
    return dict.fromkeys(campaign_ids)


def _in_window(campaign: Campaign) -> models.Q:
    """Published on a day of the campaign. Whoever decides about a post without a date sees that it has none."""
    begins = datetime.combine(campaign.starts_on, time.min, UTC)
    ends = datetime.combine(campaign.ends_on, time.max, UTC)
    return models.Q(published_at=None) | models.Q(published_at__gte=begins, published_at__lte=ends)


def _unplaced(campaign: Campaign) -> models.QuerySet[NetworkPost]:
    """Posts that the campaign's accounts published in its window, or nobody knows when, and that have no place in it."""
    places = PostPlace.objects.filter(campaign=campaign, post=models.OuterRef("pk"))
    accounts = campaign.participants.values("account")
    posts = NetworkPost.objects.filter(_in_window(campaign), account__in=accounts)
    return posts.exclude(models.Exists(places))


def _slices(rows: models.QuerySet[ModelT]) -> Iterator[list[ModelT]]:
    """The rows in pieces, by their keys."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = found[-1].pk
        yield found


@transaction.atomic
def _find_in(campaign: Campaign, posts: list[NetworkPost]) -> int:
    """Let those of these posts wait in which a keyword is found. How many."""
    found = [
        PostPlace(
            campaign=campaign,
            post=post,
            account_id=post.account_id,
            published_at=post.published_at,
            origin=PostOrigin.KEYWORD,
            state=PlaceState.WAITING,
            matched=keywords,
        )
        for post in posts
        if (keywords := matched(campaign.keywords, post.caption))
    ]
    PostPlace.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _drop_stale(campaign: Campaign) -> None:
    """Let posts wait no longer in which no keyword of today is found, or that are not of the campaign's days and accounts
    any more."""
    waiting = PostPlace.objects.filter(campaign=campaign, state=PlaceState.WAITING)
    outside = ~_in_window(campaign) | ~models.Q(account__in=campaign.participants.values("account"))
    waiting.filter(outside).delete()
    for places in _slices(waiting.select_related("post")):
        for place in places:
            place.matched = matched(campaign.keywords, place.post.caption)
        gone = [place.pk for place in places if not place.matched]
        PostPlace.objects.bulk_update(places, ["matched"])
        PostPlace.objects.filter(pk__in=gone, state=PlaceState.WAITING).delete()


def register_work() -> None:
    """Looking through captions is long work that nobody waits for."""
    register_kind(WorkKind(DETECT, Lane.BULK, _detect))
