"""The page of one post: its video beside its retention, all its numbers, audience and growth."""

from __future__ import annotations

from datetime import UTC, datetime, time
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from campaigns.enums import ReviewState, SparkState
from campaigns.models import Post, SparkPermission
from campaigns.policies.posts import may_be_reminded_at
from campaigns.queries import PostRow, growth, post_live, post_row
from campaigns.queries.breakdown import organic_and_paid, view_sources
from campaigns.queries.growth import gaps_in_words, missing_days
from campaigns.queries.retention import FEWEST_IN_CAMPAIGN, FEWEST_OF_ALL, retention_of
from campaigns.services.spark.asking import UNDER_WAY, days_offered
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.posts import post_or_404
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import PostMetric, Unit
from tiktok.queries import audience_bars, earlier_numbers, top_country


@staff_page(Permission.READ)
def post_page(request: OrganizationRequest, pk: int, post_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    post = post_or_404(campaign, post_pk)
    row = post_row(post, earlier=earlier_numbers(post.video) if post.video else None)
    live = post_live(post, row.sync)
    if answer := live.answer(request):
        return answer
    facts = growth(post)
    context = {
        "row": row,
        "live": live,
        "title": str(post),
        "stats": [m for m in row.metrics.values() if m.unit not in {Unit.CURVE, Unit.SHARES}],
        "curve": row.metrics[PostMetric.RETENTION_PER_SECOND],
        "retention": retention_of(post),
        "quarters": (0, 0.25, 0.5, 0.75, 1),
        "fewest": (FEWEST_IN_CAMPAIGN, FEWEST_OF_ALL),
        "player": player_address(post),
        "sources": view_sources(post),
        "split": organic_and_paid(post),
        "audiences": _audiences(row),
        "growth": _growth(row, facts),
        "gaps": gaps_in_words(facts),
        "remedy": f"{address(request, 'order_new', campaign.pk)}?account={post.account_id}",
        "is_asked": post.review_state == ReviewState.LINK_ASKED,
        "may_be_reminded_at": may_be_reminded_at(post.asked_at, post.asked_count),
        "now": timezone.now(),
        **_spark(post),
    }
    return campaign_page(request, campaign, "posts/post.html", context)


def _spark(post: Post) -> dict[str, Any]:
    """The permission to advertise with the post, and the days that can be asked for now."""
    permission = SparkPermission.objects.filter(post=post).first()
    is_open = permission is not None and permission.state in (*UNDER_WAY, SparkState.WAITING)
    return {"spark": permission, "spark_days": () if is_open else days_offered(post)}


def player_address(post: Post) -> str:
    """The address of TikTok's player for the post; empty where there is no video to play."""
    is_there = post.video is not None and post.video.unlisted_since is None
    is_known = is_there and post.network_post_id.isdigit()
    return f"{settings.TIKTOK_PLAYER_URL}{post.network_post_id}" if is_known else ""


def _audiences(row: PostRow) -> list[dict[str, Any]]:
    country = top_country(row.metrics[PostMetric.AUDIENCE_COUNTRY])
    return [
        {"metric": metric, "shares": audience_bars(metric, country=country)}
        for metric in row.metrics.values()
        if metric.unit == Unit.SHARES
    ]


def _growth(row: PostRow, facts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The counters over time; a day without any reading is a gap."""
    unread = [datetime.combine(day, time(12), UTC) for day in missing_days(facts)]
    lines = {
        name: {
            "name": label,
            "points": sorted(
                [(fact["bucket_at"], fact[name]) for fact in facts] + [(at, None) for at in unread],
                key=itemgetter(0),
            ),
        }
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
