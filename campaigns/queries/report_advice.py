"""The advice of a report, from plain rules: each with the numbers that it follows from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from campaigns.queries.report_lines import Line
from campaigns.queries.report_posts import FEWEST_FOR_MEDIAN, HOOK_SECONDS, ReportPost
from ui.bidi import isolated
from ui.templatetags.formats import money, number, percent

NAMED = 3
BETTER = 1.2  # times as good as the whole campaign
WORSE_HOOK = 0.05  # of all viewers, above the median


@dataclass(frozen=True)
class Advice:
    """One thing to do, with whom or what, and why, in numbers."""

    title: str
    subject: str
    numbers: str


def advice(
    creators: Sequence[Line], total: Line, posts: Sequence[ReportPost], currency: str, plan: Decimal
) -> list[Advice]:
    """The advice for the next campaign. `plan` is the planned cost of a thousand views, 0 without one."""
    found = (
        _by_cost(creators, currency, float(plan)) or _by_engagement(creators, total),
        _spark(posts),
        _hook(posts),
    )
    return [each for each in found if each]


def _by_cost(creators: Sequence[Line], currency: str, plan: float) -> Advice | None:
    """Name those who cost less than planned; without a plan, a fifth less than all together."""
    average = _cost_per_mille(creators)
    limit = plan or (average / BETTER if average else 0)
    found = [(each.cost_per_mille, each) for each in creators if each.cost_per_mille]
    best = sorted((e for e in found if e[0] < limit), key=lambda e: e[0])[:NAMED]
    if not best:
        return None
    costs = _listed([money(cost, currency) for cost, _ in best])
    than = "the plan" if plan else "all creators together, at"
    compared = money(plan or average, currency)
    return Advice(
        "Book again",
        _listed([isolated(each.name) for _, each in best]),
        f"Cost per 1,000 views {costs}, below {than} {'of ' if plan else ''}{compared}.",
    )


def _cost_per_mille(creators: Sequence[Line]) -> float | None:
    """The cost of all creators together who have a fee and views: fees of those without a post say nothing of the others."""
    paid = [each for each in creators if each.cost_per_mille]
    views = sum(each.sums.views for each in paid)
    return 1000 * sum(each.fee or 0 for each in paid) / views if views else None


def _by_engagement(creators: Sequence[Line], total: Line) -> Advice | None:
    """Name those who move a fifth more of their viewers to react than all together."""
    average = total.engagement_rate
    if not average or len(creators) < FEWEST_FOR_MEDIAN:
        return None
    found = [(each.engagement_rate, each) for each in creators if each.engagement_rate]
    best = sorted((e for e in found if e[0] > average * BETTER), key=lambda e: -e[0])[:NAMED]
    if not best:
        return None
    rates = _listed([percent(rate) for rate, _ in best])
    return Advice(
        "Book again",
        _listed([isolated(each.name) for _, each in best]),
        f"Engagement rate {rates}; all creators together {percent(average)}.",
    )


def _spark(posts: Sequence[ReportPost]) -> Advice | None:
    """The post that most viewers watch to its end, among those with as many views as half of the posts or more."""
    seen = [each.views for each in posts if each.views]
    if not seen:
        return None
    limit = median(seen)
    rated = [each for each in posts if each.completion and (each.views or 0) >= limit]
    if not rated:
        return None
    best = max(rated, key=lambda each: each.completion or 0)
    return Advice(
        "Spark Ads",
        f"Ask {isolated(best.creator)} for “{isolated(best.name[:60])}”",
        f"Completion rate {percent(best.completion)}, the best of all posts with {number(round(limit))} views or more.",
    )


def _hook(posts: Sequence[ReportPost]) -> Advice | None:
    """The post that loses most viewers at its beginning, if clearly more than the others do."""
    losses = [(loss, each) for each in posts if (loss := each.hook_loss) is not None]
    if len(losses) < FEWEST_FOR_MEDIAN:
        return None
    usual = median(loss for loss, _ in losses)
    loss, worst = max(losses, key=lambda each: each[0])
    if loss < usual + WORSE_HOOK:
        return None
    return Advice(
        "Change the hook",
        str(isolated(worst.name[:60])),
        f"{round(loss * 100)} of 100 viewers leave in the first {HOOK_SECONDS} s; campaign median {round(usual * 100)}.",
    )


def _listed(words: Sequence[object]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    texts = [str(word) for word in words]
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
