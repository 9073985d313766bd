"""One decision on many applications: a job, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence

from crm.enums import Decision
from crm.models import Application, Program
from crm.services.programs.deciding import try_to_decide
from jobs.models import Job
from jobs.services.jobs import JobKind, Report, register_job, start_job
from tenancy.enums import Permission
from tenancy.models import User

DECIDE = "crm.decide_applications"
SLICE = 20
UNCHANGED = "unchanged"


def start_deciding(
    program: Program, ids: Sequence[int], decision: Decision, *, said: str, actor: User
) -> Job:
    """Decide these applications of the program alike; there is one at least."""
    params = {"program": program.pk, "ids": sorted(ids), "decision": decision.value, "said": said}
    return start_job(DECIDE, params, total=len(ids), actor=actor)


def _apply(job: Job, _: None) -> bool:
    assert job.actor is not None  # noqa: S101 -- a member started it; without them the job has ended
    left = [pk for pk in job.params["ids"] if pk > job.cursor]
    ids = left[:SLICE]
    rows = Application.objects.filter(program=job.params["program"], pk__in=ids)
    decision = Decision(job.params["decision"])
    for application in rows.order_by("pk"):
        reason = try_to_decide(application, decision, said=job.params["said"], actor=job.actor)
        job.count(UNCHANGED if reason else decision.value)
    job.cursor, job.done_count = ids[-1], job.done_count + len(ids)
    return len(left) <= SLICE


def _report(job: Job) -> Report:
    counts = {row["key"]: row["count"] for row in job.outcome}
    done = sum(count for key, count in counts.items() if key != UNCHANGED)
    said = f"{done} of {job.total_count} applications decided."
    kept = (
        "" if done == job.total_count else " The others were decided already, or no place is left."
    )
    level = "success" if done == job.total_count else "warning"
    return Report(("crm:program", job.params["program"]), ((level, f"{said}{kept}"),))


def register_jobs() -> None:
    """Make the job known."""
    words = {
        Decision.ACCEPT.value: "accepted",
        Decision.ASK_BACK.value: "asked back",
        Decision.DECLINE.value: "declined",
        UNCHANGED: "unchanged",
    }
    register_job(
        JobKind(
            DECIDE, "Decide on applications", words, _apply,
            permission=Permission.EDIT_INFLUENCERS, report=_report,
        )
    )  # fmt: skip
