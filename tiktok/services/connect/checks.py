"""The daily look after every live grant: whose it is, what it allows, how long it lasts.

Connections are the queue themselves: due ones are claimed with SKIP LOCKED by moving `check_due_at` a lease ahead, and
finished by an update fenced by it. A lost worker costs a delay; a creator who connects anew meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from tiktok.client import types
from tiktok.enums import LIVE_CONNECTION_STATES, ConnectionState
from tiktok.errors import ConnectionEnded, TikTokBusy, TikTokProblem
from tiktok.limits import waiting_as_worker
from tiktok.models import Connection
from tiktok.policies import WARN_DAYS
from tiktok.services.connect.reminders import remind
from tiktok.services.gateway import creator_oauth
from tiktok.services.grants.grants import (
    CHECK_EVERY,
    CHECK_LEASE,
    end_grant,
    live_state,
    missing_scopes,
    not_granted,
)
from tiktok.services.grants.tokens import call_as_creator

log = structlog.get_logger()

RETRY_AFTER = timedelta(hours=1)
OTHER_ACCOUNT = "TikTok's answer was for another account."


def check_due_grants(*, limit: int = 20) -> int:
    """Claim live connections that are due and look after them. Returns the number claimed."""
    claimed = _claim(limit)
    for connection in claimed:
        if connection.check_due_at <= timezone.now():
            break  # so slow that the rest is anybody's again
        waits = [_wait(step, connection) for step in (check_grant, remind)]
        _finish(connection, min(waits))
    return len(claimed)


@transaction.atomic
def _claim(limit: int) -> list[Connection]:
    now = timezone.now()
    due = Connection.objects.filter(state__in=LIVE_CONNECTION_STATES, check_due_at__lte=now)
    claimed = list(due.order_by("check_due_at").select_for_update(skip_locked=True)[:limit])
    for connection in claimed:
        connection.check_due_at = now + CHECK_LEASE
    Connection.objects.bulk_update(claimed, ["check_due_at"])
    return claimed


def _wait(step: Callable[[Connection], None], connection: Connection) -> timedelta:
    """Take the step; until when it is to be taken again. Trouble with one grant never stops the others."""
    try:
        with waiting_as_worker():
            step(connection)
    except TikTokBusy as busy:
        return timedelta(seconds=busy.retry_after)
    except (TikTokProblem, OSError) as problem:  # smtplib's errors are OSErrors
        log.warning("grant.postpone", connection=connection.pk, problem=type(problem).__name__)
        return RETRY_AFTER
    except SoftTimeLimitExceeded:  # no defect of the grant; `check_due_at` is its lease
        raise
    except Exception:  # a defect of ours, or a key that is missing
        log.exception("grant.broken", connection=connection.pk)
        return RETRY_AFTER
    return CHECK_EVERY


def _finish(claim: Connection, wait: timedelta) -> None:
    """Fenced by the lease. Sooner than the wait when a mail ahead or the end falls before that."""
    held = Connection.objects.filter(pk=claim.pk, check_due_at=claim.check_due_at)
    deadline = held.values_list("refresh_expires_at", flat=True).first()
    if deadline is not None:
        held.update(check_due_at=next_check(timezone.now(), wait, deadline))


def next_check(now: datetime, wait: timedelta, deadline: datetime) -> datetime:
    """The earliest of: the wait is over, a mail ahead is due, the grant is over."""
    turns = [deadline, *(deadline - timedelta(days=days) for days in WARN_DAYS)]
    return min([now + wait, *(turn for turn in turns if turn > now)])


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
