"""An organization connects its own TikTok accounts: the trip to the consent page for brands.

The trip is an attempt (`attempts`), as a creator's is. One consent may name several accounts, of both dialects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction

from jobs.services.queue import begin, make_due, resume
from tenancy.enums import Permission
from tenancy.models import Organization, User
from tenancy.policies import can
from tenancy.queries import membership_in
from tiktok.client import errors
from tiktok.enums import AttemptOutcome, AttemptPurpose, Dialect, PollKind
from tiktok.errors import ConnectRefused, TikTokProblem, TikTokRefused
from tiktok.models import ConnectAttempt, MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.brands.accounts import (
    accounts_of,
    check_marketplace_account,
    choose_marketplace_account,
    connect_marketplace_account,
    lock_accounts,
    revoke,
)
from tiktok.services.gateway import (
    MARKETPLACE_ACCESS,
    brand_oauth,
    tiktok_call,
    ttcm_account_ids,
)
from tiktok.services.grants.attempts import (
    OLD_CODE,
    answered,
    claim_attempt,
    close_attempt,
    code_of,
    keep_code,
    open_attempt,
    take_code,
)

log = structlog.get_logger()

NOT_ALLOWED = "Your role no longer includes managing TikTok, so nothing was connected."
NO_ACCOUNT = (
    "The permission came without a TikTok One or Creator Marketplace account, so nothing was connected. Sign in at TikTok"
    " as an administrator of the account, and tick it there."
)


@dataclass(frozen=True)
class BrandConnected:
    """The outcome of a trip; `problem` says what TikTok did not let us find out or set up yet."""

    organization: Organization
    accounts: list[MarketplaceAccount]
    problem: str = ""


def brand_redirect_uri() -> str:
    """The address that TikTok sends the brand's administrator back to; must be registered with the app."""
    return f"{settings.PUBLIC_URL}/oauth/tiktok/brand/"


def start_brand_connect(person: User, organization: Organization, *, session_key: str) -> str:
    """The address of TikTok's consent page for brands."""
    state = open_attempt(
        person, organization, session_key=session_key, purpose=AttemptPurpose.BRAND
    )
    return brand_oauth().authorize_url(redirect_uri=brand_redirect_uri(), state=state)


def receive_brand_answer(
    *,
    state: str,
    session_key: str,
    person: User,
    code: str | None = None,
    error: str | None = None,
) -> ConnectAttempt:
    """Believe TikTok's answer, or not; `finish_brand_connect` exchanges its code. Raises ConnectDenied, ConnectRefused."""
    attempt = claim_attempt(
        state, session_key=session_key, person=person, purpose=AttemptPurpose.BRAND
    )
    with answered(attempt):
        _refuse_without_role(attempt)
        keep_code(attempt, code_of(code, error))
    return attempt


def _refuse_without_role(attempt: ConnectAttempt) -> None:
    member = membership_in(attempt.person, attempt.organization_id)
    if not can(member, Permission.MANAGE_TIKTOK):
        raise ConnectRefused(NOT_ALLOWED)


def finish_brand_connect(attempt: ConnectAttempt) -> BrandConnected:
    """Exchange the code of a believed answer. Opens the scope of the attempt's organization; outside any transaction.

    Raises ConnectRefused (a sentence to show) or another TikTokProblem; nothing is kept then, and a token that was given is
    revoked.
    """
    with answered(attempt):
        accounts = _connect(attempt, take_code(attempt))
        return BrandConnected(attempt.organization, accounts, _first_check(accounts))


def _connect(attempt: ConnectAttempt, code: str) -> list[MarketplaceAccount]:
    with tiktok_call():
        try:
            token = brand_oauth().exchange_code(code).access_token
        except errors.AuthCodeError as error:
            raise ConnectRefused(OLD_CODE) from error
    try:
        return _keep(attempt, token, _account_ids(token))
    except Exception:  # a defect of ours, too
        _let_go(token)
        raise


def _account_ids(token: str) -> dict[str, Dialect]:
    """The accounts the token may act for, TikTok One's first. Raises ConnectRefused when there is none."""
    found = dict.fromkeys(_listed(brand_oauth().account_ids, token), Dialect.TTO)
    for account_id in _listed(ttcm_account_ids, token):
        found.setdefault(account_id, Dialect.TTCM)
    if not found:
        raise ConnectRefused(NO_ACCOUNT)
    return found


def _listed(ask: Callable[[str], tuple[str, ...]], token: str) -> tuple[str, ...]:
    """One dialect's accounts. An app may be refused the one list and given the other."""
    try:
        with tiktok_call():
            try:
                return ask(token)
            except MARKETPLACE_ACCESS as error:
                raise ConnectRefused(OLD_CODE) from error
    except TikTokRefused as refusal:
        log.warning("brand.list_refused", code=refusal.code, request_id=refusal.request_id)
        return ()


@transaction.atomic
def _keep(
    attempt: ConnectAttempt, token: str, found: dict[str, Dialect]
) -> list[MarketplaceAccount]:
    """All of them; the first is in use from now on where none was."""
    lock_accounts()
    is_first = marketplace_account() is None
    accounts = [
        connect_marketplace_account(
            "", tiktok_account_id=account_id, token=token, actor=attempt.person, dialect=dialect
        )
        for account_id, dialect in found.items()
    ]
    if is_first:
        choose_marketplace_account(accounts[0], actor=attempt.person)
    begin(PollKind.MARKETPLACE, *(account.pk for account in accounts))
    resume(*PollKind.values)
    close_attempt(attempt, AttemptOutcome.CONNECTED)
    return accounts


def _first_check(accounts: list[MarketplaceAccount]) -> str:
    """Describe them and ask for their events. What does not work now is tried again by the pump; the first reason."""
    problems = []
    for account in accounts:
        try:
            check_marketplace_account(account)
        except TikTokProblem as problem:
            problems.append(str(problem))
            if account.is_connected:
                make_due(PollKind.MARKETPLACE, account.pk)
    return next(iter(problems), "")


def _let_go(token: str) -> None:
    """Nothing of a refused permission is kept, at TikTok neither; one that accounts stand on is left alone."""
    if accounts_of(token):
        return
    try:
        revoke(token)
    except TikTokProblem as problem:
        log.warning("brand.not_revoked", problem=str(problem))
