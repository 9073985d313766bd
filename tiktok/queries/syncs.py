"""Sync times: when a subject was last synced with TikTok, and when it is synced next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jobs.models import Work
from tiktok.enums import (
    MarketplaceStatus,
    PollKind,
    PostponedReason,
)
from tiktok.models import (
    Creator,
    Video,
)

NOT_LISTED = _("The account has published 30 newer videos, or this one is private or deleted.")


NOT_SUPPORTED = _("TikTok no longer lets us track the account.")


SYNC_TAKES = timedelta(hours=1)  # at the very most


SOON = timedelta(seconds=15)


ACCOUNT_POLLS = (PollKind.PROFILE, PollKind.INSIGHTS, PollKind.MEMBERSHIP)


Polls = dict[str, Work]  # of one subject, by kind


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_POLL_FIELDS: dict[str, Callable[[Any], Any]] = {
    "kind": str, "postponed_reason": str, "stopped_reason": str,
    "due_at": _moment, "lease_until": _moment, "last_finished_at": _moment,
}  # fmt: skip


@dataclass(frozen=True)
class SyncTimes:
    """The last and the next sync of a subject with TikTok: the words of every page are made of this.

    `over` says why it is not asked any more, where the poll does not know; `not_before`, until when the poll's syncs leave
    this subject out.
    """

    at: datetime | None
    poll: Work | None = None
    over: str = ""
    not_before: datetime | None = None

    @property
    def stopped_reason(self) -> str:
        return self.over or (self.poll.stopped_reason if self.poll else "")

    @property
    def is_under_way(self) -> bool:
        lease = self.poll and self.poll.lease_until
        return not self.stopped_reason and bool(lease and lease > timezone.now())

    @property
    def is_coming(self) -> bool:
        """Is it under way, or to begin within seconds?"""
        return not self.stopped_reason and is_coming(self.poll)

    @property
    def next_at(self) -> datetime | None:
        """None: at once, or not at all."""
        if self.poll is None or self.stopped_reason:
            return None
        due_at = max(self.poll.due_at, self.not_before or self.poll.due_at)
        return due_at if due_at > timezone.now() else None

    @property
    def postponed_because(self) -> str:
        """The last try brought nothing, the next one waits."""
        poll = self.poll
        if poll is None or not poll.postponed_reason or self.next_at != poll.due_at:
            return ""
        return PostponedReason(poll.postponed_reason).label

    @property
    def is_due(self) -> bool:
        return self.poll is not None and not self.stopped_reason and self.next_at is None


def is_coming(poll: Work | None) -> bool:
    """Is this poll under way, or to begin within seconds?"""
    if poll is None or poll.stopped_reason:
        return False
    now = timezone.now()
    is_held = poll.lease_until is not None and poll.lease_until > now
    return is_held or poll.due_at < now + SOON


def polls_at(subject_path: str, *kinds: PollKind) -> ArraySubquery:
    """Annotation: the polls of these kinds of the subject at this path, for `read_polls`. A list asks no query more."""
    found = JSONObject(**{name: name for name in _POLL_FIELDS})
    return ArraySubquery(_polls_of(subject_path, *kinds).values(found=found))


def _polls_of(subject_path: str, *kinds: PollKind) -> models.QuerySet[Work]:
    """Polls know no tenant policy: those of the row's own organization, found by all columns of their key."""
    return Work.objects.filter(
        organization=models.OuterRef("organization_id"),
        person=None,
        kind__in=kinds,
        subject_id=models.OuterRef(subject_path),
    )


def read_polls(rows: Iterable[dict[str, Any]]) -> Polls:
    """The polls that `polls_at` brought, by kind."""
    return {
        row["kind"]: Work(**{name: _POLL_FIELDS[name](value) for name, value in row.items()})
        for row in rows
    }


def account_sync(creator: Creator, polls: Polls, *, is_unsupported: bool = False) -> SyncTimes:
    """The sync times of an account: of its public profile in the marketplace, else of the authorized one,
    and where neither may be, whether it has joined the marketplace. `polls`: its own, of ACCOUNT_POLLS."""
    if is_unsupported:
        poll = polls.get(PollKind.MEMBERSHIP)
        return SyncTimes(creator.marketplace_checked_at, poll, over="" if poll else NOT_SUPPORTED)
    main = PollKind.PROFILE if creator.is_in_marketplace else PollKind.INSIGHTS
    return SyncTimes(creator.profile_fetched_at or creator.marketplace_checked_at, polls.get(main))


def video_sync(video: Video, poll: Work | None, *, is_supported: bool) -> SyncTimes:
    """The sync times of this video's counters; `poll` is that of its account's videos."""
    if not is_supported:
        return SyncTimes(video.counts_fetched_at, over=NOT_SUPPORTED)
    done = poll and poll.last_finished_at
    is_left_out = bool(done and done - video.counts_fetched_at > SYNC_TAKES)
    return SyncTimes(video.counts_fetched_at, poll, over=NOT_LISTED if is_left_out else "")


def next_account_check(creator_path: str) -> models.Case:
    """Annotation of rows that know `is_authenticated`: when TikTok is asked next about the creator at this path, as
    `account_look` says it."""
    pk, is_in = f"{creator_path}_id", {f"{creator_path}__marketplace_status": MarketplaceStatus.IN}
    return models.Case(
        models.When(**is_in, then=next_check(PollKind.PROFILE, pk)),
        models.When(is_authenticated=True, then=next_check(PollKind.INSIGHTS, pk)),
        default=next_check(PollKind.MEMBERSHIP, pk),
    )


def next_check(kind: PollKind, subject_path: str) -> models.Subquery:
    """Annotation: when TikTok is asked next about the subject at this path, None when that is not planned."""
    planned = _polls_of(subject_path, kind).filter(stopped_reason="")
    return models.Subquery(planned.values("due_at")[:1])
