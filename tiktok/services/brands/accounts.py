"""The organization's own TikTok marketplace accounts: kept, chosen, checked every day, let go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.db import transaction
from django.utils import timezone

from jobs.services.queue import note_finished, stop
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import AccountState, Dialect, PollKind
from tiktok.errors import MarketplaceAccessEnded, SealBroken, TikTokProblem, TikTokRefused
from tiktok.models import MarketplaceAccount
from tiktok.services.brands import subscriptions
from tiktok.services.brands.abilities import sends_events
from tiktok.services.creators.markets import forget_memberships
from tiktok.services.gateway import (
    MARKETPLACE_ACCESS,
    brand_oauth,
    tiktok_call,
    ttcm_account_ids,
)
from tiktok.services.polls.kinds import register_poll

log = structlog.get_logger()

ENDED_AT_TIKTOK = "TikTok no longer accepts the permission: it was taken back there, or replaced."
DISCONNECTED_HERE = "It was disconnected here."
NOT_LISTED = "TikTok no longer names this account among those that the permission is for."


# --- kept and chosen ---------------------------------------------------------------------------------------------
@transaction.atomic
def connect_marketplace_account(
    name: str,
    *,
    tiktok_account_id: str,
    token: str,
    actor: User | None,
    dialect: Dialect = Dialect.TTCM,
) -> MarketplaceAccount:
    """Keep a marketplace account and its brand token (sealed), replacing an earlier token of the same account.

    A known account keeps its dialect, and its name where none is given.
    """
    account, _ = MarketplaceAccount.objects.select_for_update().get_or_create(
        tiktok_account_id=tiktok_account_id, defaults={"dialect": dialect}
    )
    account.name = name or account.name or f"{dialect.label} {tiktok_account_id}"
    account.state, account.state_reason = AccountState.CONNECTED, ""
    account.connected_at = timezone.now()
    account.set_token(token)
    account.save()
    record(Verb.MARKETPLACE_ACCOUNT_CONNECTED, account, actor=actor)
    return account


@transaction.atomic
def choose_marketplace_account(account: MarketplaceAccount, *, actor: User) -> None:
    """New orders and look-ups go through this account from now on, where the creator is in its market.

    Raises MarketplaceAccessEnded unless it is connected.
    """
    locked = MarketplaceAccount.objects.select_for_update().get(pk=account.pk)
    if not locked.is_connected:
        raise MarketplaceAccessEnded
    locked.chosen_at = timezone.now()
    locked.save(update_fields=["chosen_at"])
    record(Verb.MARKETPLACE_ACCOUNT_CHOSEN, locked, actor=actor)


def lock_accounts() -> None:
    """Lock the accounts of the organization in scope, so that changes to several of them follow each other; rows may refer to them
    all the same."""
    list(MarketplaceAccount.objects.select_for_update(no_key=True).order_by("pk"))


def accounts_of(token: str) -> list[MarketplaceAccount]:
    """The connected accounts of the organization in scope that stand on this token: one consent may name several."""
    connected = MarketplaceAccount.objects.filter(state=AccountState.CONNECTED).order_by("pk")
    return [account for account in connected if _uses_token(account, token)]


def _uses_token(account: MarketplaceAccount, token: str) -> bool:
    """Another account whose token does not open is no trouble of this one's."""
    try:
        return account.open_token() == token
    except SealBroken:
        return False


# --- checked -----------------------------------------------------------------------------------------------------
def check_marketplace_account(account: MarketplaceAccount) -> None:
    """Ask TikTok what the account is today and whether its events still reach us; keep the answer. Outside any transaction.

    Raises MarketplaceAccessEnded when the grant is dead (the account is disconnected then), TikTokRefused (the account
    says why) or SealBroken (the same), TikTokUnavailable or TikTokBusy (nothing was learnt).
    """
    try:
        with _as_brand(account) as token:
            _note(account, **_described(account, token))
            if sends_events(account.dialect):
                _follow_videos(account, token)
        note_finished(PollKind.MARKETPLACE, account.pk)
        _follow_service_status(account)
    except (TikTokRefused, SealBroken) as problem:
        _note(account, state_reason=str(problem)[:200])
        raise
    finally:
        account.refresh_from_db()


def _described(account: MarketplaceAccount, token: str) -> dict[str, object]:
    """`/tto/oauth2/info/` of a TikTok One account. Of the older kind TikTok says no more than that it is there."""
    if account.dialect != Dialect.TTO:
        is_listed = account.tiktok_account_id in ttcm_account_ids(token)
        return {
            "described_at": timezone.now(),
            "state_reason": "" if is_listed else NOT_LISTED,
        }
    reported = brand_oauth().account(token, account.tiktok_account_id)
    return {
        "name": (reported.account_name or account.name)[:120],
        "country": (reported.country or "")[:2],
        "timezone": (reported.timezone or "")[:64],
        "verification": (reported.business_verification_status or "")[:20],
        "described_at": timezone.now(),
        "state_reason": "",
    }


