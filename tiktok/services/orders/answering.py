"""TikTok One: answer a brand's link request as its creator, with the creator's token."""

from __future__ import annotations

from tiktok.models import Connection
from tiktok.services.gateway import creator_side
from tiktok.services.grants.tokens import call_as_creator


def answer_link_request(
    connection: Connection, invite_link: str, video_id: str, *, agrees: bool
) -> bool:
    """Let the brand link the video to the campaign of this invite link, or refuse it. False: TikTok does not ask (any more).

    TikTok is read before it is answered, so that an answer whose outcome was lost is not given twice. Outside any
    transaction. Raises ConnectionEnded, and what `gateway.tiktok_call` raises.
    """

    def answer(token: str) -> bool:
        creator = creator_side(connection.open_id, token)
        waiting = dict(creator.pending_links(invite_link).requests)
        if video_id not in waiting:
            return False
        (creator.approve_link if agrees else creator.reject_link)(waiting[video_id])
        return True

    return call_as_creator(connection, answer)
