"""Errands of the influencers' dashboard: end a permission at TikTok, and then here."""

from __future__ import annotations

from crm.services.erasure.sharing import disconnect_account
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from tenancy.models import User
from tiktok.errors import TikTokProblem, TikTokRefused
from tiktok.models import Connection

DISCONNECT = "portal.disconnect"
REFUSED = (
    "TikTok refused to end the permission, so nothing has changed. Stop sharing with each brand here, or end the permission in"
    " TikTok's app."
)


def start_disconnecting(connection: Connection, *, person: User, language: str) -> Job:
    """Have the grant ended at TikTok, and then here, for every brand. In the person's scope."""
    params = {"connection": connection.pk, "handle": connection.handle, "language": language}
    return start_errand(DISCONNECT, params, actor=person)


def _disconnect(job: Job) -> Done:
    connection = Connection.objects.filter(
        pk=job.params["connection"], person=job.person_id
    ).first()
    if connection is None or job.actor is None:
        raise JobFailed("The account is no longer here.")
    try:
        disconnect_account(connection, person=job.actor, language=job.params["language"])
    except TikTokRefused as refusal:
        raise JobFailed(REFUSED) from refusal
    except TikTokProblem as problem:
        kept = f"{connection} is still connected; nothing has changed here. {problem}"
        raise JobFailed(kept) from problem
    return Done("disconnected")


def _report(job: Job) -> Report:
    done = done_of(job)
    handle = job.params["handle"]
    deleted = (
        f"@{handle} is disconnected. What came through it is deleted. You get a receipt by e-mail."
    )
    return says(("success", deleted) if done.key else ("error", done.text), to=("portal:home",))


def register_jobs() -> None:
    """Make the errand known."""
    words = {"disconnected": "disconnected"}
    register_job(errand(DISCONNECT, "Disconnect TikTok", words, _disconnect, _report, problems=()))
