"""What TikTok says of accounts and their videos, fetched and kept."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tiktok.client import errors, types
from tiktok.enums import PollKind, Source
from tiktok.models import Connection, Creator, Video
from tiktok.queries import is_released, standing_consents
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.grants import AUTHORIZATION_ENDED, INSIGHTS
from tiktok.services.membership import refresh_membership
from tiktok.services.polling import register_handler, stop, wake
from tiktok.services.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.services.tokens import call_as_creator

VIDEO_PAGES = 3  # of 10 videos: TikTok's own averages look at the latest 30
SEEN_FIELDS = [
    "display_name", "profile_image", "bio", "country", "tiktok_creator_id", "follower_count", "like_count",
    "video_count", "average_views", "engagement_rate", "completion_rate", "creator_rate_amount",
    "creator_rate_currency", "audience_countries", "audience_genders", "audience_ages", "audience_locales",
    "profile_source", "profile_fetched_at", "insights_fetched_at",
]  # fmt: skip
VIDEO_FIELDS = [
    "source", "caption", "url", "embed_url", "thumbnail_url", "published_at", "video_views", "likes", "comments",
    "shares", "counts_source", "counts_fetched_at", "total_engagements", "engagement_rate",
]  # fmt: skip


def connection_of(creator: Creator) -> Connection | None:
    """The live connection through which the organization in scope may see this creator's own data."""
    consent = standing_consents().filter(creator=creator).select_related("connection").first()
    return consent.connection if consent else None


def refresh_profile(creator: Creator) -> None:
    """Fetch the public profile, where the marketplace gives it, and keep it: names and counts.

    What comes only by the influencer's authorization is left as it is (`refresh_insights`).
    """
    if not creator.is_in_marketplace:
        return
    tiktok = marketplace()
    with tiktok_call():
        try:
            profile = tiktok.public_profile(creator.handle)
        except errors.NotInMarketplaceError:
            profile = None
    if profile is None:  # it has left
        refresh_membership([creator])
        return
    keep_profile(creator, profile, Source.PUBLIC)


def refresh_insights(creator: Creator) -> bool:
    """Fetch the profile with audience, averages and rate as the influencer allowed it, and keep it.

    False: nobody allows it (any more), nothing was asked.
    """
    connection = connection_of(creator)
    if connection is None:
        return False
    tiktok = marketplace()
    profile = call_as_creator(
        connection, lambda token: tiktok.authorized_profile(token, connection.open_id)
    )
    with transaction.atomic():
        if _still_sees(creator, connection):
            keep_profile(creator, profile, Source.AUTHORIZED)
    return True


def _still_sees(creator: Creator, connection: Connection) -> bool:
    """Does the consent stand that the call was made under? Under the lock of the creator, which its end takes too."""
    Creator.objects.select_for_update().get(pk=creator.pk)
    return connection_of(creator) == connection


@transaction.atomic
def keep_profile(creator: Creator, profile: types.Profile, source: Source) -> None:
    """Keep a fetched profile as the latest numbers and as a fact of today.

    Before the organization's cut-over the old source's numbers stay on show; TikTok's are kept beside them, as facts.
    """
    locked = Creator.objects.select_for_update().get(pk=creator.pk)
    stays_on_show = locked.profile_source == Source.LEGACY and not is_released()
    fact = copy(locked)
    _copy_profile(fact, profile, source)
    _copy_insights(fact, profile)
    record_creator_snapshots([fact])
    if stays_on_show:
        return
    _copy_latest(locked, profile, source)
    locked.save(update_fields=SEEN_FIELDS)
    for name in SEEN_FIELDS:
        setattr(creator, name, getattr(locked, name))


def _copy_latest(creator: Creator, profile: types.Profile, source: Source) -> None:
    """Names and counts of any look; of the rest, what the influencer authorized outlives public looks."""
    if creator.profile_source == Source.AUTHORIZED and any(getattr(creator, n) for n in INSIGHTS):
        # Those that were kept before the two had times of their own.
        creator.insights_fetched_at = creator.insights_fetched_at or creator.profile_fetched_at
    _copy_profile(creator, profile, source)
    if source == Source.AUTHORIZED:
        creator.insights_fetched_at = creator.profile_fetched_at
    if source == Source.AUTHORIZED or creator.insights_fetched_at is None:
        _copy_insights(creator, profile)


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
    creator.creator_rate_amount = profile.creator_rate.amount if profile.creator_rate else None
    creator.creator_rate_currency = (
        (profile.creator_rate.currency or "") if profile.creator_rate else ""
    )
    for name in ("audience_countries", "audience_genders", "audience_ages", "audience_locales"):
        setattr(creator, name, shares(getattr(profile, name)))


def shares(rows: Sequence[types.Share] | None) -> list[dict[str, object]] | None:
    """A distribution as it is stored: [{"name", "fraction"}, …], None where TikTok gave none."""
    return [{"name": row.name, "fraction": row.fraction} for row in rows] if rows else None


