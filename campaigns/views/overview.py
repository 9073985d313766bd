"""The overview of a campaign, which opens first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.enums import GoalNumber
from campaigns.models import Campaign
from campaigns.policies.campaigns import GOAL_NUMBERS, MONEY_NUMBERS
from campaigns.queries.overview import (
    Day,
    Reached,
    figures,
    reached,
    share_passed,
)
from campaigns.queries.overview_due import Attention, attention, next_dates
from campaigns.queries.plans import planned_of
from campaigns.queries.ranking import Ranked, ranking
from campaigns.queries.report_posts import report_posts
from campaigns.views.frame import address, campaign_or_404, campaign_page, sees_money
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.live import Live
from ui.templatetags.charts import Series

PER_DAY, TOTAL = "day", "total"
MODES = {PER_DAY: "Per day", TOTAL: "Total"}
PERIODS = {"7": "7 d", "30": "30 d", "": "Campaign"}
MOST_PINS, NAMED_GAPS = 24, 3
BESIDE = 2  # numbers in the ranking beside the first
BEST_POSTS, SORTED_AT_ONCE = 8, 1_000  # of more posts, the list sorted by views says it


@staff_page(Permission.READ)
@require_safe
def campaign_overview(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign, today = campaign_or_404(pk), timezone.now().date()
    is_shown = sees_money(request)
    found = reached(campaign, today=today)
    planned = planned_of(campaign, sees_money=is_shown)
    shown = figures(campaign, planned, found, today=today)
    numbers = _columns(campaign, sees_money=is_shown)
    ranked = ranking(campaign, numbers)
    dates = next_dates(campaign, today=today)
    needs = attention(campaign, dates)
    count: int = campaign.published_count  # type: ignore[attr-defined]
    is_sorted = 0 < count <= SORTED_AT_ONCE
    best = report_posts([campaign.pk], count, None, most=BEST_POSTS) if is_sorted else []
    seen = [(each.post.pk, each.views) for each in best]
    live = _live(campaign, found, ranked, needs, dates, shown, seen)
    if answer := live.answer(request):
        return answer
    context = {
        "live": live,
        "figures": shown,
        "found": found,
        "numbers": numbers,
        "ranked": ranked,
        "dates": dates,
        "needs": needs,
        "best": best,
        "is_being_added": not found and bool(count or campaign.listed_count),  # type: ignore[attr-defined]
        "passed": share_passed(campaign, today),
        "day_number": (today - campaign.starts_on).days + 1,
        "day_count": (campaign.ends_on - campaign.starts_on).days + 1,
        "today": today,
        "is_begun": bool(campaign.order_count or campaign.published_count or found),  # type: ignore[attr-defined]
        "orders_url": address(request, "orders", campaign.pk),
        "of_campaign": f"?f=campaign%3A{campaign.pk}",
        **chart(request, found),
    }
    return campaign_page(request, campaign, "overview/overview.html", context)


def _live(
    campaign: Any, found: Reached | None, ranked: Sequence[Ranked], needs: Attention, *facts: object
) -> Live:
    """The page changes with what it says, and as long as orders are open or posts are to be added up."""
    places = [(row.influencer.pk, row.states, row.ordered, row.values) for row in ranked]
    days = found and (found.days, found.read_at)
    is_under_way = bool(needs.open_orders or (campaign.published_count and not found))
    return Live.of(places, days, needs, *facts, is_under_way=is_under_way)


def _columns(campaign: Campaign, *, sees_money: bool) -> list[GoalNumber]:
    """The first number of the goal, and those of the others that tell creators apart."""
    first, *others = GOAL_NUMBERS[campaign.goal]
    shown_beside = {GoalNumber.POSTS, GoalNumber.CREATORS}
    kept = [n for n in others if n not in shown_beside and (sees_money or n not in MONEY_NUMBERS)]
    return [first, *kept[:BESIDE]]


def chart(request: OrganizationRequest, found: Reached | None) -> dict[str, Any]:
    """Views and engagements over time as the address asks for them, with the posts and the days without numbers."""
    mode = request.GET.get("show", "")
    mode = mode if mode in MODES else PER_DAY
    period = request.GET.get("days", "")
    period = period if period in PERIODS else ""
    days = found.days if found else []
    if period and days:
        begins = timezone.now().date() - timedelta(days=int(period) - 1)
        days = [day for day in days if day.day >= begins]
    views = [(day.day, day.views) for day in days]
    engagements = [(day.day, day.engagements) for day in days]
    if mode == TOTAL and found:
        now = found.now
        views = _totals(views, now.views)
        engagements = _totals(engagements, now.engagements)
    return {
        "mode": mode,
        "modes": MODES,
        "period": period,
        "periods": PERIODS,
        "views": [Series(name="Video views", points=views)],
        "engagements": [Series(name="Engagements", points=engagements, colour=2)],
        "marks": {"name": "Posts published", "points": marks(days)},
        "gaps": gaps(days),
    }


def _totals(points: list[tuple[Any, int | None]], total: int) -> list[tuple[Any, int | None]]:
    """Growth as the sum reached on each day; the last is the total of now."""
    reached_then = []
    for day, grown in reversed(points):
        reached_then.append((day, None if grown is None else total))
        total -= grown or 0
    return reached_then[::-1]


def marks(days: Sequence[Day]) -> list[tuple[Any, int]]:
    """The days on which posts were published, with how many; those that are so near that their marks would meet share one."""
    width = len(days) // MOST_PINS + 1
    found: list[tuple[Any, int]] = []
    begun = -width
    for n, day in enumerate(days):
        if not day.posts:
            continue
        if n - begun < width:
            first, count = found[-1]
            found[-1] = (first, count + day.posts)
        else:
            begun = n
            found.append((day.day, day.posts))
    return found


def gaps(days: Sequence[Day]) -> list[tuple[Any, Any]]:
    """The stretches of days without numbers between days with some, latest first; of more than a few, none is named."""
    known = [n for n, day in enumerate(days) if day.views is not None]
    found = [
        (days[before + 1].day, days[after - 1].day)
        for before, after in pairwise(known)
        if after - before > 1
    ]
    return found[::-1] if len(found) <= NAMED_GAPS else []
