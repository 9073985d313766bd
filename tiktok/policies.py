"""Predicates about TikTok accounts, over loaded facts."""

from __future__ import annotations

from tiktok.enums import AccountKind, Dialect, MarketplaceStatus, PostTie


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


def may_be_added_by_staff(status: str) -> bool:
    """Only marketplace accounts may be added without their influencer."""
    return status == MarketplaceStatus.IN


def post_tie(*, has_order: bool, is_authenticated: bool) -> PostTie:
    """Which column of the post matrix applies."""
    if has_order:
        return PostTie.ORDER
    return PostTie.AUTHENTICATED if is_authenticated else PostTie.NOT_AUTHENTICATED


def finds_lost_orders(dialect: str) -> bool:
    """Does TikTok keep a mark of ours, by which orders are found again whose making was never confirmed?

    In `tto` the name of the campaign; in `ttcm` only a person who sees the campaign code at TikTok can tell.
    """
    return dialect == Dialect.TTO
