"""Reads of the TikTok wrapper."""

from tiktok.queries.accounts import (
    active_consents,
    authenticated,
    is_released,
    kind_of,
    marketplace_account,
    marketplace_accounts,
    marketplace_live,
    needs_reconnect,
    visible_videos,
)
from tiktok.queries.audience import audience_bars, top_country
from tiktok.queries.histories import (
    DAY_COLUMNS,
    account_history,
    earlier_numbers,
    followers_a_month_ago,
    post_history,
    video_days,
)
from tiktok.queries.incidents import (
    OPEN_INCIDENTS,
    open_incidents,
)
from tiktok.queries.metrics import NOT_YET, MetricValue, account_metrics, post_metrics
from tiktok.queries.pauses import Pause, current_pause
from tiktok.queries.syncs import (
    ACCOUNT_POLLS,
    NOT_LISTED,
    NOT_SUPPORTED,
    Polls,
    SyncTimes,
    account_sync,
    is_coming,
    next_account_check,
    next_check,
    polls_at,
    read_polls,
    video_sync,
)

__all__ = [
    "ACCOUNT_POLLS",
    "DAY_COLUMNS",
    "NOT_LISTED",
    "NOT_SUPPORTED",
    "NOT_YET",
    "OPEN_INCIDENTS",
    "MetricValue",
    "Pause",
    "Polls",
    "SyncTimes",
    "account_history",
    "account_metrics",
    "account_sync",
    "active_consents",
    "audience_bars",
    "authenticated",
    "current_pause",
    "earlier_numbers",
    "followers_a_month_ago",
    "is_coming",
    "is_released",
    "kind_of",
    "marketplace_account",
    "marketplace_accounts",
    "marketplace_live",
    "needs_reconnect",
    "next_account_check",
    "next_check",
    "open_incidents",
    "polls_at",
    "post_history",
    "post_metrics",
    "read_polls",
    "top_country",
    "video_days",
    "video_sync",
    "visible_videos",
]
