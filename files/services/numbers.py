"""Numbers of receipts, by which a person finds one again."""

from __future__ import annotations

import secrets

from django.utils import timezone

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_number(kind: str) -> str:
    """A number for a receipt of today: `E-2026-12-01-7K4QM2`."""
    token = "".join(secrets.choice(LETTERS) for _ in range(6))
    return f"{kind}-{timezone.now():%Y-%m-%d}-{token}"
