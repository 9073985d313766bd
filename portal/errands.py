"""Errands of the influencers' dashboard: end a permission at TikTok, and then here; answer a brand's link request at TikTok."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from campaigns.errors import NotAsked
from campaigns.models import Post
from campaigns.services.links import answer_tie
from crm.services.erasure.sharing import disconnect_account
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from portal.reading import OwnAccount
from tenancy.models import User
from tenancy.scope import organization_scope
from tiktok.errors import TikTokProblem, TikTokRefused, TikTokUnavailable
from tiktok.models import Connection

DISCONNECT, ANSWER = "portal.disconnect", "portal.answer_tie"
TITLE, ANSWER_TITLE = _("Disconnect TikTok"), _("Answer the request to link a video")
REFUSED = _(
    "TikTok refused to end the permission, so nothing has changed. Stop sharing with each brand here, or end the permission in"
    " TikTok's app."
)

GONE = _("TikTok no longer asks you about this video. The order shows what became of it.")
MAY_HAVE_COME = _(
    "TikTok did not answer. It may know your choice all the same: the order shows it as soon as TikTok tells us. Otherwise you can"
    " answer again."
)
ANSWERED = {
    "accepted": _("You accepted. TikTok links the video to the order now."),
    "declined": _("You declined. The video is not linked, and the brand sees that."),
}


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


def start_answering(post: Post, own: OwnAccount, *, agrees: bool, person: User) -> Job:
    """Have a link request answered at TikTok, over the connection of this account. In the person's scope."""
    assert own.connection is not None  # noqa: S101 -- `may_answer` saw to it
    params = {"organization": post.organization_id, "post": post.pk, "connection": own.connection.pk, "agrees": agrees}  # fmt: skip
    return start_errand(ANSWER, params, actor=person)


def _answer(job: Job) -> Done:
    assert job.actor is not None  # noqa: S101 -- a person started it
    connection = Connection.objects.filter(pk=job.params["connection"], person=job.actor).first()
    with organization_scope(job.params["organization"]):
        own = Post.objects.filter(pk=job.params["post"], account__influencer__person=job.actor)
        post = own.select_related(
            "order__request__marketplace_account", "video", "campaign"
        ).first()
        if post is None or connection is None:
            raise JobFailed(GONE)
        try:
            answer_tie(post, agrees=job.params["agrees"], connection=connection, actor=job.actor)
        except NotAsked as problem:
            raise JobFailed(GONE) from problem
        except TikTokUnavailable as problem:
            raise JobFailed(MAY_HAVE_COME) from problem
    return Done("accepted" if job.params["agrees"] else "declined")


def _answer_report(job: Job) -> Report:
    done = done_of(job)
    said = gettext(ANSWERED[done.key] if done.key else done.text)
    return says(("success" if done.key else "error", said), to=("portal:home",))


def register_jobs() -> None:
    """Make the errands known."""
    answered = {key: key for key in ANSWERED}
    register_job(
        errand(ANSWER, ANSWER_TITLE, answered, _answer, _answer_report, problems=(TikTokProblem,))
    )
    words = {"disconnected": "disconnected"}
    register_job(errand(DISCONNECT, TITLE, words, _disconnect, _report, problems=()))
