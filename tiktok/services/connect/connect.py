"""The way of a creator from the click to a connection.

The trip to TikTok's consent page is an attempt (`attempts`); what comes back is believed only when all of it fits.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from msgspec import structs

from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tiktok.client import errors, types
from tiktok.errors import ConnectRefused, TikTokProblem
from tiktok.models import ConnectAttempt, Connection, Creator
from tiktok.services.connect.connections import keep_connection, keep_without_scopes, refuse_taken
from tiktok.services.connect.disconnect import revoke
from tiktok.services.creators.handles import LONGEST_HANDLE, creator_of, creators_called
from tiktok.services.creators.membership import Membership, find_membership
from tiktok.services.gateway import creator_oauth, marketplace, tiktok_call
from tiktok.services.grants.attempts import (
    OLD_CODE,
    answered,
    claim_attempt,
    code_of,
    keep_code,
    open_attempt,
    take_code,
)
from tiktok.services.grants.grants import missing_scopes, scopes_to_ask
from tiktok.signals import setting_out

log = structlog.get_logger()


def redirect_uri() -> str:
    """The address that TikTok sends the creator back to; must be registered with the app."""
    return f"{settings.PUBLIC_URL}/oauth/tiktok/"


def start_connect(
    person: User,
    organization: Organization,
    *,
    session_key: str,
    expected_handle: str = "",
    agreed_to: str = "",
    scopes: Sequence[str] = (),
) -> str:
    """The address of TikTok's consent page for this person's next step. Raises NoMarketplaceAccount, ConnectRefused.

    With `expected_handle`, an answer for any other account is refused. `agreed_to`: the key of the text that was read;
    `scopes`: what is asked for besides (`grants.FURTHER_SCOPES`).
    """
    with organization_scope(organization), transaction.atomic():
        setting_out.send(sender=Connection, person=person)
    state = open_attempt(
        person,
        organization,
        session_key=session_key,
        expected_handle=expected_handle,
        agreed_to=agreed_to,
    )
    return creator_oauth().authorize_url(
        redirect_uri=redirect_uri(), state=state, scopes=scopes_to_ask(person, wanted=scopes)
    )


def receive_answer(
    *,
    state: str,
    session_key: str,
    person: User,
    code: str | None = None,
    error: str | None = None,
) -> ConnectAttempt:
    """Believe TikTok's answer, or not; `finish_connect` exchanges its code.

    Raises ConnectDenied when they said no, ConnectRefused (a sentence to show) when the answer must not be believed.
    """
    attempt = claim_attempt(state, session_key=session_key, person=person)
    with answered(attempt):
        keep_code(attempt, code_of(code, error))
    return attempt


def finish_connect(attempt: ConnectAttempt) -> Connection:
    """Exchange the code of a believed answer. Opens the scope of the attempt's organization; outside any transaction.

    Returns the connection; its state is `missing_scope` when the creator withheld something we need. Raises ConnectRefused
    (a sentence to show), or another TikTokProblem.
    """
    with answered(attempt):
        return _connect(attempt, take_code(attempt))


# --- TikTok's answer ---------------------------------------------------------------------------------------------
def _connect(attempt: ConnectAttempt, code: str) -> Connection:
    grant = _exchange(code)
    try:
        refuse_taken(grant.open_id, attempt.person)
        if missing_scopes(grant.scopes):
            connection = keep_without_scopes(attempt, grant)
            revoke(grant.access_token, must=False)
            return connection
        profile = _who_is_it(grant)
        known = creator_of(grant.open_id, profile.creator_id)
        if len(profile.handle) > LONGEST_HANDLE:
            profile = structs.replace(profile, handle=_handle_instead(attempt, known))
        handle = profile.handle.lower()
        if attempt.expected_handle not in {"", handle} and not _is_called(known, attempt):
            raise ConnectRefused(
                gettext(
                    "You signed in at TikTok as @%(handle)s, but @%(asked)s was asked for. Switch accounts at TikTok and"
                    " try again."
                )
                % {"handle": handle, "asked": attempt.expected_handle}
            )
        return keep_connection(attempt, grant, profile, _membership(handle))
    except Exception:  # a defect of ours, too
        _let_go(grant)
        raise


def _exchange(code: str) -> types.Grant:
    with tiktok_call():
        try:
            return creator_oauth().exchange_code(code, redirect_uri())
        except errors.AuthCodeError as error:
            raise ConnectRefused(OLD_CODE) from error


def _who_is_it(grant: types.Grant) -> types.Profile:
    with tiktok_call():
        try:
            return marketplace().authorized_profile(grant.access_token, grant.open_id)
        except (errors.AccessTokenInvalidError, errors.AccessTokenExpiredError) as error:
            raise ConnectRefused(OLD_CODE) from error


def _is_called(known: Creator | None, attempt: ConnectAttempt) -> bool:
    """Is it the handle by which the organization knows the account, or has known it while nobody else has it?"""
    asked = attempt.expected_handle
    return known is not None and creators_called({asked}).get(asked) == known.pk


def _handle_instead(attempt: ConnectAttempt, known: Creator | None) -> str:
    """The handle kept for an account that TikTok names in more characters than any handle has."""
    handle = known.handle if known else attempt.expected_handle
    if not handle:
        raise ConnectRefused(
            gettext(
                "TikTok's name of this account could not be read. Please use the link you were sent."
            )
        )
    return handle


def _membership(handle: str) -> Membership | None:
    """None when TikTok does not say just now: a connection is not refused for that, the sync-up is made due."""
    try:
        return find_membership(handle)
    except TikTokProblem as problem:
        log.warning("connect.membership_unknown", problem=str(problem))
        return None


def _let_go(grant: types.Grant) -> None:
    """Nothing of a refused grant is kept, at TikTok neither. A connection that stands over the account is left alone."""
    if Connection.objects.filter(open_id=grant.open_id).exclude(sealed_access_token="").exists():
        return
    revoke(grant.access_token, must=False)
