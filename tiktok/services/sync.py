"""What TikTok says of accounts and their videos, fetched and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from tiktok.client import Marketplace, errors, types
from tiktok.enums import PollKind, Source
from tiktok.models import Connection, Creator, Video
from tiktok.queries import is_released, marketplace_account, standing_consents
from tiktok.services.averages import calculate_averages
from tiktok.services.fitting import fit
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.grants import AUTHORIZATION_ENDED, INSIGHTS
from tiktok.services.handles import follow_handle
from tiktok.services.membership import refresh_membership
from tiktok.services.order_facts import chunks
from tiktok.services.polling import register_handler, stop, wake
from tiktok.services.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.services.tokens import call_as_creator

LATEST_VIDEOS = 30  # TikTok's own averages look at as many
MOST_PRICE = 10**10
# Beside the numbers, which the loader of snapshots keeps: what any look tells, and what the influencer authorized.
PROFILE_FIELDS = [
    "display_name",
    "profile_image",
    "bio",
    "country",
    "tiktok_creator_id",
    "insights_fetched_at",
]
INSIGHT_FIELDS = [
    "creator_rate_amount", "creator_rate_currency", "audience_countries", "audience_genders", "audience_ages",
    "audience_locales", "profile_dialect",
]  # fmt: skip
Followed = Callable[[Creator], Iterable[str]]
_followed: list[Followed] = []
VIDEO_FIELDS = ["caption", "url", "embed_url", "thumbnail_url", "published_at"]


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
        except (errors.NotInMarketplaceError, errors.NotFoundError):
            profile = None
    if profile is None:  # it has left, was renamed, or is gone
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

    A public look brings names and counts; what the influencer authorized outlives it. Before the organization's cut-over the old source's numbers stay on show; TikTok's are kept beside them, as facts.
    """
    locked = Creator.objects.select_for_update().get(pk=creator.pk)
    if source == Source.AUTHORIZED or profile.creator_id == locked.tiktok_creator_id:
        follow_handle(locked, profile.handle)
        creator.handle = locked.handle
    stays_on_show = locked.profile_source == Source.LEGACY and not is_released()
    locked.insights_fetched_at = locked.insights_fetched_at or _authorized_before(locked)
    keeps_insights = source != Source.AUTHORIZED and locked.insights_fetched_at is not None
    _copy_profile(locked, profile, source)
    _copy_insights(locked, profile)
    fit(locked, [*PROFILE_FIELDS, *INSIGHT_FIELDS])
    if not stays_on_show:
        locked.save(
            update_fields=PROFILE_FIELDS if keeps_insights else PROFILE_FIELDS + INSIGHT_FIELDS
        )
    record_creator_snapshots([locked], is_shown=not stays_on_show)
    creator.refresh_from_db()


def _authorized_before(creator: Creator) -> datetime | None:
    """When the insights were fetched that were kept before they had a time of their own."""
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
    creator.profile_dialect = account.dialect if (account := marketplace_account()) else ""


def shares(rows: Sequence[types.Share] | None) -> list[dict[str, object]] | None:
    """A distribution as it is stored: [{"name", "fraction"}, …], None where TikTok gave none."""
    return [{"name": row.name, "fraction": row.fraction} for row in rows] if rows else None


def follow_videos(followed: Followed) -> None:
    """Have the videos that `followed(creator)` names, by TikTok's ids, looked at with the latest, however old they are."""
    _followed.append(followed)


def refresh_videos(creator: Creator) -> None:
    """Fetch the latest videos (up to 30), authorized where allowed, and those that are followed; keep them with their
    counters."""
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return
    tiktok, seen = marketplace(), set[str]()
    for page in _pages(tiktok, creator, connection, seen):
        if not _keep_page(creator, connection, page):
            return
        seen |= {video.video_id for video in page.videos}


def _pages(
    tiktok: Marketplace, creator: Creator, connection: Connection | None, seen: set[str]
) -> Iterator[types.VideoPage]:
    """The latest videos; then the followed ones, without those `seen` by then."""
    largest, cursor = _largest_page(tiktok, connection), 0
    for limit in video_pages(largest):
        yield (page := _video_page(tiktok, creator, connection, cursor=cursor, limit=limit))
        if not page.has_more or not page.videos:
            break
        cursor = page.cursor
    followed = {video_id for of_creator in _followed for video_id in of_creator(creator)}
    for older in chunks(sorted(followed - seen), largest):
        yield _video_page(tiktok, creator, connection, limit=len(older), video_ids=older)


