"""A client for TikTok's Creator Marketplace API: plain Python over requests and msgspec."""

from . import errors, types
from .oauth import CreatorOAuth
from .protocol import Capabilities, Marketplace, OrderMarketplace
from .transport import Call, Client, Exchange
from .ttcm import TtcmMarketplace, account_ids

__all__ = [
    "Call",
    "Capabilities",
    "Client",
    "CreatorOAuth",
    "Exchange",
    "Marketplace",
    "OrderMarketplace",
    "TtcmMarketplace",
    "account_ids",
    "errors",
    "types",
]
