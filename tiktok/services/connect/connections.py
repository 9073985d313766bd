"""A connection as it is written down: with its creator, the consent and the first authorized numbers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jobs.services.queue import make_due, note_finished, wake
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in
from tiktok.client import types
from tiktok.enums import (
    LIVE_CONNECTION_STATES,
    AttemptOutcome,
    ConnectionState,
    PollKind,
    Source,
)
from tiktok.errors import ConnectRefused
from tiktok.models import ConnectAttempt, Connection, Creator
from tiktok.queries import active_consents, is_released, marketplace_account
from tiktok.queries.consents import text_named
from tiktok.services.connect.checks import CHECK_EVERY
from tiktok.services.connect.consents import keep_consent
from tiktok.services.creators.handles import creator_of, follow_handle
from tiktok.services.creators.membership import Membership, track_creator
from tiktok.services.creators.profiles import keep_profile
from tiktok.services.grants.attempts import close_attempt
from tiktok.services.grants.grants import CHECK, end_grant, keep_grant
from tiktok.signals import connected

TAKEN = _(
    "This TikTok account is connected here by another person. They have to disconnect it first."
)


def refuse_taken(open_id: str, person: User) -> None:
    """One connection per TikTok account. A dead one passes to whoever proves to own the account now."""
    others = Connection.objects.filter(open_id=open_id).exclude(person=person)
    if others.filter(state__in=LIVE_CONNECTION_STATES).exists():
        raise ConnectRefused(TAKEN)


def keep_without_scopes(attempt: ConnectAttempt, grant: types.Grant) -> Connection:
    """A connection that says what is missing; its tokens are of no use and not kept."""
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
    return connection


@transaction.atomic
def keep_connection(
    attempt: ConnectAttempt,
    grant: types.Grant,
    profile: types.Profile,
    membership: Membership | None,
) -> Connection:
    """Connection, creator, influencer, consent and the first authorized numbers: all or nothing."""
    connection = _kept_connection(attempt, grant, handle=profile.handle.lower())
    creator = _kept_creator(attempt, grant, profile, membership)
    consent = keep_consent(creator, connection, text_named(attempt.agreed_to))
    let_influencer_in(attempt.organization, attempt.person)
    keep_profile(creator, profile, Source.AUTHORIZED, through=marketplace_account())
    _wake_consents(connection)
    note_finished(PollKind.PROFILE, creator.pk)
    note_finished(PollKind.INSIGHTS, creator.pk)
    if not is_released():
        make_due(PollKind.BACKFILL, creator.pk)
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
        refuse_taken(grant.open_id, attempt.person)
        end_grant(
            connection,
            state=ConnectionState.REVOKED,
            reason=_("Its owner connected it anew."),
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
    """Let other organizations whose consents the new grant revives sync through it again."""
    for organization in influencer_organizations(connection.person):
        with organization_scope(organization):
            revived = active_consents().filter(connection=connection)
            wake(PollKind.INSIGHTS, *revived.values_list("creator_id", flat=True))


def _kept_creator(
    attempt: ConnectAttempt,
    grant: types.Grant,
    profile: types.Profile,
    membership: Membership | None,
) -> Creator:
    """The account's creator, found again under a new handle too."""
    handle = profile.handle.lower()
    if earlier_self := creator_of(grant.open_id, profile.creator_id):
        follow_handle(earlier_self, handle, actor=attempt.person)
    creator = track_creator(handle, membership)
    if membership is None:
        make_due(PollKind.MEMBERSHIP, creator.pk)
    return creator
