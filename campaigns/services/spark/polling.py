"""Permissions to advertise as due work: followed until they have come to their end. And the errand of who waits at the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from campaigns.enums import SparkState
from campaigns.errors import CampaignProblem
from campaigns.models import Post, SparkPermission
from campaigns.queries import campaigns_of
from campaigns.services.spark.asking import request_spark, settle_spark
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from jobs.services.queue import claim_now, make_due, stop
from tenancy.enums import Permission
from tenancy.models import User
from tiktok.enums import PollKind
from tiktok.errors import TikTokProblem
from tiktok.services.polls.kinds import register_poll

ASK = "campaigns.ask_for_spark"
SOON = timedelta(minutes=2)  # TikTok lists by then what it was asked for
GONE = "It is no longer here."  # its post was deleted meanwhile
OVER = "The permission has come to its end."
SENTENCES = {
    SparkState.DUE: ("info", "The creator is being asked. The answer appears here."),
    SparkState.WAITING: (
        "success",
        "TikTok has asked the creator in the app. The answer appears here.",
    ),
    SparkState.ACCEPTED: (
        "success",
        "TikTok has the request. What the creator gives appears here.",
    ),
}


def sync_due_sparks(ids: Sequence[int]) -> dict[int, timedelta]:
    """The pump's sync of permissions. Says when those are due again that are not at their usual time."""
    rows = SparkPermission.objects.select_related("post__order__request__marketplace_account")
    found = rows.in_bulk(ids)
    soon = {}
    for pk, permission in found.items():
        settle_spark(permission)
        if permission.state == SparkState.UNCERTAIN:
            soon[pk] = SOON
    over = [pk for pk, each in found.items() if is_over(each)]
    over += [pk for pk in ids if pk not in found]
    if over:
        stop(PollKind.SPARK, *over, reason=OVER)
    return soon


def is_over(permission: SparkPermission) -> bool:
    """Does nothing more come of it by itself?"""
    if permission.state in {SparkState.FAILED, SparkState.REJECTED}:
        return True
    return permission.state == SparkState.ACCEPTED and not permission.is_running


def start_asking(post: Post, days: int, *, actor: User) -> Job:
    """Write the wish down and have it carried out. Raises SparkNotAsked."""
    permission = request_spark(post, days, actor=actor)
    params = {"campaign": post.campaign_id, "post": post.pk, "permission": permission.pk}
    return start_errand(ASK, params, actor=actor)


def _ask(job: Job) -> Done:
    pk = job.params["permission"]
    rows = SparkPermission.objects.select_related("post__order__request__marketplace_account")
    with claim_now(PollKind.SPARK, pk, unless_within=timedelta(0)) as is_mine:
        permission = rows.filter(pk=pk).first()
        if permission is None:
            raise JobFailed(GONE)
        if is_mine:
            settle_spark(permission)
    if permission.state == SparkState.UNCERTAIN:
        make_due(PollKind.SPARK, pk, after=SOON)
    return Done(permission.state, text=permission.problem)


def _report(job: Job) -> Report:
    done, campaign = done_of(job), job.params["campaign"]
    to: tuple[object, ...] = ("campaigns:post", campaign, job.params["post"])
    if done.text == GONE:
        to = ("campaigns:all_posts", campaign)
    known = None if done.text else SENTENCES.get(SparkState(done.key)) if done.key else None
    return says(known or ("warning", done.text), to=to)


def register_jobs() -> None:
    """Make the errand and the poll known."""
    register_poll(PollKind.SPARK, sync_due_sparks)
    words = {state.value: str(state.label).lower() for state in SparkState}
    register_job(
        errand(
            ASK, "Ask for Spark Ads permission", words, _ask, _report,
            problems=(CampaignProblem, TikTokProblem), about=campaigns_of, permission=Permission.SEND_ORDERS,
        )
    )  # fmt: skip