def _note(account: MarketplaceAccount, **facts: object) -> None:
    """Keep what TikTok said, unless the account was renewed or let go of meanwhile."""
    seen = MarketplaceAccount.objects.filter(pk=account.pk, sealed_token=account.sealed_token)
    seen.update(**facts)


def _follow_videos(account: MarketplaceAccount, token: str) -> None:
    """A lost subscription shows as lost until it is made again."""
    followed = subscriptions.videos_followed(account.tiktok_account_id)
    _note(account, subscription_id=followed)
    if not followed:
        made = subscriptions.follow_videos(account.tiktok_account_id, token)
        _note(account, subscription_id=made)


def _follow_service_status(account: MarketplaceAccount) -> None:
    """Subscribe to TikTok's service status for the whole app; a failure is logged and tried again tomorrow."""
    try:
        with _as_brand(account) as token:
            if not subscriptions.service_status_followed():
                subscriptions.follow_service_status(token)
    except TikTokProblem as problem:
        log.warning("marketplace.no_service_status", problem=str(problem))


def _check_accounts(account_ids: Sequence[int]) -> None:
    connected = MarketplaceAccount.objects.filter(state=AccountState.CONNECTED)
    for account in connected.filter(pk__in=account_ids):
        try:
            check_marketplace_account(account)
        except (
            MarketplaceAccessEnded,
            TikTokRefused,
            SealBroken,
        ) as problem:  # the account says so
            log.warning("marketplace.checked", account=account.pk, problem=str(problem))


register_poll(PollKind.MARKETPLACE, _check_accounts)


# --- let go ------------------------------------------------------------------------------------------------------
@contextmanager
def _as_brand(account: MarketplaceAccount) -> Iterator[str]:
    """Calls with the account's token: one that TikTok no longer takes ends all that stands on it."""
    if not account.is_connected:
        raise MarketplaceAccessEnded
    token = account.open_token()
    with tiktok_call():
        try:
            yield token
        except MARKETPLACE_ACCESS as error:
            _end(token, Verb.MARKETPLACE_ACCOUNT_ENDED, reason=ENDED_AT_TIKTOK)
            raise MarketplaceAccessEnded from error


def disconnect_marketplace_account(
    account: MarketplaceAccount, *, actor: User | None
) -> list[MarketplaceAccount]:
    """End the permission at TikTok, then every account here that stood on it; returns these. Outside any transaction.

    What was collected stays. Raises TikTokUnavailable, TikTokBusy, TikTokRefused or SealBroken (nothing has changed
    then). Twice is once.
    """
    if not account.is_connected:
        return []
    token = account.open_token()
    revoke(token)
    ended = _end(
        token, Verb.MARKETPLACE_ACCOUNT_DISCONNECTED, reason=DISCONNECTED_HERE, actor=actor
    )
    for subscription_id in filter(None, ended.values()):
        _unfollow(subscription_id)
    return list(ended)


def revoke(token: str) -> None:
    """End the brand's permission at TikTok; one that has ended already is as good."""
    with tiktok_call():
        try:
            brand_oauth().revoke(token)
        except MARKETPLACE_ACCESS:
            log.info("marketplace.ended_before_revoke")


def _unfollow(subscription_id: str) -> None:
    """Remove at TikTok a subscription that fell silent with its token."""
    try:
        with tiktok_call():
            subscriptions.unfollow(subscription_id)
    except TikTokProblem as problem:
        log.warning("marketplace.not_unsubscribed", problem=str(problem))


@transaction.atomic
def _end(
    token: str, verb: Verb, *, reason: str, actor: User | None = None
) -> dict[MarketplaceAccount, str]:
    """Wipe the token wherever it stands; an account that was renewed meanwhile has another. Each with its subscription."""
    lock_accounts()
    ended = {}
    for account in accounts_of(token):
        ended[account] = account.subscription_id
        account.state, account.state_reason = AccountState.DISCONNECTED, reason
        account.sealed_token = account.subscription_id = ""
        account.save(update_fields=["state", "state_reason", "sealed_token", "subscription_id"])
        record(verb, account, actor=actor, texts={"reason": reason})
    for account in ended:
        forget_memberships(account)
    stop(PollKind.MARKETPLACE, *(account.pk for account in ended), reason=reason)
    return ended
