"""TikTok's own data beside the old source's, before an organization cuts over: what TikTok still gives of the time since January
2024, then daily.

TikTok gives the videos of an account back to the first, with their numbers of today; numbers of past days it gives nobody. So
the back-fill reads the lists of videos to the end, once for each account, and regular syncs add a reading a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from jobs.services.queue import begin, make_due
from tiktok.client import types
from tiktok.enums import PollKind
from tiktok.models import Creator
from tiktok.queries import account_for
from tiktok.services.creators.consents import connection_of
from tiktok.services.creators.videos import keep_page, largest_page, video_page
from tiktok.services.gateway import marketplace
from tiktok.services.polls.kinds import register_poll

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
PAGES = 5  # at a time; then others have their turn


def begin_to_collect(creator_ids: Iterable[int]) -> None:
    """Sync these creators daily from now on, and read once what TikTok gives of the time before."""
    ids = list(creator_ids)
    begin(PollKind.PROFILE, *ids)
    begin(PollKind.VIDEOS, *ids)
    make_due(PollKind.BACKFILL, *ids)


def read_past_videos(creator: Creator) -> bool:
    """Keep the next older videos of a creator, since FIRST_DAY, with their numbers of today. Returns whether these were the last.

    Killed and done again, it goes on behind the last page that was kept.
    """
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return True
    tiktok = marketplace(account_for(creator))
    limit = largest_page(tiktok, connection)
    for _ in range(PAGES):
        page = video_page(tiktok, creator, connection, cursor=creator.past_cursor, limit=limit)
        if not keep_page(creator, connection, _since_first_day(page)):
            return True
        is_last = not page.has_more or not page.videos or _reaches_before(page)
        creator.past_cursor = 0 if is_last else page.cursor
        Creator.objects.filter(pk=creator.pk).update(past_cursor=creator.past_cursor)
        if is_last:
            return True
    return False


def _since_first_day(page: types.VideoPage) -> Sequence[types.Video]:
    return [video for video in page.videos if (video.created_at or FIRST_DAY) >= FIRST_DAY]


def _reaches_before(page: types.VideoPage) -> bool:
    return len(_since_first_day(page)) < len(page.videos)


def _read_past(creator_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    creators = Creator.objects.filter(pk__in=creator_ids)
    return {each.pk: None if read_past_videos(each) else timedelta(0) for each in creators}


register_poll(PollKind.BACKFILL, _read_past)
