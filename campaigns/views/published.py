"""Published Posts: covers in a grid or a table, narrowed, sorted, summed and exported as the address says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from campaigns.models import Campaign
from campaigns.queries import (
    posts_in_review,
    published_live,
    published_posts_page,
)
from campaigns.queries.post_layouts import COLUMNS, posts_view_of
from campaigns.queries.post_table import post_head, post_lines, post_percents
from campaigns.queries.posts import BY_ORDER
from campaigns.queries.published import (
    NEWEST,
    found_posts,
    post_totals,
)
from campaigns.services.post_layouts import save_post_columns, save_posts_as
from campaigns.services.posts import note_export
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.posts_asked import asked_in, chips_of, list_in, query_of, sortable_in
from crm.views.tables import table_file
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import PostMetric
from ui.dialogs import form_answer
from ui.redirects import go_to

WAITING_SHOWN = 20
SUMMED_AT_ONCE = 1_000  # posts; the sums of more come after the page
ORDERS = (
    (NEWEST, "Newest first"), ("published", "Oldest first"), ("-video_views", "Most views first"),
    ("-total_engagements", "Most engagements first"), ("-engagement_rate", "Highest engagement rate first"),
    ("-reach", "Largest reach first"), ("-video_completion_rate", "Highest completion first"),
    ("-average_play_time", "Longest play time first"),
)  # fmt: skip
IN_GRID = (
    PostMetric.VIDEO_VIEWS, PostMetric.TOTAL_ENGAGEMENTS, PostMetric.REACH, PostMetric.ENGAGEMENT_RATE,
    PostMetric.VIDEO_COMPLETION_RATE,
)  # fmt: skip


@staff_page(Permission.READ)
def published_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign: Any = campaign_or_404(pk)
    asked = asked_in(request.GET)
    page = published_posts_page(campaign, request.GET.get("cursor"), asked=asked)
    waiting = list(posts_in_review(campaign)[:WAITING_SHOWN])
    live = published_live(campaign, [row.post for row in page.rows], waiting)
    if answer := live.answer(request):
        return answer
    is_late = campaign.published_count > SUMMED_AT_ONCE
    context = {
        "page": page,
        "asked": asked,
        "query": query_of(asked),
        "export_url": address(request, "posts_export", campaign.pk),
        "chips": chips_of(request, campaign, asked),
        "waiting": waiting,
        "live": live,
        "orders": ORDERS,
        "is_late": is_late,
        "totals": post_totals(campaign, asked) if page.rows and not is_late else None,
        **seen_as(request),
        **_remedies(request, campaign),
    }
    return campaign_page(request, campaign, "posts/published.html", context)


def seen_as(request: OrganizationRequest) -> dict[str, Any]:
    """The layout of the member; an address may ask for the other one, which is not kept."""
    view = posts_view_of(request.user)
    wanted = request.GET.get("view", "")
    is_grid = wanted == "grid" if wanted in {"grid", "table"} else view.is_grid
    return {"view": view, "is_grid": is_grid, "in_grid": IN_GRID}


def _remedies(request: OrganizationRequest, campaign: Campaign) -> dict[str, Any]:
    return {"by_order": BY_ORDER, "order_url": address(request, "order_new", campaign.pk)}


@staff_page(Permission.READ)
def posts_totals(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The sums over the posts that the address asks for: a part of the page that comes after it."""
    campaign = campaign_or_404(pk)
    context = {
        "totals": post_totals(campaign, asked_in(request.GET)),
        "campaign": campaign,
        **seen_as(request),
    }
    return render(request, "staff/campaigns/posts/totals.html", context)


@staff_page(Permission.READ)
@require_POST
def posts_as(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Grid or table, kept for the member."""
    save_posts_as(request.user, is_grid=request.POST.get("view") != "table")
    tab = list_in(request.POST)
    asked = asked_in(request.GET, sortable=sortable_in(tab))
    return redirect(f"{address(request, tab, pk)}?{query_of(asked)}")


@staff_page(Permission.READ)
def posts_columns(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose the columns of the table, kept for the member."""
    campaign = campaign_or_404(pk)
    if request.method == "POST":
        shown = request.POST.getlist("shown")
        save_post_columns(request.user, [column.key for column in COLUMNS if column.key in shown])
        messages.success(request, "Columns saved.")
        return go_to(request, _back(request, pk))
    context: dict[str, Any] = {
        "title": "Columns",
        "body": "staff/campaigns/posts/columns.html",
        "back": _back(request, pk),
        "action": f"{address(request, 'posts_columns', campaign.pk)}?{query_of(asked_in(request.GET))}",
        "columns": COLUMNS,
        "shown": posts_view_of(request.user).keys,
    }
    return form_answer(request, **context)


def _back(request: OrganizationRequest, pk: int) -> str:
    return f"{address(request, 'published_posts', pk)}?{query_of(asked_in(request.GET))}"


# --- files ---------------------------------------------------------------------------------------------------------
@staff_page(Permission.READ)
@require_POST
def posts_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    """The same posts in the same order as a file, with the member's columns."""
    campaign, asked = campaign_or_404(pk), asked_in(request.GET)
    view = posts_view_of(request.user)
    note_export(campaign, found_posts(campaign, asked).count(), actor=request.user)
    lines = post_lines(campaign, asked, view)
    return table_file(request, "posts", post_head(view), lines, percents=post_percents(view))
