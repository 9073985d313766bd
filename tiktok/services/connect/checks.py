"""The daily check of every live grant: whose it is, what it allows, how long it lasts.

Each is a piece of work that belongs to nobody: planned when a creator connects, brought forward by a doubt, and gone with
the grant. A creator who connects anew meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jobs.enums import Lane
from jobs.services.queue import WorkKind, register_kind
from tiktok.client import types
from tiktok.enums import ConnectionState
from tiktok.errors import ConnectionEnded
from tiktok.models import Connection
from tiktok.policies import WARN_DAYS
from tiktok.services.connect.reminders import remind
from tiktok.services.gateway import creator_oauth
from tiktok.services.grants.grants import CHECK, end_grant, live_state, missing_scopes, not_granted
from tiktok.services.grants.tokens import call_as_creator
from tiktok.services.polls.kinds import REASONS, waiting

CHECK_EVERY = timedelta(days=1)
OTHER_ACCOUNT = _("TikTok's answer was for another account.")


def check_due_grants(connection_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Check these grants and say when each is to be checked again: never what has ended."""
    due_in: dict[int, timedelta | None] = dict.fromkeys(connection_ids)
    for connection in Connection.objects.filter(pk__in=connection_ids):
        try:
            check_grant(connection)
        finally:  # no trouble at TikTok keeps a mail back
            remind(connection)
        connection.refresh_from_db()
        if connection.is_live:
            now = timezone.now()
            due_in[connection.pk] = next_check(now, connection.refresh_expires_at) - now
    return due_in


def next_check(now: datetime, deadline: datetime) -> datetime:
    """The earliest of: a day is over, a mail ahead is due, the grant is over."""
    turns = [deadline, *(deadline - timedelta(days=days) for days in WARN_DAYS)]
    return min([now + CHECK_EVERY, *(turn for turn in turns if turn > now)])


def check_grant(connection: Connection) -> None:
    """Read back from TikTok whose the token is and what it allows (POST `/tt_user/token_info/get/`), and keep it.

    What is dead, incomplete or another's becomes a state with its reason. Raises TikTokProblem when it cannot be known now.
    """

    def ask(token: str) -> tuple[str, types.TokenInfo]:
        return token, creator_oauth().token_info(token)

    try:
        token, info = call_as_creator(connection, ask)
    except ConnectionEnded:
        return  # the row says why
    _keep(connection, token, info)


@transaction.atomic
def _keep(connection: Connection, token: str, info: types.TokenInfo) -> None:
    """Keep the answer, unless the tokens have changed meanwhile: then it is of an earlier grant."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if not locked.is_live or locked.open_access_token() != token:
        return
    now = timezone.now()
    locked.checked_at, locked.scopes = now, sorted(info.scopes)
    locked.state = live_state(locked.refresh_expires_at, now)
    locked.save(update_fields=["checked_at", "scopes", "state"])
    if info.open_id != locked.open_id:
        end_grant(locked, state=ConnectionState.REVOKED, reason=OTHER_ACCOUNT)
    elif missing := missing_scopes(info.scopes):
        end_grant(locked, state=ConnectionState.MISSING_SCOPE, reason=not_granted(missing))


register_kind(
    WorkKind(
        CHECK,
        Lane.POLLS,
        waiting(check_due_grants),
        cadence=CHECK_EVERY,
        lease=timedelta(minutes=15),
        problems=REASONS,
        has_owner=False,
    )
)
