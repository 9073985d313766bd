"""The moves of an order: one function per move, and one that makes any move and writes down the evidence.

Callers hold the order's row lock and are inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from campaigns.enums import OrderState
from campaigns.errors import MoveNotAllowed
from campaigns.models import Order
from campaigns.policies.orders import PUBLISHED_ALL_THE_SAME, STEPS, may_move
from campaigns.policies.posts import Progress
from campaigns.services.participants import follow_order
from crm.services.mailings.answers import note_answer
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.services.events import record

EVIDENCE_LENGTH = 300


def move(
    order: Order,
    target: OrderState,
    *,
    evidence: str,
    problem: str = "",
    extra: Iterable[str] = (),
    actor: User | None = None,
    **detail: object,
) -> Event:
    """Make a move and date it. Raises MoveNotAllowed. `extra`: other fields of the order that changed with it; `detail`: what
    the event says besides."""
    if not may_move(order.state, target):
        raise MoveNotAllowed(order.get_state_display(), target.label)
    event = _put(order, target, STEPS[target], evidence, problem, extra, actor, **detail)
    follow_order(order)
    return event


def _put(
    order: Order, target: OrderState, verb: Verb, evidence: str, problem: str, extra: Iterable[str],
    actor: User | None, **detail: object,
) -> Event:  # fmt: skip
    order.state, order.state_at = target, timezone.now()
    order.problem = problem[:EVIDENCE_LENGTH]
    order.save(update_fields=["state", "state_at", "problem", *extra])
    texts = {"evidence": evidence[:EVIDENCE_LENGTH]}
    return record(verb, order, actor=actor, state=target, texts=texts, **detail)


def mark_creating(order: Order) -> None:
    """A failed order is asked for once more."""
    move(order, OrderState.CREATING, evidence="Asked for again.")


def mark_created(
    order: Order, *, order_id: str, campaign_code: str, invite_link: str, evidence: str
) -> None:
    """TikTok has made the order and named its code and link."""
    order.tiktok_order_id = order_id
    order.campaign_code, order.invite_link = campaign_code, invite_link
    move(
        order,
        OrderState.CREATED,
        evidence=evidence,
        extra=["tiktok_order_id", "campaign_code", "invite_link"],
    )


def mark_failed(order: Order, *, reason: str) -> None:
    """TikTok did not take the order; the reason is TikTok's where it gave one."""
    move(order, OrderState.FAILED, evidence=reason, problem=reason)


def mark_sent(order: Order, *, evidence: str) -> None:
    """The invitation with link and code is on its way to the creator."""
    move(order, OrderState.SENT, evidence=evidence)


def mark_opened(order: Order) -> None:
    """The creator has opened the page of the order (`page_opened_at`)."""
    evidence = "The creator opened the page of the order."
    move(
        order, OrderState.OPENED, evidence=evidence, problem=order.problem, extra=["page_opened_at"]
    )


def mark_cancelled(order: Order, *, actor: User, job: int | None = None) -> Event:
    """The team does without the order (`cancel_reason`); the event keeps where it stood, and the job that cancelled many."""
    evidence = order.cancel_reason or "Cancelled by the team."
    by: dict[str, Any] = {"job": job} if job else {}
    was = OrderState(order.state)
    return move(
        order,
        OrderState.CANCELLED,
        evidence=evidence,
        extra=["cancel_reason"],
        actor=actor,
        was=was,
        **by,
    )


def mark_left(order: Order, *, evidence: str) -> None:
    """Nobody is there any more who could do it, and no participant to follow it."""
    was = OrderState(order.state)
    _put(order, OrderState.CANCELLED, Verb.ORDER_CANCELLED, evidence, "", [], None, was=was)


def restore(order: Order, state: OrderState, *, actor: User) -> None:
    """Put a cancelled order back to where it stood. No move leads there by itself."""
    evidence = "Cancelling was undone."
    _put(order, state, Verb.ORDER_RESTORED, evidence, "", ["cancel_reason"], actor)
    follow_order(order, leads_back=True)


def flag_published(order: Order, progress: Progress) -> None:
    """A creator may publish for a cancelled order still, since TikTok knows nothing of it: that is tracked, and said."""
    order.video_count = progress.uploaded
    order.problem = PUBLISHED_ALL_THE_SAME if progress.uploaded else ""
    order.save(update_fields=["problem"])


def mark_accepted(order: Order, *, evidence: str) -> None:
    """The creator has taken the order: TikTok counts a video for it."""
    move(order, OrderState.ACCEPTED, evidence=evidence)
    note_answer(order.account.influencer_id)


def mark_video_gone(order: Order) -> None:
    """TikTok counts no video for the order any more, so that one is missing again. Nobody has answered anything."""
    evidence = "TikTok no longer lists a video for this order."
    _put(order, OrderState.ACCEPTED, Verb.ORDER_VIDEO_GONE, evidence, "", [], None)
    follow_order(order, leads_back=True)


def mark_posting(order: Order, progress: Progress) -> None:
    """k of n videos are uploaded. May be said again when k changes."""
    evidence = f"TikTok lists {progress.uploaded} of {progress.limit} videos."
    move(order, OrderState.POSTING, evidence=evidence)


def mark_in_review(order: Order, progress: Progress) -> None:
    """All videos are uploaded, not all are approved."""
    evidence = ngettext(
        "The video is uploaded, not approved yet.",
        "All %(limit)d videos are uploaded, %(approved)d approved so far.",
        progress.limit,
    ) % {"limit": progress.limit, "approved": progress.approved}
    move(order, OrderState.IN_REVIEW, evidence=evidence)


def mark_fulfilled(order: Order, progress: Progress) -> None:
    """All videos that were asked for are approved."""
    evidence = ngettext(
        "TikTok has approved the video.",
        "TikTok has approved all %(limit)d videos.",
        progress.limit,
    ) % {"limit": progress.limit}
    move(order, OrderState.FULFILLED, evidence=evidence)


def mark_rejected(order: Order, progress: Progress) -> None:
    """TikTok's review refused a video; the creator has to change it. May be said again when the reason changes."""
    reason = _rejection(progress)
    move(order, OrderState.REJECTED, evidence=reason, problem=reason)


def _rejection(progress: Progress) -> str:
    return f"TikTok rejected a video: {progress.rejection}"[:EVIDENCE_LENGTH]


_BY_VIDEOS = {
    OrderState.POSTING: mark_posting,
    OrderState.IN_REVIEW: mark_in_review,
    OrderState.FULFILLED: mark_fulfilled,
    OrderState.REJECTED: mark_rejected,
}


def follow_videos(order: Order, progress: Progress) -> None:
    """Make the move that the videos mean for an accepted order, if it is news."""
    target = progress.state
    is_news = {
        OrderState.POSTING: progress.uploaded != order.video_count,
        OrderState.REJECTED: _rejection(progress) != order.problem,
    }
    if target == order.state and not is_news.get(target):
        return
    if target == OrderState.ACCEPTED:
        mark_video_gone(order)
    else:
        _BY_VIDEOS[target](order, progress)
