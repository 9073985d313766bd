"""The one door to TikTok: a client for the organization in scope, inside the request budget, in our own errors.

Before a call: no open transaction, a closed breaker, a turn in the budget. After it: the exchange is kept for whoever it
was made for, the breaker hears of it, and everybody of a limit that TikTok says is reached.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import cast

import structlog
from django.conf import settings
from django.db import connection as database
from django.db.models import Model

from jobs.services.queue import make_due
from jobs.services.stopping import go_on
from tenancy.scope import current_organization_id
from tiktok import breaker, limits
from tiktok.client import (
    DIALECTS,
    AccountsApi,
    BrandOAuth,
    Call,
    Client,
    CreatorOAuth,
    DiscoveryMarketplace,
    Exchange,
    Marketplace,
    OrderMarketplace,
    Subscriptions,
    TtoCreator,
    account_ids,
    errors,
)
from tiktok.enums import AccountState, PollKind
from tiktok.errors import (
    AnswerUnreadable,
    CallInsideTransaction,
    CallsUncounted,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    NotOffered,
    OutcomeUnknown,
    TikTokBusy,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.exchanges import MOST_UNREADABLE, PastExchange, count_unreadable, remember
from tiktok.models import Connection, MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.store import StoreIsDown

log = structlog.get_logger()

MARKETPLACE_ACCESS = (errors.AccessTokenInvalidError, errors.AccessTokenExpiredError)
NO_ANSWER = (
    errors.UnreachableError,
    errors.GarbledAnswerError,
    errors.TemporaryError,
    errors.NotReadyError,
    errors.DuplicateRequestError,
)
TIKTOKS_FAILURES = (errors.UnreachableError, errors.GarbledAnswerError, errors.TemporaryError)
# Where TikTok names neither limit nor time, the path rests for so long.
UNADVISED_SECONDS = 60.0
# Our calls are spaced: one second's limit is broken only where some came late, and a moment's rest makes up for that.
SECOND, BURST_SECONDS = 1.0, 0.15
# How long before its turn a call looks once more whether it may be made.
CHECK_SECONDS = 0.05

# The creator's connection that a call is made over, on top of the marketplace account it is made through.
_connection: ContextVar[Connection | None] = ContextVar("connection", default=None)


def marketplace(account: MarketplaceAccount | None = None) -> Marketplace:
    """TikTok's brand side in the account's dialect; without one, of the account in use in the organization in scope.

    Raises NoMarketplaceAccount.
    """
    account = account or marketplace_account()
    if account is None or account.state != AccountState.CONNECTED:
        raise NoMarketplaceAccount
    client = _client().reporting_to(partial(_after_call, account))
    return DIALECTS[account.dialect](
        client, account_id=account.tiktok_account_id, access_token=account.open_token()
    )


def order_marketplace(account: MarketplaceAccount | None = None) -> OrderMarketplace:
    """`marketplace`, for what only a dialect with orders can do. Raises NoMarketplaceAccount, NotOffered."""
    tiktok = marketplace(account)
    if not tiktok.capabilities.has_orders:
        raise NotOffered
    return cast(OrderMarketplace, tiktok)


def discovery_marketplace(account: MarketplaceAccount) -> DiscoveryMarketplace:
    """`marketplace`, for what only a dialect with search and rankings can do. Raises NoMarketplaceAccount, NotOffered."""
    tiktok = marketplace(account)
    if not tiktok.capabilities.has_discovery:
        raise NotOffered("Only TikTok One can be searched.")
    return cast(DiscoveryMarketplace, tiktok)


def creator_oauth() -> CreatorOAuth:
    """TikTok's creator OAuth for our app."""
    return CreatorOAuth(_client(), authorize_base_url=settings.TIKTOK_AUTHORIZE_URL)


def creator_side(open_id: str, token: str) -> TtoCreator:
    """TikTok One as this creator sees it, with their token."""
    return TtoCreator(_client(), creator_id=open_id, access_token=token)


def accounts_api() -> AccountsApi:
    """The Accounts API, for calls with a creator's token."""
    return AccountsApi(_client())


def brand_oauth() -> BrandOAuth:
    """TikTok's brand OAuth for our app."""
    return BrandOAuth(_client())


def subscriptions() -> Subscriptions:
    """The client of TikTok's webhook subscriptions."""
    return Subscriptions(_client())


def ttcm_account_ids(token: str) -> tuple[str, ...]:
    """The Creator Marketplace accounts that a brand's token may act for (`/oauth2/tcm/get/`)."""
    return account_ids(_client(), token)


def _client() -> Client:
    """One client for all threads: its connections to TikTok stay open between calls."""
    return _client_of(settings.TIKTOK_BASE_URL, settings.TIKTOK_APP_ID, settings.TIKTOK_APP_SECRET)


@lru_cache(maxsize=1)
def _client_of(base_url: str, app_id: str, secret: str) -> Client:
    return Client(
        base_url=base_url,
        app_id=app_id,
        secret=secret,
        before_call=_before_call,
        on_exchange=partial(_after_call, None),
    )


