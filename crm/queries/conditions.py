"""The facts on which TikTok's conditions for joining the marketplace are judged."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.models import Influencer, SocialAccount
from crm.policies.conditions import DAYS, Condition, KnownFacts, join_conditions
from crm.queries.accounts import AccountView, account_view, accounts_with_facts
from tiktok.enums import PollKind
from tiktok.queries import is_released, visible_videos

# Videos are read daily: so long ago, and there may be newer ones.
LATELY = timedelta(days=2)


def conditions_of_account(account: SocialAccount) -> list[Condition]:
    """TikTok's conditions, held against what is known of this account and its influencer."""
    row = accounts_with_facts().select_related("influencer").get(pk=account.pk)
    view = account_view(row, row.creator, released=is_released()) if row.creator else None
    return join_conditions(_known(row.influencer, view), timezone.now().date())


def conditions_of_handle(influencer: Influencer | None) -> list[Condition]:
    """TikTok's conditions for an account that is not here; of its influencer, some facts may be."""
    return join_conditions(_known(influencer, None), timezone.now().date())


def _known(influencer: Influencer | None, view: AccountView | None) -> KnownFacts:
    country = (influencer.country if influencer else "") or (view.creator.country if view else "")
    birthday = influencer.birthday if influencer else None
    if view is None or not view.is_supported:  # nothing shown of it is of today
        return KnownFacts(country, birthday)
    now = timezone.now()
    latest = visible_videos().filter(
        creator=view.creator, published_at__gt=now - timedelta(days=DAYS)
    )
    counted = latest.aggregate(posts=Count("pk"), views=Coalesce(Sum("video_views"), 0))
    poll = view.polls.get(PollKind.VIDEOS)
    read_at = poll.last_finished_at if poll else None
    return KnownFacts(
        country,
        birthday,
        view.followers.value,
        counted["posts"],
        counted["views"],
        are_posts_all=read_at is not None and read_at > now - LATELY,
    )
