"""TikTok One: publish a film as its creator and link it to a campaign in one step, with the creator's token."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from tiktok.client import errors, types
from tiktok.client.accounts_types import PublishStatus
from tiktok.errors import OutcomeUnknown, TikTokRefused
from tiktok.models import Connection
from tiktok.services.gateway import accounts_api, creator_side
from tiktok.services.grants.grants import LINKING
from tiktok.services.grants.tokens import call_as_creator

__all__ = ["PublishStatus", "find_published", "join_campaign", "publication_status", "publish_film"]


def join_campaign(connection: Connection, invite_link: str) -> None:
    """Accept the invitation, without which TikTok publishes nothing for it; where it is accepted already, or may be in the app
    alone, publishing itself says so. Raises what `call_as_creator` raises, but no refusal."""
    if LINKING not in connection.scopes:
        return
    with suppress(TikTokRefused):
        call_as_creator(
            connection, lambda token: creator_side(connection.open_id, token).join(invite_link)
        )


def publish_film(connection: Connection, invite_link: str, *, video_url: str, caption: str) -> str:
    """Have TikTok fetch the film, publish it and link it; the id to follow it by. Never call it twice for one film.

    Raises OutcomeUnknown when it may have happened unseen; ConnectionEnded, TikTokBusy, TikTokUnavailable and TikTokRefused
    when it has not. Outside any transaction.
    """

    def publish(token: str) -> str:
        try:
            return accounts_api().publish_video(
                token,
                connection.open_id,
                video_url=video_url,
                caption=caption,
                invite_link=invite_link,
            )
        except errors.TikTokError as error:
            if error.outcome_unknown:
                raise OutcomeUnknown(request_id=error.request_id) from error
            raise

    return call_as_creator(connection, publish)


def publication_status(connection: Connection, share_id: str) -> PublishStatus:
    """How far TikTok is with it."""
    return call_as_creator(
        connection,
        lambda token: accounts_api().publish_status(token, connection.open_id, share_id),
    )


def find_published(connection: Connection, *, since: datetime) -> Sequence[types.Video]:
    """The creator's latest public videos from then on."""
    page = call_as_creator(
        connection, lambda token: creator_side(connection.open_id, token).videos(limit=10)
    )
    return [video for video in page.videos if video.created_at and video.created_at >= since]
