"""The figures of the story, and the promises that it checks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


class StoryBroken(RuntimeError):
    """A step did not end as the product promises."""


@dataclass
class Figures:
    """The figures of the story; the flat object that `--json` writes."""

    imported_posts: int = 0
    imported_accounts: int = 0
    rejected_rows: int = 0
    membership_in: int = 0
    membership_not_in: int = 0
    membership_invalid: int = 0
    posts_hidden: int = 0
    legacy_rows_before: int = 0
    legacy_rows_left: int = 0
    orders_created: int = 0
    published_posts: int = 0
    metrics_by_order: int = 0
    metrics_by_hand: int = 0
    posts_by_event: int = 0
    account_type: str = ""
    api_calls: int = 0
    seconds: float = 0.0


def check(is_true: bool, promise: str) -> None:
    if not is_true:
        raise StoryBroken(promise)


def write_figures(figures: Figures, path: Path) -> None:
    """One flat JSON object."""
    path.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
