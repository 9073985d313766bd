"""How a member sees lists of posts: grid or table, and which columns, theirs alone."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.models import PostLayout
from campaigns.queries.post_layouts import USUAL
from tenancy.models import User


def save_posts_as(user: User, *, is_grid: bool) -> None:
    """Let the member see posts as covers in a grid, or as a table."""
    PostLayout.objects.update_or_create(
        user=user,
        defaults={"is_grid": is_grid},
        create_defaults={"is_grid": is_grid, "columns": list(USUAL)},
    )


def save_post_columns(user: User, keys: Sequence[str]) -> None:
    """Let the member's tables of posts have these columns."""
    PostLayout.objects.update_or_create(user=user, defaults={"columns": list(keys)})


def save_network_columns(user: User, keys: Sequence[str]) -> None:
    """Let the member's tables of other networks' posts have these columns."""
    columns = {"network_columns": list(keys)}
    PostLayout.objects.update_or_create(
        user=user, defaults=columns, create_defaults={**columns, "columns": list(USUAL)}
    )
