"""Errands of a campaign's pages: refresh a post, look for lost orders, have a video tied."""

from __future__ import annotations

from collections.abc import Callable

from campaigns.enums import ReplyKind
from campaigns.errors import CampaignProblem
from campaigns.models import Campaign, Order, OrderRequest, Post
from campaigns.policies.orders import may_say
from campaigns.queries import campaigns_of, post_detail, post_row
from campaigns.services.links import (
    remind_of_tie,
    request_named_tie,
    request_tie,
    stop_requesting_tie,
)
from campaigns.services.orders.reconciling import reconcile_order_request, repeat_order_request
from campaigns.services.orders.syncing import refresh_post, refresh_post_again
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, begin_at_once, register_job
from jobs.services.queue import JUST_NOW
from tenancy.enums import Permission
from tenancy.models import User
from tiktok.errors import TikTokProblem
from tiktok.models import Video
from tiktok.queries import NOT_SUPPORTED
from ui.templatetags.formats import too_soon

REFRESH_POST, CHECK, REPEAT = "campaigns.refresh_post", "campaigns.check", "campaigns.repeat"
TIE_NAMED = "campaigns.tie_named"
TIE, REMIND, STOP = "campaigns.tie", "campaigns.remind", "campaigns.stop_tie"
GONE = "It is no longer here."  # its influencer was deleted meanwhile
OVER = "The order is over, so the creator was not asked."


# --- a post ------------------------------------------------------------------------------------------------------
def start_refreshing(post: Post, *, actor: User) -> Job:
    """Have TikTok asked about this post now."""
    return start_errand(REFRESH_POST, _of_post(post), actor=actor)


def _refresh(job: Job) -> Done:
    post = _post(job)
    if refresh_post(post):
        return Done("synced")
    if not post_row(post).may_be_refreshed:
        return Done("not_asked", text=NOT_SUPPORTED)
    return Done("not_asked", text=too_soon(refresh_post_again(post), JUST_NOW))


# --- a request for orders ----------------------------------------------------------------------------------------
def start_checking(request: OrderRequest, *, campaign_code: str, actor: User) -> Job:
    """Have TikTok searched for the orders of an uncertain request."""
    params = {**_of_request(request), "campaign_code": campaign_code}
    return start_errand(CHECK, params, actor=actor)


def start_repeating(request: OrderRequest, *, actor: User) -> Job:
    """Have the orders asked for again that do not exist."""
    return start_errand(REPEAT, _of_request(request), actor=actor)


def _check(job: Job) -> Done:
    code = job.params["campaign_code"]
    request = reconcile_order_request(_request(job), actor=job.actor, campaign_code=code)
    return Done("missing" if request.problem else "created", text=request.problem)


def _repeat(job: Job) -> Done:
    repeat_order_request(_request(job), actor=job.actor)
    return Done("repeated")


# --- tying a video -----------------------------------------------------------------------------------------------
def start_tying(campaign: Campaign, video: Video, *, actor: User) -> Job:
    """Have the creator asked to tie this video."""
    return start_errand(TIE, {"campaign": campaign.pk, "video": video.pk}, actor=actor)


def tie_named(order: Order, video_id: str) -> None:
    """Have the creator asked at TikTok for the video that they named themselves, at once if TikTok is quick. What becomes of it
    stands on their page and on the order."""
    params = {"campaign": order.campaign_id, "order": order.pk, "video": video_id}
    begin_at_once(start_errand(TIE_NAMED, params, actor=None))


def start_reminding(post: Post, *, actor: User) -> Job:
    """Have the creator asked again."""
    return start_errand(REMIND, _of_post(post), actor=actor)


def start_stopping(post: Post, *, actor: User) -> Job:
    """Have the link request taken back."""
    return start_errand(STOP, _of_post(post), actor=actor)


def _tie(job: Job) -> Done:
    campaign = Campaign.objects.get(pk=job.params["campaign"])
    video = Video.objects.filter(pk=job.params["video"]).first()
    if video is None:
        raise JobFailed(GONE)
    post = request_tie(campaign, video, actor=job.actor)
    return Done("asked", (("campaigns:post", str(post), campaign.pk, post.pk),))


