"""Let the worker send what is queued, and read what went out."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from jobs.enums import Lane
from jobs.services.pool import work_off


def deliver_queued() -> None:
    """Deliver queued mails, as the mail worker does in one tick."""
    work_off(Lane.MAIL, threads=1, seconds=30)


def sent_mail() -> list[EmailMultiAlternatives]:
    """Every mail that has gone out in this test, once the worker has had its turn."""
    deliver_queued()
    return mail.outbox


class RefusingBackend(BaseEmailBackend):
    """A backend for places where nothing may be sent."""

    def open(self) -> bool:
        raise AssertionError("a mail server was called")

    def send_messages(self, email_messages: object) -> int:
        raise AssertionError("a mail was sent")
