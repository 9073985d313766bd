"""The profiles of accounts: fetched from TikTok and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from jobs.services.queue import stop, wake
from tiktok.availability import ACCOUNT_MATRIX, unreadable_metrics
from tiktok.client import errors, types
from tiktok.enums import PollKind, Source
from tiktok.models import Creator, MarketplaceAccount
from tiktok.queries import account_for, is_released
from tiktok.services.creators.consents import connection_of, still_sees
from tiktok.services.creators.handles import follow_handle
from tiktok.services.creators.markets import ask_further_accounts
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.creators.texts import truncate_texts
from tiktok.services.facts.details import creator_details, keep_creator_details
from tiktok.services.facts.snapshots import record_creator_snapshots
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.grants.grants import AUTHORIZATION_ENDED, INSIGHTS
from tiktok.services.grants.tokens import call_as_creator
from tiktok.services.polls.kinds import register_poll
from tiktok.signals import named

MOST_PRICE = 10**10
# Beside the numbers, which the loader of snapshots keeps: what any sync tells, and what the influencer authorized.
PROFILE_METRICS = (  # of any sync; the rest comes by authorization only
    *("follower_count", "like_count", "video_count"),
    *("profile_image", "display_name", "creator_id"),
)
PROFILE_FIELDS = [
    "display_name",
    "profile_image",
    "bio",
    "country",
    "tiktok_creator_id",
    "insights_fetched_at",
    "unreadable",
]
INSIGHT_FIELDS = [
    "creator_rate_amount", "creator_rate_currency", "audience_countries", "audience_genders", "audience_ages",
    "audience_locales", "profile_dialect",
]  # fmt: skip


def refresh_profile(creator: Creator) -> None:
    """Fetch the public profile, where the marketplace gives it, and keep it: names and counts.

    What comes only by the influencer's authorization is left as it is (`refresh_insights`).
    """
    if not creator.is_in_marketplace:
        return
    account = account_for(creator)
    tiktok = marketplace(account)
    with tiktok_call():
        try:
            profile = tiktok.public_profile(creator.handle)
        except (errors.NotInMarketplaceError, errors.NotFoundError):
            profile = None
    if profile is None:  # it has left, was renamed, or is gone
        refresh_membership([creator])
        return
    keep_profile(creator, profile, Source.PUBLIC, through=account)


def refresh_insights(creator: Creator) -> bool:
    """Fetch the profile with audience, averages and rate as the influencer allowed it, and keep it.

    False: nobody allows it (any more), nothing was asked.
    """
    connection = connection_of(creator)
    if connection is None:
        return False
    account = account_for(creator)
    tiktok = marketplace(account)
    profile = call_as_creator(
        connection, lambda token: tiktok.authorized_profile(token, connection.open_id)
    )
    with transaction.atomic():
        if still_sees(creator, connection):
            keep_profile(creator, profile, Source.AUTHORIZED, through=account)
    return True


@transaction.atomic
def keep_profile(
    creator: Creator,
    profile: types.Profile,
    source: Source,
    *,
    through: MarketplaceAccount | None,
) -> None:
    """Keep a profile, fetched `through` this account, as the latest numbers and as a fact of today.

    A public sync brings names and counts; what the influencer authorized outlives it. Before the organization's cut-over TikTok's
    are kept beside the old source's, as facts, and nothing of them is on show.
    """
    locked = Creator.objects.select_for_update().get(pk=creator.pk)
    if source == Source.AUTHORIZED or profile.creator_id == locked.tiktok_creator_id:
        follow_handle(locked, profile.handle)
        creator.handle = locked.handle
    is_shown = is_released()
    locked.insights_fetched_at = locked.insights_fetched_at or _authorized_before(locked)
    keeps_insights = source != Source.AUTHORIZED and locked.insights_fetched_at is not None
    before, name_before = creator_details(locked), locked.display_name
    _copy_profile(locked, profile, source)
    _copy_insights(locked, profile)
    locked.profile_dialect = through.dialect if through else ""
    locked.unreadable = unreadable_metrics(
        profile.unreadable,
        kept=locked.unreadable if keeps_insights else (),
        replaced=PROFILE_METRICS if keeps_insights else ACCOUNT_MATRIX,
    )
    truncate_texts(locked, [*PROFILE_FIELDS, *INSIGHT_FIELDS])
    if is_shown:
        locked.save(
            update_fields=PROFILE_FIELDS if keeps_insights else PROFILE_FIELDS + INSIGHT_FIELDS
        )
        if locked.display_name != name_before:
            named.send(sender=Creator, creator=locked)
    else:  # whose account it is, is no source's
        locked.save(update_fields=["tiktok_creator_id"])
    record_creator_snapshots([locked], is_shown=is_shown)
    if not keeps_insights:
        keep_creator_details(locked, before)
    creator.refresh_from_db()


def _authorized_before(creator: Creator) -> datetime | None:
    """The fetch time of insights that were kept before they had a time of their own."""
    is_authorized = creator.profile_source == Source.AUTHORIZED
    has_some = is_authorized and any(getattr(creator, name) for name in INSIGHTS)
    return creator.profile_fetched_at if has_some else None


def _copy_profile(creator: Creator, profile: types.Profile, source: Source) -> None:
    creator.display_name = profile.display_name or ""
    creator.profile_image = profile.profile_image or ""
    creator.bio = profile.bio or ""
    creator.country = profile.country or creator.country
    creator.tiktok_creator_id = profile.creator_id or creator.tiktok_creator_id
    creator.follower_count = profile.followers_count
    creator.like_count = profile.likes_count
    creator.video_count = profile.videos_count
    creator.profile_source = source
    creator.profile_fetched_at = timezone.now()


def _copy_insights(creator: Creator, profile: types.Profile) -> None:
    creator.average_views = profile.average_views
    creator.engagement_rate = profile.engagement_rate
    creator.completion_rate = profile.completion_rate
    rate = profile.creator_rate
    if rate is not None and rate.amount >= MOST_PRICE:  # no column holds it
        rate = None
    creator.creator_rate_amount = rate.amount if rate else None
    creator.creator_rate_currency = (rate.currency or "") if rate else ""
    for name in ("audience_countries", "audience_genders", "audience_ages", "audience_locales"):
        setattr(creator, name, shares(getattr(profile, name)))
    if not creator.creator_rate_currency:
        creator.creator_rate_amount = None


def shares(rows: Sequence[types.Share] | None) -> list[dict[str, object]] | None:
    """A distribution as it is stored: [{"name", "fraction"}, …], None where TikTok gave none."""
    return [{"name": row.name, "fraction": row.fraction} for row in rows] if rows else None


def _refresh_profiles(creator_ids: Sequence[int]) -> None:
    """Daily. Whoever has become authenticated without a plan for it (in another organization) gets one; so does whoever an
    account that came later has not asked about."""
    ask_further_accounts(creator_ids)
    for creator in Creator.objects.filter(pk__in=creator_ids):
        if connection_of(creator) is not None:
            wake(PollKind.INSIGHTS, creator.pk)
        refresh_profile(creator)


def _refresh_insights(creator_ids: Sequence[int]) -> None:
    for creator in Creator.objects.filter(pk__in=creator_ids):
        if not refresh_insights(creator):
            stop(PollKind.INSIGHTS, creator.pk, reason=AUTHORIZATION_ENDED)


register_poll(PollKind.PROFILE, _refresh_profiles)
register_poll(PollKind.INSIGHTS, _refresh_insights)
