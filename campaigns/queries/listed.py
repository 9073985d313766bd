"""All Posts narrowed and sorted, and as lines of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from campaigns.models import Campaign
from campaigns.queries.posts import ListedVideo, all_posts, all_posts_page
from campaigns.queries.published import PostsAsked
from campaigns.queries.search import holding
from crm.models.search import folded
from tiktok.models import Video
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces
from ui.sheets import Cell

COUNTERS = ("video_views", "likes", "comments", "shares")
SORTABLE = {"published": "published_at"} | {name: name for name in COUNTERS}
HEAD = [
    "Video ID", "Address", "Caption", "Creator", "Handle", "Published", "Video views", "Likes", "Comments", "Shares",
    "Source", "Updated", "In the campaign",
]  # fmt: skip


def found_videos(campaign: Campaign, asked: PostsAsked) -> QuerySet[Video]:
    """The videos of All Posts that the wish names, in no order."""
    rows = all_posts(campaign).order_by()
    if asked.search:
        blank, of = Value(" "), "creator__account"
        words = Concat("caption", blank, f"{of}__handle", blank, f"{of}__influencer__name")
        rows = holding(rows.alias(plain=folded(words)), asked.search)
    wanted = {
        "creator__account": asked.creator,
        "creator__account__influencer__country": asked.market,
        "published_at__gte": asked.since and datetime.combine(asked.since, time.min, UTC),
        "published_at__lte": asked.until and datetime.combine(asked.until, time.max, UTC),
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def found_videos_page(
    campaign: Campaign,
    cursor: str | None = "",
    *,
    asked: PostsAsked,
    released: bool,
    size: int = PAGE_SIZE,
) -> KeysetPage[ListedVideo]:
    """A page of the videos that the wish names, in its order."""
    name = asked.sort.removeprefix("-")
    key = asked.sort.replace(name, SORTABLE[name])
    rows = found_videos(campaign, asked)
    return all_posts_page(campaign, cursor, released=released, rows=rows, key=key, size=size)


def listed_lines(campaign: Campaign, asked: PostsAsked, *, released: bool) -> Iterator[list[Cell]]:
    """A line for each video that the wish names, in its order, read in pieces."""
    rows = in_pieces(
        lambda cursor: found_videos_page(campaign, cursor, asked=asked, released=released, size=500)
    )
    yield from map(_line, rows)


def _line(row: ListedVideo) -> list[Cell]:
    video = row.video
    return [
        video.tiktok_video_id,
        video.url,
        video.caption,
        row.account.influencer.name,
        row.account.handle,
        video.published_at,
        *(getattr(video, name) for name in COUNTERS),
        video.get_counts_source_display(),
        video.counted_at,
        "yes" if row.is_visible else "no",
    ]
