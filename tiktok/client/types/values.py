"""Values that several answers carry."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Money(msgspec.Struct, frozen=True):
    """An amount and its ISO 4217 currency."""

    amount: Decimal
    currency: str


class Share(msgspec.Struct, frozen=True):
    """One part of a distribution: ``name`` in upper case where it is a code, ``fraction`` of the whole."""

    name: str
    fraction: float


class Label(msgspec.Struct, frozen=True):
    """A topic: of the commercial experience (industry) or of the account (content)."""

    label_id: str
    name: str