def _tie_named(job: Job) -> Done:
    related = ("account", "request__marketplace_account")
    order = Order.objects.filter(pk=job.params["order"]).select_related(*related).first()
    if order is None:
        raise JobFailed(GONE)
    if not may_say(order.state, ReplyKind.PUBLISHED):
        raise JobFailed(OVER)
    post = request_named_tie(order, job.params["video"])
    return Done("asked", (("campaigns:post", str(post), order.campaign_id, post.pk),))


def _remind(job: Job) -> Done:
    remind_of_tie(_post(job), actor=job.actor)
    return Done("reminded")


def _stop(job: Job) -> Done:
    stop_requesting_tie(_post(job), actor=job.actor)
    return Done("stopped")


# --- what is told ------------------------------------------------------------------------------------------------
SENTENCES = {
    "synced": ("success", "The post was updated just now."),
    "created": ("success", "All orders of this request were created at TikTok."),
    "asked": ("success", "TikTok has asked the creator to tie the video. The post appears when they agree."),
    "reminded": ("success", "The reminder is sent."),
    "stopped": ("success", "The request is cancelled."),
}  # fmt: skip


def _sentences(job: Job) -> list[tuple[str, str]]:
    done = done_of(job)
    if done.key == "repeated":
        return []  # the page of the request says it
    if done.key == "not_asked":
        return [("info", done.text)]
    known = SENTENCES.get(done.key)
    return [known or ("warning" if done.key else "error", done.text)]


def _report_post(job: Job) -> Report:
    campaign, post = job.params["campaign"], job.params["post"]
    is_gone = done_of(job).text == GONE
    to = ("campaigns:all_posts", campaign) if is_gone else ("campaigns:post", campaign, post)
    return says(*_sentences(job), to=to)


def _report_request(job: Job) -> Report:
    to = ("campaigns:request", job.params["campaign"], job.params["request"])
    return says(*_sentences(job), to=to)


def _report_tie(job: Job) -> Report:
    done, campaign = done_of(job), job.params["campaign"]
    to = (done.links[0][0], *done.links[0][2:]) if done.links else ("campaigns:all_posts", campaign)
    return says(*_sentences(job), to=to)


# --- of all ------------------------------------------------------------------------------------------------------
def _of_post(post: Post) -> dict[str, int]:
    return {"campaign": post.campaign_id, "post": post.pk}


def _post(job: Job) -> Post:
    post = post_detail(Campaign.objects.get(pk=job.params["campaign"]), job.params["post"])
    if post is None:
        raise JobFailed(GONE)
    return post


def _of_request(request: OrderRequest) -> dict[str, int]:
    return {"campaign": request.campaign_id, "request": request.pk}


def _request(job: Job) -> OrderRequest:
    return OrderRequest.objects.get(pk=job.params["request"])


ERRANDS: tuple[tuple[str, str, dict[str, str], Callable[[Job], Done], Callable[[Job], Report]], ...] = (
    (REFRESH_POST, "Refresh a post", {"synced": "refreshed", "not_asked": "refreshed a moment ago, or not supported"}, _refresh, _report_post),
    (CHECK, "Look for orders at TikTok", {"missing": "not complete at TikTok", "created": "complete at TikTok"}, _check, _report_request),
    (REPEAT, "Send orders again", {"repeated": "sent again"}, _repeat, _report_request),
    (TIE, "Ask to tie a video", {"asked": "asked to tie"}, _tie, _report_tie),
    (REMIND, "Remind a creator of a video", {"reminded": "reminded"}, _remind, _report_post),
    (STOP, "Cancel a request to tie a video", {"stopped": "cancelled"}, _stop, _report_post),
)  # fmt: skip


def register_jobs() -> None:
    """Make the errands known."""
    for name, title, words, do, report in ERRANDS:
        problems = (CampaignProblem, TikTokProblem)
        kind = errand(
            name, title, words, do, report,
            problems=problems, about=campaigns_of, permission=Permission.SEND_ORDERS,
        )  # fmt: skip
        register_job(kind)
    words, problems = {"asked": "asked to tie"}, (CampaignProblem, TikTokProblem)
    title = "Ask to tie a video that its creator named"
    # The creator has started it, who is no member.
    register_job(
        errand(
            TIE_NAMED, title, words, _tie_named, _report_tie, problems=problems, about=campaigns_of
        )
    )
