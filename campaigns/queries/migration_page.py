"""The cockpit of a migration: how far it is, what becomes of the accounts, and what can still be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from campaigns.enums import AccountOutcome
from campaigns.models import MigrationPlan
from campaigns.policies.migration import JOBS, KEPT, LOST
from campaigns.queries.migration import latest_plan, planned_accounts
from campaigns.queries.migration_people import (
    IS_KEPT,
    Asking,
    Waiting,
    asking,
    counts_by_outcome,
    waiting_campaigns,
)
from crm.models import SocialAccount
from jobs.models import Job
from jobs.queries import running_jobs
from tiktok.models import LegacyMigration
from tiktok.queries.purging import PurgeProgress, purge_progress
from ui.live import Live


@dataclass(frozen=True)
class AccountLine:
    """The accounts of one outcome: tracked before the cut-over, and after it."""

    outcome: AccountOutcome
    before: int
    after: int


def has_migration() -> bool:
    """Does the organization leave, or has it left, an old source?"""
    return LegacyMigration.objects.exists()


@dataclass(frozen=True)
class Cockpit:
    """Everything the page of a migration shows."""

    migration: LegacyMigration
    plan: MigrationPlan | None
    purge: PurgeProgress | None
    counts: dict[AccountOutcome, int]
    job: Job | None

    @property
    def step(self) -> str:
        """The step that is next or under way: plan, cut_over, purge, proof."""
        if self.migration.purged_at:
            return "proof"
        if self.migration.cut_over_at:
            return "purge"
        return "cut_over" if self.plan else "plan"

    @property
    def step_label(self) -> str:
        """The step in words."""
        return {"plan": "Plan", "cut_over": "Cut-over", "purge": "Purge", "proof": "Proof"}[
            self.step
        ]

    @property
    def is_cut_over(self) -> bool:
        return self.migration.cut_over_at is not None

    @property
    def act(self) -> str:
        """The meaning of an owner's button before the cut-over: start, ask for approval, or approve."""
        if self.migration.asked_at:
            return "approve"
        return "ask" if self.migration.needs_approval else "start"

    @property
    def may_be_reversed(self) -> bool:
        """Can the cut-over still be reversed? Until the purge begins."""
        return self.is_cut_over and self.purge is None

    @property
    def purge_waits(self) -> bool:
        """Does the organization want the purge to wait still?"""
        starts = self.migration.purge_from
        return starts is not None and timezone.now() < starts

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def tracked(self) -> int:
        return sum(self.counts[each] for each in KEPT)

    @property
    def lost(self) -> int:
        return sum(self.counts[each] for each in LOST)

    @property
    def percent(self) -> int:
        return 100 * self.tracked // max(1, self.total)

    @property
    def not_checked(self) -> int:
        return self.counts[AccountOutcome.NOT_CHECKED]

    @cached_property
    def account_lines(self) -> list[AccountLine]:
        """The accounts by outcome: before the cut-over both as of now; after it the plan's number and today's."""
        lines = []
        for outcome in AccountOutcome:
            now = self.counts[outcome]
            before = self.plan.accounts(outcome) if self.is_cut_over and self.plan else now
            if before or now or outcome != AccountOutcome.NOT_CHECKED:
                lines.append(AccountLine(outcome, before, now if outcome in KEPT else 0))
        return lines

    @property
    def total_before(self) -> int:
        return sum(line.before for line in self.account_lines)

    @property
    def plan_is_stale(self) -> bool:
        """Have accounts changed since the plan was made? (Rows are compared by the cut-over itself.)"""
        if self.plan is None or self.is_cut_over:
            return False
        return any(self.plan.accounts(each) != self.counts[each] for each in AccountOutcome)

    @cached_property
    def data_lines(self) -> list[dict[str, Any]]:
        """The lines of the plan that take anything, with what is left of them now."""
        gone = {line.name: line for line in self.purge.lines} if self.purge else {}
        lines = [line for line in (self.plan.lines if self.plan else []) if line["rows"]]
        return [{**line, "progress": gone.get(line["name"])} for line in lines]

    @property
    def rows(self) -> int:
        return sum(line["rows"] for line in self.data_lines if not line.get("are_files"))

    @property
    def files(self) -> int:
        return sum(line["rows"] for line in self.data_lines if line.get("are_files"))

    @property
    def size(self) -> int:
        return sum(line["bytes"] for line in self.data_lines)

    @property
    def purge_percent(self) -> int:
        purge = self.purge
        if purge is None:
            return 0
        return 100 if purge.is_done else min(99, 100 * purge.gone // max(1, purge.planned))

    @property
    def purge_ends_in(self) -> timedelta | None:
        """The time that the purge still takes, by its rate so far."""
        purge = self.purge
        if purge is None or not purge.rows_per_second or purge.goes_on_by_hand:
            return None
        return timedelta(seconds=(purge.planned - purge.gone) / purge.rows_per_second)

    @cached_property
    def again(self) -> int:
        """Accounts that the cut-over lost and that are tracked again."""
        if self.plan is None:
            return 0
        lost = planned_accounts(self.plan, *LOST)
        return SocialAccount.objects.filter(IS_KEPT, pk__in=lost).count()

    @cached_property
    def asking(self) -> Asking:
        """Influencers to invite or to ask, and those without an address."""
        return asking()

    @cached_property
    def waiting(self) -> list[Waiting]:
        return waiting_campaigns() if self.is_cut_over else []

    @property
    def live(self) -> Live:
        """The version of the page; more is to come until the old source is left, and while accounts can still come back."""
        migration = self.migration
        is_open = migration.purged_at is None or self.job is not None or self.lost > 0
        facts: tuple[object, ...] = (
            self.counts,
            self.again if self.is_cut_over else 0,
            self.asking,
            self.plan.pk if self.plan else 0,
            self.job and (self.job.pk, self.job.done_count),
            [(line.name, line.gone, line.state) for line in self.purge.lines] if self.purge else (),
            self.purge and (self.purge.run.state, self.purge.is_stopped, self.purge.slices),
            [(each.campaign.pk, each.posts) for each in self.waiting],
            (
                migration.cut_over_at,
                migration.purged_at,
                migration.asked_at,
                migration.needs_approval,
                migration.purge_wait_hours,
            ),
            self.purge_waits,
        )
        return Live.of(*facts, is_under_way=is_open)


def cockpit() -> Cockpit | None:
    """The organization's migration as it is now; None where there is none."""
    migration = LegacyMigration.objects.select_related("asked_by").first()
    if migration is None:
        return None
    plans = MigrationPlan.objects.defer("facts").filter(digest=migration.plan_digest)
    carried_out = plans.order_by("pk").last() if migration.cut_over_at else None
    return Cockpit(
        migration,
        carried_out or latest_plan(),
        purge_progress(),
        counts_by_outcome(),
        running_jobs().filter(kind__in=JOBS).order_by("pk").last(),
    )
