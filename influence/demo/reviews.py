"""Drafts of the agency's creators, one in each state of content review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Order, Review, ReviewVersion
from campaigns.policies.orders import REVIEWABLE
from campaigns.services.reviews.comments import write_comment
from campaigns.services.reviews.drafts import Draft, ask_for_draft, submit_draft
from campaigns.services.reviews.verdicts import approve, ask_for_changes
from influence.demo.earlier import days_ago
from tenancy.models import User

FILM = Path(__file__).with_name("draft.webm")


def send_drafts(owner: User) -> None:
    """Write them down once, for the orders that are open, as many as there are."""
    if Review.objects.exists():
        return
    asked = Order.objects.filter(state__in=REVIEWABLE).exclude(state=OrderState.CREATED)
    orders = asked.order_by("pk")
    states: tuple[Callable[[Order, User], object], ...] = (
        _submitted,
        _changed,
        _answered,
        _approved,
        _awaited,
    )
    for order, make in zip(orders, states, strict=False):
        make(order, owner)


def _film(order: Order, text: str, days: float) -> ReviewVersion:
    with days_ago(days):
        return submit_draft(order, 1, Draft(text, "", ContentFile(FILM.read_bytes(), "draft.webm")))


def _awaited(order: Order, owner: User) -> None:
    with days_ago(9):
        ask_for_draft(order, timezone.now().date() - timedelta(days=2), actor=owner)


def _submitted(order: Order, owner: User) -> None:
    version = _film(order, "First cut. The music is not final.", 0.2)
    write_comment(version, "The logo is cut off here.", 3, actor=owner)


def _changed(order: Order, owner: User) -> None:
    version = _film(order, "Fifteen seconds, one take.", 3)
    write_comment(version, "Could the product come earlier?", 5, actor=owner)
    with days_ago(2):
        due_on = timezone.now().date() + timedelta(days=4)
        ask_for_changes(version, "Please say in the first three seconds what it is.", due_on=due_on, actor=owner)  # fmt: skip


def _answered(order: Order, owner: User) -> None:
    version = _film(order, "Buy the pan now, it is the best one.", 5)
    with days_ago(4):
        ask_for_changes(version, "No promises that we cannot prove, please.", actor=owner)
    _film(order, "I have used the pan for a week now, and it is my favourite one.", 1)


def _approved(order: Order, owner: User) -> None:
    version = _film(order, "Final cut, with captions.", 6)
    with days_ago(5):
        approve(version, actor=owner)
