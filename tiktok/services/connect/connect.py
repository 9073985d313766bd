"""A creator connects TikTok, and lets go of it again.

The trip to TikTok's consent page is an attempt (`attempts`); what comes back is believed only when all of it fits.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from msgspec import structs

from jobs.services.queue import make_due, note_finished, wake
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in
from tiktok.client import errors, types
from tiktok.enums import (
    LIVE_CONNECTION_STATES,
    AttemptOutcome,
    ConnectionState,
    MarketplaceStatus,
    PollKind,
    Source,
)
from tiktok.errors import (
    ConnectionEnded,
    ConnectRefused,
    SealBroken,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.models import ConnectAttempt, Connection, Consent, Creator
from tiktok.queries import active_consents
from tiktok.services.connect.checks import CHECK_EVERY
from tiktok.services.creators.handles import LONGEST_HANDLE, creator_of, follow_handle
from tiktok.services.creators.membership import read_memberships, track_creator
from tiktok.services.creators.profiles import keep_profile
from tiktok.services.gateway import creator_oauth, marketplace, tiktok_call
from tiktok.services.grants.attempts import (
    OLD_CODE,
    answered,
    claim_attempt,
    close_attempt,
    code_of,
    open_attempt,
)
from tiktok.services.grants.grants import (
    CHECK,
    REQUESTED_SCOPES,
    end_grant,
    forget_authorized_data,
    keep_grant,
    missing_scopes,
)
from tiktok.services.grants.tokens import access_token
from tiktok.signals import connected, disconnected

log = structlog.get_logger()

# The text stands in templates/portal/consent/<version>.html; a new text gets a new version, the old file stays.
CONSENT_VERSION = "2026-11"
TAKEN = "This TikTok account is connected here by another person. They have to disconnect it first."


def redirect_uri() -> str:
    """The address that TikTok sends the creator back to; must be registered with the app."""
    return f"{settings.PUBLIC_URL}/oauth/tiktok/"


def start_connect(
    person: User, organization: Organization, *, session_key: str, expected_handle: str = ""
) -> str:
    """The address of TikTok's consent page for this person's next step. Raises NoMarketplaceAccount.

    With `expected_handle`, an answer for any other account is refused.
    """
    state = open_attempt(
        person, organization, session_key=session_key, expected_handle=expected_handle
    )
    return creator_oauth().authorize_url(
        redirect_uri=redirect_uri(), state=state, scopes=REQUESTED_SCOPES
    )


def finish_connect(
    *,
    state: str,
    session_key: str,
    person: User,
    code: str | None = None,
    error: str | None = None,
) -> Connection:
    """Believe TikTok's answer, or not. Opens the scope of the attempt's organization; call it outside any transaction.

    Returns the connection; its state is `missing_scope` when the creator withheld something we need. Raises ConnectDenied
    when they said no, ConnectRefused (a sentence to show) when the answer must not be believed, or another TikTokProblem.
    """
    attempt = claim_attempt(state, session_key=session_key, person=person)
    with answered(attempt):
        return _connect(attempt, code_of(code, error))


# --- TikTok's answer ---------------------------------------------------------------------------------------------
def _connect(attempt: ConnectAttempt, code: str) -> Connection:
    grant = _exchange(code)
    try:
        _refuse_taken(grant.open_id, attempt.person)
        if missing_scopes(grant.scopes):
            return _keep_without_scopes(attempt, grant)
        profile = _who_is_it(grant)
        known = creator_of(grant.open_id, profile.creator_id)
        if len(profile.handle) > LONGEST_HANDLE:
            profile = structs.replace(profile, handle=_handle_instead(attempt, known))
        handle = profile.handle.lower()
        if attempt.expected_handle not in {"", handle, known and known.handle}:
            raise ConnectRefused(
                f"You signed in at TikTok as @{handle}, but @{attempt.expected_handle} was asked for. Switch"
                " accounts at TikTok and try again."
            )
        return _keep(attempt, grant, profile, _membership(handle))
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


def _handle_instead(attempt: ConnectAttempt, known: Creator | None) -> str:
    """The handle kept for an account that TikTok names in more characters than any handle has."""
    handle = known.handle if known else attempt.expected_handle
    if not handle:
        raise ConnectRefused(
            "TikTok's name of this account could not be read. Please use the link you were sent."
        )
    return handle


def _membership(handle: str) -> MarketplaceStatus | None:
    """None when TikTok does not say just now: a connection is not refused for that, the sync-up is made due."""
    try:
        return read_memberships([handle]).get(handle)
    except TikTokProblem as problem:
        log.warning("connect.membership_unknown", problem=str(problem))
        return None


def _let_go(grant: types.Grant) -> None:
    """Nothing of a refused grant is kept, at TikTok neither. A connection that stands over the account is left alone."""
    if Connection.objects.filter(open_id=grant.open_id).exclude(sealed_access_token="").exists():
        return
    _revoke(grant.access_token, must=False)


def _revoke(token: str, *, must: bool) -> None:
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


# --- what is kept ------------------------------------------------------------------------------------------------
def _refuse_taken(open_id: str, person: User) -> None:
    """One connection per TikTok account. A dead one passes to whoever proves to own the account now."""
    others = Connection.objects.filter(open_id=open_id).exclude(person=person)
    if others.filter(state__in=LIVE_CONNECTION_STATES).exists():
        raise ConnectRefused(TAKEN)


def _keep_without_scopes(attempt: ConnectAttempt, grant: types.Grant) -> Connection:
    """The connection says what is missing; its tokens are of no use and go."""
    with transaction.atomic():
        connection = _kept_connection(attempt, grant, handle=None)
        reason = connection.state_reason
        end_grant(
            connection,
            state=ConnectionState.MISSING_SCOPE,
            reason=reason,
            actor=attempt.person,
        )
        close_attempt(attempt, AttemptOutcome.REFUSED, reason)
    _revoke(grant.access_token, must=False)
    return connection


@transaction.atomic
def _keep(
    attempt: ConnectAttempt,
    grant: types.Grant,
    profile: types.Profile,
    status: MarketplaceStatus | None,
) -> Connection:
    """Connection, creator, influencer, consent and the first authorized numbers: all or nothing."""
    connection = _kept_connection(attempt, grant, handle=profile.handle.lower())
    creator = _kept_creator(attempt, grant, profile, status)
    consent = _consent(creator, connection)
    let_influencer_in(attempt.organization, attempt.person)
    keep_profile(creator, profile, Source.AUTHORIZED)
    _wake_consents(connection)
    note_finished(PollKind.PROFILE, creator.pk)
    note_finished(PollKind.INSIGHTS, creator.pk)
    connected.send(sender=Creator, creator=creator, person=attempt.person)
    record(Verb.CONNECTION_CONNECTED, creator, actor=attempt.person, consent=consent.pk)
    close_attempt(attempt, AttemptOutcome.CONNECTED)
    return connection


def _kept_connection(
    attempt: ConnectAttempt, grant: types.Grant, *, handle: str | None
) -> Connection:
    """The account's one row, with the newest tokens. A dead row of another person is taken over, its consents ended."""
    now = timezone.now()
    Connection.objects.bulk_create(
        [
            Connection(
                person=attempt.person,
                open_id=grant.open_id,
                handle=handle or attempt.expected_handle,
                connected_at=now,
                access_expires_at=now,
                refresh_expires_at=now,
                state=ConnectionState.REVOKED,
            )
        ],
        ignore_conflicts=True,
    )
    connection = Connection.objects.select_for_update().get(open_id=grant.open_id)
    if connection.person_id != attempt.person_id:
        _refuse_taken(grant.open_id, attempt.person)
        end_grant(
            connection,
            state=ConnectionState.REVOKED,
            reason="Its owner connected it anew.",
            actor=attempt.person,
            withdraw=True,
        )
        connection.person = attempt.person
    connection.handle = handle or connection.handle
    connection.connected_at = now
    connection.warned_days = None
    keep_grant(connection, grant)
    connection.save()
    make_due(CHECK, connection.pk, after=CHECK_EVERY)
    return connection


