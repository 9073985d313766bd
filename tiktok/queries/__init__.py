"""Reads of the TikTok wrapper."""

from tiktok.queries.accounts import (
    authenticated,
    is_released,
    kind_of,
    marketplace_account,
    marketplace_accounts,
    standing_consents,
    visible_videos,
)
from tiktok.queries.histories import (
    DAY_COLUMNS,
    account_history,
    earlier_numbers,
    post_history,
    video_days,
)
from tiktok.queries.incidents import (
    STANDING_INCIDENTS,
    standing_incidents,
)
from tiktok.queries.looks import (
    ACCOUNT_POLLS,
    NOT_LISTED,
    NOT_SUPPORTED,
    Look,
    Polls,
    account_look,
    next_account_check,
    next_check,
    polls_at,
    read_polls,
    video_look,
)
from tiktok.queries.metrics import NOT_YET, MetricValue, account_metrics, post_metrics
from tiktok.queries.pauses import Pause, current_pause

__all__ = [
    "ACCOUNT_POLLS",
    "DAY_COLUMNS",
    "NOT_LISTED",
    "NOT_SUPPORTED",
    "NOT_YET",
    "STANDING_INCIDENTS",
    "Look",
    "MetricValue",
    "Pause",
    "Polls",
    "account_history",
    "account_look",
    "account_metrics",
    "authenticated",
    "current_pause",
    "earlier_numbers",
    "is_released",
    "kind_of",
    "marketplace_account",
    "marketplace_accounts",
    "next_account_check",
    "next_check",
    "polls_at",
    "post_history",
    "post_metrics",
    "read_polls",
    "standing_consents",
    "standing_incidents",
    "video_days",
    "video_look",
    "visible_videos",
]
