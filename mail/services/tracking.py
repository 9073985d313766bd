"""A provider's news about mails that were handed over."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from mail.enums import MessageState
from mail.models import Message
from mail.policies import is_soft_bounce
from mail.services import marks
from mail.services.delivery import settle
from tenancy.addresses import one_spelling
from tenancy.scope import Owner, owner_scope

REFERENCE = re.compile(r"^(?P<kind>[op])(?P<owner>\d{1,18})-(?P<message>\d{1,18})$")
STATES = {
    "delivered": MessageState.DELIVERED,
    "bounced": MessageState.BOUNCED,
    "rejected": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "complained": MessageState.COMPLAINED,
}
MARKS = {"bounced": "bounced_at", "complained": "complained_at", "unsubscribed": "unsubscribed_at"}
# News that arrives late never takes back what is worse.
FINAL = {MessageState.BOUNCED, MessageState.COMPLAINED}


def take_news(event: Any) -> None:
    """Note an event of django-anymail. What names no mail of ours, or another address than the mail's, is left alone."""
    found = REFERENCE.match(str((event.metadata or {}).get("message", "")))
    if not found:
        return
    key = int(found["owner"])
    owner = Owner(organization_id=key) if found["kind"] == "o" else Owner(person_id=key)
    with owner_scope(owner), transaction.atomic():
        message = Message.objects.select_for_update().filter(pk=int(found["message"])).first()
        if message is not None and one_spelling(event.recipient or "") == message.recipient:
            _note(message, event)


def _note(message: Message, event: Any) -> None:
    kind = event.event_type
    if kind == "bounced" and is_soft_bounce(event.esp_event):
        kind = "failed"
    if field := MARKS.get(kind):
        marks.mark(message.recipient, field)
    state = STATES.get(kind)
    if state is None or message.state == state:
        return
    if message.state in FINAL and state != MessageState.COMPLAINED:
        return
    reason = (
        "" if state == MessageState.DELIVERED else event.description or event.reject_reason or ""
    )
    settle(message, state, reason)
