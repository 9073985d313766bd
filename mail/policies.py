"""The meaning of a mail server's or a provider's answer for the mail, and of an address's marks for the next one."""

from __future__ import annotations

import enum
import re
import smtplib
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused

from mail.errors import AddressBounced, AddressComplained, AddressUnsubscribed, MailProblem

if TYPE_CHECKING:
    from mail.models import Address

# How long a mail is tried again after temporary errors.
GIVE_UP_AFTER = timedelta(hours=24)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# Enhanced status codes (RFC 3463) that speak of the address: it does not exist, or takes no mail any more.
ADDRESS_IS_BAD = re.compile(r"\b5\.(1\.[0-3]|1\.10|2\.1)\b")
TEMPORARY_STATUSES = {
    401,
    403,
    408,
    429,
    503,
}  # a wrong key is put right within the day, so it counts as temporary


# A bounce that says nothing lasting of the address (mailbox full, server away, text refused), as the providers call it:
# Postmark, Brevo, MailerSend, Resend, SendGrid; the numbers are SparkPost's classes.
SOFT_BOUNCES = frozenset(
    {"SoftBounce", "soft_bounce", "soft_bounced", "Transient", "Undetermined", "blocked"}
    | {"1", "20", "21", "22", "23", "24", "25", "40", "50", "51", "52", "53", "54", "70"}
)
SAY_WHICH = frozenset({"Type", "type", "event", "bounce_class"})


class Verdict(enum.Enum):
    """The consequence of a mail server's answer."""

    LATER = "nothing was sent; try again"
    REFUSED = "nothing was sent, and trying again is of no use"
    BAD_ADDRESS = "nothing was sent: there is no such mailbox"
    UNKNOWN = "the mail may have been sent"


def verdict(error: Exception, *, handed_over: bool) -> Verdict:
    """Judge an error. `handed_over`: whether the text of the mail had begun to leave us when the error came."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, AnymailRecipientsRefused):
        return Verdict.BAD_ADDRESS
    if isinstance(error, AnymailAPIError):
        return _by_status(error)
    if isinstance(error, (smtplib.SMTPNotSupportedError, AnymailError, ValueError)):
        return Verdict.REFUSED
    return Verdict.UNKNOWN if handed_over else Verdict.LATER


def is_soft_bounce(news: object) -> bool:
    """Is this provider's news of a bounce about the moment, and not about the address?"""
    if not isinstance(news, Mapping):
        return False
    return any(
        str(value) in SOFT_BOUNCES if name in SAY_WHICH else is_soft_bounce(value)
        for name, value in news.items()
    )


def _by_code(code: int, text: bytes | str) -> Verdict:
    answer = text.decode(errors="replace") if isinstance(text, bytes) else text
    if not 500 <= code < 600:
        return Verdict.LATER
    return Verdict.BAD_ADDRESS if ADDRESS_IS_BAD.search(answer) else Verdict.REFUSED


def _by_status(error: AnymailAPIError) -> Verdict:
    status = error.status_code
    if status is None:
        return Verdict.LATER if _never_connected(error) else Verdict.UNKNOWN
    if status in TEMPORARY_STATUSES:
        return Verdict.LATER
    return Verdict.REFUSED if 400 <= status < 500 else Verdict.UNKNOWN


def _never_connected(error: BaseException) -> bool:
    return any(isinstance(e, (socket.gaierror, ConnectionRefusedError)) for e in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def wait_before_next(queued_at: datetime, now: datetime) -> timedelta | None:
    """How long to wait before the next try: as long as was waited so far, so that the waits double; None: give up."""
    age = now - queued_at
    return None if age >= GIVE_UP_AFTER else min(max(age, SHORTEST_WAIT), LONGEST_WAIT)


def refusal(known: Address, *, is_bulk: bool) -> MailProblem | None:
    """The reason why an address gets no mail, or no outreach; None where it does."""
    if known.bounced_at:
        return AddressBounced(known.address)
    if is_bulk and known.unsubscribed_at:
        return AddressUnsubscribed(known.address)
    if is_bulk and known.complained_at:
        return AddressComplained(known.address)
    return None
