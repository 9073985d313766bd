"""The trip to TikTok's consent page: a 256-bit `state` of which only the SHA-256 is stored, bound to session, person and
organization, ten minutes long, used once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.audit import record
from tiktok.enums import AttemptOutcome
from tiktok.errors import ConnectRefused, NoMarketplaceAccount
from tiktok.models import ConnectAttempt
from tiktok.queries import marketplace_account

log = structlog.get_logger()

ATTEMPT_LIFE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
AGAIN = "Please start again from your page."
UNKNOWN_STATE = f"This answer from TikTok belongs to no sign-in we started. {AGAIN}"
USED = f"This answer from TikTok was used already. {AGAIN}"
TOO_LATE = f"More than ten minutes passed on TikTok's page, so nothing was connected. {AGAIN}"
OTHER_SESSION = f"The sign-in at TikTok was started in another browser. {AGAIN}"
OTHER_PERSON = "The sign-in at TikTok was started by somebody else. Please start your own."


def open_attempt(
    person: User, organization: Organization, *, session_key: str, expected_handle: str
) -> str:
    """Begin a trip; the `state` to travel with. Raises NoMarketplaceAccount."""
    state = secrets.token_urlsafe(32)
    with organization_scope(organization), transaction.atomic():
        if marketplace_account() is None:
            raise NoMarketplaceAccount
        attempt = ConnectAttempt.objects.create(
            state_digest=_digest(state),
            session_digest=_digest(session_key),
            person=person,
            organization=organization,
            expected_handle=expected_handle.removeprefix("@").lower(),
            expires_at=timezone.now() + ATTEMPT_LIFE,
        )
        record("connection.started", attempt, actor=person)
    return state


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def claim_attempt(state: str, *, session_key: str, person: User) -> ConnectAttempt:
    """Use the attempt up, or refuse, say so in the organization it was for, and leave it to whom it was made for."""
    session_digest = _digest(session_key)
    claimed = ConnectAttempt.objects.filter(
        state_digest=_digest(state),
        session_digest=session_digest,
        person=person,
        used_at=None,
        expires_at__gt=timezone.now(),
    ).update(used_at=timezone.now())
    attempts = ConnectAttempt.objects.select_related("organization", "person")
    attempt = attempts.filter(state_digest=_digest(state)).first()
    if claimed and attempt is not None:
        return attempt
    reason = _why_not(attempt, session_digest, person)
    if attempt is None:
        own = attempts.filter(person=person, session_digest=session_digest, used_at=None)
        attempt = own.order_by("-pk").first()
    log.warning("connect.refused", attempt=attempt and attempt.pk, reason=reason)
    if attempt is not None:
        with organization_scope(attempt.organization):
            record("connection.refused", attempt, actor=person, reason=reason)
    raise ConnectRefused(reason)


def _why_not(attempt: ConnectAttempt | None, session_digest: str, person: User) -> str:
    if attempt is None:
        return UNKNOWN_STATE
    if attempt.person_id != person.pk:
        return OTHER_PERSON
    if not hmac.compare_digest(attempt.session_digest, session_digest):
        return OTHER_SESSION
    return USED if attempt.used_at else TOO_LATE


@transaction.atomic
def close_attempt(attempt: ConnectAttempt, outcome: AttemptOutcome, reason: str = "") -> None:
    """Say how the trip ended."""
    attempt.outcome, attempt.reason = outcome, reason[:200]
    attempt.save(update_fields=["outcome", "reason"])
    if outcome != AttemptOutcome.CONNECTED:
        record(f"connection.{outcome}", attempt, actor=attempt.person, reason=attempt.reason)


def forget_old_attempts() -> int:
    """Delete what nobody will ask about any more; the audit log keeps what happened. Returns how many."""
    old = ConnectAttempt.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
