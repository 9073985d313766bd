"""A client for TikTok One and the Creator Marketplace: plain Python over requests and msgspec."""

from . import errors, paging, tto_types, types, webhooks
from .accounts import AccountsApi
from .brand_oauth import BrandOAuth
from .dialects import DIALECTS
from .oauth import CreatorOAuth
from .protocol import (
    CampaignMarketplace,
    Capabilities,
    DiscoveryMarketplace,
    Marketplace,
    OrderMarketplace,
)
from .subscriptions import Subscriptions
from .transport import Call, Client, Exchange
from .ttcm import TtcmMarketplace, account_ids
from .tto import TtoMarketplace
from .tto_creator import TtoCreator
from .tto_types import Search

__all__ = [
    "DIALECTS",
    "AccountsApi",
    "BrandOAuth",
    "Call",
    "CampaignMarketplace",
    "Capabilities",
    "Client",
    "CreatorOAuth",
    "DiscoveryMarketplace",
    "Exchange",
    "Marketplace",
    "OrderMarketplace",
    "Search",
    "Subscriptions",
    "TtcmMarketplace",
    "TtoCreator",
    "TtoMarketplace",
    "account_ids",
    "errors",
    "paging",
    "tto_types",
    "types",
    "webhooks",
]
