"""The dialect of today: TikTok One under ``/tto/…`` with campaigns, invite links and link requests."""

from __future__ import annotations

from .brand_account import SparkCalls
from .protocol import Capabilities
from .tto_campaigns import CampaignCalls
from .tto_creators import CreatorReads
from .tto_extras import ExtraCalls

CAPABILITIES = Capabilities(
    has_link_requests=True,
    has_linked_video_events=True,
    has_publishing=True,
    has_discovery=True,
    spark_days=(7, 30, 60, 180, 365),
    brand_name_length=60,
    campaign_name_length=120,
    description_length=1000,
    membership_batch=20,
    campaign_page=5,
    link_batch=50,
    link_page=50,
    public_video_page=25,
    authorized_video_page=10,
    report_page=100,
)


class TtoMarketplace(CreatorReads, CampaignCalls, SparkCalls, ExtraCalls):
    """TikTok One as one brand's account sees it.

    ``access_token`` is the brand's long-lived token; creators' tokens are passed per call, their own
    actions are `TtoCreator`'s. Limits of `CAPABILITIES` are TikTok's to enforce: a call beyond them raises
    `InvalidParameterError`. Reads are repeated by `retry`, writes never after an unknown outcome.
    """

    account_parameter = "tto_tcm_account_id"
    capabilities = CAPABILITIES
