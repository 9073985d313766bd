"""The kinds of regular reading at TikTok: how often, how many at a time, and what a page says where TikTok did not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from jobs.enums import Lane
from jobs.services.queue import WorkKind, register_kind
from tiktok import limits
from tiktok.enums import PollKind, PostponedReason
from tiktok.errors import (
    OF_ONE_SUBJECT,
    AnswerUnreadable,
    CallsUncounted,
    ConnectionEnded,
    GrantBeingRenewed,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    SealBroken,
    TikTokBusy,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.store import StoreIsDown

Handler = Callable[[Sequence[int]], Mapping[int, timedelta | None] | None]
# How long numbers stay fresh unless the handler knows better. The back-fill is done once.
CADENCE = {
    PollKind.MARKETPLACE: timedelta(days=1),
    PollKind.MEMBERSHIP: timedelta(days=1),
    PollKind.PROFILE: timedelta(days=1),
    PollKind.INSIGHTS: timedelta(days=7),
    PollKind.VIDEOS: timedelta(days=1),
    PollKind.ORDER: timedelta(hours=1),
    PollKind.SPARK: timedelta(hours=6),
    PollKind.PUBLICATION: timedelta(minutes=15),
}
# How many subjects one call takes.
BATCH = {PollKind.MEMBERSHIP: 20, PollKind.ORDER: 50}
REASONS: dict[type[Exception], str] = {
    TikTokProblem: PostponedReason.DEFECT,  # no sentence of its own; expected all the same
    TikTokBusy: PostponedReason.LIMIT_REACHED,
    CallsUncounted: PostponedReason.UNCOUNTED,
    GrantBeingRenewed: PostponedReason.BEING_RENEWED,
    TikTokUnavailable: PostponedReason.NO_ANSWER,
    AnswerUnreadable: PostponedReason.UNREADABLE,
    TikTokRefused: PostponedReason.REFUSED,
    NoMarketplaceAccount: PostponedReason.NO_ACCOUNT,
    MarketplaceAccessEnded: PostponedReason.ACCESS_ENDED,
    ConnectionEnded: PostponedReason.GRANT_ENDED,
    SealBroken: PostponedReason.SEALED,
}


def register_poll(kind: PollKind, handler: Handler) -> None:
    """Say which service reads subjects of this kind; once, when the app that owns them is ready."""
    register_kind(
        WorkKind(
            name=kind.value,
            lane=Lane.POLLS,
            handler=waiting(handler),
            batch=BATCH.get(kind, 1),
            cadence=CADENCE.get(kind),
            problems=REASONS,
            of_one_subject=OF_ONE_SUBJECT,
            is_paused=is_app_paused,
        )
    )


def waiting(handler: Handler) -> Handler:
    """Nobody waits for what the handler does: its calls may wait for their turn."""

    def work(subject_ids: Sequence[int]) -> Mapping[int, timedelta | None] | None:
        with limits.waiting_as_worker():
            return handler(subject_ids)

    return work


def is_app_paused() -> bool:
    """TikTok says that a limit is reached: whatever was claimed would only be postponed."""
    try:
        return limits.paused_for() > limits.SHORT_PAUSE_SECONDS
    except StoreIsDown:
        return False  # whoever calls TikTok will say so
