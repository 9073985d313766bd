"""The one door to TikTok: a client for the organization in scope, inside the request budget, in our own errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.db import connection

from tenancy.scope import current_organization_id
from tiktok import limits
from tiktok.client import (
    DIALECTS,
    BrandOAuth,
    Client,
    CreatorOAuth,
    Marketplace,
    OrderMarketplace,
    Subscriptions,
    account_ids,
    errors,
)
from tiktok.enums import AccountState, PollKind
from tiktok.errors import (
    CallInsideTransaction,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    NotOffered,
    OutcomeUnknown,
    TikTokBusy,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.models import MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.polling import make_due

_thread = threading.local()
MARKETPLACE_ACCESS = (errors.AccessTokenInvalidError, errors.AccessTokenExpiredError)
NO_ANSWER = (
    errors.UnreachableError,
    errors.GarbledAnswerError,
    errors.TemporaryError,
    errors.NotReadyError,
    errors.DuplicateRequestError,
)


def marketplace(account: MarketplaceAccount | None = None) -> Marketplace:
    """TikTok's brand side in the account's dialect; without one, of the account in use in the organization in scope.

    Raises NoMarketplaceAccount.
    """
    account = account or marketplace_account()
    if account is None or account.state != AccountState.CONNECTED:
        raise NoMarketplaceAccount
    dialect = DIALECTS[account.dialect]
    return dialect(
        _client(), account_id=account.tiktok_account_id, access_token=account.open_token()
    )


def order_marketplace(account: MarketplaceAccount | None = None) -> OrderMarketplace:
    """`marketplace`, for what only a dialect with orders can do. Raises NoMarketplaceAccount, NotOffered."""
    tiktok = marketplace(account)
    if not tiktok.capabilities.has_orders:
        raise NotOffered
    return cast(OrderMarketplace, tiktok)


def creator_oauth() -> CreatorOAuth:
    """TikTok's creator OAuth for our app."""
    return CreatorOAuth(_client(), authorize_base_url=settings.TIKTOK_AUTHORIZE_URL)


def brand_oauth() -> BrandOAuth:
    """TikTok's brand OAuth for our app."""
    return BrandOAuth(_client())


def subscriptions() -> Subscriptions:
    """What TikTok tells our app by itself."""
    return Subscriptions(_client())


def ttcm_account_ids(token: str) -> tuple[str, ...]:
    """The Creator Marketplace accounts that a brand's token may act for (`/oauth2/tcm/get/`)."""
    return account_ids(_client(), token)


def _client() -> Client:
    """One client for each thread and app: its connections to TikTok stay open between calls."""
    app = (settings.TIKTOK_BASE_URL, settings.TIKTOK_APP_ID, settings.TIKTOK_APP_SECRET)
    if getattr(_thread, "app", None) != app:
        base_url, app_id, secret = app
        _thread.client = Client(
            base_url=base_url, app_id=app_id, secret=secret, before_call=_before_call
        )
        _thread.app = app
    return _thread.client


def _before_call(call: object) -> None:
    """No call inside an open transaction, and none over the budget."""
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]  # noqa: SLF001
        raise CallInsideTransaction(str(call))
    limits.take(settings.TIKTOK_APP_ID)


@contextmanager
def tiktok_call(*, creates: bool = False) -> Iterator[None]:
    """Translate what the client raises into the product's errors. `creates`: a lost answer leaves the outcome unknown."""
    try:
        yield
    except MARKETPLACE_ACCESS as error:
        _doubt_accounts()
        raise MarketplaceAccessEnded from error
    except errors.RateLimitedError as error:
        raise TikTokBusy(error.retry_after or limits.MINUTE_BREACH_SECONDS) from error
    except NO_ANSWER as error:
        raise (
            OutcomeUnknown() if creates and error.outcome_unknown else TikTokUnavailable()
        ) from error
    except errors.TikTokError as error:
        raise TikTokRefused(error.message, code=error.code, request_id=error.request_id) from error


def _doubt_accounts() -> None:
    """The daily check of the organization's accounts is due now: it finds out which grant has ended, and says so."""
    if current_organization_id() is not None:
        connected = MarketplaceAccount.objects.filter(state=AccountState.CONNECTED)
        make_due(PollKind.MARKETPLACE, *connected.values_list("pk", flat=True))
