"""The only way to send a mail: write it down in the transaction of its cause. A worker sends it (`delivery`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from files.queries import current_logo
from jobs.services.queue import make_due
from mail.enums import MessageState
from mail.errors import NotToBeSentAgain
from mail.models import Message
from mail.services import marks
from mail.services.links.unsubscribing import unsubscribe_url
from mail.services.rendering import render
from tenancy.addresses import one_spelling
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import current_organization_id
from tenancy.services.events import record

WORK_KIND = "mail"
SUBJECT_LENGTH = 250
# Codes that an organization must not get at: an automatic answer that quotes one goes to whom answers go to.
IN_OUR_NAME = {"tenancy_domain_code"}
OVER = {MessageState.FAILED, MessageState.BOUNCED}


def queue_message(
    template: str,
    *,
    to: str,
    subject: str,
    values: Mapping[str, object],
    intent: str,
    again_after: timedelta | None = None,
    is_bulk: bool = False,
    is_secret: bool = False,
) -> tuple[Message, bool]:
    """Render a mail of the organization or person in scope and queue it. (message, is it new?)

    `intent` names the wish: asked for again, the same mail comes back, unless it failed or the wish is older than
    `again_after`. `is_bulk`: outreach, which can be unsubscribed from. `is_secret`: carries a code or a one-time link.
    Raises AddressBounced; for outreach AddressUnsubscribed and AddressComplained.
    """
    latest = Message.objects.filter(intent=intent).order_by("-repeat").first()
    if latest and _is_same_wish(latest, again_after):
        return latest, False
    address = one_spelling(to)
    marks.refuse_unwanted(address, is_bulk=is_bulk)
    fields = composed(template, address, subject, values, is_bulk=is_bulk)
    if template in IN_OUR_NAME:
        fields |= {"sender_name": "", "reply_to": ""}
    message = Message(
        intent=intent,
        repeat=latest.repeat + 1 if latest else 1,
        is_bulk=is_bulk,
        is_secret=is_secret,
        **fields,
    )
    return _written(message)


@transaction.atomic(savepoint=False)
def _written(message: Message) -> tuple[Message, bool]:
    """Write the message down, once when two have the same intent at the same time."""
    Message.objects.bulk_create([message], ignore_conflicts=True)
    kept = Message.objects.get(intent=message.intent, repeat=message.repeat)
    is_new = kept.message_id == message.message_id
    if is_new:
        make_due(WORK_KIND, kept.pk)
    return kept, is_new


def withdraw(intents: Iterable[str]) -> int:
    """Take back mails of the owner in scope that have not begun to leave; they are as if never wished for. Returns how many."""
    queued = Message.objects.filter(intent__in=list(intents), state=MessageState.QUEUED)
    return queued.delete()[0]


def _is_same_wish(latest: Message, again_after: timedelta | None) -> bool:
    if latest.state in OVER:
        return False
    return again_after is None or latest.created_at > timezone.now() - again_after


def composed(
    template: str, address: str, subject: str, values: Mapping[str, object], *, is_bulk: bool
) -> dict[str, str]:
    """The fields of a mail of the organization or person in scope to this address, which may still be empty."""
    organization = _organization()
    html, text = render(
        template,
        {
            **values,
            "subject": subject,
            "sender": organization.name if organization else "",
            "has_logo": current_logo() is not None,
            "unsubscribe_url": unsubscribe_url(address) if is_bulk and address else "",
        },
    )
    return {
        "template": template,
        "recipient": address,
        "subject": _one_line(subject)[:SUBJECT_LENGTH],
        "html": html,
        "text": text,
        "sender_name": _one_line(organization.mail_sender_name or organization.name)
        if organization
        else "",
        "reply_to": organization.mail_reply_to if organization else "",
        "message_id": f"<{uuid.uuid4().hex}@{_own_domain()}>",
    }


def _one_line(text: str) -> str:
    """The text without line breaks, which no mail server takes in a header."""
    return " ".join(text.split())


def _organization() -> Organization | None:
    primary_key = current_organization_id()
    return Organization.objects.get(pk=primary_key) if primary_key is not None else None


def _own_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


@transaction.atomic
def send_again(message: Message, *, actor: User | None) -> None:
    """A person wants an organization's failed mail to go out once more, also where it may have been sent.

    Raises NotToBeSentAgain.
    """
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.state != MessageState.FAILED or not locked.text:
        raise NotToBeSentAgain
    locked.state, locked.reason = MessageState.QUEUED, ""
    locked.queued_at = locked.state_at = timezone.now()
    locked.save(update_fields=["state", "reason", "queued_at", "state_at"])
    make_due(WORK_KIND, locked.pk)
    record(Verb.MAIL_SENT_AGAIN, locked, actor=actor)
