"""TikTok accounts of imports: looked up in calls of 20, and written once TikTok says that they are in.

Pasted ones are looked up for the preview, before anything is written; those of files after the import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate, Network
from crm.errors import MergeRefused
from crm.models import AwaitedAccount, Import, ImportRow, SocialAccount
from crm.queries import tiktok_account
from crm.queries.merging import compare, influencers_to_merge
from crm.services.accounts import follow_renamed, keep_account
from crm.services.imports.meaning.catalog import ACCOUNT
from crm.services.imports.subjects import import_of
from crm.services.merging.merge import merge_influencers
from jobs.models import Job
from jobs.services.jobs import start_job
from tenancy.models import User
from tiktok.enums import MarketplaceStatus
from tiktok.models import MarketplaceAccount
from tiktok.policies import may_be_added_by_staff
from tiktok.services.creators.membership import (
    HANDLES_PER_CALL,
    NOBODY_KNOWS,
    Membership,
    read_memberships,
)

ASK = "crm.import_lookup"
Answers = Mapping[str, Membership]  # by handle
Asked = tuple[list[int], Answers]  # the rows, and what was answered


# --- asking ---
def start_lookup(parent: Import, *, actor: User | None) -> None:
    """Have TikTok asked about the accounts of the import without an answer, if there are any (not saved)."""
    unanswered = ImportRow.objects.filter(parent=parent, tiktok_status=MarketplaceStatus.UNKNOWN)
    unanswered.filter(rolled_back_at=None).update(tiktok_status="")
    if to_ask := rows_to_ask(parent).count():
        parent.lookup_job = start_job(ASK, {"import": parent.pk}, total=to_ask, actor=actor)


def ask(job: Job) -> Asked:
    """Ask TikTok about the next accounts. Raises TikTokProblem."""
    parent = import_of(job)
    rows = list(rows_to_ask(parent).values_list("pk", "tiktok_handle")[:HANDLES_PER_CALL])
    answers = read_memberships([handle for _, handle in rows]) if rows else {}
    if not parent.is_pasted:
        follow_renamed(answers, actor=job.actor)
    return [pk for pk, _ in rows], answers


def keep_asked(job: Job, asked: Asked) -> bool:
    """Keep what TikTok has answered. Returns whether all accounts were asked about."""
    parent, (ids, answers) = import_of(job), asked
    found = ImportRow.objects.select_related("influencer").filter(pk__in=ids)
    rows = list(found.order_by("number"))
    if parent.is_pasted:
        counts = note_answers(rows, answers)
    else:
        counts = keep_answers(rows, answers, actor=job.actor)
    for status, count in counts.items():
        job.count(str(status), count)
    job.cursor += 1
    job.done_count = min(job.total_count, job.done_count + len(ids))
    return not ids


def rows_to_ask(parent: Import) -> models.QuerySet[ImportRow]:
    """The rows of whose TikTok account TikTok has not been asked: pasted ones, else those that are written."""
    rows = ImportRow.objects.filter(parent=parent, tiktok_status="", rolled_back_at=None)
    rows = rows.exclude(tiktok_handle="")
    return (rows if parent.is_pasted else rows.exclude(written_at=None)).order_by("number")


# --- answers ---
def note_answers(rows: Sequence[ImportRow], answers: Answers) -> dict[str, int]:
    """Note what TikTok says of pasted accounts, and add nothing. How many of each."""
    for row in rows:
        membership = answers.get(row.tiktok_handle, NOBODY_KNOWS)
        row.tiktok_status = membership.status
        row.tiktok_markets = {account.pk: status for account, status in membership.answers.items()}
    ImportRow.objects.bulk_update(rows, ["tiktok_status", "tiktok_markets"])
    return Counter(row.tiktok_status for row in rows)


def noted_answers(rows: Iterable[ImportRow]) -> dict[str, Membership]:
    """The answers that are noted of these rows, by handle."""
    rows = [row for row in rows if row.tiktok_handle]
    accounts = MarketplaceAccount.objects.in_bulk(
        {int(pk) for row in rows for pk in row.tiktok_markets}
    )
    return {
        row.tiktok_handle: Membership(
            {
                accounts[int(pk)]: MarketplaceStatus(status)
                for pk, status in row.tiktok_markets.items()
                if int(pk) in accounts
            }
        )
        for row in rows
    }


def let_present_be(rows: Sequence[ImportRow]) -> None:
    """Let pasted accounts that somebody has added since the preview, or that TikTok had renamed, be here already."""
    wanted = {pair for row in rows for pair in _accounts(row)}
    found = SocialAccount.objects.filter(handle__in={handle for _, handle in wanted})
    here = {
        (network, handle): influencer
        for network, handle, influencer in found.values_list("network", "handle", "influencer_id")
    }
    late = [row for row in rows if here.keys() & _accounts(row)]
    for row in late:
        row.influencer_id = next(here[each] for each in _accounts(row) if each in here)
        row.fate, row.changes, row.tiktok_handle = ImportFate.UNCHANGED, {}, ""
    ImportRow.objects.bulk_update(late, ["influencer", "fate", "changes", "tiktok_handle"])


def _accounts(row: ImportRow) -> set[tuple[str, str]]:
    """The account that a row is to add, as network and handle; none where it is about one that is here."""
    if row.tiktok_handle:
        return {(Network.TIKTOK.value, row.tiktok_handle)}
    added = row.values if row.fate == ImportFate.NEW else row.changes
    keys = (key for key in added if key.startswith(ACCOUNT))
    return {(key.removeprefix(ACCOUNT), row.values[key]) for key in keys}


def keep_answers(
    rows: Sequence[ImportRow], answers: Answers, *, actor: User | None
) -> dict[str, int]:
    """Write the accounts that are in the marketplace, and of the others what TikTok says. How many of each."""
    for row in rows:
        _keep_answer(row, answers.get(row.tiktok_handle, NOBODY_KNOWS), actor)
    ImportRow.objects.bulk_update(rows, ["tiktok_status", "fate", "changes", "added_account"])
    return Counter(row.tiktok_status for row in rows)


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
