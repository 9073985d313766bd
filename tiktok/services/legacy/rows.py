"""TikTok data of the old source: kept until the cut-over, gone after the purge."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models, transaction

from tenancy.isolation import organization_models
from tiktok.enums import MarketplaceStatus, Source
from tiktok.errors import LegacyClosed
from tiktok.models import Creator, LegacyMigration, Video
from tiktok.services.facts.snapshots import (
    COUNTS,
    record_creator_snapshots,
    record_video_snapshots,
)
from tiktok.services.legacy.export import LegacyPost

NO_COUNTS = (None,) * len(COUNTS)


def open_legacy() -> LegacyMigration:
    """The organization's migration, begun if there is none. Raises LegacyClosed once it has cut over."""
    migration, _ = LegacyMigration.objects.get_or_create()
    if migration.cut_over_at:
        raise LegacyClosed
    return migration


def keep_legacy_creators(posts: Sequence[LegacyPost]) -> dict[str, Creator]:
    """Creators of these posts by handle, with the followers the old source saw last, kept as a fact of that day too."""
    handles = {post.handle for post in posts}
    Creator.objects.bulk_create(
        [Creator(handle=handle) for handle in sorted(handles)], ignore_conflicts=True
    )
    creators = {creator.handle: creator for creator in Creator.objects.filter(handle__in=handles)}
    for post in sorted(posts, key=lambda post: post.collected_at):
        creator = creators[post.handle]
        is_own = creator.profile_source not in {"", Source.LEGACY}
        is_older = creator.profile_fetched_at and creator.profile_fetched_at > post.collected_at
        if post.followers is None or is_own or is_older:
            continue
        creator.follower_count = post.followers
        creator.profile_source, creator.profile_fetched_at = Source.LEGACY, post.collected_at
        creator.display_name = creator.display_name or post.handle
    legacy = [creator for creator in creators.values() if creator.profile_source == Source.LEGACY]
    Creator.objects.bulk_update(
        legacy, ["follower_count", "profile_source", "profile_fetched_at", "display_name"]
    )
    record_creator_snapshots(legacy)
    return creators


def keep_legacy_videos(
    posts: Sequence[LegacyPost], creators: dict[str, Creator]
) -> tuple[list[Video], set[str]]:
    """The posts as legacy videos with their counters, in the order given, and the ids of known ones that changed.

    Newer numbers replace older ones, whichever file comes first; an older reading is kept as a fact of its hour.
    """
    known = {
        video.tiktok_video_id: video
        for video in Video.objects.filter(
            source=Source.LEGACY, tiktok_video_id__in=[post.tiktok_video_id for post in posts]
        )
    }
    changed = {
        post.tiktok_video_id for post in posts if _changes(known.get(post.tiktok_video_id), post)
    }
    videos = [
        _reading(known.get(post.tiktok_video_id), post, creators[post.handle]) for post in posts
    ]
    Video.objects.bulk_create([video for video in videos if video.pk is None])
    Video.objects.bulk_update(
        [video for video in videos if video.tiktok_video_id in changed], ["caption", "url"]
    )
    record_video_snapshots(videos, source=Source.LEGACY)
    return videos, changed


def _changes(known: Video | None, post: LegacyPost) -> bool:
    """Does the post say something newer about a known video that differs?"""
    if known is None or post.collected_at < known.counts_fetched_at:
        return False
    has_news = _counts(post) not in (NO_COUNTS, tuple(getattr(known, name) for name in COUNTS))
    return has_news or (post.caption or known.caption, post.url) != (known.caption, known.url)


def _counts(post: LegacyPost) -> tuple[int | None, ...]:
    return post.views, post.likes, post.comments, post.shares


def _reading(known: Video | None, post: LegacyPost, creator: Creator) -> Video:
    """The video with the numbers of this post, for the loader, which knows what is newer."""
    if known is None:
        return _legacy_video(post, creator)
    if _changes(known, post):
        known.caption, known.url = post.caption or known.caption, post.url
    known.counts_fetched_at = post.collected_at
    for name, count in zip(COUNTS, _counts(post), strict=True):
        setattr(known, name, count)
    return known


def _legacy_video(post: LegacyPost, creator: Creator) -> Video:
    return Video(
        creator=creator,
        tiktok_video_id=post.tiktok_video_id,
        source=Source.LEGACY,
        published_at=post.posted_at,
        caption=post.caption,
        url=post.url,
        video_views=post.views,
        likes=post.likes,
        comments=post.comments,
        shares=post.shares,
        counts_source=Source.LEGACY,
        counts_fetched_at=post.collected_at,
    )


def creators_of_unknown_membership() -> models.QuerySet[Creator]:
    """Creators of which it is not known whether the marketplace has them."""
    return Creator.objects.filter(marketplace_status=MarketplaceStatus.UNKNOWN).order_by("pk")


@transaction.atomic
def legacy_rows() -> dict[str, int]:
    """Re-scan: rows of the old source left in the organization, for every table with a column that names a source."""
    counts = {}
    with connection.cursor() as cursor:
        for model in organization_models():
            if columns := [f'"{column}" = %s' for column in columns_of_source(model)]:
                table = model._meta.db_table
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE {" OR ".join(columns)}',  # noqa: S608 -- our own names
                    [Source.LEGACY] * len(columns),
                )
                counts[table] = cursor.fetchone()[0]
    return counts


def columns_of_source(model: type[models.Model]) -> list[str]:
    """The columns of a table that name the source of its numbers."""
    return [
        str(field.column)
        for field in model._meta.local_fields
        if list(field.choices or ()) == Source.choices
    ]
