"""Posts of a campaign: published ones, everything the participants publish, one post with all its numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.enums import ReviewState
from campaigns.errors import CampaignProblem, VideoTiedElsewhere
from campaigns.models import Campaign, Post
from campaigns.policies import may_be_reminded_at
from campaigns.queries import (
    ListedVideo,
    PostRow,
    all_posts_page,
    campaign_with_tie,
    growth,
    listed_video,
    post_detail,
    post_live,
    post_row,
    posts_in_review,
    published_live,
    published_posts_page,
)
from campaigns.services import errands
from campaigns.services.posts import add_post_by_hand
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.availability import AUTHENTICATE_OR_ORDER, SEND_AN_ORDER
from tiktok.enums import PostMetric, Unit
from tiktok.queries import audience_bars, earlier_numbers, is_released, top_country

COLUMNS = (
    PostMetric.VIDEO_VIEWS, PostMetric.LIKES, PostMetric.COMMENTS, PostMetric.SHARES,
    PostMetric.TOTAL_ENGAGEMENTS, PostMetric.ENGAGEMENT_RATE, PostMetric.REACH,
    PostMetric.VIDEO_COMPLETION_RATE, PostMetric.AVERAGE_PLAY_TIME,
)  # fmt: skip
WAITING_SHOWN = 20
BY_ORDER = frozenset(
    {AUTHENTICATE_OR_ORDER, SEND_AN_ORDER}
)  # missing for reasons that an order mends


@staff_page(Permission.READ)
def published_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    page = published_posts_page(campaign, request.GET.get("cursor"))
    waiting = list(posts_in_review(campaign)[:WAITING_SHOWN])
    live = published_live(campaign, [row.post for row in page.rows], waiting)
    context = {
        "page": page,
        "columns": COLUMNS,
        "waiting": waiting,
        "live": live,
        "by_order": BY_ORDER,
        "order_url": address(request, "order_new", campaign.pk),
    }
    return live.answer(request) or campaign_page(request, campaign, "posts/published.html", context)


@staff_page(Permission.READ)
def all_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    page = all_posts_page(campaign, request.GET.get("cursor"), released=is_released())
    return campaign_page(request, campaign, "posts/all.html", {"page": page})


@staff_page(Permission.EDIT_CAMPAIGNS)
def post_add(request: OrganizationRequest, pk: int, video_pk: int) -> HttpResponse:
    """Explain what adding a post by hand means, and add it."""
    campaign = campaign_or_404(pk)
    row = listed_or_404(campaign, video_pk)
    if request.method != "POST":
        return _add_form(request, campaign, row)
    is_confirmed = request.POST.get("though_tied") == "yes"
    try:
        add_post_by_hand(campaign, row.video, actor=request.user, though_tied=is_confirmed)
    except VideoTiedElsewhere as problem:
        return _add_form(request, campaign, row, problem=str(problem), status=REFUSED)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
        return redirect(address(request, "all_posts", campaign.pk))
    messages.success(request, "The post is now under Published Posts.")
    return redirect(address(request, "published_posts", campaign.pk))


def _add_form(
    request: OrganizationRequest,
    campaign: Campaign,
    row: ListedVideo,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    template = "posts/add_dialog.html" if request.htmx else "posts/add.html"
    other = campaign_with_tie(row.video, beside=campaign)
    context = {"row": row, "other": other, "problem": problem}
    return campaign_page(request, campaign, template, context, status=status)


def listed_or_404(campaign: Campaign, video_pk: int) -> ListedVideo:
    """A video of All Posts; a foreign one answers as an absent one."""
    video = listed_video(campaign, video_pk, released=is_released())
    if video is None:
        raise Http404("No such video.")
    return video


def _post_or_404(campaign: Campaign, pk: int) -> Post:
    post = post_detail(campaign, pk)
    if post is None:
        raise Http404("No such post.")
    return post


@staff_page(Permission.SEND_ORDERS)
@require_POST
def post_refresh(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    """Ask TikTok now."""
    campaign = campaign_or_404(pk)
    post = _post_or_404(campaign, post_pk)
    return follow(request, errands.start_refreshing(post, actor=request.user))


@staff_page(Permission.READ)
def post_page(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    post = _post_or_404(campaign, post_pk)
    row = post_row(post, earlier=earlier_numbers(post.video) if post.video else None)
    live = post_live(post, row.sync)
    if answer := live.answer(request):
        return answer
    context = {
        "row": row,
        "live": live,
        "title": str(post),
        "stats": [m for m in row.metrics.values() if m.unit not in {Unit.CURVE, Unit.SHARES}],
        "curve": _curve(row),
        "audiences": _audiences(row),
        "growth": _growth(row),
        "remedy": f"{address(request, 'order_new', campaign.pk)}?account={post.account_id}",
        "is_asked": post.review_state == ReviewState.LINK_ASKED,
        "may_be_reminded_at": may_be_reminded_at(post.asked_at, post.asked_count),
        "now": timezone.now(),
    }
    return campaign_page(request, campaign, "posts/post.html", context)


def _curve(row: PostRow) -> dict[str, Any]:
    metric = row.metrics[PostMetric.RETENTION_PER_SECOND]
    points = list(enumerate(metric.value or []))
    series = [{"name": f"@{row.post.account.handle}", "points": points}] if points else []
    return {"metric": metric, "series": series}


def _audiences(row: PostRow) -> list[dict[str, Any]]:
    country = top_country(row.metrics[PostMetric.AUDIENCE_COUNTRY])
    return [
        {"metric": metric, "shares": audience_bars(metric, country=country)}
        for metric in row.metrics.values()
        if metric.unit == Unit.SHARES
    ]


def _growth(row: PostRow) -> dict[str, list[dict[str, Any]]]:
    facts = growth(row.post)
    lines = {
        name: {"name": label, "points": [(fact["bucket_at"], fact[name]) for fact in facts]}
        for name, label in (
            ("video_views", "Video views"),
            ("likes", "Likes"),
            ("comments", "Comments"),
            ("shares", "Shares"),
        )
    }
    if not facts:
        return {"views": [], "reactions": []}
    return {"views": [lines.pop("video_views")], "reactions": list(lines.values())}
