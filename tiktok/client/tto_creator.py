"""TikTok One as one creator sees it, with the creator's token."""

from __future__ import annotations

from collections.abc import Sequence

from . import answers, tto_answers, tto_types, types
from .ask import Ask
from .brand_account import bucket
from .transport import Client

PROFILE_FIELDS = (
    "handle_name",
    "display_name",
    "profile_image",
    "bio",
    "country_code",
    "followers_count",
    "following_count",
    "likes_count",
    "videos_count",
    "creator_rate",
    "content_labels",
    "industry_labels",
    "audience_countries",
    "audience_genders",
    "audience_ages",
    "audience_devices",
    "audience_usages",
)


class TtoCreator:
    """A creator who consented. ``creator_id`` is the ``open_id`` of the `types.Grant`.

    Actions need the scope ``tto.campaign.link``. They are never repeated after an unknown outcome: read
    `pending_links` or the profile again first, and take TikTok's word that something is already joined
    or linked for success.
    """

    def __init__(self, client: Client, *, creator_id: str, access_token: str) -> None:
        self._client = client
        self._token = access_token
        self.creator_id = creator_id

    def __repr__(self) -> str:
        return f"TtoCreator(creator_id={self.creator_id!r})"

    def profile(self) -> types.Profile:
        """Profile and audience, every field there is. GET ``/tto/creator/authorized/``.

        Needs the scope ``biz.creator.info``, audience also ``biz.creator.insights``. TikTok One knows no
        average views, engagement or completion rate and no states here: None. Audiences of small
        accounts may be missing.
        """
        ask = self._get("/tto/creator/authorized/", fields=PROFILE_FIELDS)
        return self._client.read(ask, answers.profile)

    def videos(
        self, *, video_ids: Sequence[str] = (), cursor: int = 0, limit: int = 10
    ) -> types.VideoPage:
        """Videos, newest first. GET ``/tto/creator/authorized/video/list/``.

        Needs the scope ``video.list``; ``limit`` 1–10; with ``video_ids`` there are no pages.
        """
        ask = self._get(
            "/tto/creator/authorized/video/list/",
            video_ids=list(video_ids) or None,
            cursor=cursor or None,
            limit=limit,
        )
        return self._client.read(ask, answers.video_page)

    def join(self, invite_link: str) -> None:
        """Join a campaign by its invite link. POST ``/tto/creator/campaign/join/``.

        A campaign's link works for invited handles, a brand's for any creator of TikTok One.
        """
        self._act("/tto/creator/campaign/join/", tto_invite_link=invite_link)

    def link_video(self, invite_link: str, video_id: str) -> None:
        """Link a public video to a campaign. POST ``/tto/creator/campaign/video/link/``.

        Join first. A video can be linked to one campaign only.
        """
        self._act(
            "/tto/creator/campaign/video/link/", tto_invite_link=invite_link, video_id=video_id
        )

    def pending_links(self, invite_link: str) -> tto_types.PendingLinks:
        """Videos the brand asks to link. GET ``/tto/creator/link/request/get/``."""
        ask = self._get("/tto/creator/link/request/get/", tto_invite_link=invite_link)
        return self._client.read(ask, tto_answers.pending_links)

    def approve_link(self, link_request_id: str) -> None:
        """Let the brand link the video. POST ``/tto/creator/link/request/confirm/`` ``APPROVE``."""
        self._confirm(link_request_id, "APPROVE")

    def reject_link(self, link_request_id: str) -> None:
        """Refuse the link. POST ``/tto/creator/link/request/confirm/`` ``REJECT``."""
        self._confirm(link_request_id, "REJECT")

    def _confirm(self, link_request_id: str, action: str) -> None:
        self._act(
            "/tto/creator/link/request/confirm/", link_request_id=link_request_id, action=action
        )

    def _get(self, path: str, **params: object) -> Ask:
        params = {"creator_id": self.creator_id, **params}
        return Ask("GET", path, self._token, params, bucket=bucket(path))

    def _act(self, path: str, **body: object) -> None:
        body = {"creator_id": self.creator_id, **body}
        self._client.call(Ask("POST", path, self._token, body=body, idempotent=False))
