"""The counters of a post over time, and the days of which nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any

from django.utils import timezone

from campaigns.models import Post
from tiktok.enums import Source
from tiktok.models import Video
from tiktok.queries import DAY_COLUMNS, post_history, video_days
from ui.templatetags.charts import readable

SHOWN_BY_HOUR = timedelta(days=14)
MOST_GAPS = 5  # that a sentence names
DAY = timedelta(days=1)


def growth(post: Post) -> list[dict[str, object]]:
    """The post's counters, oldest first: of a young post by hour, of an older one as last seen on each UTC day. Gaps stay
    gaps."""
    if post.video is None:
        return []
    is_young = timezone.now() - post.video.published_at < SHOWN_BY_HOUR
    return _by_hour(post.video) if is_young else _by_day(post.video)


def _by_day(video: Video) -> list[dict[str, object]]:
    rows = [dict(zip(DAY_COLUMNS, row, strict=True)) for row in video_days([video.pk])]
    rows.sort(key=itemgetter("day"))
    return [{**row, "bucket_at": datetime.combine(row["day"], time(), UTC)} for row in rows]


def _by_hour(video: Video) -> list[dict[str, object]]:
    """Keep one reading of each hour; where sources overlap, the order's report."""
    by_hour: dict[datetime, dict[str, object]] = {}
    names = ("bucket_at", "source", "video_views", "likes", "comments", "shares")
    for row in post_history(video).values(*names):
        if row["source"] == Source.ORDER_REPORT or row["bucket_at"] not in by_hour:
            by_hour[row["bucket_at"]] = row
    return list(by_hour.values())


def missing_days(facts: Sequence[dict[str, Any]]) -> list[date]:
    """The UTC days between the first reading and the last without any."""
    days = sorted({fact["bucket_at"].date() for fact in facts})
    return [
        before + DAY * number
        for before, after in pairwise(days)
        for number in range(1, (after - before).days)
    ]


def gaps_in_words(facts: Sequence[dict[str, Any]]) -> str:
    """A sentence that names the days without numbers; empty where there are none."""
    spans: list[tuple[date, date]] = []
    for day in missing_days(facts):
        if spans and spans[-1][1] + DAY == day:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    if not spans:
        return ""
    named = [
        readable(a) if a == b else f"{readable(a)} – {readable(b)}" for a, b in spans[:MOST_GAPS]
    ]
    more = len(spans) - MOST_GAPS
    rest = f", and {more} more times" if more > 0 else ""
    return f"No numbers from TikTok: {', '.join(named)}{rest}. Missing is not zero."
