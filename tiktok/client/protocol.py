"""What every marketplace dialect can do, and flags for what only one of them can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from . import tto_report_types, tto_types, types


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a dialect offers and the largest batch of each call; 0 where it has no such call.

    - ``has_orders``, ``has_campaign_codes``, ``has_video_reviews``: one order per creator under a code,
      and the review state of its videos
    - ``has_marketplace_invite``: creators can be invited to join the marketplace
    - ``has_campaigns``, ``has_link_requests``, ``has_creator_actions``: campaigns with an invite link,
      requests to link a live video, and the creator's own side of both
    - ``has_brand_profiles``, ``has_anchors``, ``has_spark_requests``, ``has_linked_video_events``
    - ``has_discovery``, ``has_rankings``: search with filters, leaderboards
    - ``has_average_views``: average views, engagement and completion rate of an authorized profile
    - ``has_public_rates``: median views, engagement rate and price of a public profile
    - ``has_audience_locales``, ``has_audience_devices``: of an authorized profile
    - ``has_paid_split``: a report tells organic from paid
    - ``report_needs_country``: a report covers the creators of one country; ask once per country
    """

    has_orders: bool = False
    has_campaign_codes: bool = False
    has_video_reviews: bool = False
    has_marketplace_invite: bool = False
    has_campaigns: bool = False
    has_link_requests: bool = False
    has_creator_actions: bool = False
    has_brand_profiles: bool = False
    has_anchors: bool = False
    has_spark_requests: bool = False
    has_linked_video_events: bool = False
    has_discovery: bool = False
    has_rankings: bool = False
    has_average_views: bool = False
    has_public_rates: bool = False
    has_audience_locales: bool = False
    has_audience_devices: bool = False
    has_paid_split: bool = False
    report_needs_country: bool = False
    spark_days: tuple[int, ...] = ()
    brand_name_length: int
    description_length: int
    membership_batch: int
    public_video_page: int
    authorized_video_page: int
    report_page: int
    report_days: int = 0
    invite_batch: int = 0
    order_batch: int = 0
    order_query_batch: int = 0
    order_page: int = 0
    orders_per_code: int = 0
    videos_per_order: int = 0
    campaign_name_length: int = 0
    campaign_batch: int = 0
    campaign_page: int = 0
    link_page: int = 0
    discovery_page: int = 0
    ranking_page: int = 0
    brand_profile_page: int = 0
    anchor_page: int = 0


class Marketplace(Protocol):
    """What both generations of the marketplace share: reading creators and their videos, Spark Ads."""

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

    def apply_for_spark_ads(self, video_id: str, *, days: int = 30, extend: bool = False) -> None:
        """Ask the creator of a tied video to authorize Spark Ads."""

    def spark_authorization(self, video_id: str) -> types.SparkAuthorization:
        """What became of the request, and the code."""


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


class CampaignMarketplace(Marketplace, Protocol):
    """A dialect with campaigns, invite links, link requests and a report per country."""

    def create_campaign(  # noqa: PLR0913 - TikTok's parameters, each by its name
        self,
        *,
        campaign_name: str,
        handles: Sequence[str],
        brand_name: str | None = None,
        brand_profile_id: str | None = None,
        campaign_description: str | None = None,
        anchor_id: str | None = None,
        advertiser_ids: Sequence[str] = (),
        spark_days: int | None = None,
        send_notification: bool = False,
        business_account_handle: str | None = None,
    ) -> tto_types.Campaign:
        """A campaign for invited creators; not idempotent."""

    def update_campaign(
        self,
        campaign_id: str,
        *,
        campaign_type: str = tto_types.CampaignType.CAMPAIGN,
        handles: Sequence[str] = (),
        advertiser_ids: Sequence[str] = (),
        send_notification: bool = False,
    ) -> tto_types.Campaign:
        """Add creators or ad accounts; nothing can be removed or renamed."""

    def campaigns(
        self,
        *,
        campaign_ids: Sequence[str] = (),
        campaign_type: str = tto_types.CampaignType.CAMPAIGN,
        page: int = 1,
        page_size: int = 5,
    ) -> tto_types.CampaignPage:
        """Campaigns of one type, all or those named."""

    def send_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Ask an invited creator to link a live video."""

    def remind_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Ask again while the request is pending."""

    def revoke_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Take a pending request back."""

    def link_requests(
        self,
        *,
        campaign_ids: Sequence[str] = (),
        handles: Sequence[str] = (),
        campaign_type: str | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> tto_types.LinkRequestPage:
        """Link requests and what became of them."""

    def report(
        self,
        campaign_id: str,
        country_code: str,
        *,
        start_on: date | None = None,
        end_on: date | None = None,
        page: int = 1,
        page_size: int = 100,
    ) -> tto_report_types.CampaignReport:
        """Numbers of the linked videos by creators of one country."""

    def report_pages(
        self,
        campaign_id: str,
        country_codes: Iterable[str],
        *,
        start_on: date | None = None,
        end_on: date | None = None,
    ) -> Iterator[tto_report_types.CampaignReport]:
        """Numbers of the linked videos, country after country, page after page."""
