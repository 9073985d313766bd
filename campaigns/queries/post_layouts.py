"""Layouts of the lists of posts: grid or table, and which columns, as each member has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from campaigns.models import PostLayout
from tenancy.models import User
from tiktok.availability import POST_UNITS
from tiktok.enums import PostMetric, Unit


@dataclass(frozen=True)
class PostColumn:
    """A column of the table of posts and of its exports. `metric`: the number that it shows, if it shows one."""

    key: str
    label: str
    metric: PostMetric | None = None

    @property
    def unit(self) -> str:
        return POST_UNITS[self.metric] if self.metric else ""


NUMBERS = tuple(
    metric for metric, unit in POST_UNITS.items() if unit not in {Unit.CURVE, Unit.SHARES}
)
COLUMNS = (
    PostColumn("published", "Published"),
    PostColumn("origin", "Origin"),
    PostColumn("spark", "Spark Ads"),
    *(PostColumn(metric.value, str(metric.label), metric) for metric in NUMBERS),
    PostColumn("updated", "Numbers from"),
)
USUAL = (
    "published", "origin", PostMetric.VIDEO_VIEWS, PostMetric.TOTAL_ENGAGEMENTS, PostMetric.ENGAGEMENT_RATE,
    PostMetric.REACH, PostMetric.AVERAGE_PLAY_TIME, PostMetric.VIDEO_COMPLETION_RATE, "updated",
)  # fmt: skip


def post_columns(keys: Iterable[str]) -> list[PostColumn]:
    """The columns with these keys, in their usual order; unknown keys are left out."""
    wanted = set(keys)
    return [column for column in COLUMNS if column.key in wanted]


@dataclass(frozen=True)
class PostsView:
    """How a member sees lists of posts."""

    is_grid: bool = True
    columns: list[PostColumn] = field(default_factory=lambda: post_columns(USUAL))

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns]

    @property
    def metrics(self) -> list[PostMetric]:
        return [column.metric for column in self.columns if column.metric]


def posts_view_of(user: User) -> PostsView:
    """The layout that the member has chosen; one query."""
    row = PostLayout.objects.filter(user=user).first()
    return PostsView(row.is_grid, post_columns(row.columns)) if row else PostsView()


# --- posts of other networks ---
COUNTS = {
    "views": "Views",
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "saves": "Saves",
}
NETWORK_COLUMNS = {
    "network": "Network", "published": "Published", "origin": "Origin", **COUNTS, "updated": "Numbers from",
}  # fmt: skip


def network_view_of(user: User) -> tuple[bool, list[str]]:
    """Grid or table, and the columns of the table of other networks' posts that the member has chosen; one query."""
    row = PostLayout.objects.filter(user=user).first()
    chosen = row.network_columns if row else None
    wanted = NETWORK_COLUMNS if chosen is None else chosen
    return row.is_grid if row else True, [key for key in NETWORK_COLUMNS if key in wanted]
