"""The plan of a migration: what cut-over and purge would do, found out without changing anything, and kept with its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Count, DecimalField, Func, QuerySet, Sum

from campaigns.enums import AccountOutcome, PostOrigin
from campaigns.models import Campaign, MigrationPlan, Post
from campaigns.policies.migration import (
    CHECK_JOB,
    CUT_OVER_JOB,
    PLAN_JOB,
    REVERSAL_JOB,
    account_outcome,
    changed_accounts,
    changes_since,
    summary_of,
)
from crm.enums import AccountType, Network
from crm.models import SocialAccount
from files.models import File
from jobs.models import Job
from jobs.services.jobs import JobKind, Report, register_job, start_job
from tenancy.enums import Verb
from tenancy.isolation import organization_models
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import LIVE_CONNECTION_STATES, Source
from tiktok.errors import MigrationRefused, PlanOutdated
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import PartitionPurger, Purger, RowPurger, hashed, purgers
from tiktok.services.legacy.release import CUT_OVER, NO_MIGRATION

PAGE = "migration:page"
DONE = {
    PLAN_JOB: "The plan is made. Nothing was changed.",
    CHECK_JOB: "TikTok was asked about the accounts. Make the plan again.",
    CUT_OVER_JOB: "Cut over: posts and numbers of the old source are hidden.",
    REVERSAL_JOB: "Reversed: everything is as before the cut-over.",
}
CHANGED = "The stored plan is not what was planned: its hash is another. Make the plan again."


class RowSize(Func):
    """The bytes of a whole row as it is stored."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        (column,) = self.get_source_expressions()
        return f"pg_column_size({compiler.quote_name_unless_alias(column.alias)}.*)", []


class IdHash(Func):
    """The hash of a row's id, of 64 bits; with a second column that of both. PostgreSQL keeps this function as it is."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        key, *time = (compiler.compile(each)[0] for each in self.get_source_expressions())
        seed = f"extract(epoch FROM {time[0]})::bigint" if time else "0"
        return f"hashint8extended({key}, {seed})", []


def ids_of(*columns: str) -> Sum:
    """One number for a set of rows, whatever their order: the sum of the hashes of their ids."""
    return Sum(IdHash(*columns), output_field=DecimalField(max_digits=40, decimal_places=0))


def measured(purger: Purger) -> dict[str, Any]:
    """A line of the plan: how many rows or files a purger would take, which, and their bytes as far as they are known."""
    line = {"name": purger.name, "what": purger.what, "are_files": False}
    rows = _rows_of(purger)
    if rows is None:
        ids = purger.ids(None)
        return line | {"rows": ids.count, "bytes": 0, "ids": hashed("", ids)}
    are_files = rows.model is File
    key = (purger.key, "bucket_at") if isinstance(purger, PartitionPurger) else ("pk",)
    size = Sum("size") if are_files else Sum(RowSize("organization_id"))
    found = rows.aggregate(rows=Count("*"), bytes=size, ids=ids_of(*key))
    return line | {
        "rows": found["rows"],
        "bytes": int(found["bytes"] or 0),
        "ids": str(found["ids"] or 0),
        "are_files": are_files,
    }


def _rows_of(purger: Purger) -> QuerySet[Any] | None:
    """The rows that a purger takes; None where they are not the organization's own."""
    if isinstance(purger, PartitionPurger):
        tables = {model._meta.db_table: model for model in organization_models()}
        return tables[purger.table]._default_manager.filter(source=Source.LEGACY)
    return purger.rows() if isinstance(purger, RowPurger) else None


