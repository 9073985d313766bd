"""How a member sees the list of influencers: columns and density, theirs alone."""

from __future__ import annotations

from collections.abc import Sequence

from crm.enums import Density
from crm.models import ListLayout
from tenancy.models import User


def save_columns(user: User, keys: Sequence[str]) -> None:
    """Let the member's list have these columns, in this order."""
    ListLayout.objects.update_or_create(user=user, defaults={"columns": list(keys)})


def save_density(user: User, density: Density, *, columns: Sequence[str]) -> None:
    """Let the rows of the member's list be this high. `columns`: those of a member who has chosen none yet."""
    ListLayout.objects.update_or_create(
        user=user,
        defaults={"density": density},
        create_defaults={"density": density, "columns": list(columns)},
    )


def reset_layout(user: User) -> None:
    """Let the member's list look as everybody's does who has chosen nothing."""
    ListLayout.objects.filter(user=user).delete()