def refresh_videos(creator: Creator) -> None:
    """Fetch the latest videos (up to 30), authorized where allowed, and keep them with their counters."""
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return
    cursor = 0
    for _ in range(VIDEO_PAGES):
        page = _video_page(creator, connection, cursor)
        if not _keep_page(creator, connection, page) or not page.has_more or not page.videos:
            return
        cursor = page.cursor


def refresh_video(video: Video) -> bool:
    """Fetch this one video, however old, and keep it with its counters. False: TikTok may not be asked about it."""
    creator = video.creator
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return False
    page = _video_page(creator, connection, 0, [video.tiktok_video_id])
    return _keep_page(creator, connection, page)


def _keep_page(creator: Creator, connection: Connection | None, page: types.VideoPage) -> bool:
    """False when the consent ended during the call: nothing of it is kept."""
    with transaction.atomic():
        if connection is not None and not _still_sees(creator, connection):
            return False
        keep_videos(creator, page.videos, Source.AUTHORIZED if connection else Source.PUBLIC)
    return True


def _video_page(
    creator: Creator, connection: Connection | None, cursor: int, video_ids: Sequence[str] = ()
) -> types.VideoPage:
    tiktok = marketplace()
    if connection is not None:
        return call_as_creator(
            connection,
            lambda token: tiktok.authorized_videos(
                token, connection.open_id, cursor=cursor, video_ids=video_ids
            ),
        )
    with tiktok_call():
        return tiktok.public_videos(creator.handle, cursor=cursor, video_ids=video_ids)


@transaction.atomic
def keep_videos(
    creator: Creator,
    videos: Sequence[types.Video],
    source: Source,
    *,
    fetched_at: datetime | None = None,
) -> list[Video]:
    """Keep listed videos and their counters, and a fact of this hour for each. Returns their rows."""
    Creator.objects.select_for_update().get(
        pk=creator.pk
    )  # one writer at a time for one account's videos
    fetched_at = fetched_at or timezone.now()
    own = Video.objects.exclude(source=Source.LEGACY)
    by_id = {
        row.tiktok_video_id: row
        for row in own.filter(tiktok_video_id__in=[video.video_id for video in videos])
    }
    fresh: list[Video] = []
    seen: list[Video] = []
    for video in videos:
        row = by_id.get(video.video_id) or Video(creator=creator, tiktok_video_id=video.video_id)
        _copy_video(row, video, creator, source, fetched_at)
        (seen if row.pk else fresh).append(row)
    Video.objects.bulk_create(fresh)
    Video.objects.bulk_update(seen, VIDEO_FIELDS)
    record_video_snapshots([*fresh, *seen], source=source)
    return [*fresh, *seen]


def _copy_video(
    row: Video, video: types.Video, creator: Creator, source: Source, fetched_at: datetime
) -> None:
    row.source = row.source or source
    row.caption = video.caption or ""
    row.url = f"{creator.profile_url}/video/{video.video_id}"
    row.embed_url = video.embed_url or ""
    row.thumbnail_url = video.thumbnail_url or ""
    row.published_at = video.created_at
    row.video_views, row.likes = video.video_views, video.likes
    row.comments, row.shares = video.comments, video.shares
    row.counts_source, row.counts_fetched_at = source, fetched_at
    if source == Source.AUTHORIZED and row.report_fetched_at is None:
        row.total_engagements, row.engagement_rate = _engagement(video)


def _engagement(video: types.Video) -> tuple[int | None, float | None]:
    """Engagements = likes + comments + shares; rate = engagements ÷ views, where TikTok does not give them itself."""
    counts = (video.likes, video.comments, video.shares)
    total = video.engagement_count
    if total is None and None not in counts:
        total = sum(count for count in counts if count is not None)
    rate = video.engagement_rate
    if rate is None and total is not None and video.video_views:
        rate = total / video.video_views
    return total, rate


def _refresh_memberships(creator_ids: Sequence[int]) -> None:
    refresh_membership(Creator.objects.filter(pk__in=creator_ids))


def _refresh_profiles(creator_ids: Sequence[int]) -> None:
    """Daily. Whoever has become authenticated without a plan for it (in another organization) gets one."""
    for creator in Creator.objects.filter(pk__in=creator_ids):
        if connection_of(creator) is not None:
            wake(PollKind.INSIGHTS, creator.pk)
        refresh_profile(creator)


def _refresh_insights(creator_ids: Sequence[int]) -> None:
    for creator in Creator.objects.filter(pk__in=creator_ids):
        if not refresh_insights(creator):
            stop(PollKind.INSIGHTS, creator.pk, reason=AUTHORIZATION_ENDED)


def _refresh_videos(creator_ids: Sequence[int]) -> None:
    for creator in Creator.objects.filter(pk__in=creator_ids):
        refresh_videos(creator)


register_handler(PollKind.MEMBERSHIP, _refresh_memberships)
register_handler(PollKind.PROFILE, _refresh_profiles)
register_handler(PollKind.INSIGHTS, _refresh_insights)
register_handler(PollKind.VIDEOS, _refresh_videos)
