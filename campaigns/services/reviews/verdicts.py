"""The team's verdict on a version of a draft. It moves no order: what TikTok tells of the order is tracked as before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from campaigns.enums import DraftState
from campaigns.errors import DraftSettled
from campaigns.models import Order, Review, ReviewVersion
from campaigns.services.reviews.drafts import latest_version, locked_order, say
from campaigns.services.reviews.mailing import APPROVED, CHANGES, tell_creator, withdraw_news
from tenancy.enums import Verb
from tenancy.models import Event, User

VERBS = {
    DraftState.APPROVED: (Verb.DRAFT_APPROVED, APPROVED),
    DraftState.CHANGES: (Verb.DRAFT_CHANGES_ASKED, CHANGES),
}
SAID = [verb for verb, _ in VERBS.values()]


@dataclass(frozen=True)
class Judged:
    """A verdict: its event, and why the creator got no mail, if they got none."""

    event: Event
    mail_problem: str


def approve(version: ReviewVersion, *, actor: User) -> Judged:
    """The draft may be published as it is. Raises DraftSettled."""
    return _judge(version, DraftState.APPROVED, actor=actor)


def ask_for_changes(
    version: ReviewVersion, reason: str, *, due_on: date | None = None, actor: User
) -> Judged:
    """The creator is to send another version, by this day. They read the reason. Raises DraftSettled."""
    return _judge(version, DraftState.CHANGES, reason=reason, due_on=due_on, actor=actor)


@transaction.atomic
def _judge(
    version: ReviewVersion,
    verdict: DraftState,
    *,
    actor: User,
    reason: str = "",
    due_on: date | None = None,
) -> Judged:
    locked = _locked(version)
    review = locked.review
    if locked.verdict or not review.is_open or locked != latest_version(review):
        raise DraftSettled
    days = {"due_was": review.due_on, "due_on": due_on}
    review.due_on = due_on
    review.save(update_fields=["due_on"])
    _set(locked, verdict, reason, actor)
    verb, what = VERBS[verdict]
    texts = {"reason": reason} if reason else None
    known = {name: day for name, day in days.items() if day}
    event = say(verb, locked, actor=actor, texts=texts, of=locked.pk, **known)
    return Judged(event, tell_creator(review, what, event, reason=reason))


@transaction.atomic
def take_verdict_back(version: ReviewVersion, event: Event, *, actor: User) -> None:
    """Undo this verdict: the version waits for one again, and its mail is taken back if it has not left. Raises DraftSettled when
    there is another verdict or version. The due date of before comes back."""
    locked = _locked(version)
    if (
        not locked.verdict
        or event != latest_verdict(locked)
        or locked != latest_version(locked.review)
    ):
        raise DraftSettled
    _set(locked, "", "", None)
    _set_due_back(locked.review, event)
    withdraw_news(event)
    say(Verb.DRAFT_VERDICT_TAKEN_BACK, locked, actor=actor)


def _set_due_back(review: Review, event: Event) -> None:
    """Give the draft the due date of before the verdict, unless somebody has changed it since."""
    was, judged = (_day(event.detail.get(name)) for name in ("due_was", "due_on"))
    if review.due_on == judged != was:
        review.due_on = was
        review.save(update_fields=["due_on"])


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _set(locked: ReviewVersion, verdict: str, reason: str, judge: User | None) -> None:
    locked.verdict, locked.reason, locked.judged_by = verdict, reason, judge
    locked.judged_at = timezone.now() if verdict else None
    locked.save(update_fields=["verdict", "reason", "judged_by", "judged_at"])


def latest_verdict(version: ReviewVersion) -> Event | None:
    """The event of the version's verdict."""
    about = {"object_type": Order._meta.label_lower, "object_id": version.review.order_id}
    events = Event.objects.filter(**about, verb__in=SAID, detail__of=version.pk)
    return events.order_by("-pk").first()


def _locked(version: ReviewVersion) -> ReviewVersion:
    """The version as it is now, with the order that it waits its turn for."""
    order = locked_order(version.review.order)
    locked = ReviewVersion.objects.select_related("review").filter(pk=version.pk).first()
    if locked is None:
        raise DraftSettled
    locked.review.order = order
    return locked
