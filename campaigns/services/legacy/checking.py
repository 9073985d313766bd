"""Asking TikTok about the accounts of the old source that it was not asked about yet."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.policies.migration import CHECK_JOB
from campaigns.services.legacy.cutting_over import register_cut_over_jobs
from campaigns.services.legacy.planning import register_plan_job, report_of
from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from tenancy.models import User
from tiktok.errors import TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.services.creators.membership import HANDLES_PER_CALL, refresh_membership
from tiktok.services.legacy.rows import creators_of_unknown_membership


def start_check(*, actor: User, total: int) -> Job:
    """Look up in the background which accounts are in the marketplace."""
    return start_job(CHECK_JOB, {}, total=total, actor=actor)


def _ask_tiktok(job: Job) -> list[int]:
    creators = list(creators_of_unknown_membership().filter(pk__gt=job.cursor)[:HANDLES_PER_CALL])
    if creators:
        refresh_membership(creators)
    return [creator.pk for creator in creators]


def _move_on(job: Job, asked: Sequence[int]) -> bool:
    if asked:
        job.cursor, job.done_count = asked[-1], job.done_count + len(asked)
        job.total_count = max(job.total_count, job.done_count)
    return len(asked) < HANDLES_PER_CALL


def register_migration_jobs() -> None:
    """Make the jobs of a migration known. This one is owed: operations, who are no members, start it too."""
    register_plan_job()
    register_cut_over_jobs()
    register_job(
        JobKind(
            CHECK_JOB, "Check accounts at TikTok", {}, _move_on, fetch=_ask_tiktok, is_owed=True, report=report_of,
            temporary=(TikTokUnavailable, TikTokBusy), lasting=(TikTokProblem,),
        )
    )  # fmt: skip