def _wake_consents(connection: Connection) -> None:
    """Other organizations whose consents the new grant revives look through it again."""
    for organization in influencer_organizations(connection.person):
        with organization_scope(organization):
            revived = active_consents().filter(connection=connection)
            wake(PollKind.INSIGHTS, *revived.values_list("creator_id", flat=True))


def _kept_creator(
    attempt: ConnectAttempt,
    grant: types.Grant,
    profile: types.Profile,
    status: MarketplaceStatus | None,
) -> Creator:
    """The account's creator, found again under a new handle too."""
    handle = profile.handle.lower()
    if earlier_self := creator_of(grant.open_id, profile.creator_id):
        follow_handle(earlier_self, handle, actor=attempt.person)
    known = Creator.objects.filter(handle=handle).first()
    earlier = MarketplaceStatus(known.marketplace_status) if known else MarketplaceStatus.UNKNOWN
    creator = track_creator(handle, status or earlier)
    if status is None:
        make_due(PollKind.MEMBERSHIP, creator.pk)
    return creator


def _consent(creator: Creator, connection: Connection) -> Consent:
    """A standing consent to the same text over the same connection stays; any other ends where the new one begins."""
    now = timezone.now()
    active = Consent.objects.select_for_update().filter(creator=creator, withdrawn_at=None)
    if same := active.filter(connection=connection, text_version=CONSENT_VERSION).first():
        return same
    active.update(withdrawn_at=now)
    return Consent.objects.create(
        creator=creator, connection=connection, text_version=CONSENT_VERSION, granted_at=now
    )


# --- letting go --------------------------------------------------------------------------------------------------
def disconnect(connection: Connection, *, actor: User) -> None:
    """End the grant at TikTok first, then everything here that rested on it, in every organization.

    Raises TikTokUnavailable or TikTokBusy (nothing has changed then), also when the creator has connected anew
    meanwhile. Call it outside any transaction.
    """
    if connection.is_live:
        try:
            _revoke(access_token(connection), must=True)
        except (ConnectionEnded, SealBroken):  # we could not use it any more either way
            log.info("connect.ended_before_disconnect", connection=connection.pk)
        except TikTokRefused as refusal:
            log.warning("connect.revoke_refused", connection=connection.pk, code=refusal.code)
            raise
    _end_unless_renewed(connection, actor)


@transaction.atomic
def _end_unless_renewed(connection: Connection, actor: User) -> None:
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if locked.connected_at != connection.connected_at:
        raise TikTokUnavailable
    end_grant(
        connection,
        state=ConnectionState.REVOKED,
        reason="You disconnected it.",
        actor=actor,
        withdraw=True,
    )


@transaction.atomic
def withdraw_consent(consent: Consent, *, actor: User) -> None:
    """The organization in scope no longer sees through the connection; others are untouched. Twice is once."""
    # Connecting and ending lock in this order, too: connection, then what hangs on it.
    Connection.objects.select_for_update().get(pk=consent.connection_id)
    locked = Consent.objects.select_for_update().select_related("creator").get(pk=consent.pk)
    if locked.withdrawn_at is not None:
        return
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    forget_authorized_data(locked.creator)
    record(Verb.CONSENT_WITHDRAWN, locked.creator, actor=actor, consent=locked.pk)
    disconnected.send(sender=Creator, creator=locked.creator)
