"""TikTok accounts of imported influencers: looked up in calls of 20, and written once TikTok says that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate
from crm.errors import MergeRefused
from crm.models import AwaitedAccount, Import, ImportRow
from crm.queries import tiktok_account
from crm.queries.merging import compare, influencers_to_merge
from crm.services.accounts import keep_account
from crm.services.imports.rollback import remove_influencers, verdicts
from crm.services.merging.merge import merge_influencers
from tenancy.models import User
from tiktok.enums import MarketplaceStatus
from tiktok.policies import may_be_added_by_staff
from tiktok.services.creators.membership import NOBODY_KNOWS, Membership

INVALID = MarketplaceStatus.INVALID


def rows_to_ask(parent: Import) -> models.QuerySet[ImportRow]:
    """The written rows of whose TikTok account TikTok has not been asked."""
    rows = ImportRow.objects.filter(parent=parent, tiktok_status="", rolled_back_at=None)
    return rows.exclude(tiktok_handle="").exclude(written_at=None).order_by("number")


def keep_answers(
    parent: Import,
    rows: Sequence[ImportRow],
    answers: Mapping[str, Membership],
    *,
    actor: User | None,
) -> dict[str, int]:
    """Write the accounts that are in the marketplace, and of the others what TikTok says. How many of each."""
    counts: dict[str, int] = {}
    for row in rows:
        membership = answers.get(row.tiktok_handle, NOBODY_KNOWS)
        _keep_answer(row, membership, actor)
        counts[row.tiktok_status] = counts.get(row.tiktok_status, 0) + 1
    ImportRow.objects.bulk_update(rows, ["tiktok_status", "fate", "changes", "added_account"])
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


def _keep_answer(row: ImportRow, membership: Membership, actor: User | None) -> None:
    row.tiktok_status = status = membership.status
    awaited = AwaitedAccount.objects.filter(handle=row.tiktok_handle)
    if not may_be_added_by_staff(status):
        awaited.update(status=status, checked_at=timezone.now())
    elif present := tiktok_account(row.tiktok_handle):
        awaited.delete()
        _keep_one(row, present.influencer_id, actor)
    else:
        was_awaited = awaited.exclude(imported_by=row.parent_id).exists()
        account, _ = keep_account(
            row.tiktok_handle, membership, influencer=row.influencer, actor=actor
        )
        if row.fate == ImportFate.NEW or not was_awaited:
            row.added_account = account.pk


def _keep_one(row: ImportRow, owner_id: int, actor: User | None) -> None:
    """Merge whom the import has made with the influencer whose account it is: TikTok had renamed it, or somebody added it
    meanwhile. A roll-back leaves them together; undoing the merge takes them apart."""
    if row.fate != ImportFate.NEW or row.influencer_id in {None, owner_id}:
        return
    version = compare(influencers_to_merge([owner_id, row.about_id]), owner_id, {}).version
    with suppress(
        MergeRefused
    ):  # two people sign in as them: the list of possible duplicates says so
        merge_influencers(owner_id, [row.about_id], picks={}, seen=version, actor=actor)
        row.fate, row.changes = ImportFate.UPDATE, {}
