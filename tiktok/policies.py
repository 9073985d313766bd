"""Predicates about TikTok accounts, over loaded facts."""

from __future__ import annotations

from datetime import timedelta

from tiktok.enums import AccountKind, MarketplaceStatus, PostTie

WARN_DAYS = (14, 7, 1)  # ahead of the day on which TikTok asks the creator again


def account_kind(status: str, *, is_authenticated: bool, is_released: bool) -> AccountKind:
    """Which of the four kinds an account is for one organization (`legacy` for all before its cut-over)."""
    if not is_released:
        return AccountKind.LEGACY
    if status == MarketplaceStatus.IN:
        return (
            AccountKind.AUTHENTICATED_TTCM
            if is_authenticated
            else AccountKind.NOT_AUTHENTICATED_TTCM
        )
    return AccountKind.AUTHENTICATED_NON_TTCM if is_authenticated else AccountKind.UNSUPPORTED


def is_supported(kind: AccountKind) -> bool:
    """May this account be tracked?"""
    return kind not in {AccountKind.UNSUPPORTED, AccountKind.LEGACY}


def warning_due(left: timedelta, warned_days: int | None) -> int | None:
    """Which mail ahead is due when so much time is left and the last one was sent `warned_days` ahead; the nearest only."""
    if left <= timedelta(0):
        return None
    reached = [days for days in WARN_DAYS if left <= timedelta(days=days)]
    nearest = min(reached, default=None)
    if nearest is None or (warned_days is not None and warned_days <= nearest):
        return None
    return nearest


def may_be_added_by_staff(status: str) -> bool:
    """Only marketplace accounts may be added without their influencer."""
    return status == MarketplaceStatus.IN


def post_tie(*, has_order: bool, is_authenticated: bool) -> PostTie:
    """Which column of the post matrix applies."""
    if has_order:
        return PostTie.ORDER
    return PostTie.AUTHENTICATED if is_authenticated else PostTie.NOT_AUTHENTICATED
