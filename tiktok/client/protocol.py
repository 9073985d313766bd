"""What every marketplace dialect can do, and flags for what only one of them can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from . import types


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a dialect offers and the largest batch of each call."""

    has_campaign_codes: bool
    has_marketplace_invite: bool
    has_video_reviews: bool
    has_audience_locales: bool
    has_account_averages: bool
    membership_batch: int
    invite_batch: int
    order_batch: int
    order_query_batch: int
    order_page: int
    orders_per_code: int
    videos_per_order: int
    spark_days: tuple[int, ...]
    brand_name_length: int
    description_length: int
    public_video_page: int
    authorized_video_page: int
    report_page: int
    report_days: int


class Marketplace(Protocol):
    """Reading creators and their videos, the part both generations of the marketplace share."""

    @property
    def capabilities(self) -> Capabilities:
        """Flags and limits of this dialect."""

    def membership(self, handles: Sequence[str]) -> dict[str, types.Membership]:
        """Marketplace membership per handle as it was passed in."""

    def public_profile(self, handle: str) -> types.Profile:
        """Profile of a creator in the marketplace."""

    def public_videos(
        self, handle: str, *, video_ids: Sequence[str] = (), cursor: int = 0, limit: int = 10
    ) -> types.VideoPage:
        """Videos of a creator in the marketplace, newest first."""

    def authorized_profile(self, creator_token: str, open_id: str) -> types.Profile:
        """Profile and audience of a creator who consented."""

    def authorized_videos(
        self,
        creator_token: str,
        open_id: str,
        *,
        video_ids: Sequence[str] = (),
        cursor: int = 0,
        limit: int = 10,
    ) -> types.VideoPage:
        """Videos of a creator who consented, newest first."""


class OrderMarketplace(Marketplace, Protocol):
    """A dialect with orders, campaign codes and reviews."""

    def invite(self, handles: Sequence[str]) -> types.InviteResult:
        """Invite creators to join the marketplace."""

    def create_orders(
        self,
        *,
        brand_name: str,
        description: str,
        handles: Sequence[str],
        video_count: int = 10,
        campaign_code: str | None = None,
        spark_days: int | None = None,
    ) -> types.CreatedOrders:
        """Create one order per handle; not idempotent."""

    def get_orders(
        self,
        *,
        order_ids: Sequence[str] | None = None,
        campaign_code: str | None = None,
        invite_link: str | None = None,
        page: int = 1,
        page_size: int = 20,
    ) -> types.OrderPage:
        """Orders by id, by code or by link."""

    def video_reviews(self, order_id: str) -> tuple[types.VideoReview, ...]:
        """Review state of the videos of an order."""

    def order_report(
        self,
        order_ids: Sequence[str],
        *,
        start_on: date | None = None,
        end_on: date | None = None,
        daily: bool = False,
        page: int = 1,
        page_size: int = 100,
    ) -> types.ReportPage:
        """Numbers of every video of the orders."""
