"""The cut-over of an organization: its rules, the approval, the moment itself, and its exact reversal until the purge begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from campaigns.enums import PostOrigin
from campaigns.models import MigrationPlan, Post
from campaigns.policies.migration import CUT_OVER_JOB, REVERSAL_JOB
from campaigns.services.legacy.planning import check_plan, make_plan, report_of
from crm.enums import AccountType
from crm.models import SocialAccount
from jobs.models import Job
from jobs.services.jobs import WHOLE_KIND, JobKind, register_job, start_job
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.errors import MigrationRefused
from tiktok.models import LegacyMigration
from tiktok.services.legacy.release import (
    CUT_OVER,
    lock_migration,
    release_creators,
    take_release_back,
)

NOT_APPROVED = "Another owner, or operations, has to approve the cut-over first."
OTHER_PLAN = "Approval was asked for another plan. Withdraw it, and ask for this one."
OWN_APPROVAL = "You asked for this cut-over: somebody else approves it."
OVERTAKEN = "Nothing was changed: the plan, or the approval, has changed meanwhile. Look at the page as it is now."
ASKED = "Somebody waits for the approval of the cut-over by these rules. Withdraw it first."
OTHER_CUT_OVER = "This reversal was asked for an earlier cut-over. Nothing was changed."
NOT_ASKED = "Nobody waits for an approval of the cut-over."
ONLY_OPERATIONS = "Only operations can let a cut-over go without a second person."


@transaction.atomic
def set_rules(
    *, needs_approval: bool, purge_wait_hours: int, actor: User | None, is_ops: bool = False
) -> LegacyMigration:
    """Say whether a second person approves the cut-over, and how long the purge waits after it.

    An owner can ask for a second person, and only operations can let it go. Nothing changes while an approval is waited for.
    Raises MigrationRefused.
    """
    migration = lock_migration()
    if migration.cut_over_at is not None:
        raise MigrationRefused(CUT_OVER)
    if migration.asked_at is not None:
        raise MigrationRefused(ASKED)
    if migration.needs_approval and not needs_approval and not is_ops:
        raise MigrationRefused(ONLY_OPERATIONS)
    migration.needs_approval, migration.purge_wait_hours = needs_approval, purge_wait_hours
    migration.save(update_fields=["needs_approval", "purge_wait_hours"])
    record(
        Verb.LEGACY_RULES_SET, migration, actor=actor,
        needs_approval=needs_approval, purge_wait_hours=purge_wait_hours,
    )  # fmt: skip
    return migration


@transaction.atomic
def ask_for_approval(plan: MigrationPlan, *, actor: User) -> LegacyMigration:
    """Ask another owner, or operations, to approve the cut-over by this plan; again is harmless.

    Raises MigrationRefused, also where no approval is needed.
    """
    migration = lock_migration()
    if migration.cut_over_at is not None:
        raise MigrationRefused(CUT_OVER)
    if not migration.needs_approval:
        raise MigrationRefused(OVERTAKEN)
    if migration.asked_at is None:
        migration.asked_at, migration.asked_by = timezone.now(), actor
        migration.plan_digest = plan.digest
        migration.save(update_fields=["asked_at", "asked_by", "plan_digest"])
        record(Verb.LEGACY_CUT_OVER_ASKED, migration, actor=actor, plan=plan.pk)
    return migration


@transaction.atomic
def withdraw_cut_over(*, actor: User | None) -> None:
    """Nobody waits for an approval any more. Raises MigrationRefused."""
    migration = lock_migration()
    if migration.asked_at is None:
        raise MigrationRefused(NOT_ASKED)
    migration.asked_at, migration.asked_by, migration.plan_digest = None, None, ""
    migration.save(update_fields=["asked_at", "asked_by", "plan_digest"])
    record(Verb.LEGACY_CUT_OVER_WITHDRAWN, migration, actor=actor)


def why_not(migration: LegacyMigration, plan: MigrationPlan, actor: User | None) -> str:
    """The reason why this person cannot cut over by this plan now; empty where they can. `actor`: None for the command."""
    if not migration.needs_approval:
        return ""
    if migration.asked_at is None:
        return NOT_APPROVED
    if migration.plan_digest != plan.digest:
        return OTHER_PLAN
    is_own = actor is not None and actor.pk == migration.asked_by_id
    return OWN_APPROVAL if is_own else ""


@contextmanager
def _numbers_made_last() -> Iterator[None]:
    """Let the influencers' numbers be made once, when all is done: nobody who edits one waits for the statements before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.numbers', 'later', true)")
        yield
        cursor.execute("SELECT set_config('app.numbers', '', true)")
    LegacyMigration.objects.update(cut_over_at=F("cut_over_at"))  # its trigger makes them


