"""Accounts API: an account's own numbers and those of its posts, with the creator's token.

What the marketplace does not have for videos outside campaigns: reach, watch time, completion,
retention. TikTok forbids running one's own creator discovery on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from . import accounts_answers as answers
from .accounts_types import AccountProfile, AccountVideoPage
from .ask import Ask
from .transport import Client

PROFILE_FIELDS = (
    "display_name",
    "username",
    "profile_image",
    "profile_deep_link",
    "bio_description",
    "is_verified",
    "is_business_account",
    "followers_count",
    "following_count",
    "total_likes",
    "videos_count",
    "audience_ages",
    "audience_genders",
    "audience_countries",
    "audience_cities",
    "video_views",
    "profile_views",
    "likes",
    "comments",
    "shares",
)
"""For business accounts add e.g. ``daily_new_followers``: TikTok refuses it for others."""

VIDEO_FIELDS = (
    "item_id",
    "create_time",
    "caption",
    "share_url",
    "embed_url",
    "thumbnail_url",
    "video_duration",
    "likes",
    "comments",
    "shares",
    "favorites",
    "video_views",
    "reach",
    "new_followers",
    "total_time_watched",
    "average_time_watched",
    "full_video_watched_rate",
    "video_view_retention",
    "impression_sources",
    "audience_genders",
    "audience_countries",
    "audience_cities",
    "audience_types",
)


class AccountsApi:
    """Reads of accounts that consented. 40 calls a minute per account and endpoint, and the app's."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def profile(
        self,
        token: str,
        business_id: str,
        *,
        start_on: date | None = None,
        end_on: date | None = None,
        fields: Sequence[str] = PROFILE_FIELDS,
    ) -> AccountProfile:
        """The account, its followers and its days. GET ``/business/get/``.

        ``business_id`` is the grant's ``open_id``. Days within the last 60; by default the last seven.
        """
        params = {
            "business_id": business_id,
            "fields": list(fields),
            "start_date": start_on and start_on.isoformat(),
            "end_date": end_on and end_on.isoformat(),
        }
        ask = _ask("/business/get/", token, business_id, params)
        return self._client.read(ask, answers.profile)

    def videos(
        self,
        token: str,
        business_id: str,
        *,
        video_ids: Sequence[str] = (),
        cursor: int = 0,
        limit: int = 20,
        fields: Sequence[str] = VIDEO_FIELDS,
    ) -> AccountVideoPage:
        """Posts with reach, watch time and retention, newest first. GET ``/business/video/list/``.

        Needs the scopes ``video.list`` and ``video.insights``; ``fields`` must hold ``item_id``; ``limit``
        1–20, raised to hold all ``video_ids``.
        """
        params = {
            "business_id": business_id,
            "fields": list(fields),
            "filters": {"video_ids": list(video_ids)} if video_ids else None,
            "cursor": cursor or None,
            "max_count": max(limit, len(video_ids)),
        }
        ask = _ask("/business/video/list/", token, business_id, params)
        return self._client.read(ask, answers.video_page)


def _ask(path: str, token: str, business_id: str, params: Mapping[str, object]) -> Ask:
    return Ask("GET", path, token, params, bucket=f"{path}{business_id}")
