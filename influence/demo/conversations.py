"""Creators speak with the agency on the pages of their orders, an order is cancelled, and a report is shared."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.enums import ReplyKind
from campaigns.models import Campaign, Order, OrderReply
from campaigns.services.orders.cancelling import cancel_order
from campaigns.services.orders.contact.replies import say, settle
from campaigns.services.orders.due_dates import change_due
from campaigns.services.report import share_report
from influence.demo.earlier import days_ago
from tenancy.models import User

QUESTION = "May I show the headphones in their box first, or only in use?"
ANSWER = "In use, please. The box may lie on the table."
OPEN_QUESTION = "هل يمكنني التصوير في المترو؟"  # may I film in the underground?
NEW_DATE = "I am on tour until the weekend."
CANNOT = "ผมทำงานกับแบรนด์หูฟังอื่นอยู่"  # I work with another maker of headphones
REASON = "The headphones in white are sold out."


def talk(owner: User) -> None:
    """All of it, once."""
    if OrderReply.objects.exists():
        return
    today = timezone.now().date()
    rows = Order.objects.filter(campaign__name="Night shift").select_related("account")
    orders = {order.account.handle: order for order in rows}
    for handle, days in (
        ("kwame.kicks", 6),
        ("noor.haddad", 2),
        ("mateo.rios", 3),
        ("ayse.yildiz", -3),
    ):
        change_due(orders[handle], today + timedelta(days=days), actor=owner)
    with days_ago(2):
        reply = say(orders["kwame.kicks"], ReplyKind.QUESTION, text=QUESTION)
    with days_ago(1):
        settle(reply, answer=ANSWER, actor=owner)
    say(orders["noor.haddad"], ReplyKind.QUESTION, text=OPEN_QUESTION)
    wished_on = today + timedelta(days=9)
    say(orders["mateo.rios"], ReplyKind.NEW_DATE, text=NEW_DATE, wished_on=wished_on)
    say(orders["somchai.street"], ReplyKind.CANNOT, text=CANNOT)
    cancel_order(orders["zara.dances"], reason=REASON, actor=owner)
    _share_report(owner)


def _share_report(owner: User) -> None:
    campaign = Campaign.objects.get(name="Seeded loaf")
    expires_on = timezone.now().date() + timedelta(days=30)
    share_report(campaign, expires_on=expires_on, password=None, actor=owner)
