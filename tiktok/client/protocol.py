"""The protocol of every marketplace dialect, and flags for what only one of them can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from . import tto_report_types, tto_types, types


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The calls that a dialect offers and the largest batch of each; 0 where it has no such call. Services read each field.

    - ``has_orders``, ``has_campaign_codes``: one order per creator, under a code
    - ``has_marketplace_invite``: creators can be invited to join the marketplace
    - ``has_link_requests``: creators can be asked to link a live video
    - ``has_linked_video_events``: TikTok tells by itself what becomes of linked videos
    - ``has_publishing``: a film can be published for a creator and linked in one step
    - ``has_discovery``: the marketplace can be searched, and has rankings
    - ``has_average_views``: average views, engagement and completion rate of an authorized profile
    - ``has_audience_locales``: of an authorized profile
    - ``spark_days``: for how many days permission for Spark Ads is asked
    - ``…_batch``: subjects in one call; ``…_page``: rows of one answer; ``…_length``: characters
    """

    has_orders: bool = False
    has_campaign_codes: bool = False
    has_marketplace_invite: bool = False
    has_link_requests: bool = False
    has_linked_video_events: bool = False
    has_publishing: bool = False
    has_discovery: bool = False
    has_average_views: bool = False
    has_audience_locales: bool = False
    spark_days: tuple[int, ...] = ()
    brand_name_length: int
    description_length: int
    membership_batch: int
    public_video_page: int
    authorized_video_page: int
    report_page: int
    invite_batch: int = 0
    order_batch: int = 0
    order_query_batch: int = 0
    order_page: int = 0
    order_report_batch: int = 0
    campaign_name_length: int = 0
    campaign_page: int = 0
    link_batch: int = 0
    link_page: int = 0


class Marketplace(Protocol):
    """The calls that both generations of the marketplace share: reading creators and their videos, Spark Ads."""

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
        """The outcome of the request, and the code."""


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


class DiscoveryMarketplace(Marketplace, Protocol):
    """A dialect whose marketplace can be searched, and has rankings."""

    def labels(self, label_type: Literal["SEARCH", "RANKING"] = "SEARCH") -> tto_types.Labels:
        """Labels to search or rank by."""

    def rank(
        self,
        label_id: str,
        *,
        branded: bool = False,
        time_period: Literal["WEEK", "MONTH"] = "MONTH",
        lookback: Literal["ONE", "TWO", "THREE"] = "ONE",
        country_code: str = "US",
        page: int = 1,
        page_size: int = 20,
    ) -> tto_types.Ranking:
        """A leaderboard of at most 100 creators."""

    def discover(
        self, search: tto_types.Search, *, page: int = 1, page_size: int = 24
    ) -> tto_types.FoundPage:
        """Creators that match a search."""
