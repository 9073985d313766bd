"""Lists of posts as a table in a file, with the columns that a member has chosen."""

from __future__ import annotations

from campaigns.models import Post
from campaigns.queries.post_layouts import PostsView
from campaigns.queries.posts import PostRow
from tiktok.enums import Unit
from ui.sheets import Cell

HEAD = ["Post ID", "Address", "Caption", "Creator", "Handle"]


def _cells(view: PostsView) -> list[tuple[str, str]]:
    """The headings of the chosen columns with their units; `Numbers from` is two columns of a file."""
    cells = [(column.label, column.unit) for column in view.columns if column.key != "updated"]
    has_source = "updated" in view.keys
    return [*cells, ("Source", ""), ("Updated", "")] if has_source else cells


def post_head(view: PostsView) -> list[str]:
    return HEAD + [
        f"{label} (s)" if unit == Unit.SECONDS else label for label, unit in _cells(view)
    ]


def post_line(row: PostRow, view: PostsView) -> list[Cell]:
    post = row.post
    caption = post.video.caption if post.video else ""
    line: list[Cell] = [post.network_post_id, post.url, caption, post.account.influencer.name, post.account.handle]  # fmt: skip
    for column in view.columns:
        if column.metric:
            line.append(row.metrics[column.metric].value)
        elif column.key == "updated":
            line += [row.source_label, row.fetched_at]
        else:
            line.append(_word(post, column.key))
    return line


def _word(post: Post, key: str) -> Cell:
    """The word of a post in a column without a number."""
    if key == "spark":
        return post.spark.label if hasattr(post, "spark") else None
    return post.published_at if key == "published" else post.get_origin_display()


def post_percents(view: PostsView) -> list[int]:
    """The places of the columns that are fractions."""
    units = [unit for _, unit in _cells(view)]
    return [place for place, unit in enumerate(units, len(HEAD)) if unit == Unit.FRACTION]
