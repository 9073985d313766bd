"""The creator's page of an order: the signed link that opens it, and what is noted when it is opened.

The link names organization, order and version. It can be made again for each mail, stands nowhere, and is revoked by a new
version.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Order
from campaigns.policies.orders import may_move
from campaigns.services.orders import transitions
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tenancy.services.links import SignedLink, read_signed, signed_url
from ui.languages import written_in

SALT = "campaigns.order_page"
ONCE_IN = timedelta(days=1)
# So soon after a mail was sent its links are followed by a scanner, not by a reader.
TOO_SOON = timedelta(seconds=10)


def page_url(order: Order) -> str:
    """The address of the order's page, for its creator alone."""
    return signed_url("order_page", order, order.page_version, salt=SALT)


def page_language(order: Order) -> str:
    """The language in which the order's creator is written to."""
    return written_in(order.account.influencer.reads_in)


def read_link(token: str) -> SignedLink | None:
    """The contents of a link; None for one that we did not sign, or whose organization is gone."""
    return read_signed(token, salt=SALT)


@transaction.atomic
def replace_link(order: Order, *, actor: User | None) -> Order:
    """Revoke the link that the creator has, and whoever they gave it to; the next mail brings a new one."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    locked.page_version += 1
    locked.save(update_fields=["page_version"])
    record(Verb.ORDER_PAGE_REPLACED, locked, actor=actor)
    return locked


@transaction.atomic
def note_opening(order: Order) -> None:
    """Note that a person has opened the page: the order is opened, and one event a day says so."""
    now = timezone.now()
    if _was_noted(order) or _is_just_mailed(order):
        return
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if not _was_noted(locked):
        _note(locked, now)


def note_act(locked: Order) -> None:
    """Count an act of the creator on the page as opening it, where nothing has noted that. Inside the caller's transaction,
    under the order's lock."""
    if locked.page_opened_at is None or may_move(locked.state, OrderState.OPENED):
        _note(locked, timezone.now())


def _note(locked: Order, now: datetime) -> None:
    locked.page_opened_at = now
    if may_move(locked.state, OrderState.OPENED):
        transitions.mark_opened(locked)
    else:
        locked.save(update_fields=["page_opened_at"])
        record(Verb.ORDER_PAGE_OPENED, locked, actor=None)


def _was_noted(order: Order) -> bool:
    return order.page_opened_at is not None and timezone.now() - order.page_opened_at < ONCE_IN


def _is_just_mailed(order: Order) -> bool:
    """Was a mail sent to the creator a moment ago?"""
    to = order.account.influencer.mail_address
    just_sent = Message.objects.filter(recipient=to, sent_at__gt=timezone.now() - TOO_SOON)
    return bool(to) and just_sent.exists()


@transaction.atomic
def note_link_used(order: Order) -> None:
    """Note, once, that TikTok's link was opened from the page."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.link_used_at is None:
        note_act(locked)
        locked.link_used_at = timezone.now()
        locked.save(update_fields=["link_used_at"])
        record(Verb.ORDER_LINK_USED, locked, actor=None)