def video_pages(largest: int) -> list[int]:
    """How many videos to ask for in each call, so that the latest ones come in the fewest."""
    return [min(largest, LATEST_VIDEOS - seen) for seen in range(0, LATEST_VIDEOS, largest)]


def _largest_page(tiktok: Marketplace, connection: Connection | None) -> int:
    offered = tiktok.capabilities
    return offered.public_video_page if connection is None else offered.authorized_video_page


def refresh_video(video: Video) -> bool:
    """Fetch this one video, however old, and keep it with its counters. False: TikTok may not be asked about it."""
    creator = video.creator
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return False
    page = _video_page(marketplace(), creator, connection, video_ids=[video.tiktok_video_id])
    return _keep_page(creator, connection, page)


def _keep_page(creator: Creator, connection: Connection | None, page: types.VideoPage) -> bool:
    """False when the consent ended during the call: nothing of it is kept."""
    with transaction.atomic():
        if connection is not None and not _still_sees(creator, connection):
            return False
        keep_videos(creator, page.videos, Source.AUTHORIZED if connection else Source.PUBLIC)
    return True


def _video_page(
    tiktok: Marketplace,
    creator: Creator,
    connection: Connection | None,
    *,
    cursor: int = 0,
    limit: int = 10,
    video_ids: Sequence[str] = (),
) -> types.VideoPage:
    """The latest videos from a cursor on, or those named."""
    if connection is not None:
        return call_as_creator(
            connection,
            lambda token: tiktok.authorized_videos(
                token, connection.open_id, cursor=cursor, limit=limit, video_ids=video_ids
            ),
        )
    with tiktok_call():
        return tiktok.public_videos(creator.handle, cursor=cursor, limit=limit, video_ids=video_ids)


@transaction.atomic
def keep_videos(
    creator: Creator,
    videos: Sequence[types.Video],
    source: Source,
    *,
    fetched_at: datetime | None = None,
) -> list[Video]:
    """Keep listed videos and their counters, and a fact of this hour for each. Returns their rows."""
    lock_creators([creator.pk])
    fetched_at = fetched_at or timezone.now()
    own = Video.objects.exclude(source=Source.LEGACY)
    by_id = {
        row.tiktok_video_id: row
        for row in own.filter(tiktok_video_id__in=[video.video_id for video in videos])
    }
    rows = [
        (by_id.get(video.video_id) or Video(creator=creator, tiktok_video_id=video.video_id), video)
        for video in videos
    ]
    for row, video in rows:
        _copy_texts(row, video, creator, source, fetched_at)
    kept = [row for row, _ in rows]
    Video.objects.bulk_update([row for row in kept if row.pk], VIDEO_FIELDS)
    Video.objects.bulk_create([row for row in kept if not row.pk])
    for row, video in rows:
        _copy_counts(row, video)
    record_video_snapshots(kept, source=source, fetched_at=fetched_at)
    calculate_averages(creator)
    return kept


def lock_creators(creator_ids: Iterable[int] | models.QuerySet[Any, Any]) -> None:
    """One writer at a time for one account's videos, and everybody locks accounts before videos."""
    list(Creator.objects.select_for_update().filter(pk__in=creator_ids).order_by("pk"))


def _copy_texts(
    row: Video, video: types.Video, creator: Creator, source: Source, fetched_at: datetime
) -> None:
    if not row.pk:
        row.source = row.counts_source = source
        row.counts_fetched_at = fetched_at
    row.caption = video.caption or ""
    row.url = f"{creator.profile_url}/video/{video.video_id}"
    row.embed_url = video.embed_url or ""
    row.thumbnail_url = video.thumbnail_url or ""
    row.published_at = video.created_at
    fit(row, VIDEO_FIELDS)


def _copy_counts(row: Video, video: types.Video) -> None:
    """For the loader, which takes of these what the source tells."""
    row.video_views, row.likes = video.video_views, video.likes
    row.comments, row.shares = video.comments, video.shares
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
