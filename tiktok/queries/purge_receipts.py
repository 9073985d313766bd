"""The facts of a purge's receipt, for whoever reads its page without knowing how the product is built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from tenancy.enums import Verb
from tenancy.models import Event
from tiktok.models import PurgeReceipt

KEPT_POSTS = "post_links"  # the purger that leaves id and address of a post that a campaign listed
HASH_PART = 16


@dataclass(frozen=True)
class Check:
    """A search that was repeated: when, how many rows and files it found, and whether the receipt held."""

    at: datetime
    found: int
    holds: bool


@dataclass(frozen=True)
class PaperLine:
    """A table or store of the receipt. `hash_parts`: the SHA-256 of its ids, in pieces that fit a line."""

    what: str
    planned: int
    gone: int
    found: int
    hash_parts: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A receipt to read and print; times are None in receipts of earlier versions, which did not say them. `public_key`: of the
    signature; empty where this installation alone can check it."""

    receipt: PurgeReceipt
    lines: tuple[PaperLine, ...]
    cut_over_at: datetime | None
    purged: tuple[datetime, ...]
    searched: tuple[datetime, ...]
    backups_until: date | None
    kept_posts: int
    last_check: Check | None
    public_key: str
    keys_address: str

    @property
    def is_of_one_day(self) -> bool:
        """Did the purge begin and end on one day?"""
        return len({at.date() for at in self.purged}) < 2

    @property
    def is_uneven(self) -> bool:
        """Did something go by another way while the purge ran, such as a file that a member removed?"""
        return any(line.planned != line.gone for line in self.lines)


def paper_of(receipt: PurgeReceipt) -> Paper:
    """The receipt as its page shows it."""
    facts = receipt.facts
    return Paper(
        receipt,
        tuple(_line(line, receipt.rescan) for line in receipt.lines),
        datetime.fromisoformat(facts["cut_over_at"]) if facts.get("cut_over_at") else None,
        tuple(map(datetime.fromisoformat, facts.get("purged_at", ()))),
        tuple(map(datetime.fromisoformat, facts.get("searched_at", ()))),
        date.fromisoformat(facts["backups_until"]) if facts.get("backups_until") else None,
        sum(line["gone"] for line in receipt.lines if line["name"] == KEPT_POSTS),
        _last_check(receipt),
        facts.get("public_key", ""),
        keys_address(),
    )


def keys_address() -> str:
    """The address at which this installation says its public keys to anybody."""
    return f"{settings.PUBLIC_URL}{reverse('receipt_keys')}"


def _line(line: dict[str, Any], rescan: dict[str, int]) -> PaperLine:
    digest = line["sha256"]
    parts = tuple(digest[at : at + HASH_PART] for at in range(0, len(digest), HASH_PART))
    return PaperLine(line["what"], line["rows"], line["gone"], rescan.get(line["name"], 0), parts)


def _last_check(receipt: PurgeReceipt) -> Check | None:
    event = (
        Event.objects.filter(
            verb=Verb.PURGE_VERIFIED, object_type=receipt._meta.label_lower, object_id=receipt.pk
        )
        .order_by("-pk")
        .first()
    )
    return Check(event.at, event.detail["found"], event.detail["holds"]) if event else None
