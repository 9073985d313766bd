"""The end of a connection, or of one organization's consent to it."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.client import errors
from tiktok.enums import ConnectionState
from tiktok.errors import (
    ConnectionEnded,
    SealBroken,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.models import Connection, Consent, Creator
from tiktok.services.connect.publishing import end_publishing
from tiktok.services.gateway import creator_oauth, tiktok_call
from tiktok.services.grants.grants import end_grant, forget_authorized_data
from tiktok.services.grants.tokens import access_token
from tiktok.signals import disconnected

log = structlog.get_logger()


def disconnect(connection: Connection, *, actor: User) -> bool:
    """End the grant at TikTok first, then everything here that rested on it, in every organization.

    Raises TikTokUnavailable or TikTokBusy (nothing has changed then), also when the creator has connected anew
    meanwhile. Call it outside any transaction. False: our copy of the token does not open, so TikTok could not be asked.
    """
    is_ended_there = True
    if connection.is_live:
        try:
            revoke(access_token(connection), must=True)
        except ConnectionEnded:
            log.info("connect.ended_before_disconnect", connection=connection.pk)
        except SealBroken:  # we could not use it any more either way
            is_ended_there = False
            log.warning("connect.not_revoked", connection=connection.pk)
        except TikTokRefused as refusal:
            log.warning("connect.revoke_refused", connection=connection.pk, code=refusal.code)
            raise
    _end_unless_renewed(connection, actor)
    return is_ended_there


@transaction.atomic
def _end_unless_renewed(connection: Connection, actor: User) -> None:
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if locked.connected_at != connection.connected_at:
        raise TikTokUnavailable
    end_grant(
        connection,
        state=ConnectionState.REVOKED,
        reason=_("You disconnected it."),
        actor=actor,
        withdraw=True,
    )


@transaction.atomic
def withdraw_consent(consent: Consent, *, actor: User | None) -> None:
    """The organization in scope no longer sees through the connection; others are untouched. Twice is once. `actor` is None
    where nobody says so, and the time is over."""
    # Connecting and ending lock in this order, too: connection, then what hangs on it.
    Connection.objects.select_for_update().get(pk=consent.connection_id)
    locked = Consent.objects.select_for_update().select_related("creator").get(pk=consent.pk)
    if locked.withdrawn_at is not None:
        return
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    end_publishing(locked.creator, actor=actor)
    forget_authorized_data(locked.creator)
    record(Verb.CONSENT_WITHDRAWN, locked.creator, actor=actor, consent=locked.pk)
    disconnected.send(sender=Creator, creator=locked.creator)


def revoke(token: str, *, must: bool) -> None:
    """Give a token back to TikTok. Raises TikTokProblem if it `must` be and cannot."""
    try:
        with tiktok_call():
            try:
                creator_oauth().revoke(token)
            except (errors.AccessTokenInvalidError, errors.AccessTokenExpiredError):
                return  # it is dead already
    except TikTokProblem as problem:
        if must:
            raise
        log.warning("connect.not_revoked", problem=str(problem))
