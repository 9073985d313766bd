"""The move off the old source for one organization: plan, cut-over, purge."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from campaigns.enums import AccountOutcome
from campaigns.models import MigrationPlan
from campaigns.queries.migration import PLAN_HEAD, latest_plan, plan_as_data, plan_rows
from campaigns.services.legacy.cutting_over import cut_over, rehearse, reverse_cut_over
from campaigns.services.legacy.planning import make_plan
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.errors import MigrationRefused
from tiktok.limits import waiting_as_worker
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.legacy.purging import NotCutOver, PurgePaused, run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft
from tiktok.services.legacy.rows import creators_of_unknown_membership
from ui.csv_rows import csv_lines


class Command(BaseCommand):
    help = "Plan (default), --rehearse, --cut-over, --reverse or --purge: the move off the old TikTok source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="the organization's slug")
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--look-up", dest="step", action="store_const", const="read_memberships")
        step.add_argument("--cut-over", dest="step", action="store_const", const="cut_over")
        step.add_argument("--rehearse", dest="step", action="store_const", const="rehearse")
        step.add_argument("--reverse", dest="step", action="store_const", const="reverse")
        step.add_argument("--purge", dest="step", action="store_const", const="purge")
        parser.add_argument(
            "--format", dest="form", choices=["text", "csv", "json"], default="text"
        )
        parser.set_defaults(step="plan")

    def handle(self, *, organization: str, step: str, form: str, **options: Any) -> None:
        tenant = Organization.objects.filter(slug=organization).first()
        if tenant is None:
            raise CommandError(f"There is no organization “{organization}”.")
        self.form = form
        with organization_scope(tenant), waiting_as_worker():
            try:
                getattr(self, step)()
            except MigrationRefused as refused:
                raise CommandError(str(refused)) from refused
            except OSError as problem:
                raise CommandError(
                    f"The storage of files does not answer ({problem}). What is done was kept. Run the command again."
                ) from problem

    def plan(self) -> None:
        plan = make_plan(actor=None)
        if self.form == "json":
            self.stdout.write(json.dumps(plan_as_data(plan), indent=2))
        elif self.form == "csv":
            for line in csv_lines(PLAN_HEAD, plan_rows(plan)):
                self.stdout.write(line.decode(), ending="")
        else:
            self.tell(plan)

    def tell(self, plan: MigrationPlan) -> None:
        for outcome in AccountOutcome:
            self.stdout.write(f"{plan.accounts(outcome):>12,}  accounts: {outcome.label}")
        self.stdout.write(f"{plan.posts:>12,}  campaign posts that will be hidden")
        for line in plan.lines:
            size = filesizeformat(line["bytes"])
            self.stdout.write(f"{line['rows']:>12,}  to delete: {line['what']} ({size})")
        self.stdout.write(f"Plan {plan.digest} is kept. Nothing else was changed.")

    def read_memberships(self) -> None:
        creators = list(creators_of_unknown_membership())
        refresh_membership(
            creators, progress=lambda done: self.stdout.write(f"{done} of {len(creators)}")
        )

    def cut_over(self) -> None:
        plan = latest_plan()
        if plan is None:
            raise CommandError("Make a plan first: run this command without a step.")
        hidden = cut_over(plan, actor=None)
        self.stdout.write(f"Cut over. {hidden} posts of the old source are hidden.")

    def reverse(self) -> None:
        visible = reverse_cut_over(actor=None)
        self.stdout.write(f"Reversed. {visible} posts of the old source are visible again.")

    def rehearse(self) -> None:
        found = rehearse()
        self.stdout.write(
            f"Rehearsed: {found.hidden} posts hidden in {found.seconds:.1f} s, {found.visible_again} visible again, "
            "everything as before. Nothing was kept."
        )

    def purge(self) -> None:
        try:
            receipt = run_purge(
                start_purge(actor=None),
                progress=lambda name, gone: self.stdout.write(f"{name}: {gone}"),
            )
        except (NotCutOver, PurgePaused, LegacyRowsLeft) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Purged. Receipt {receipt.number}.")
