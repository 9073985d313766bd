"""A worker sends what is queued.

The connection is opened first: a server that does not answer costs a delay. Then the state `sending` is committed, then the
mail is handed over. Whoever finds a mail in `sending` cannot know whether it went out: it is not sent again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import Any

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from mail.enums import MessageState
from mail.errors import MailProblem
from mail.models import Message
from mail.policies import Verdict, verdict, wait_before_next
from mail.services import marks
from mail.services.links.opening import with_picture
from mail.services.links.unsubscribing import unsubscribe_url
from mail.services.logos import with_logo
from mail.signals import message_settled

log = structlog.get_logger()
# smtplib's errors are OSErrors; a ValueError is a header or an address that no server would take.
FAILURES = (OSError, AnymailError, ValueError)
MAY_HAVE_BEEN_SENT = "It may have been sent: {}. Send it again only if it did not arrive."
REASON_LENGTH = 500
NEWS = {MessageState.DELIVERED, MessageState.BOUNCED, MessageState.COMPLAINED}
SETTLED_FIELDS = ["state", "reason", "state_at", "sent_at", "provider_id", "html", "text"]


class MailServer:
    """The connection of one worker: opened when it is needed, and anew after trouble."""

    def __init__(self) -> None:
        self._backend: Any = get_connection()

    def open(self) -> None:
        self._backend.open()

    def send(self, email: EmailMultiAlternatives) -> None:
        """Hand a mail over. Raises one of FAILURES."""
        if hasattr(self._backend, "forget_hand_over"):
            self._backend.forget_hand_over()
        self._backend.send_messages([email])

    @property
    def handed_over(self) -> bool:
        """Had the text of the latest mail begun to leave us?"""
        return getattr(self._backend, "handed_over", False)

    def close(self) -> None:
        with suppress(OSError):  # it may be broken
            self._backend.close()


def deliver(message_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Send these mails of the owner in scope. Says of each how long until it is to be tried again, None for never."""
    with closing(MailServer()) as server:
        return dict(_delivered(message_ids, server))


def _delivered(
    message_ids: Sequence[int], server: MailServer
) -> Iterator[tuple[int, timedelta | None]]:
    found = Message.objects.in_bulk(list(message_ids))
    for primary_key in message_ids:
        message = found.get(primary_key)
        yield primary_key, _deliver(message, server) if message else None


def _deliver(message: Message, server: MailServer) -> timedelta | None:
    if message.state == MessageState.SENDING:
        reason = "its worker was stopped while the mail was handed over"
        return _fail(message, MAY_HAVE_BEEN_SENT.format(reason))
    if message.state != MessageState.QUEUED:
        return None
    try:
        marks.refuse_unwanted(message.recipient, is_bulk=message.is_bulk)
        server.open()
    except MailProblem as problem:
        return _fail(message, str(problem))
    except FAILURES as error:
        server.close()
        return _try_later(message, error)
    email = as_email(message)
    return _hand_over(message, email, server) if _begin(message) else None


def _begin(message: Message) -> bool:
    """Is it ours to send? Committed before anything leaves us."""
    queued = Message.objects.filter(pk=message.pk, state=MessageState.QUEUED)
    return bool(queued.update(state=MessageState.SENDING, state_at=timezone.now()))


def _hand_over(
    message: Message, email: EmailMultiAlternatives, server: MailServer
) -> timedelta | None:
    try:
        server.send(email)
    except FAILURES as error:
        what_follows = verdict(error, handed_over=server.handed_over)
        server.close()
        return _after_failure(message, error, what_follows)
    status = getattr(email, "anymail_status", None)
    _note_sent(message, getattr(status, "message_id", None) or "")
    return None


@transaction.atomic
def _note_sent(message: Message, provider_id: str) -> None:
    """The provider's news may be faster than its answer: what they say stays."""
    kept = Message.objects.select_for_update().filter(pk=message.pk).first()
    if kept is None:  # its addressee was deleted meanwhile
        return
    kept.sent_at, kept.provider_id = timezone.now(), provider_id
    if kept.state in NEWS:
        kept.save(update_fields=["sent_at", "provider_id"])
    else:
        settle(kept, MessageState.SENT)


@transaction.atomic
def _after_failure(message: Message, error: Exception, what_follows: Verdict) -> timedelta | None:
    """Do what follows, unless the provider's news have said already what became of it, or it is gone."""
    log.warning(
        "mail.not_sent", message=message.pk, verdict=what_follows.name, error=type(error).__name__
    )
    kept = Message.objects.select_for_update().filter(pk=message.pk).first()
    if kept is None or kept.state in NEWS:
        return None
    if what_follows == Verdict.LATER:
        return _try_later(message, error)
    if what_follows == Verdict.UNKNOWN:
        return _fail(
            message, MAY_HAVE_BEEN_SENT.format(f"the connection broke ({reported(error)})")
        )
    if what_follows == Verdict.BAD_ADDRESS:
        marks.mark(message.recipient, "bounced_at")
        settle(message, MessageState.BOUNCED, reported(error))
        return None
    return _fail(message, f"The mail server refused it: {reported(error)}")


def _try_later(message: Message, error: Exception) -> timedelta | None:
    wait = wait_before_next(message.queued_at, timezone.now())
    if wait is None:
        return _fail(message, f"It could not be sent within 24 hours: {reported(error)}")
    message.state, message.reason = MessageState.QUEUED, reported(error)
    message.save(update_fields=["state", "reason"])
    return wait


def _fail(message: Message, reason: str) -> timedelta | None:
    settle(message, MessageState.FAILED, reason)
    return None


@transaction.atomic
def settle(message: Message, state: MessageState, reason: str = "") -> None:
    """Write down what became of a mail, and tell whoever caused it. A secret is kept no longer than until then."""
    message.state, message.reason = state, reason[:REASON_LENGTH]
    message.state_at = timezone.now()
    if message.is_secret:
        message.html = message.text = ""
    message.save(update_fields=SETTLED_FIELDS)
    message_settled.send(sender=Message, message=message)


def reported(error: Exception) -> str:
    """The words of a mail server, in one line."""
    answers = getattr(error, "recipients", None) or {"": (None, None)}
    code, text = next(iter(answers.values()))
    code, text = (
        code or getattr(error, "smtp_code", None),
        text or getattr(error, "smtp_error", None),
    )
    if code is None:
        return " ".join(str(error).split())[:REASON_LENGTH] or type(error).__name__
    answer = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(answer.split())}"[:REASON_LENGTH]


def as_email(message: Message) -> EmailMultiAlternatives:
    """The mail as Django's backends take it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {"Message-ID": message.message_id}
    if message.is_bulk:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(message.recipient)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((message.sender_name or name, address)),
        to=[message.recipient],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=headers,
    )
    html, logo = with_logo(with_picture(message.html, message))
    email.attach_alternative(html, "text/html")
    if logo:
        email.mixed_subtype = "related"  # type: ignore[attr-defined]  # missing in the stubs
        email.attach(logo)
    email.metadata = {"message": reference(message)}  # type: ignore[attr-defined]  # read by anymail
    return email


def reference(message: Message) -> str:
    """The mail's name at the provider, from which its owner can be told: `o12-345` or `p5-345`."""
    owner = message.owner
    key = (
        f"o{owner.organization_id}" if owner.organization_id is not None else f"p{owner.person_id}"
    )
    return f"{key}-{message.pk}"