@transaction.atomic
def cut_over(plan: MigrationPlan, *, actor: User | None) -> int:
    """Everything the organization sees turns to TikTok's own data, in one transaction. Returns the posts hidden.

    Raises MigrationRefused where it is not approved or done already, PlanOutdated where the plan no longer holds.
    """
    migration = lock_migration()
    if migration.cut_over_at is not None:
        raise MigrationRefused(CUT_OVER)
    if reason := why_not(migration, plan, actor):
        raise MigrationRefused(reason)
    check_plan(plan)
    with _numbers_made_last():
        release_creators(migration, plan_digest=plan.digest, actor=actor)
        SocialAccount.objects.filter(account_type=AccountType.TIKTOK).update(
            account_type=AccountType.TIKTOK_CREATOR
        )
        shown = Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at=None)
        return shown.update(hidden_at=migration.cut_over_at)


@transaction.atomic
def reverse_cut_over(*, actor: User | None) -> int:
    """Everything is as before the cut-over: the posts that it hid, and no others, are visible; account types and numbers are the old.

    What a campaign code has brought back meanwhile stays with its order. Returns the posts that are visible again.
    Raises MigrationRefused, and once the purge has begun always.
    """
    with _numbers_made_last():
        migration = take_release_back(actor=actor)
        plan = MigrationPlan.objects.filter(digest=migration.plan_digest).latest("pk")
        SocialAccount.objects.filter(pk__in=plan.facts["renamed"]).update(
            account_type=AccountType.TIKTOK
        )
        hidden = Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at=migration.cut_over_at)
        return hidden.update(hidden_at=None)


@dataclass(frozen=True)
class Rehearsal:
    """The outcome of a rehearsal: posts that were hidden and visible again, and the seconds that the cut-over took."""

    hidden: int
    visible_again: int
    seconds: float


@transaction.atomic
def rehearse() -> Rehearsal:
    """Cut over, reverse, see that all is as before, and undo both: nothing is kept. Raises MigrationRefused, PlanOutdated.

    Whatever the cut-over writes is locked meanwhile: rehearse on a copy.
    """
    lock_migration()
    LegacyMigration.objects.update(needs_approval=False)
    plan, begun = make_plan(actor=None), monotonic()
    hidden = cut_over(plan, actor=None)
    seconds = monotonic() - begun
    visible_again = reverse_cut_over(actor=None)
    check_plan(plan)
    transaction.set_rollback(True)
    return Rehearsal(hidden, visible_again, seconds)


# --- as jobs: members see the moment, not its making ---
def start_cut_over(plan: MigrationPlan, *, actor: User, is_approval: bool) -> Job:
    """Cut over in the background, in one transaction. `is_approval`: the person means to approve what another one asked for.

    Raises MigrationRefused where this person cannot, or means something else than it would be.
    """
    migration = LegacyMigration.objects.get()
    _check_meant(migration, is_approval=is_approval)
    if reason := why_not(migration, plan, actor):
        raise MigrationRefused(reason)
    params = {"plan": plan.pk, "is_approval": is_approval}
    return start_job(CUT_OVER_JOB, params, total=1, actor=actor)


def _check_meant(migration: LegacyMigration, *, is_approval: bool) -> None:
    """Nobody approves by a click that meant to start. Raises MigrationRefused."""
    if migration.cut_over_at is None and is_approval != (migration.asked_at is not None):
        raise MigrationRefused(OVERTAKEN)


def start_reversal(migration: LegacyMigration, *, actor: User) -> Job:
    """Reverse the cut-over in the background, in one transaction."""
    at = migration.cut_over_at.isoformat() if migration.cut_over_at else ""
    return start_job(REVERSAL_JOB, {"cut_over_at": at}, total=1, actor=actor)


@transaction.atomic
def _cut_over(job: Job, _: Any) -> bool:
    _check_meant(lock_migration(), is_approval=job.params["is_approval"])
    cut_over(MigrationPlan.objects.get(pk=job.params["plan"]), actor=job.actor)
    job.done_count = 1
    return True


def _reverse(job: Job, _: Any) -> bool:
    """Reverse the cut-over that was on the page, and no later one."""
    at = lock_migration().cut_over_at
    if at is not None and at.isoformat() != job.params["cut_over_at"]:
        raise MigrationRefused(OTHER_CUT_OVER)
    reverse_cut_over(actor=job.actor)
    job.done_count = 1
    return True


def register_cut_over_jobs() -> None:
    """Owed: whoever has the right started them, operations too, who are no members."""
    for name, title, apply in (
        (CUT_OVER_JOB, "Cut-over", _cut_over),
        (REVERSAL_JOB, "Reversal of the cut-over", _reverse),
    ):
        register_job(
            JobKind(
                name,
                title,
                {},
                apply,
                lasting=(MigrationRefused,),
                report=report_of,
                is_owed=True,
                is_ours=True,
                work=WHOLE_KIND,
            )
        )
