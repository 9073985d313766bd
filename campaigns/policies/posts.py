"""Meaning of what TikTok says of a video of an order, and when its report is read again, over loaded facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.enums import NOT_AGREED, OrderState, ReviewState
from tiktok.availability import POST_MATRIX
from tiktok.enums import PostMetric, PostTie
from tiktok.errors import in_our_words

BOUND, DELETED = "BIND", "DELETE"
# Why a post of an order no longer stands, as it is kept on the post.
GONE = "The creator has deleted this video on TikTok."
UNTIED = "This video is no longer tied to the order."
REJECTIONS = frozenset(
    {ReviewState.CONTENT_REVIEW_FAIL, ReviewState.AD_REVIEW_FAIL, ReviewState.ALL_FAIL}
)
MOST_REQUESTS, BETWEEN_REQUESTS = 3, timedelta(hours=24)


@dataclass(frozen=True)
class VideoFact:
    """One video of an order as TikTok describes it, in the words of `/tcm/video/audit_status/get/`."""

    video_id: str
    review_status: str
    is_bound: bool = True
    is_deleted: bool = False
    has_public_url: bool = False
    reject_reason: str = ""

    @property
    def counts(self) -> bool:
        """Does it count towards the order's number of videos?"""
        return self.is_bound and not self.is_deleted

    @property
    def is_published(self) -> bool:
        """Published is what TikTok has approved and gives a public address for; a report row proves nothing."""
        return self.counts and self.review_status == ReviewState.SUCCEED and self.has_public_url

    @property
    def is_rejected(self) -> bool:
        return self.counts and self.review_status in REJECTIONS


def is_free(published_since: datetime | None, review_reason: str, review_state: str) -> bool:
    """Has a post of an order lost it, or never been agreed to, so that its video is like any other again?"""
    return published_since is None and (review_reason == UNTIED or review_state in NOT_AGREED)


@dataclass(frozen=True)
class Progress:
    """The progress of an order's videos: how many are uploaded and approved, of how many."""

    uploaded: int
    approved: int
    limit: int
    rejection: str = ""

    @property
    def state(self) -> OrderState:
        """The state these facts mean, once the order is accepted."""
        if self.approved >= self.limit:
            return OrderState.FULFILLED
        if self.rejection:
            return OrderState.REJECTED
        if self.uploaded >= self.limit:
            return OrderState.IN_REVIEW
        return OrderState.POSTING if self.uploaded else OrderState.ACCEPTED


def progress(facts: Iterable[VideoFact], limit: int) -> Progress:
    """Sum up what TikTok says of an order's videos."""
    counted = [fact for fact in facts if fact.counts]
    return Progress(
        uploaded=len(counted),
        approved=sum(fact.review_status == ReviewState.SUCCEED for fact in counted),
        limit=limit,
        rejection=next((_rejection(fact) for fact in counted if fact.is_rejected), ""),
    )


def _rejection(fact: VideoFact) -> str:
    return in_our_words(fact.reject_reason) or ReviewState(fact.review_status).label


def metrics_missing_by_hand(*, is_authenticated: bool) -> list[PostMetric]:
    """The metrics a post added by hand will lack, and an order would bring."""
    tie = PostTie.AUTHENTICATED if is_authenticated else PostTie.NOT_AUTHENTICATED
    return [metric for metric, row in POST_MATRIX.items() if not row[tie].is_shown]


def report_interval(age: timedelta) -> timedelta:
    """How long the report of a post of this age stays fresh. History never freezes: it only gets slower."""
    if age < timedelta(days=7):
        return timedelta(hours=1)
    return timedelta(days=1) if age < timedelta(days=90) else timedelta(weeks=1)


def report_due_at(published_at: datetime | None, reported_at: datetime | None) -> datetime | None:
    """The time at which a report that was last read then is due again; None: with the next sync."""
    if published_at is None or reported_at is None:
        return None
    return reported_at + report_interval(reported_at - published_at)


def may_be_reminded_at(asked_at: datetime | None, asked_count: int) -> datetime | None:
    """The time from which a creator who was asked to tie a video may be reminded (TikTok: twice, 24 hours apart); None: not again."""
    if asked_at is None or asked_count >= MOST_REQUESTS:
        return None
    return asked_at + BETWEEN_REQUESTS
