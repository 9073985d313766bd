"""Comments on drafts, told to their creators by mail: those of ten minutes together, and none that a verdict has told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.models import Order, Review, ReviewComment
from campaigns.policies.orders import mail_refusal
from campaigns.services.reviews.drafts import locked_order
from campaigns.services.reviews.mailing import NO_ADDRESS, tell_of_comments
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind
from mail.services.previewing import refusals

TELL, WAIT = "campaigns.draft_comments", timedelta(minutes=10)
SOON = "The creator is told by e-mail in ten minutes, of all comments until then."
NOT_WANTED = "The creator wants no such mail, or cannot do the order, so none is sent. It stands on the page of their order."


def tell_soon(review: Review) -> None:
    """Let the creator be told when nothing more was written for a while. Inside the caller's transaction."""
    make_due(TELL, review.pk, after=WAIT)


def note_on_mail(order: Order) -> str:
    """A sentence for who has written a comment: that the creator is told, or why not."""
    email = order.account.influencer.mail_address
    if not email:
        return NO_ADDRESS
    if mail_refusal(order.in_force):
        return NOT_WANTED
    refusal = refusals([email], is_bulk=True).get(email)
    return (
        f"{refusal} Tell the creator yourself; it stands on the page of their order."
        if refusal
        else SOON
    )


def _tell(review_ids: Sequence[int]) -> dict[int, timedelta | None]:
    for review in Review.objects.filter(pk__in=review_ids).select_related("order"):
        _tell_of(review)
    return dict.fromkeys(review_ids)


@transaction.atomic
def _tell_of(review: Review) -> None:
    review.order = locked_order(review.order)
    rows = ReviewComment.objects.filter(version__review=review, mailed_at=None)
    news = [each for each in rows.select_related("version").order_by("pk") if _is_news(each)]
    rows.update(mailed_at=timezone.now())
    if news and review.is_open and not mail_refusal(review.order.in_force):
        tell_of_comments(review, news)


def _is_news(comment: ReviewComment) -> bool:
    """Was it written after the mail of a verdict, if there was one?"""
    judged_at = comment.version.judged_at
    return judged_at is None or comment.written_at > judged_at


def register_work() -> None:
    """Make known who is told."""
    register_kind(WorkKind(TELL, Lane.MAIL, _tell))
