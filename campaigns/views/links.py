"""Asking a creator to tie a published video to their order (TikTok One)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from campaigns.queries import post_detail
from campaigns.services import errands
from campaigns.views.frame import campaign_or_404, campaign_page
from campaigns.views.posts import listed_or_404
from jobs.models import Job
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission


@staff_page(Permission.SEND_ORDERS)
def post_tie(request: OrganizationRequest, pk: int, video_pk: int) -> HttpResponse:
    """Explain a link request before it is sent, and send it."""
    campaign = campaign_or_404(pk)
    row = listed_or_404(campaign, video_pk)
    if request.method != "POST":
        template = "links/dialog.html" if request.htmx else "links/tie.html"
        return campaign_page(request, campaign, template, {"row": row})
    return follow(request, errands.start_tying(campaign, row.video, actor=request.user))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def tie_remind(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    return _change(request, pk, post_pk, errands.start_reminding)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def tie_stop(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    return _change(request, pk, post_pk, errands.start_stopping)


def _change(
    request: OrganizationRequest, pk: int, post_pk: int, start: Callable[..., Job]
) -> HttpResponse:
    post = post_detail(campaign_or_404(pk), post_pk)
    if post is None:
        raise Http404("No such post.")
    return follow(request, start(post, actor=request.user))
