"""Lists of posts as a table in a file, with the columns that a member has chosen: as the database answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, F, When
from django.db.models.functions import Coalesce

from campaigns.enums import PostOrigin
from campaigns.models import Campaign, Post, SparkPermission
from campaigns.queries.post_layouts import PostColumn, PostsView
from campaigns.queries.published import TIED, PostsAsked, found_posts, in_order, shown_number
from tiktok.enums import PostMetric, Source, Unit
from tiktok.models import Video
from ui.paging import is_one_of
from ui.sheets import Cell

ROWS_AT_ONCE = 2_000
HEAD = ["Post ID", "Address", "Caption", "Creator", "Handle"]
ALWAYS = ("network_post_id", "url", "video__caption", "account__influencer__name", "account__handle")  # fmt: skip
ORIGINS = dict(PostOrigin.choices)
NUMBERS_FROM = (
    Coalesce("video__video_views", "video__likes", "video__comments", "video__shares"),
    "video__counts_source",
    "video__counts_fetched_at",
    Case(When(TIED, then=F("video__report_fetched_at"))),
)
# What makes cells of the values that a column reads; None where the one value is the cell.
Write = Callable[..., list[Cell]]
Part = tuple[
    int, int, Write | None
]  # the places of the values, from and before, and what makes cells of them


def _cells(view: PostsView) -> list[tuple[str, str]]:
    """The headings of the chosen columns with their units; `Numbers from` is two columns of a file."""
    cells = [(column.label, column.unit) for column in view.columns if column.key != "updated"]
    has_source = "updated" in view.keys
    return [*cells, ("Source", ""), ("Updated", "")] if has_source else cells


def post_head(view: PostsView) -> list[str]:
    return HEAD + [
        f"{label} (s)" if unit == Unit.SECONDS else label for label, unit in _cells(view)
    ]


def post_percents(view: PostsView) -> list[int]:
    """The places of the columns that are fractions."""
    units = [unit for _, unit in _cells(view)]
    return [place for place, unit in enumerate(units, len(HEAD)) if unit == Unit.FRACTION]


def post_lines(campaign: Campaign, asked: PostsAsked, view: PostsView) -> Iterator[list[Cell]]:
    """A line for each post that the wish names, in its order: all ids first, then their values in pieces.

    A number stands where the post's page shows one; the cell is empty where that says why there is none.
    """
    ids = list(in_order(found_posts(campaign, asked), asked).values_list("pk", flat=True))
    reads, parts = _parts(view)
    rows = Post.objects.values_list("pk", *ALWAYS, *reads)
    for start in range(0, len(ids), ROWS_AT_ONCE):
        some = ids[start : start + ROWS_AT_ONCE]
        known = {pk: values for pk, *values in rows.filter(is_one_of("pk", some))}
        yield from (_line(known[pk], parts) for pk in some if pk in known)


def _line(values: list[Any], parts: list[Part]) -> list[Cell]:
    line: list[Cell] = values[: len(ALWAYS)]
    for place, behind, write in parts:
        if write is None:
            line.append(values[place])
        else:
            line += write(*values[place:behind])
    return line


def _parts(view: PostsView) -> tuple[list[Any], list[Part]]:
    """The facts that the columns read beside those of every line, and the part of a line that each makes of it."""
    reads: list[Any] = []
    parts: list[Part] = []
    for column in view.columns:
        place = len(ALWAYS) + len(reads)
        of_column, write = _column(column)
        reads += of_column
        parts.append((place, place + len(of_column), write))
    return reads, parts


def _column(column: PostColumn) -> tuple[list[Any], Write | None]:
    if column.metric == PostMetric.VIDEO_VIEW_RETENTION:
        return [shown_number(column.metric, "retention")], _half_way
    if column.metric:
        return [shown_number(column.metric)], None
    others: dict[str, tuple[list[Any], Write | None]] = {
        "published": (["published_at"], None),
        "origin": (["origin"], lambda origin: [ORIGINS[origin]]),
        "spark": (["spark__state", "spark__code_state"], _spark),
        "updated": ([*NUMBERS_FROM], _numbers_from),
    }
    return others[column.key]


def _half_way(curve: list[float] | None) -> list[Cell]:
    return [Video(retention=curve).half_way_retention]


def _spark(state: str | None, code_state: str | None) -> list[Cell]:
    return [SparkPermission(state=state, code_state=code_state or "").label if state else None]


def _numbers_from(
    a_count: int | None, source: str, counted_at: datetime | None, reported_at: datetime | None
) -> list[Cell]:
    """The source and the time of the first number that the post's page shows."""
    if a_count is not None:
        return [Source(source).label if source else "", counted_at]
    return [Source.ORDER_REPORT.label, reported_at] if reported_at else ["", None]
