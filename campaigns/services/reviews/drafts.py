"""Drafts of creators: asked for, sent, taken back. Nothing here changes the state of an order, or what is tracked of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.base import File as Upload
from django.db import transaction
from django.utils import timezone

from campaigns.enums import CampaignState, DraftState
from campaigns.errors import CampaignArchived, DraftNotTaken
from campaigns.models import Order, Review, ReviewVersion
from campaigns.policies.orders import REVIEWABLE, mail_refusal
from campaigns.services.orders.contact.pages import note_act
from campaigns.services.reviews.mailing import ASKED, tell_creator
from files.enums import FileKind
from files.models import File
from files.services.storing import store_large
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

MOST_VERSIONS = 20  # of one draft


@dataclass(frozen=True)
class Draft:
    """A draft as its creator sends it: at least one of these."""

    text: str = ""
    link: str = ""
    upload: Upload[bytes] | None = None


def submit_draft(
    order: Order, number: int, draft: Draft, *, actor: User | None = None
) -> ReviewVersion:
    """Keep the next version of the order's draft with this number; the same once more is that version.

    `actor`: the creator, where they are signed in. Raises DraftNotTaken, FileRefused; then nothing is kept.
    """
    refuse_draft(order, number)
    file = store_large(FileKind.DRAFT, draft.upload) if draft.upload else None
    with transaction.atomic():
        locked = locked_order(order)
        refuse_draft(locked, number)
        review = _review(locked, number)
        latest = latest_version(review)
        if latest and _is_same(latest, draft, file):
            return latest
        note_act(locked)
        return _keep(review, latest, draft, file, actor=actor)


def refuse_draft(order: Order, number: int) -> None:
    """Raises DraftNotTaken where no version of this draft is taken."""
    if order.state not in REVIEWABLE:
        raise DraftNotTaken("This order takes no drafts any more.")
    known = order.reviews.count()
    if not 1 <= number <= min(known + 1, max(order.video_limit, known)):
        raise DraftNotTaken("This order has no such draft.")
    latest = ReviewVersion.objects.filter(review__order=order, review__number=number)
    version = latest.order_by("-number").first()
    if version and version.verdict == DraftState.APPROVED:
        raise DraftNotTaken("This draft is approved. Nothing more is needed.")
    if version and version.number >= MOST_VERSIONS:
        raise DraftNotTaken("This draft has too many versions. Ask the team.")


def _review(locked: Order, number: int) -> Review:
    review, _ = Review.objects.get_or_create(
        order=locked, number=number, defaults={"campaign": locked.campaign}
    )
    return review


def latest_version(review: Review) -> ReviewVersion | None:
    """The version that the review's state is about."""
    return review.versions.select_related("file").order_by("-number").first()


def _is_same(latest: ReviewVersion, draft: Draft, file: File | None) -> bool:
    known = latest.file.sha256 if latest.file else ""
    sent = file.sha256 if file else ""
    return (latest.text, latest.link, known) == (draft.text, draft.link, sent)


def _keep(
    review: Review,
    latest: ReviewVersion | None,
    draft: Draft,
    file: File | None,
    *,
    actor: User | None,
) -> ReviewVersion:
    if file:
        file.save(force_insert=True)
    version = review.versions.create(
        number=latest.number + 1 if latest else 1,
        text=draft.text,
        link=draft.link,
        file=file,
        submitted_at=timezone.now(),
    )
    say(Verb.DRAFT_SUBMITTED, version, actor=actor)
    return version


def say(verb: Verb, version: ReviewVersion, *, actor: User | None, **more: Any) -> Any:
    """Record what happened to a version, as something that happened to its order."""
    review = version.review
    numbers: dict[str, Any] = {"draft": review.number, "version": version.number}
    return record(verb, review.order, actor=actor, **numbers, **more)


@transaction.atomic
def take_back(order: Order, number: int) -> bool:
    """The creator takes their latest version back: it is deleted with its file. False: there is none, or it was judged."""
    locked = locked_order(order)
    rows = ReviewVersion.objects.filter(review__order=locked, review__number=number)
    version = rows.select_related("review__order").order_by("-number").first()
    if version is None or version.verdict or version.comments.exists():
        return False
    say(Verb.DRAFT_TAKEN_BACK, version, actor=None)
    version.delete()
    return True


# --- the team asks ----------------------------------------------------------------------------------------------------
def why_not_asked(order: Order) -> str:
    """The reason why no draft of this order is asked for; empty if it may be."""
    if order.campaign.state == CampaignState.ARCHIVED:
        return str(CampaignArchived())
    if order.state not in REVIEWABLE:
        return "The order is over, or its videos are live."
    reviews = list(order.reviews.all())
    if len(reviews) >= order.video_limit and all(
        each.state != DraftState.AWAITED for each in reviews
    ):
        return "A draft of each of its videos is there already."
    return mail_refusal(order.in_force)


@transaction.atomic
def ask_for_draft(order: Order, due_on: date | None, *, actor: User) -> str:
    """Ask the creator for a draft of the order's next video, by mail and on the order's page; asked again, the date is changed.

    Returns why no mail went out, if none did. Raises DraftNotTaken.
    """
    locked = locked_order(order)
    if reason := why_not_asked(locked):
        raise DraftNotTaken(reason)
    review = locked.reviews.filter(state=DraftState.AWAITED).order_by("number").first()
    review = review or _review(locked, locked.reviews.count() + 1)
    review.due_on = due_on
    review.save(update_fields=["due_on"])
    event = record(Verb.DRAFT_ASKED, locked, actor=actor, draft=review.number, **_dated(due_on))
    return tell_creator(review, ASKED, event)


@transaction.atomic
def change_due(review: Review, due_on: date | None, *, actor: User) -> None:
    """Say by when the creator is to send the draft, or its next version; None: no date."""
    locked = (
        Review.objects.select_for_update(of=("self",)).select_related("order").get(pk=review.pk)
    )
    if locked.due_on == due_on:
        return
    locked.due_on = due_on
    locked.save(update_fields=["due_on"])
    record(Verb.DRAFT_DUE_CHANGED, locked.order, actor=actor, draft=locked.number, **_dated(due_on))


def _dated(due_on: date | None) -> dict[str, Any]:
    return {"due_on": due_on} if due_on else {}


def locked_order(order: Order) -> Order:
    """The order as it is now, until the end of the transaction: everything about its drafts takes turns."""
    rows = Order.objects.select_for_update(of=("self",))
    related = ("account__influencer", "request", "campaign", "organization")
    return rows.select_related(*related).get(pk=order.pk)


def follow_versions(review_id: int) -> None:
    """Let the review's state be what its latest version says."""
    review = Review.objects.filter(pk=review_id).first()
    if review is None:
        return
    latest = latest_version(review)
    if latest is None:
        review.state, review.state_at = DraftState.AWAITED, timezone.now()
    else:
        review.state = latest.verdict or DraftState.SUBMITTED
        review.state_at = latest.judged_at or latest.submitted_at
    review.save(update_fields=["state", "state_at"])
