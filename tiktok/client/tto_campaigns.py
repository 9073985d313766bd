"""Brand side of TikTok One: brand profiles, campaigns, link requests and the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from . import tto_answers as answers
from . import tto_report_types, tto_types
from .brand_account import BrandAccount
from .normalize import plain_handle
from .paging import by_number
from .tto_report_answers import campaign_report

CampaignType = tto_types.CampaignType


class CampaignCalls(BrandAccount):
    """Campaigns. Writes are never repeated after an unknown outcome."""

    def create_brand_profile(
        self, *, brand_name: str, brand_industry_id: str, brand_website: str, logo_url: str
    ) -> tto_types.BrandProfile:
        """A brand to make campaigns for. POST ``/tto/tcm/brand/profile/create/``.

        Name (at most 60), industry and logo (square JPG, PNG or GIF of at most 5 MB) cannot be changed
        later; ``brand_website`` begins with ``https://``.
        """
        ask = self._post(
            "/tto/tcm/brand/profile/create/",
            brand_name=brand_name,
            brand_industry_id=brand_industry_id,
            brand_website=brand_website,
            logo_url=logo_url,
        )
        return self._client.read(ask, answers.brand_profile)

    def brand_profiles(
        self, *, brand_profile_ids: Sequence[str] = (), page: int = 1, page_size: int = 100
    ) -> tto_types.BrandProfilePage:
        """Brand profiles, all or those named (at most 20). GET ``/tto/tcm/brand/profile/get/``."""
        ask = self._get(
            "/tto/tcm/brand/profile/get/",
            brand_profile_ids=list(brand_profile_ids) or None,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, answers.brand_profile_page)

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
        """A campaign for at most 100 invited creators. POST ``/tto/tcm/campaign/create/``.

        Give ``brand_name`` (at most 60) or ``brand_profile_id``. ``spark_days`` 0, 7, 30, 60, 180 or 365:
        whoever joins and uploads authorizes Spark Ads for so long. Handles that were refused come back as
        ``failed_handles``; ``handles`` may be empty until TikTok has caught up. TikTok knows no idempotency
        key: after an unknown outcome look for a token of yours in ``campaign_name`` among `campaigns`.
        """
        ask = self._post(
            "/tto/tcm/campaign/create/",
            campaign_type=CampaignType.CAMPAIGN,
            brand_name=brand_name,
            brand_profile_id=brand_profile_id,
            campaign_name=campaign_name,
            campaign_description=campaign_description,
            anchor_id=anchor_id,
            advertiser_ids=list(advertiser_ids) or None,
            default_spark_ads_requested_authorization_days=spark_days,
            handle_names=[plain_handle(handle) for handle in handles],
            send_notification=send_notification,
            business_account_handle=business_account_handle,
        )
        return self._client.read(ask, answers.campaign)

    def create_brand_link(
        self,
        brand_profile_id: str,
        *,
        advertiser_ids: Sequence[str] = (),
        spark_days: int | None = None,
        business_account_handle: str | None = None,
    ) -> tto_types.Campaign:
        """A link any creator of TikTok One may use. POST ``/tto/tcm/campaign/create/`` ``BRAND_LINK``."""
        ask = self._post(
            "/tto/tcm/campaign/create/",
            campaign_type=CampaignType.BRAND_LINK,
            brand_profile_id=brand_profile_id,
            advertiser_ids=list(advertiser_ids) or None,
            default_spark_ads_requested_authorization_days=spark_days,
            business_account_handle=business_account_handle,
        )
        return self._client.read(ask, answers.campaign)

    def update_campaign(
        self,
        campaign_id: str,
        *,
        campaign_type: str = CampaignType.CAMPAIGN,
        handles: Sequence[str] = (),
        advertiser_ids: Sequence[str] = (),
        send_notification: bool = False,
    ) -> tto_types.Campaign:
        """Add creators (at most 100) or ad accounts (at most 50). POST ``/tto/tcm/campaign/update/``.

        Nothing can be removed or renamed. A brand link takes ad accounts only.
        """
        ask = self._post(
            "/tto/tcm/campaign/update/",
            campaign_id=campaign_id,
            campaign_type=campaign_type,
            handle_names=[plain_handle(handle) for handle in handles] or None,
            advertiser_ids=list(advertiser_ids) or None,
            send_notification=send_notification if handles else None,
        )
        return self._client.read(ask, answers.campaign)

    def campaigns(
        self,
        *,
        campaign_ids: Sequence[str] = (),
        campaign_type: str = CampaignType.CAMPAIGN,
        page: int = 1,
        page_size: int = 5,
    ) -> tto_types.CampaignPage:
        """Campaigns of one type, all or those named (at most 5). GET ``/tto/tcm/campaign/``.

        ``page_size`` 1–5. Who joined is not told: a creator shows up by a video in ``video_ids``.
        """
        ask = self._get(
            "/tto/tcm/campaign/",
            campaign_ids=list(campaign_ids) or None,
            campaign_type=campaign_type,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, answers.campaign_page)

    def send_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Ask an invited creator to link a live video. POST ``/tto/tcm/campaign/link/`` ``LINK``."""
        return self._link(campaign_id, video_id, "LINK")

    def remind_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Ask again: at most twice, each 24 hours after the last. POST ``/tto/tcm/campaign/link/`` ``LINK``.

        TikTok tells a reminder from a request by whether one is pending.
        """
        return self._link(campaign_id, video_id, "LINK")

    def revoke_link_request(self, campaign_id: str, video_id: str) -> tto_types.LinkRequest:
        """Take a pending request back. POST ``/tto/tcm/campaign/link/`` ``REVOKE``."""
        return self._link(campaign_id, video_id, "REVOKE")

    def link_requests(
        self,
        *,
        campaign_ids: Sequence[str] = (),
        handles: Sequence[str] = (),
        campaign_type: str | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> tto_types.LinkRequestPage:
        """Link requests and what became of them. GET ``/tto/tcm/campaign/link/status/``.

        At most 50 ``campaign_ids`` and 50 ``handles``; ``page_size`` 1–50.
        """
        ask = self._get(
            "/tto/tcm/campaign/link/status/",
            campaign_ids=list(campaign_ids) or None,
            handle_names=[plain_handle(handle) for handle in handles] or None,
            campaign_type=campaign_type,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, answers.link_request_page)

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
        """Numbers of the linked videos by creators of one country. GET ``/tto/tcm/report/``.

        ``country_code`` (header ``Country-Code``) is one of the campaign's ``country_codes``. Totals are
        lifetime; a range of UTC days, both or neither and not before the campaign's creation, adds
        ``daily``. ``page_size`` 1–100. Audience and reach come a day late, until then None.
        """
        ask = self._get(
            "/tto/tcm/report/",
            campaign_id=campaign_id,
            start_date=start_on and start_on.isoformat(),
            end_date=end_on and end_on.isoformat(),
            page=page,
            page_size=page_size,
        )
        return self._client.read(
            replace(ask, headers={"Country-Code": country_code}),
            lambda raw: campaign_report(raw, campaign_id, country_code),
        )

    def report_pages(
        self,
        campaign_id: str,
        country_codes: Iterable[str],
        *,
        start_on: date | None = None,
        end_on: date | None = None,
    ) -> Iterator[tto_report_types.CampaignReport]:
        """`report` for every country, page after page until one is empty."""
        for country in country_codes:
            yield from self._country_pages(campaign_id, country, start_on, end_on)

    def _country_pages(
        self, campaign_id: str, country_code: str, start_on: date | None, end_on: date | None
    ) -> Iterator[tto_report_types.CampaignReport]:
        return by_number(
            lambda number: self.report(
                campaign_id, country_code, start_on=start_on, end_on=end_on, page=number
            ),
            lambda page: page.videos,
        )

    def _link(self, campaign_id: str, video_id: str, action: str) -> tto_types.LinkRequest:
        ask = self._post(
            "/tto/tcm/campaign/link/", campaign_id=campaign_id, video_id=video_id, action=action
        )
        return self._client.read(ask, answers.link_request)
