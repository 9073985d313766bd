"""The tables of a report as a file takes them: real numbers and dates, money only where the report has it."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.enums import ReportSplit
from campaigns.queries.post_layouts import COUNTS
from campaigns.queries.report import ReportContent
from campaigns.queries.report_lines import Line
from ui.sheets import Cell, Sheet

LENGTH = 31  # characters of a sheet's name; Excel holds no more
HEAD = ["Posts", "Posts on other networks", "Ordered videos", "Views", "Posts with known views", "Likes", "Comments", "Shares", "Reach", "Posts with known reach", "Engagement rate", "Completion rate"]  # fmt: skip
MONEY_HEAD = ["Currency", "Fee", "Cost per 1,000 views", "Cost per engagement", "Cost per completed view"]  # fmt: skip
PERCENTS = (12, 13)  # columns of rates, behind two of names
POST_HEAD = ["Post", "Creator", "Published at", "Address", "Views", "Likes", "Comments", "Shares", "Reach", "Completion rate", "Average play time (s)"]  # fmt: skip
POST_PERCENTS = (9,)
NETWORK_HEAD = ["Network", "Posts"]
NETWORK_HEAD += [
    text for label in COUNTS.values() for text in (label, f"Posts with {label.lower()}")
]
NETWORK_HEAD += ["Source", "Oldest numbers of"]


def main_head(content: ReportContent) -> list[str]:
    first = [ReportSplit(content.report.split).label, "Account or creator", *HEAD]
    return first + (MONEY_HEAD if content.has_money else [])


def main_rows(content: ReportContent) -> Iterator[list[Cell]]:
    """The rows of the main table, its totals last."""
    for line in [*content.lines, content.total]:
        yield _row(line) + (_amounts(line, content.campaign.currency) if content.has_money else [])


def _row(line: Line) -> list[Cell]:
    sums = line.sums
    views = sums.views if sums.known else None
    reactions = (sums.likes, sums.comments, sums.shares)
    has_reactions = sums.known or any(reactions)
    return [
        line.name, line.note, sums.posts, sums.other_posts, line.ordered,
        views, sums.known, *(reactions if has_reactions else (None, None, None)),
        sums.reach if sums.reported else None, sums.reported, line.engagement_rate, line.completion_rate,
    ]  # fmt: skip


def _amounts(line: Line, currency: str) -> list[Cell]:
    costs = (line.cost_per_mille, line.cost_per_engagement, line.cost_per_completed_view)
    return [currency, line.fee, *(None if cost is None else round(cost, 6) for cost in costs)]


def sheets(content: ReportContent) -> list[Sheet]:
    """A sheet for each table: the report's own, its posts, other networks where there are any, its key numbers."""
    networks = [Sheet("Other networks", NETWORK_HEAD, _networks(content))]
    split = ReportSplit(content.report.split).label
    return [
        Sheet(f"{split}s compared"[:LENGTH], main_head(content), main_rows(content), PERCENTS),
        Sheet("Posts", POST_HEAD, _posts(content), POST_PERCENTS),
        *(networks if content.has_networks and content.networks else []),
        Sheet("Key numbers", ["Number", "Value", "Planned"], _numbers(content)),
    ]


def _networks(content: ReportContent) -> Iterator[list[Cell]]:
    """A row for each other network: its sums, each with how many posts it is of."""
    for name, totals in content.networks:
        pairs = [cell for total in totals.of.values() for cell in (total.value, total.posts)]
        yield [name, totals.posts, *pairs, totals.source, totals.oldest]


def _posts(content: ReportContent) -> Iterator[list[Cell]]:
    for each in content.posts:
        n, post = each.numbers, each.post
        yield [
            each.name, each.creator, post.published_at, post.url, n["video_views"], n["likes"], n["comments"], n["shares"],
            n["reach"], n["video_completion_rate"], n["average_play_time"],
        ]  # fmt: skip


def _numbers(content: ReportContent) -> Iterator[list[Cell]]:
    for figure in content.figures:
        yield [figure.number.label, figure.value, figure.planned]
    if content.earned is not None:
        yield [f"Earned media value ({content.campaign.currency})", content.earned, None]
    yield ["Counted up to", content.day, None]
    if content.sums and content.sums.read_at:
        yield ["Numbers of (UTC)", content.sums.read_at, None]
