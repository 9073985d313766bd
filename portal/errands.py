"""Errands of the influencers' dashboard: end a permission at TikTok, and then here."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from crm.services.erasure.sharing import disconnect_account
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from tenancy.models import User
from tiktok.errors import TikTokProblem, TikTokRefused
from tiktok.models import Connection

DISCONNECT = "portal.disconnect"
TITLE = _("Disconnect TikTok")
REFUSED = _(
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
        raise JobFailed(_("The account is no longer here."))
    with translation.override(job.params["language"]):
        return _disconnected(connection, job.actor, job.params["language"])


def _disconnected(connection: Connection, person: User, language: str) -> Done:
    try:
        disconnect_account(connection, person=person, language=language)
    except TikTokRefused as refusal:
        raise JobFailed(REFUSED) from refusal
    except TikTokProblem as problem:
        kept = gettext("@%(handle)s is still connected; nothing has changed here.")
        raise JobFailed(f"{kept % {'handle': connection.handle}} {problem}") from problem
    return Done("disconnected")


def _report(job: Job) -> Report:
    done = done_of(job)
    deleted = gettext(
        "@%(handle)s is disconnected. What came through it is deleted. You get a receipt by e-mail."
    )
    said = deleted % {"handle": job.params["handle"]} if done.key else gettext(done.text)
    return says(("success" if done.key else "error", said), to=("portal:home",))


def register_jobs() -> None:
    """Make the errand known."""
    words = {"disconnected": "disconnected"}
    register_job(errand(DISCONNECT, TITLE, words, _disconnect, _report, problems=()))
