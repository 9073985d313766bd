"""Asking a creator to tie a published video to their order (TikTok One)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.errors import CampaignProblem
from campaigns.models import Campaign, Post
from campaigns.queries import post_detail
from campaigns.services.links import remind_of_tie, request_tie, stop_requesting_tie
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.posts import listed_or_404
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import TikTokProblem

PROBLEMS = (CampaignProblem, TikTokProblem)


@staff_page(Permission.SEND_ORDERS)
def post_tie(request: OrganizationRequest, pk: int, video_pk: int) -> HttpResponse:
    """Explain a link request before it is sent, and send it."""
    campaign = campaign_or_404(pk)
    row = listed_or_404(campaign, video_pk)
    if request.method != "POST":
        template = "links/dialog.html" if request.htmx else "links/tie.html"
        return campaign_page(request, campaign, template, {"row": row})
    try:
        post = request_tie(campaign, row.video, actor=request.user)
    except PROBLEMS as problem:
        messages.error(request, str(problem))
        return redirect(address(request, "all_posts", campaign.pk))
    messages.success(
        request, "TikTok has asked the creator to tie the video. The post appears when they agree."
    )
    return redirect(address(request, "post", campaign.pk, post.pk))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def tie_remind(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    return _change(request, pk, post_pk, remind_of_tie, "The reminder is sent.")


@staff_page(Permission.SEND_ORDERS)
@require_POST
def tie_stop(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    return _change(request, pk, post_pk, stop_requesting_tie, "The request is cancelled.")


def _change(
    request: OrganizationRequest, pk: int, post_pk: int, act: Callable[..., Post], done: str
) -> HttpResponse:
    campaign: Campaign = campaign_or_404(pk)
    post = post_detail(campaign, post_pk)
    if post is None:
        raise Http404("No such post.")
    try:
        act(post, actor=request.user)
    except PROBLEMS as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, done)
    return redirect(address(request, "post", campaign.pk, post.pk))
