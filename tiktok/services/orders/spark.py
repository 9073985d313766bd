"""Spark Ads: a creator's permission to advertise with a video that is tied to an order, asked for and read."""

from __future__ import annotations

from tiktok.client import errors
from tiktok.client.types import SparkAuthorization
from tiktok.models import MarketplaceAccount
from tiktok.services.gateway import marketplace, tiktok_call

__all__ = ["SparkAuthorization", "ask_for_spark", "read_spark"]


def ask_for_spark(
    account: MarketplaceAccount | None, video_id: str, *, days: int, extends: bool
) -> None:
    """Ask the creator for this many days, or for as many more. Raises OutcomeUnknown when it may have happened unseen."""
    tiktok = marketplace(account)
    with tiktok_call(creates=True):
        tiktok.apply_for_spark_ads(video_id, days=days, extend=extends)


def read_spark(account: MarketplaceAccount | None, video_id: str) -> SparkAuthorization | None:
    """Read what became of it; None: TikTok knows of no request."""
    tiktok = marketplace(account)
    with tiktok_call():
        try:
            found = tiktok.spark_authorization(video_id)
        except errors.NotFoundError:
            return None
    return found if found.status or found.auth_code else None
