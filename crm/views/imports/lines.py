"""Pasted lines in the words of pages: what is known of each, and what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.enums import ImportFate, ImportStage, Network, PasteResult
from crm.models import Import, ImportRow
from crm.policies.addresses import account_name
from crm.queries.imports import OUTSIDE
from crm.queries.invitations import several_markets
from crm.queries.pasted import ADDED, PasteCounts, paste_counts, pasted_rows_page
from crm.services.imports.expiry import PREVIEW_FOR
from crm.services.imports.meaning.catalog import ACCOUNT
from crm.services.invitations import invites_by_mail
from crm.views.imports.rows import Change, Words, shown_changes
from tenancy.access import OrganizationRequest
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator
from tiktok.queries import connected_accounts

KINDS = {
    PasteResult.IN: "success",
    PasteResult.OUTSIDE: "warning",
    PasteResult.NOBODY: "danger",
    PasteResult.HERE: "info",
    PasteResult.ELSEWHERE: "success",
    PasteResult.TWICE: "neutral",
    PasteResult.ERROR: "danger",
    PasteResult.OPEN: "neutral",
}


@dataclass(frozen=True)
class PastedLine:
    """A line: its result, the account it names, and the influencer whose it is or becomes.

    `markets`: the names of the markets that it is in, where there are several. `invited_at`: when it was invited to them last.
    """

    row: ImportRow
    result: PasteResult
    account: str
    network: str
    changes: list[Change]
    markets: list[str]
    invited_at: datetime | None

    @property
    def kind(self) -> str:
        """The kind of its badge."""
        return KINDS[self.result]

    @property
    def is_account(self) -> bool:
        """Is its account added?"""
        return self.result in ADDED

    @property
    def first_line(self) -> int:
        """The line whose account this one repeats."""
        return (self.row.duplicate_of or 1) - 1


def pasted_lines(request: OrganizationRequest, parent: Import) -> dict[str, Any]:
    """The context of the page of a paste."""
    result = request.GET.get("result", "")
    counts = paste_counts(parent)
    page = pasted_rows_page(parent, result=result, cursor=request.GET.get("cursor", ""))
    is_idle = not (parent.is_running or parent.has_open_lookup)
    is_open = parent.stage in {ImportStage.PREVIEW, ImportStage.IMPORT}
    return {
        "counts": counts,
        "fates": _tabs(counts, result),
        "page": page,
        "lines": _lines(parent, page.rows),
        "is_narrowed": result in PasteResult.values,
        "may_add": is_idle and is_open,
        "invites_by_mail": bool(counts.outside) and invites_by_mail(),
        "several_markets": several_markets,
        "kept_until": parent.created_at + PREVIEW_FOR,
    }


def _tabs(counts: PasteCounts, result: str) -> list[dict[str, Any]]:
    every = [("", "All", counts.total)]
    every += [(each.value, str(each.label), counts.by_result[each]) for each in PasteResult]
    return [
        {"value": value, "label": label, "count": count, "is_current": value == result}
        for value, label, count in every
        if count or not value or value == result
    ]


def _lines(parent: Import, rows: Sequence[ImportRow]) -> list[PastedLine]:
    words, markets = Words(parent, ()), {str(each.pk): str(each) for each in connected_accounts()}
    invited = _invited(rows)
    return [
        PastedLine(
            row=row,
            result=PasteResult(row.result),  # type: ignore[attr-defined]
            account=_account(row)[0],
            network=_account(row)[1],
            changes=[] if row.fate == ImportFate.NEW else shown_changes(words, row),
            markets=_markets(row, markets) if len(markets) > 1 else [],
            invited_at=invited.get(row.tiktok_handle),
        )
        for row in rows
    ]


def _account(row: ImportRow) -> tuple[str, str]:
    """The account as people write it, and its network; the text itself where nothing was read."""
    named = (key.removeprefix(ACCOUNT) for key in row.values if key.startswith(ACCOUNT))
    network = next(named, "")
    if not network:
        return row.label, ""
    return account_name(network, row.handle), str(Network(network).label)


def _invited(rows: Sequence[ImportRow]) -> dict[str, datetime | None]:
    """The latest invitation of each who is not in the marketplace, by handle."""
    outside = [row.tiktok_handle for row in rows if row.tiktok_status in OUTSIDE]
    if not outside:
        return {}
    creators = Creator.objects.filter(handle__in=outside)
    return dict(creators.values_list("handle", "invited_at"))


def _markets(row: ImportRow, markets: Mapping[str, str]) -> list[str]:
    inside = (key for key, status in row.tiktok_markets.items() if status == MarketplaceStatus.IN)
    return [markets[key] for key in inside if key in markets]
