"""The errand of an influencer who comes back from TikTok: exchange the code of its answer."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_noop as _

from jobs.models import Job
from jobs.services.errands import Done, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from tenancy.models import User
from tenancy.scope import person_scope
from tiktok.enums import AttemptOutcome
from tiktok.errors import TikTokProblem
from tiktok.models import ConnectAttempt, Connection
from tiktok.services.connect.connect import finish_connect, receive_answer

CONNECT = "tiktok.connect"
TITLE = _("Connect TikTok")
CONNECTED, REFUSED = AttemptOutcome.CONNECTED.value, AttemptOutcome.REFUSED.value


def start_finishing(
    *,
    state: str,
    session_key: str,
    person: User,
    code: str | None,
    error: str | None,
    language: str,
) -> Job:
    """Have TikTok's answer worked off, as a job of the person; why it is refused is said in `language`.

    Raises ConnectDenied, ConnectRefused.
    """
    attempt = receive_answer(
        state=state, session_key=session_key, person=person, code=code, error=error
    )
    with person_scope(person):
        return start_errand(CONNECT, {"attempt": attempt.pk, "language": language}, actor=person)


def _finish(job: Job) -> Done:
    """The text is the account's handle, or why it is not connected."""
    attempt = ConnectAttempt.objects.select_related("organization", "person").get(
        pk=job.params["attempt"]
    )
    if attempt.outcome == AttemptOutcome.CONNECTED:  # by a worker that was lost
        newest = Connection.objects.filter(person=attempt.person).latest("connected_at")
        return Done(CONNECTED, text=newest.handle)
    with translation.override(job.params["language"]):
        connection = finish_connect(attempt)
    if connection.is_live:
        return Done(CONNECTED, text=connection.handle)
    return Done(REFUSED, text=connection.state_reason)


def _report(job: Job) -> Report:
    return says(to=("tiktok_connect_finished", job.pk))


register_job(
    errand(
        CONNECT,
        TITLE,
        {CONNECTED: "connected", REFUSED: "not connected"},
        _finish,
        _report,
        problems=(TikTokProblem,),
    )
)
