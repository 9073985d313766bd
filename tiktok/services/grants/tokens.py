"""The creator's access token, always a valid one: refreshed by one process at a time, outside any transaction.

Who refreshes has claimed it in the queue; the answer is stored by compare-and-swap on `version`, so that neither a slow
refresh nor one that met a disconnect can put old tokens back. Everybody else waits a moment and reads again. What failed,
or was left by a killed process, is due work: a worker does it unless a reader is faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jobs.enums import Lane
from jobs.services.queue import WorkKind, claim_now, register_kind
from tiktok.client import errors, types
from tiktok.enums import LIVE_CONNECTION_STATES, ConnectionState
from tiktok.errors import ConnectionEnded, GrantBeingRenewed, TikTokUnavailable
from tiktok.models import Connection
from tiktok.services.gateway import creator_oauth, tiktok_call
from tiktok.services.grants.grants import TOKEN_FIELDS, check_soon, end_grant, keep_grant
from tiktok.services.polls.kinds import REASONS, waiting

log = structlog.get_logger()
T = TypeVar("T")

REFRESH = "refresh"  # a kind of work
MARGIN = timedelta(minutes=5)
# Longer than a refresh can take: the wait for the request budget and the client's own time-outs.
LEASE = timedelta(seconds=180)
WAIT_SECONDS = 30.0
PAUSE_SECONDS = 0.05

# TikTok's answers to a refresh after which only a new consent helps.
OVER = (errors.RefreshTokenError, errors.AccessTokenInvalidError, errors.AuthCodeError)
# What leaves it open whether the grant still holds.
GRANT_IN_DOUBT = (errors.ScopeMissingError, errors.AuthCodeError)
CONSENT_EXPIRED = _("TikTok's permission lasts one year and has run out.")
CONSENT_REVOKED = _("The permission was withdrawn at TikTok.")


def access_token(connection: Connection) -> str:
    """A valid access token of this connection; call it outside any transaction.

    Raises ConnectionEnded when the creator has to consent again (the row then says why), TikTokUnavailable or TikTokBusy
    when it cannot be known now.
    """
    wait_until = time.monotonic() + WAIT_SECONDS
    is_fresh = False  # then it is taken however short its life: who asks again gets no better one
    while True:
        row = Connection.objects.get(pk=connection.pk)
        if not row.is_live:
            raise ConnectionEnded(row.state)
        if row.refresh_expires_at <= timezone.now():
            _end(row, ConnectionState.EXPIRED)
            raise ConnectionEnded(ConnectionState.EXPIRED)
        if is_fresh or row.access_expires_at > timezone.now() + MARGIN:
            return row.open_access_token()
        with claim_now(REFRESH, row.pk) as is_mine:
            is_fresh = is_mine and _refresh(row)
        if is_mine:
            continue
        if time.monotonic() > wait_until:
            raise GrantBeingRenewed(WAIT_SECONDS)
        time.sleep(PAUSE_SECONDS)


def refresh_due_tokens(connection_ids: Sequence[int]) -> None:
    """Refresh the tokens of these grants, unless a reader has done it."""
    for row in Connection.objects.filter(pk__in=connection_ids, state__in=LIVE_CONNECTION_STATES):
        if row.access_expires_at <= timezone.now() + MARGIN:
            _refresh(row)


def call_as_creator(connection: Connection, call: Callable[[str], T]) -> T:
    """Make a call with the creator's token: a token TikTok no longer takes is refreshed once, then the grant has ended.

    Raises ConnectionEnded, and what `gateway.tiktok_call` raises.
    """
    token = access_token(connection)
    with _call_over(connection):
        try:
            return call(token)
        except (errors.AccessTokenExpiredError, errors.AccessTokenInvalidError):
            _distrust(connection, token)
    token = access_token(connection)
    with _call_over(connection):
        try:
            return call(token)
        except (errors.AccessTokenExpiredError, errors.AccessTokenInvalidError) as error:
            _give_up(connection, token)
            raise ConnectionEnded(ConnectionState.REVOKED) from error


@contextmanager
def _call_over(connection: Connection) -> Iterator[None]:
    """Make a call over the grant; an answer that casts doubt on it has the grant checked now."""
    with tiktok_call(over=connection):
        try:
            yield
        except GRANT_IN_DOUBT:
            check_soon(connection)
            raise


def _distrust(connection: Connection, token: str) -> None:
    """Let the next reader refresh, unless somebody has refreshed since."""
    row = Connection.objects.get(pk=connection.pk)
    if row.is_live and row.open_access_token() == token:
        Connection.objects.filter(pk=row.pk, version=row.version).update(
            access_expires_at=timezone.now()
        )


@transaction.atomic
def _give_up(connection: Connection, token: str) -> None:
    """The grant has ended. Raises TikTokUnavailable when the creator has reconnected meanwhile."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if locked.is_live and locked.open_access_token() != token:
        raise TikTokUnavailable
    if locked.is_live:
        end_grant(locked, state=ConnectionState.REVOKED, reason=CONSENT_REVOKED)


def _refresh(row: Connection) -> bool:
    """Call TikTok and store what comes back. False, and nothing is done, when the row has changed since it was read."""
    if not Connection.objects.filter(pk=row.pk, version=row.version).exists():
        return False
    try:
        _keep(row, _ask(row))
    except ConnectionEnded as ended:
        _end(row, ended.reason)
        raise
    return True


def _ask(row: Connection) -> types.Grant:
    with _call_over(row):
        try:
            return creator_oauth().refresh(row.open_refresh_token())
        except OVER as error:
            is_expired = error.code == 40103
            raise ConnectionEnded(
                ConnectionState.EXPIRED if is_expired else ConnectionState.REVOKED
            ) from error


@transaction.atomic
def _keep(row: Connection, grant: types.Grant) -> None:
    """Compare and swap: only on the version the refresh began with. A grant ends with all that hangs on it, or not yet."""
    seen = row.version
    fresh = Connection.objects.get(pk=row.pk)
    keep_grant(fresh, grant)
    fresh.version = seen + 1
    values = {name: getattr(fresh, name) for name in TOKEN_FIELDS}
    if Connection.objects.filter(pk=row.pk, version=seen).update(**values) == 0:
        log.warning("connection.refresh_came_late", connection=row.pk)
    elif fresh.state == ConnectionState.MISSING_SCOPE:
        end_grant(fresh, state=ConnectionState.MISSING_SCOPE, reason=fresh.state_reason)


@transaction.atomic
def _end(row: Connection, state: str) -> None:
    """End the grant, unless the creator has reconnected meanwhile."""
    locked = Connection.objects.select_for_update().get(pk=row.pk)
    if locked.version == row.version and locked.is_live:
        reason = CONSENT_EXPIRED if state == ConnectionState.EXPIRED else CONSENT_REVOKED
        end_grant(locked, state=ConnectionState(state), reason=reason)


register_kind(
    WorkKind(
        REFRESH,
        Lane.POLLS,
        waiting(refresh_due_tokens),
        lease=LEASE,
        problems=REASONS,
        has_owner=False,
    )
)
