"""Imports are forgotten when they can no longer be rolled back, previews within a day: rows, file, and the import itself.

So are, within a day, pasted lines about people who were not added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.enums import ImportStage
from crm.models import (
    AwaitedAccount,
    Import,
    ImportRow,
    Influencer,
    OtherAddress,
    SocialAccount,
)
from crm.models.imports import NAMES_SOMEBODY, ROLL_BACK_FOR
from crm.services.imports.matching import LEFT_OUT, TIKTOK, Key, hashed
from crm.services.imports.meaning.catalog import ACCOUNT
from files.models import File
from files.purge import delete_files
from jobs.enums import Lane
from jobs.services.kinds import WorkKind, register_kind
from jobs.services.queue import make_due
from tenancy.scope import groups_scope

FORGET = "crm.import_forget"
SLICE_ROWS = 10_000
# Of a preview that nobody imports: its rows name people whom no erasure finds yet.
PREVIEW_FOR = timedelta(hours=20)
BUSY = timedelta(minutes=10)
BEGUN = [stage for stage in ImportStage if stage != ImportStage.PREVIEW]


def plan_to_forget(parent: Import, *, after: timedelta = ROLL_BACK_FOR) -> None:
    """Let the import be forgotten so long from now, whenever that was planned before."""
    make_due(FORGET, parent.pk, after=after)


def _forget(import_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    return {pk: _time_left(pk) or _forget_slice(pk) for pk in import_ids}


@transaction.atomic
def _time_left(import_id: int) -> timedelta | None:
    """Forget the pasted lines that were not added. For how long the others are still kept; None if there are none."""
    pasted = Import.objects.filter(pk=import_id, is_pasted=True, stage__in=BEGUN)
    parent = pasted.select_for_update(of=("self",)).select_related("job").first()
    if parent is None or timezone.now() >= parent.roll_back_until:
        return None
    if parent.is_running:
        return BUSY
    rows = ImportRow.objects.filter(parent=parent, influencer=None, written_at=None)
    rows.exclude(fate__in=LEFT_OUT).delete()
    return parent.roll_back_until - timezone.now()


@transaction.atomic
def _forget_slice(import_id: int) -> timedelta | None:
    """Delete some rows, and with the last of them the import. When more are to be deleted; None if it is gone."""
    rows = ImportRow.objects.filter(parent_id=import_id).values_list("pk", flat=True)
    found = list(rows[:SLICE_ROWS])
    ImportRow.objects.filter(pk__in=found).delete()
    if len(found) == SLICE_ROWS:
        return timedelta(0)
    delete_files(File.objects.filter(imports=import_id))
    Import.objects.filter(pk=import_id).delete()
    return None


def forget_corrections(influencer_ids: Collection[int]) -> None:
    """Empty what was corrected by hand in files that speak of these influencers, and that are deleted with them."""
    parents = ImportRow.objects.filter(influencer__in=influencer_ids).values("parent")
    Import.objects.filter(pk__in=parents).update(corrected={}, merged={})


def forget_rows_about(influencer_ids: Collection[int]) -> None:
    """Delete the rows that were left out and that name one of these influencers, though they hang on nobody."""
    with groups_scope(None):
        keys = {hashed(key) for key in _keys_of(influencer_ids)}
        ImportRow.objects.filter(NAMES_SOMEBODY, keys__overlap=sorted(keys)).delete()


def _keys_of(influencer_ids: Collection[int]) -> Iterator[Key]:
    """The keys by which rows are matched with these influencers."""
    for pk, name, email, phone in Influencer.objects.filter(pk__in=influencer_ids).values_list(
        "pk", "sort_name", "email", "phone"
    ):
        yield from (("influencer", str(pk)), ("name", name), ("email", email), ("phone", phone))
    others = OtherAddress.objects.filter(influencer__in=influencer_ids)
    yield from (("email", address) for address in others.values_list("email", flat=True))
    accounts = SocialAccount.objects.filter(influencer__in=influencer_ids)
    for network, handle in accounts.values_list("network", "handle"):
        yield f"{ACCOUNT}{network}", handle
    awaited = AwaitedAccount.objects.filter(influencer__in=influencer_ids)
    yield from ((TIKTOK, handle) for handle in awaited.values_list("handle", flat=True))


def register_work() -> None:
    """Forgetting is long work that nobody waits for."""
    register_kind(WorkKind(FORGET, Lane.BULK, _forget))
