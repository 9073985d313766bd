"""Posts of a campaign: everything the participants publish, and one post with all its numbers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.errors import CampaignProblem, VideoTiedElsewhere
from campaigns.models import Campaign, Post
from campaigns.queries import (
    ListedVideo,
    campaign_with_tie,
    listed_video,
    post_detail,
)
from campaigns.queries.listed import (
    HEAD,
    SORTABLE,
    found_videos,
    found_videos_page,
    listed_lines,
)
from campaigns.services import errands
from campaigns.services.posts import add_post_by_hand, note_export, remove_post, restore_post
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.posts_asked import asked_in, chips_of, query_of
from campaigns.views.published import seen_as
from crm.views.tables import table_file
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.models import Video
from tiktok.queries import is_released
from ui.bidi import isolated
from ui.undoing import say_done

ORDERS = (
    ("-published", "Newest first"), ("published", "Oldest first"), ("-video_views", "Most views first"),
    ("-likes", "Most likes first"), ("-comments", "Most comments first"), ("-shares", "Most shares first"),
)  # fmt: skip


@staff_page(Permission.READ)
def all_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign, asked = campaign_or_404(pk), asked_in(request.GET, sortable=SORTABLE)
    released, cursor = is_released(), request.GET.get("cursor")
    context = {
        "page": found_videos_page(campaign, cursor, asked=asked, released=released),
        "asked": asked,
        "query": query_of(asked),
        "export_url": address(request, "all_export", campaign.pk),
        "chips": chips_of(request, campaign, asked, "all_posts"),
        "orders": ORDERS,
        **seen_as(request),
    }
    return campaign_page(request, campaign, "posts/all.html", context)


@staff_page(Permission.READ)
@require_POST
def all_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    """The same videos in the same order as a file."""
    campaign, asked = campaign_or_404(pk), asked_in(request.GET, sortable=SORTABLE)
    note_export(campaign, found_videos(campaign, asked).count(), actor=request.user)
    lines = listed_lines(campaign, asked, released=is_released())
    return table_file(request, "all-posts", HEAD, lines)


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


def post_or_404(campaign: Campaign, pk: int) -> Post:
    post = post_detail(campaign, pk)
    if post is None:
        raise Http404("No such post.")
    return post


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def post_remove(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    """Take a post that was added by hand out of the campaign."""
    campaign = campaign_or_404(pk)
    post = post_detail(campaign, post_pk)
    if post is None or post.video is None:
        raise Http404("No such post.")
    try:
        remove_post(post, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
        return redirect(address(request, "post", campaign.pk, post_pk))
    undo = address(request, "post_restore", campaign.pk, post.video_id)
    say_done(request, f"{isolated(post)} is removed from the campaign.", undo)
    return redirect(address(request, "published_posts", campaign.pk))


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def post_restore(request: OrganizationRequest, pk: int, video_pk: int) -> HttpResponse:
    """Let a removed post stand in the campaign again."""
    campaign = campaign_or_404(pk)
    video = Video.objects.filter(pk=video_pk, creator__account__participations__campaign=campaign)
    found = video.select_related("creator").first()
    if found is None:
        raise Http404("No such video.")
    restore_post(campaign, found, actor=request.user)
    messages.success(request, "The post is under Published Posts again.")
    return redirect(address(request, "published_posts", campaign.pk))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def post_refresh(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    """Ask TikTok now."""
    campaign = campaign_or_404(pk)
    post = post_or_404(campaign, post_pk)
    return follow(request, errands.start_refreshing(post, actor=request.user))
