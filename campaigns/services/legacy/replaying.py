"""Purges that are run again in a database that was restored from before them, as the ledger says."""

from __future__ import annotations

from django.db import transaction

from campaigns.services.legacy.cutting_over import cut_over
from campaigns.services.legacy.planning import make_plan
from files.services.ledger import Entry
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.models import LegacyMigration, PurgeReceipt
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.receipts import restore_receipt


def purge_again(entry: Entry) -> None:
    """Cut over and purge where the backup has the old source's data again, and bring back the receipt of then."""
    organization = Organization.objects.filter(
        pk=entry.content["organization"], slug=entry.content["slug"]
    ).first()
    if organization is None:
        return
    with organization_scope(organization):
        if PurgeReceipt.objects.filter(number=entry.number).exists():
            return
        _cut_over_again()
        run_purge(start_purge(actor=None))
        restore_receipt(entry.content["receipt"])


@transaction.atomic
def _cut_over_again() -> None:
    """Cut over without approval and waiting time: the first time had both."""
    LegacyMigration.objects.get_or_create()
    LegacyMigration.objects.update(needs_approval=False, purge_wait_hours=0, purge_from=None)
    if LegacyMigration.objects.filter(cut_over_at=None).exists():
        cut_over(make_plan(actor=None), actor=None)
