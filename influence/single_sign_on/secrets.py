"""The secret that an organization shares with its provider: sealed as TikTok's tokens are."""

from __future__ import annotations

from tenancy.models import SingleSignOn
from tiktok.sealing import seal, unseal


def sealed(provider: SingleSignOn, secret: str) -> str:
    """The secret as its row keeps it; empty for none."""
    return seal(secret, provider.seal_context) if secret else ""


def open_secret(provider: SingleSignOn) -> str:
    """The secret in the clear. Raises SealBroken."""
    return unseal(provider.sealed_secret, provider.seal_context)
