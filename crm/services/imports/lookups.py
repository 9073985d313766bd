"""TikTok accounts of imported influencers: looked up in calls of 20, and written once TikTok says that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate
from crm.models import AwaitedAccount, Import, ImportRow
from crm.queries import tiktok_account
from crm.services.accounts import keep_account
from crm.services.imports.rollback import remove_influencers, verdicts
from tenancy.models import User
from tiktok.enums import MarketplaceStatus
from tiktok.policies import may_be_added_by_staff

INVALID = MarketplaceStatus.INVALID


def rows_to_ask(parent: Import) -> models.QuerySet[ImportRow]:
    """The written rows of whose TikTok account TikTok has not been asked."""
    rows = ImportRow.objects.filter(parent=parent, tiktok_status="", rolled_back_at=None)
    return rows.exclude(tiktok_handle="").exclude(written_at=None).order_by("number")


def keep_answers(
    parent: Import,
    rows: Sequence[ImportRow],
    answers: Mapping[str, MarketplaceStatus],
    *,
    actor: User | None,
) -> dict[str, int]:
    """Write the accounts that are in the marketplace, and of the others what TikTok says. How many of each."""
    counts: dict[str, int] = {}
    for row in rows:
        status = answers.get(row.tiktok_handle, MarketplaceStatus.UNKNOWN)
        _keep_answer(row, status, actor)
        counts[status] = counts.get(status, 0) + 1
    ImportRow.objects.bulk_update(rows, ["tiktok_status"])
    if parent.is_pasted:
        _let_go(parent, [each for each in rows if each.tiktok_status == INVALID], actor)
    return counts


def _let_go(parent: Import, rows: Sequence[ImportRow], actor: User | None) -> None:
    """Take back whom the paste has made of a handle that TikTok does not know: there is nobody behind it.

    Who came with an e-mail address stays, and whoever somebody has worked with since.
    """
    nobody = [row for row in rows if row.fate == ImportFate.NEW and "email" not in row.values]
    gone = [verdict.row for verdict in verdicts(nobody) if verdict.is_removed]
    ids = {row.pk: row.about_id for row in gone}
    ImportRow.objects.filter(pk__in=ids).update(influencer=None, rolled_back_at=timezone.now())
    remove_influencers(parent, list(ids.values()), actor)


def _keep_answer(row: ImportRow, status: MarketplaceStatus, actor: User | None) -> None:
    row.tiktok_status = status
    if may_be_added_by_staff(status):
        if tiktok_account(row.tiktok_handle) is None:
            keep_account(row.tiktok_handle, status, influencer=row.influencer, actor=actor)
        return
    awaited = AwaitedAccount.objects.filter(handle=row.tiktok_handle)
    awaited.update(status=status, checked_at=timezone.now())