def _before_call(call: Call) -> None:
    """No call inside an open transaction, none once the worker is told to end, none of an endpoint that is down, and none
    over the budget."""
    if any(not block._from_testcase for block in database.atomic_blocks):  # type: ignore[attr-defined]  # noqa: SLF001 -- Django has no public name for it
        raise CallInsideTransaction(str(call))
    go_on()
    try:
        breaker.admit(call.path)
        _wait_for_turn(call)
    except StoreIsDown as problem:
        raise CallsUncounted(limits.UNCOUNTED_SECONDS) from problem


def _wait_for_turn(call: Call) -> None:
    """The world may change while a call waits. Whoever looks does so before its moment, so that it can leave in time."""
    seconds = limits.take(call.path, call.bucket)
    moment = time.monotonic() + seconds
    if (early := moment - time.monotonic() - CHECK_SECONDS) > 0:
        time.sleep(early)
        if limits.paused_for(call.path, call.bucket):
            _wait_for_turn(call)  # a burst is slept through, a longer pause refused
            return
        breaker.refuse_if_open(call.path)
    time.sleep(max(0.0, moment - time.monotonic()))


def _after_call(account: MarketplaceAccount | None, exchange: Exchange) -> None:
    """Never the reason that a call fails: what cannot be kept is not kept."""
    subjects: list[Model] = [each for each in (account, _connection.get()) if each is not None]
    try:
        if _is_tiktoks_failure(exchange.error):
            _note_failure(exchange)
        else:
            breaker.note_answer(exchange.path)
        if isinstance(exchange.error, errors.RateLimitedError):
            _pause(exchange, exchange.error)
        count_unreadable(exchange.path, [each.field for each in exchange.unreadable])
        remember(_past(exchange), subjects)
    except StoreIsDown:
        log.exception(
            "tiktok.exchange_not_kept", path=exchange.path, request_id=exchange.request_id
        )


def _note_failure(exchange: Exchange) -> None:
    """An answer that is none may be one subject's: asking the same again and again says nothing of the endpoint."""
    is_garbled = isinstance(exchange.error, errors.GarbledAnswerError)
    breaker.note_failure(
        exchange.path,
        request_id=exchange.request_id,
        question=exchange.question if is_garbled else "",
    )


def _is_tiktoks_failure(error: errors.TikTokError | None) -> bool:
    """Data that cannot be read came in TikTok's own envelope: the endpoint answers."""
    return isinstance(error, TIKTOKS_FAILURES) and not isinstance(error, errors.UnreadableDataError)


def _pause(exchange: Exchange, error: errors.RateLimitedError) -> None:
    """All processes stay away. The wire does not tell whose limit it is: a path's with a limit of its own, else the app's."""
    seconds = error.retry_after or UNADVISED_SECONDS
    if error.retry_after is None:
        limits.pause(seconds, path=exchange.path)
    else:
        limits.pause(BURST_SECONDS if seconds <= SECOND else seconds, bucket=exchange.bucket)
    log.warning(
        "tiktok.limit_reached",
        path=exchange.path,
        bucket=exchange.bucket,
        window=error.window,
        seconds=seconds,
        request_id=error.request_id,
    )


def _past(exchange: Exchange) -> PastExchange:
    return PastExchange(
        at=round(time.time() - exchange.seconds, 3),
        method=exchange.method,
        path=exchange.path,
        status=exchange.status,
        code=exchange.code,
        request_id=exchange.request_id,
        seconds=round(exchange.seconds, 3),
        attempt=exchange.attempt,
        error=type(exchange.error).__name__ if exchange.error else "",
        unreadable=[
            f"{each.field}: {each.why}: {each.raw}"
            for each in exchange.unreadable[:MOST_UNREADABLE]
        ],
    )


@contextmanager
def tiktok_call(*, creates: bool = False, over: Connection | None = None) -> Iterator[None]:
    """Translate what the client raises into the product's errors.

    `creates`: a lost answer leaves the outcome unknown. `over`: the creator's connection whose token the call carries.
    """
    token = _connection.set(over)
    try:
        yield
    except errors.TikTokError as error:
        if isinstance(error, MARKETPLACE_ACCESS):
            _check_accounts_soon()
        problem = _problem(error, creates=creates)
        log.info(
            "tiktok.call_failed",
            path=error.endpoint,
            error=type(error).__name__,
            code=error.code,
            request_id=error.request_id,
        )
        raise problem from error
    finally:
        _connection.reset(token)


def _problem(error: errors.TikTokError, *, creates: bool) -> TikTokProblem:
    request_id = error.request_id
    if isinstance(error, MARKETPLACE_ACCESS):
        return MarketplaceAccessEnded(request_id=request_id)
    if isinstance(error, errors.RateLimitedError):
        return TikTokBusy(error.retry_after or UNADVISED_SECONDS, request_id=request_id)
    is_open = creates and error.outcome_unknown
    if isinstance(error, errors.UnreadableDataError) and not is_open:
        return AnswerUnreadable(request_id=request_id)
    if isinstance(error, NO_ANSWER):
        return (OutcomeUnknown if is_open else TikTokUnavailable)(request_id=request_id)
    return TikTokRefused(error.message, code=error.code, request_id=request_id)


def _check_accounts_soon() -> None:
    """The daily check of the organization's accounts is due now: it finds out which grant has ended, and says so."""
    if current_organization_id() is not None:
        connected = MarketplaceAccount.objects.filter(state=AccountState.CONNECTED)
        make_due(PollKind.MARKETPLACE, *connected.values_list("pk", flat=True))
