"""The tables of a report as a file takes them: real numbers and dates, money only where the report has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaigns.enums import ReportBlock, ReportSplit
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


MOMENTS_HEAD = ["Post", "Creator", "Most leave in second", "Viewers who leave then", "Most stay from second", "Watch 3 s more", "Watch to the end"]  # fmt: skip
BENCHMARKS_HEAD = ["Post", "Creator", "Engagement rate", "Engagement rate, P25", "Engagement rate, P50", "Completion rate", "Completion rate, P25", "Completion rate, P50"]  # fmt: skip
AUDIENCE_HEAD = ["Viewers by", "Part", "Share", "Posts"]


def main_head(content: ReportContent) -> list[str]:
    return _head(content, content.report.split)


def _head(content: ReportContent, split: str) -> list[str]:
    first = [ReportSplit(split).label, "Account or creator", *HEAD]
    return first + (MONEY_HEAD if content.has_money else [])


def main_rows(content: ReportContent) -> Iterator[list[Cell]]:
    """The rows of the main table, its totals last."""
    return _lines(content, content.lines)


def _lines(content: ReportContent, lines: Sequence[Line]) -> Iterator[list[Cell]]:
    for line in [*lines, content.total]:
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
    """A sheet for each table of the report that has rows: its own, its creators where that has other rows, its posts, those of
    its blocks, and the key numbers."""
    split, creators = content.report.split, ReportSplit.CREATOR
    of_blocks = {
        ReportBlock.NETWORKS: ("Other networks", NETWORK_HEAD, _networks, ()),
        ReportBlock.MOMENTS: ("Best and worst moments", MOMENTS_HEAD, _moments, (3, 5, 6)),
        ReportBlock.AUDIENCE: ("Audience", AUDIENCE_HEAD, _audience, (2,)),
        ReportBlock.BENCHMARKS: ("Benchmarks", BENCHMARKS_HEAD, _benchmarks, range(2, 8)),
    }
    further = [
        Sheet(name, head, list(rows(content)), percents)
        for block, (name, head, rows, percents) in of_blocks.items()
        if block in content.report.shown_blocks
    ]
    return [
        _compared(content, split, content.lines),
        *([] if split == creators else [_compared(content, creators, content.creators)]),
        Sheet("Posts", POST_HEAD, _posts(content), POST_PERCENTS),
        *(each for each in further if each.rows),
        Sheet("Key numbers", ["Number", "Value", "Planned"], _numbers(content)),
    ]


def _compared(content: ReportContent, split: str, lines: Sequence[Line]) -> Sheet:
    name = f"{ReportSplit(split).label}s compared"[:LENGTH]
    return Sheet(name, _head(content, split), _lines(content, lines), PERCENTS)


def _moments(content: ReportContent) -> Iterator[list[Cell]]:
    for each in content.moments:
        post = each.post
        yield [post.name, post.creator, each.worst, each.lost, each.best, each.kept, each.end]


def _audience(content: ReportContent) -> Iterator[list[Cell]]:
    """A row for each part of the viewers; then how many watch in the campaign's markets, where it has some."""
    for each in content.audiences:
        for bar in each.bars:
            yield [each.label, bar["label"], bar["share"], each.count]
        if each.in_markets is not None:
            yield [each.label, "The campaign's markets", each.in_markets, each.count]


def _benchmarks(content: ReportContent) -> Iterator[list[Cell]]:
    nothing = (None, None, None)
    for each in content.benchmarked:
        post, rates = each.post, (*(each.engagement or nothing), *(each.completion or nothing))
        yield [post.name, post.creator, *rates]


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
