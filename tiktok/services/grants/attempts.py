"""The trip to TikTok's consent page: a 256-bit `state` of which only the SHA-256 is stored, bound to session, person and
organization, ten minutes long, used once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tiktok.enums import AttemptOutcome, AttemptPurpose
from tiktok.errors import ConnectDenied, ConnectRefused, NoMarketplaceAccount, TikTokProblem
from tiktok.models import ConnectAttempt
from tiktok.queries import marketplace_account

log = structlog.get_logger()

ATTEMPT_LIFE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
UNKNOWN_STATE = _("This answer from TikTok belongs to no sign-in we started. Please start again.")
USED = _("This answer from TikTok was used already. Please start again.")
TOO_LATE = _(
    "More than ten minutes passed on TikTok's page, so nothing was connected. Please start again."
)
OTHER_PURPOSE = _("This answer from TikTok was meant for another page. Please start again.")
OTHER_SESSION = _("The sign-in at TikTok was started in another browser. Please start again.")
OTHER_PERSON = _("The sign-in at TikTok was started by somebody else. Please start your own.")
NO_CODE = _("TikTok's answer was incomplete, so nothing was connected. Please start again.")
OLD_CODE = _("TikTok no longer accepts this answer. Please start again.")
BROKEN = _("Something went wrong here, so nothing was connected. Please start again.")
DENIED = _("You said no on TikTok's page, so nothing was connected.")
VERBS: dict[str, dict[AttemptOutcome, Verb]] = {
    AttemptPurpose.CREATOR: {
        AttemptOutcome.PENDING: Verb.CONNECTION_STARTED,
        AttemptOutcome.DENIED: Verb.CONNECTION_DENIED,
        AttemptOutcome.REFUSED: Verb.CONNECTION_REFUSED,
    },
    AttemptPurpose.BRAND: {
        AttemptOutcome.PENDING: Verb.MARKETPLACE_ACCOUNT_STARTED,
        AttemptOutcome.DENIED: Verb.MARKETPLACE_ACCOUNT_DENIED,
        AttemptOutcome.REFUSED: Verb.MARKETPLACE_ACCOUNT_REFUSED,
    },
}


def open_attempt(
    person: User,
    organization: Organization,
    *,
    session_key: str,
    purpose: AttemptPurpose = AttemptPurpose.CREATOR,
    expected_handle: str = "",
    agreed_to: str = "",
) -> str:
    """Begin a trip; the `state` to travel with. Raises NoMarketplaceAccount for a creator's."""
    state = secrets.token_urlsafe(32)
    with organization_scope(organization), transaction.atomic():
        if purpose == AttemptPurpose.CREATOR and marketplace_account() is None:
            raise NoMarketplaceAccount
        attempt = ConnectAttempt.objects.create(
            purpose=purpose,
            state_digest=_digest(state),
            session_digest=_digest(session_key),
            person=person,
            organization=organization,
            expected_handle=expected_handle.removeprefix("@").lower(),
            agreed_to=agreed_to,
            expires_at=timezone.now() + ATTEMPT_LIFE,
        )
        record(VERBS[purpose][AttemptOutcome.PENDING], attempt, actor=person)
    return state


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def claim_attempt(
    state: str,
    *,
    session_key: str,
    person: User,
    purpose: AttemptPurpose = AttemptPurpose.CREATOR,
) -> ConnectAttempt:
    """Use the attempt up, or refuse, say so in the organization it was for, and leave it to whom it was made for."""
    session_digest = _digest(session_key)
    claimed = ConnectAttempt.objects.filter(
        state_digest=_digest(state),
        session_digest=session_digest,
        person=person,
        purpose=purpose,
        used_at=None,
        expires_at__gt=timezone.now(),
    ).update(used_at=timezone.now())
    attempts = ConnectAttempt.objects.select_related("organization", "person")
    attempt = attempts.filter(state_digest=_digest(state)).first()
    if claimed and attempt is not None:
        return attempt
    reason = _why_not(attempt, session_digest, person, purpose)
    if attempt is None:
        own = attempts.filter(
            person=person, session_digest=session_digest, purpose=purpose, used_at=None
        )
        attempt = own.order_by("-pk").first()
    log.warning("connect.refused", attempt=attempt and attempt.pk, reason=reason)
    if attempt is not None:
        with organization_scope(attempt.organization):
            verb = VERBS[attempt.purpose][AttemptOutcome.REFUSED]
            record(verb, attempt, actor=person, texts={"reason": reason})
    raise ConnectRefused(reason)


def _why_not(
    attempt: ConnectAttempt | None, session_digest: str, person: User, purpose: AttemptPurpose
) -> str:
    if attempt is None:
        return UNKNOWN_STATE
    if attempt.person_id != person.pk:
        return OTHER_PERSON
    if attempt.purpose != purpose:
        return OTHER_PURPOSE
    if not hmac.compare_digest(attempt.session_digest, session_digest):
        return OTHER_SESSION
    return USED if attempt.used_at else TOO_LATE


@contextmanager
def answered(attempt: ConnectAttempt) -> Iterator[None]:
    """Run in the scope of the attempt's organization; any error on the way, even a defect, is kept as the trip's outcome."""
    with organization_scope(attempt.organization):
        try:
            yield
        except ConnectDenied as denied:
            close_attempt(attempt, AttemptOutcome.DENIED, str(denied))
            raise
        except TikTokProblem as problem:
            close_attempt(attempt, AttemptOutcome.REFUSED, str(problem))
            raise
        except Exception:
            close_attempt(attempt, AttemptOutcome.REFUSED, BROKEN)
            raise


def code_of(code: str | None, error: str | None) -> str:
    """The code of TikTok's answer. Raises ConnectDenied or ConnectRefused; TikTok's own words are never repeated."""
    if error == "access_denied":
        raise ConnectDenied(DENIED)
    if error or not code:
        raise ConnectRefused(NO_CODE)
    return code


def keep_code(attempt: ConnectAttempt, code: str) -> None:
    """Keep the code of TikTok's answer, sealed, for whoever exchanges it."""
    attempt.seal_code(code)
    attempt.save(update_fields=["sealed_code"])


def take_code(attempt: ConnectAttempt) -> str:
    """The code, which TikTok takes once. Raises ConnectRefused when somebody took it and was lost."""
    rows = ConnectAttempt.objects.filter(pk=attempt.pk, sealed_code=attempt.sealed_code)
    if not rows.exclude(sealed_code="").update(sealed_code=""):
        raise ConnectRefused(BROKEN)
    code, attempt.sealed_code = attempt.open_code(), ""
    return code


@transaction.atomic
def close_attempt(attempt: ConnectAttempt, outcome: AttemptOutcome, reason: str = "") -> None:
    """Say how the trip ended."""
    attempt.outcome, attempt.reason = outcome, reason[:200]
    attempt.save(update_fields=["outcome", "reason"])
    if outcome != AttemptOutcome.CONNECTED:
        verb, texts = VERBS[attempt.purpose][outcome], {"reason": attempt.reason}
        record(verb, attempt, actor=attempt.person, texts=texts)


def forget_old_attempts() -> int:
    """Delete what nobody will ask about any more; the events keep what happened. Returns how many."""
    old = ConnectAttempt.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
