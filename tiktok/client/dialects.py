"""Both generations of the marketplace by name, for a setting that chooses one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from .protocol import Capabilities, Marketplace
from .transport import Client
from .ttcm import TtcmMarketplace
from .tto import TtoMarketplace


class Dialect(Protocol):
    """Makes a marketplace of an account and its token."""

    capabilities: Capabilities

    def __call__(self, client: Client, *, account_id: str, access_token: str) -> Marketplace:
        """The marketplace as the account sees it."""


DIALECTS: Mapping[str, Dialect] = MappingProxyType({"ttcm": TtcmMarketplace, "tto": TtoMarketplace})
