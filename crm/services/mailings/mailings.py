"""Mailings: written once, cancelled, and continued after they were stopped."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crm.enums import RecipientState, SkipReason
from crm.errors import MailingEmpty, MailingTooLarge
from crm.models import Influencer, Mailing, MailingRecipient
from crm.policies.mailings import MOST_RECIPIENTS
from crm.queries.mailings import influencer_ids
from crm.services.mailings.rounds import begin_mails, begin_reminders, plan_round, waiting
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


@dataclass(frozen=True)
class Draft:
    """Checked texts of a mailing, and its times. `reminder_days`: None for no reminder; `scheduled_at`: None for at once."""

    subject: str
    body: str
    reminder_days: int | None = None
    reminder_body: str = ""
    scheduled_at: datetime | None = None


@transaction.atomic
def create_mailing(draft: Draft, ids: Iterable[int], *, key: uuid.UUID, actor: User) -> Mailing:
    """Send a draft to these creators, at once or at its time. The same wish (`key`) makes one mailing.

    Who is not in scope is left out. Raises MailingEmpty, MailingTooLarge.
    """
    if (known := Mailing.objects.filter(key=key).first()) is not None:
        return known
    found = influencer_ids(Influencer.objects.filter(pk__in=list(ids)), MOST_RECIPIENTS)
    if not found:
        raise MailingEmpty
    if len(found) > MOST_RECIPIENTS:
        raise MailingTooLarge(MOST_RECIPIENTS)
    mailing, is_new = Mailing.objects.get_or_create(
        key=key, defaults={**vars(draft), "recipient_count": len(found), "created_by": actor}
    )
    if is_new:
        _begin(mailing, sorted(found), actor)
    return mailing


def _begin(mailing: Mailing, ids: list[int], actor: User) -> None:
    MailingRecipient.objects.bulk_create(
        [MailingRecipient(mailing=mailing, influencer_id=pk) for pk in ids]
    )
    record(Verb.MAILING_CREATED, mailing, actor=actor, count=len(ids))
    if mailing.scheduled_at is None:
        begin_mails(mailing, actor=actor)
    else:
        plan_round(mailing, mailing.scheduled_at - timezone.now())


@transaction.atomic
def cancel_mailing(mailing: Mailing, *, actor: User) -> None:
    """Send nothing more of a mailing: no e-mail that is not queued, and no reminder. Repeating it changes nothing."""
    locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if not locked.may_be_cancelled:
        return
    locked.cancelled_at = timezone.now()
    locked.save(update_fields=["cancelled_at"])
    waiting(locked).update(state=RecipientState.SKIPPED, skip_reason=SkipReason.CANCELLED)
    record(Verb.MAILING_CANCELLED, locked, actor=actor)


@transaction.atomic
def continue_mailing(mailing: Mailing, *, actor: User) -> None:
    """Go on with a mailing whose job was cancelled or failed, in this member's name. Repeating it changes nothing."""
    locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if not locked.is_stopped:
        return
    begin = begin_reminders if locked.reminder_job else begin_mails
    begin(locked, actor=actor)
    record(Verb.MAILING_CONTINUED, locked, actor=actor)
