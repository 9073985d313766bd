"""An e-mail of a mailing, written for one creator: queued, previewed, or sent to the member who writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from crm.policies.mailings import TEST, Addressee
from crm.policies.merge_fields import filled, filled_paragraphs
from crm.services.mailings.ties import tie_mail
from mail.models import Message
from mail.services.outbox import queue_message
from mail.services.previewing import Preview, preview_message
from mail.services.rendering import render_words
from tenancy.models import User

TEMPLATE = "crm_mailing"
# Whoever asks for the same test so soon has clicked twice.
TEST_AGAIN_AFTER = timedelta(minutes=1)


def queue_mail(
    addressee: Addressee, subject: str, body: str, values: Mapping[str, str], *, wish: str
) -> tuple[Message, bool]:
    """Queue the e-mail; it goes to an address once, whoever asks for it how often. (message, is it new?)

    `wish` names mailing and round. Raises MailProblem.
    """
    return queue_message(
        TEMPLATE,
        to=addressee.address,
        subject=filled(subject, values),
        values=_words(subject, body, values),
        intent=f"{wish}:{_digest(addressee.address)}",
        is_bulk=True,
    )


def preview_mail(
    addressee: Addressee, subject: str, body: str, values: Mapping[str, str]
) -> Preview:
    """The e-mail as this creator would get it."""
    return preview_message(
        TEMPLATE,
        to=addressee.address,
        subject=filled(subject, values),
        values=_words(subject, body, values),
        is_bulk=True,
    )


def send_test(
    addressee: Addressee, subject: str, body: str, values: Mapping[str, str], *, actor: User
) -> None:
    """Send the e-mail to the member who writes it, filled for a creator. Raises MailProblem."""
    words = _words(subject, body, values)
    queue_test(TEMPLATE, filled(subject, values), words, about=addressee.pk, actor=actor)


@transaction.atomic
def queue_test(
    template: str, subject: str, values: Mapping[str, object], *, about: int, actor: User
) -> None:
    """Queue a mail to a creator for the member who is about to send it. `about`: the influencer whom it names, so it goes when
    they go. Raises MailProblem."""
    message, _ = queue_message(
        template,
        to=actor.email,
        subject=f"Test: {subject}",
        values=values,
        intent=f"{TEST}{actor.pk}:{_digest(subject + render_words(template, values))}",
        again_after=TEST_AGAIN_AFTER,
    )
    tie_mail(message, about)


def _words(subject: str, body: str, values: Mapping[str, str]) -> dict[str, object]:
    return {
        "title": filled(subject, values),
        "paragraphs": filled_paragraphs(body, values),
        "words": filled(body, values).strip(),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
