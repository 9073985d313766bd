"""A receipt held against a new search, as a job: one table or store a slice, so that no request counts millions of rows."""

from __future__ import annotations

from jobs.models import Job
from jobs.services.jobs import JobKind, Report, register_job, start_job
from tenancy.models import User
from tiktok.models import PurgeReceipt
from tiktok.services.legacy.receipts import judge_receipt, searches

VERIFY = "tiktok.verify_purge"


def start_verification(receipt: PurgeReceipt, *, actor: User) -> Job:
    """Search every table and store again, in the background."""
    return start_job(VERIFY, {"receipt": receipt.pk}, total=len(searches()), actor=actor)


def _search_next(job: Job, _: None) -> bool:
    """`cursor`: what was found so far by place, and the verdict at the end."""
    found: dict[str, int] = dict((job.cursor or {}).get("found", {}))
    left = {place: search for place, search in searches().items() if place not in found}
    for place, search in [*left.items()][:1]:
        found[place] = search()
    job.cursor, job.done_count = {"found": found}, min(len(found), job.total_count)
    if len(left) > 1:
        return False
    receipt = PurgeReceipt.objects.get(pk=job.params["receipt"])
    verdict = judge_receipt(receipt, found, actor=job.actor)
    job.cursor |= {"holds": verdict.holds, "sentence": verdict.sentence}
    return True


def _report(job: Job) -> Report:
    number = PurgeReceipt.objects.values_list("number", flat=True).get(pk=job.params["receipt"])
    if job.problem:
        return Report(("purge_receipt", number), (("error", job.problem),))
    level = "success" if job.cursor["holds"] else "error"
    return Report(("purge_receipt", number), ((level, job.cursor["sentence"]),))


register_job(
    JobKind(
        VERIFY,
        "Search for data of the old source",
        {},
        _search_next,
        temporary=(OSError,),  # the storage of contents is away for a while
        report=_report,
        is_owed=True,
        is_ours=True,
    )
)
