"""News of a mailing's e-mails: from the outbox, and answers, of which members and events tell."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from crm.enums import RecipientState
from crm.models import MailingRecipient
from crm.queries.mailings import recipients_of
from crm.services.mailings.writing import TEMPLATE
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

ARRIVED = (RecipientState.QUEUED, RecipientState.SENT, RecipientState.DELIVERED)


def follow_message(message: Message) -> None:
    """Note what the outbox says of an e-mail beside its recipient."""
    if message.template == TEMPLATE:
        recipients_of(message.pk).update(state=RecipientState(message.state))


@transaction.atomic
def mark_answered(recipient: MailingRecipient, *, actor: User) -> None:
    """Note that the creator has answered, so that no reminder follows. Repeating it changes nothing."""
    rows = MailingRecipient.objects.filter(pk=recipient.pk, answered_at=None)
    if rows.update(answered_at=timezone.now()):
        _record(Verb.MAIL_ANSWERED, recipient, actor)


@transaction.atomic
def take_answer_back(recipient: MailingRecipient, *, actor: User) -> None:
    """Note that they have not answered after all."""
    rows = MailingRecipient.objects.filter(pk=recipient.pk, answered_at__isnull=False)
    if rows.update(answered_at=None):
        _record(Verb.MAIL_ANSWER_TAKEN_BACK, recipient, actor)


def note_answer(influencer_id: int) -> None:
    """Take it as the answer to every e-mail of a mailing that the creator did what one may have asked for: the event
    itself is recorded where it happens."""
    rows = MailingRecipient.objects.filter(influencer=influencer_id, answered_at=None)
    rows.filter(state__in=ARRIVED).update(answered_at=timezone.now())


def _record(verb: Verb, recipient: MailingRecipient, actor: User) -> None:
    texts = {"subject": recipient.mailing.title}
    record(verb, recipient.influencer, actor=actor, texts=texts, mailing=recipient.mailing_id)