def found_facts(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The facts of a plan, as they are now. `lines`: of the purge, measured."""
    accounts: dict[str, list[int]] = {outcome: [] for outcome in AccountOutcome.values}
    rows = SocialAccount.objects.filter(network=Network.TIKTOK, creator__isnull=False)
    for pk, status, grant in rows.order_by("pk").values_list(
        "pk", "creator__marketplace_status", "creator__grant_state"
    ):
        is_authenticated = grant in LIVE_CONNECTION_STATES
        accounts[account_outcome(status, is_authenticated=is_authenticated)].append(pk)
    legacy = Post.objects.filter(origin=PostOrigin.LEGACY)
    hidden = legacy.filter(hidden_at=None).values_list("campaign_id").order_by("campaign_id")
    by_campaign = list(hidden.annotate(Count("pk"), ids=ids_of("pk")))
    renamed = SocialAccount.objects.filter(account_type=AccountType.TIKTOK).order_by("pk")
    return {
        "accounts": accounts,
        "renamed": list(renamed.values_list("pk", flat=True)),
        "campaigns": {str(pk): count for pk, count, _ in by_campaign},
        "campaign_ids": {str(pk): str(ids) for pk, _, ids in by_campaign},
        "lines": lines,
        **_kept(legacy),
    }


def _kept(posts: QuerySet[Post]) -> dict[str, Any]:
    found = posts.aggregate(count=Count("pk"), ids=ids_of("pk"))
    return {"kept_posts": found["count"], "kept_ids": str(found["ids"] or 0)}


def digest_of(facts: dict[str, Any]) -> str:
    """SHA-256 over the facts, in one order: whoever changes one of them changes it."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def make_plan(*, actor: User | None) -> MigrationPlan:
    """Find out what cut-over and purge would do now, and keep it. Raises MigrationRefused after the cut-over."""
    return _keep_plan([measured(each) for each in purgers()], actor)


@transaction.atomic
def _keep_plan(lines: list[dict[str, Any]], actor: User | None) -> MigrationPlan:
    migration = LegacyMigration.objects.first()
    if migration is None or migration.cut_over_at is not None:
        raise MigrationRefused(CUT_OVER if migration else NO_MIGRATION)
    facts = found_facts(lines)
    plan = MigrationPlan.objects.create(
        made_by=actor, facts=facts, summary=summary_of(facts), digest=digest_of(facts)
    )
    record(Verb.LEGACY_PLANNED, plan, actor=actor, accounts=plan.accounts(), posts=plan.posts)
    return plan


def check_plan(plan: MigrationPlan) -> None:
    """Compare a plan with what a cut-over would do now. Raises PlanOutdated, which names what changed."""
    if plan.digest != digest_of(plan.facts) or plan.summary != summary_of(plan.facts):
        raise MigrationRefused(CHANGED)
    now = found_facts([measured(each) for each in purgers()])
    if changes := named_changes(plan, now):
        raise PlanOutdated(changes)


def named_changes(plan: MigrationPlan, now: dict[str, Any]) -> list[str]:
    """Everything that is different now, a sentence each."""
    accounts = SocialAccount.objects.filter(pk__in=changed_accounts(plan.facts, now))
    keys = plan.facts["campaigns"].keys() | now["campaigns"].keys()
    campaigns = Campaign.objects.filter(pk__in=[int(key) for key in keys])
    return list(
        changes_since(
            plan.facts,
            now,
            handles=dict(accounts.values_list("pk", "handle")),
            campaigns=dict(campaigns.values_list("pk", "name")),
        )
    )


# --- as a job ---
def start_plan(*, actor: User) -> Job:
    """Make a plan in the background: what takes seconds in a large installation takes them beside the page."""
    return start_job(PLAN_JOB, {}, total=len(purgers()), actor=actor)


def _measure_next(job: Job, _: None) -> bool:
    """One table or store a slice; the plan is kept with the last. `cursor`: the lines so far."""
    lines, every = list(job.cursor or []), purgers()
    lines.append(measured(every[len(lines)]))
    job.cursor, job.done_count = lines, len(lines)
    if len(lines) < len(every):
        return False
    _keep_plan(lines, job.actor)
    return True


def report_of(job: Job) -> Report:
    """Say what was done, or why not."""
    said = ("error", job.problem) if job.problem else ("success", DONE[job.kind])
    return Report((PAGE,), (said,))


def register_plan_job() -> None:
    """Owed: operations, who are no members, start it too."""
    register_job(
        JobKind(
            PLAN_JOB, "Plan of the migration", {}, _measure_next, lasting=(MigrationRefused,), report=report_of, is_owed=True, is_ours=True
        )
    )  # fmt: skip
