"""Accounts API: an account's own numbers and those of its posts, and publishing to it, with the creator's token.

What the marketplace does not have for videos outside campaigns: reach, watch time, completion,
retention. TikTok forbids running one's own creator discovery on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from . import accounts_answers as answers
from .accounts_types import AccountProfile, AccountVideoPage, PublishStatus
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


PUBLISH_PATH = "/business/video/publish/"


class AccountsApi:
    """Accounts that consented. 40 calls a minute per account and endpoint, and the app's; publishing 6, and 15 a day."""

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

    def publish_video(
        self,
        token: str,
        business_id: str,
        *,
        video_url: str,
        caption: str = "",
        invite_link: str = "",
        is_branded_content: bool = True,
    ) -> str:
        """Have TikTok fetch a film and publish it to everybody. POST ``/business/video/publish/``; the ``share_id`` to follow it by.

        Needs the scope ``video.publish``. With a campaign's ``invite_link`` (``post_info.tto_invite_link``) the video is
        published *and* linked to that campaign of TikTok One: the creator must be invited, have joined, and the video be
        branded content. ``caption``: at most 2,200 UTF-16 units, 30 mentions.

        ``video_url``: https, readable without sign-in, for 30 minutes at least; its domain must be verified at TikTok for the
        app (*URL properties*). MP4, MOV or WebM of at most 1 GB, 3 to 600 seconds, both sides 360 pixels at least, 23 to 60
        frames a second. TikTok fetches it after this answer, and tries for an hour (from TikTok's page *Publish a public
        video post to an owned account* and the descriptions of its webhooks; the hour is second-hand).

        **There is no idempotency**: a second call publishes a second video. It is never repeated after an unknown outcome.
        Six calls a minute and 15 a day per account; beyond that `RateLimitedError`.
        """
        post = {
            "caption": caption,
            "is_brand_organic": False,
            "is_branded_content": is_branded_content,
            "tto_invite_link": invite_link or None,
        }
        body = {
            "business_id": business_id,
            "video_url": video_url,
            "post_info": {name: value for name, value in post.items() if value is not None},
        }
        bucket = f"{PUBLISH_PATH}{business_id}"
        ask = Ask("POST", PUBLISH_PATH, token, body=body, idempotent=False, bucket=bucket)
        return self._client.read(ask, answers.share_id)

    def publish_status(self, token: str, business_id: str, share_id: str) -> PublishStatus:
        """How far a publication is. GET ``/business/publish/status/``. Needs the scope ``video.publish``.

        TikTok's page was not readable to us: fields and words are those that several public clients read, which agree.
        """
        params = {"business_id": business_id, "publish_id": share_id}
        ask = _ask("/business/publish/status/", token, business_id, params)
        return self._client.read(ask, answers.publish_status)


def _ask(path: str, token: str, business_id: str, params: Mapping[str, object]) -> Ask:
    return Ask("GET", path, token, params, bucket=f"{path}{business_id}")
