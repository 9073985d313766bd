"""The move off the old source for one organization: plan, cut-over, purge, proof."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.services.legacy.cutting_over import cut_over, plan_migration
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.limits import waiting_as_worker
from tiktok.models import PurgeReceipt
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.legacy.purging import NotCutOver, run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft, ReceiptFails, verify_receipt
from tiktok.services.legacy.rows import creators_of_unknown_membership


class Command(BaseCommand):
    help = "Plan (default), --cut-over, --purge or --verify the move off the old TikTok source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="the organization's slug")
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--look-up", dest="step", action="store_const", const="read_memberships")
        step.add_argument("--cut-over", dest="step", action="store_const", const="cut_over")
        step.add_argument("--purge", dest="step", action="store_const", const="purge")
        step.add_argument("--verify", dest="step", action="store_const", const="verify")
        parser.set_defaults(step="plan")

    def handle(self, *, organization: str, step: str, **options: Any) -> None:
        tenant = Organization.objects.filter(slug=organization).first()
        if tenant is None:
            raise CommandError(f"There is no organization “{organization}”.")
        with organization_scope(tenant), waiting_as_worker():
            getattr(self, step)()

    def plan(self) -> None:
        plan = plan_migration()
        self.stdout.write(f"Accounts kept, authenticated:      {plan.stays_authenticated:>8,}")
        self.stdout.write(f"Accounts kept, not authenticated:  {plan.stays_not_authenticated:>8,}")
        self.stdout.write(f"Accounts that become unsupported:  {plan.becomes_unsupported:>8,}")
        self.stdout.write(f"Accounts not looked up yet:        {plan.of_unknown_membership:>8,}")
        self.stdout.write(f"Campaign posts that will be hidden:{plan.posts_to_hide:>8,}")
        for table, rows in plan.rows_to_delete.items():
            self.stdout.write(f"Rows to delete, {table:<40} {rows:>8,}")

    def read_memberships(self) -> None:
        creators = list(creators_of_unknown_membership())
        refresh_membership(
            creators, progress=lambda done: self.stdout.write(f"{done} of {len(creators)}")
        )

    def cut_over(self) -> None:
        self.stdout.write(f"Cut over. {cut_over(actor=None)} posts of the old source are hidden.")

    def purge(self) -> None:
        try:
            receipt = run_purge(
                start_purge(actor=None),
                progress=lambda name, gone: self.stdout.write(f"{name}: {gone}"),
            )
        except (NotCutOver, LegacyRowsLeft) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Purged. Receipt {receipt.digest}.")

    def verify(self) -> None:
        receipt = PurgeReceipt.objects.order_by("-issued_at").first()
        if receipt is None:
            raise CommandError("There is no purge receipt.")
        try:
            verify_receipt(receipt)
        except ReceiptFails as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Receipt {receipt.digest} of {receipt.issued_at:%Y-%m-%d} holds: 0 legacy rows."
        )
