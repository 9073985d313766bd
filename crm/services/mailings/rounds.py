"""The two rounds of a mailing, its e-mails and its reminders: begun in their time, each a job in slices.

A recipient has one e-mail in each round: it is written in the transaction that notes it beside them, and the outbox keeps
one for each address. So a round may be begun again after whatever happened, and nobody hears twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from crm.enums import RecipientState, SkipReason
from crm.models import Mailing, MailingRecipient
from crm.policies.mailings import REFUSALS, Addressee
from crm.policies.merge_fields import fields_in
from crm.queries.mailings import addressees, to_be_reminded
from crm.services.bulk.kinds import BulkPage, register_page
from crm.services.errands import INFLUENCER_PAGE
from crm.services.mailings.writing import queue_mail
from jobs.enums import JobState, Lane
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.queries import links_to
from jobs.services.jobs import JobKind, Report, register_job, start_job
from jobs.services.queue import WorkKind, make_due, register_kind
from mail.errors import MailProblem
from mail.models import Message
from tenancy.enums import Permission
from tenancy.models import Membership, User
from tenancy.policies import can
from tenancy.queries import groups_seen
from tenancy.scope import groups_scope

WORK_KIND, MAIL, REMIND = "crm.mailing", "crm.mailing", "crm.remind"
MAILS_PER_SLICE = 25
MAY_NOT_SEND = "The person who started it may no longer send e-mail. What was sent was kept."


def plan_round(mailing: Mailing, after: timedelta) -> None:
    """See that the next round of a mailing begins so long from now."""
    make_due(WORK_KIND, mailing.pk, after=after)


@transaction.atomic
def begin_due(mailing_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    """Begin the rounds whose time has come."""
    found = Mailing.objects.select_for_update(of=("self",)).select_related("job", "created_by")
    for mailing in found.filter(pk__in=mailing_ids, cancelled_at=None).order_by("pk"):
        if mailing.job is None:
            begin_mails(mailing, actor=mailing.created_by)
        elif mailing.awaits_reminder and _is_reminder_due(mailing):
            begin_reminders(mailing, actor=mailing.created_by)
    return dict.fromkeys(mailing_ids)


def _is_reminder_due(mailing: Mailing) -> bool:
    job = mailing.job
    if job is None or job.state != JobState.DONE or job.finished_at is None:
        return False
    return timezone.now() >= job.finished_at + timedelta(days=mailing.reminder_days or 0)


def begin_mails(mailing: Mailing, *, actor: User | None) -> None:
    """Write the e-mails to all who wait for one, as a job of this member."""
    mailing.job = _started(MAIL, mailing, waiting(mailing), actor)
    mailing.save(update_fields=["job"])


def begin_reminders(mailing: Mailing, *, actor: User | None) -> None:
    """Remind those who did not answer, as a job of this member."""
    mailing.reminder_job = _started(REMIND, mailing, to_be_reminded(mailing), actor)
    mailing.save(update_fields=["reminder_job"])


def _started(
    kind: str, mailing: Mailing, rows: models.QuerySet[MailingRecipient], actor: User | None
) -> Job:
    return start_job(kind, {"mailing": mailing.pk}, total=rows.count(), actor=actor)


def waiting(mailing: Mailing) -> models.QuerySet[MailingRecipient]:
    """The recipients of whom nothing is decided yet."""
    return MailingRecipient.objects.filter(mailing=mailing, state=RecipientState.WAITING)


# --- slices -------------------------------------------------------------------------------------------------------
def _mail(job: Job, _: Any) -> bool:
    mailing, sender = _mailing(job), _sender(job)
    rows = _taken(job, waiting(mailing))
    for row, addressee in _with_addressees(rows, sender):
        _decide(row, addressee, mailing, sender)
        is_skipped = row.state == RecipientState.SKIPPED
        link = [(INFLUENCER_PAGE, row.influencer.name, row.influencer_id)] if is_skipped else []
        job.count("skipped" if is_skipped else "mailed", 1, *link)
    MailingRecipient.objects.bulk_update(rows, ["state", "skip_reason", "message"])
    is_over = _move_on(job, rows)
    if is_over and mailing.awaits_reminder and mailing.cancelled_at is None:
        plan_round(mailing, timedelta(days=mailing.reminder_days or 0))
    return is_over


def _remind(job: Job, _: Any) -> bool:
    mailing, sender = _mailing(job), _sender(job)
    rows = [] if mailing.cancelled_at else _taken(job, to_be_reminded(mailing))
    for row, addressee in _with_addressees(rows, sender):
        row.reminder = _reminder(addressee, mailing, sender)
        job.count("reminded" if row.reminder else "not_reminded")
    MailingRecipient.objects.bulk_update(rows, ["reminder"])
    return _move_on(job, rows)


def _mailing(job: Job) -> Mailing:
    """Raises JobFailed when it was deleted meanwhile, with its last recipient."""
    for mailing in Mailing.objects.filter(pk=job.params["mailing"]):
        return mailing
    raise JobFailed("Its recipients are no longer here.")


def _sender(job: Job) -> Membership:
    """The membership in whose name it is sent. Raises JobFailed when it does not include that any more."""
    rows = Membership.objects.filter(user=job.actor_id, organization=job.organization_id)
    membership = rows.select_related("user", "organization").first()
    if membership is None or not can(membership, Permission.SEND_MAIL):
        raise JobFailed(MAY_NOT_SEND)
    return membership


def _taken(job: Job, rows: models.QuerySet[MailingRecipient]) -> list[MailingRecipient]:
    """The next of these rows, locked: whoever cancels waits for the slice, and then takes the rest."""
    locked = rows.select_related("influencer").select_for_update(of=("self",))
    return list(locked.filter(pk__gt=job.cursor).order_by("pk")[:MAILS_PER_SLICE])


def _with_addressees(
    rows: list[MailingRecipient], sender: Membership
) -> list[tuple[MailingRecipient, Addressee | None]]:
    """Each row with its creator; without one whom the sender does not see."""
    with groups_scope(groups_seen(sender)):
        found = {each.pk: each for each in addressees(row.influencer_id for row in rows)}
    return [(row, found.get(row.influencer_id)) for row in rows]


def _decide(
    row: MailingRecipient, addressee: Addressee | None, mailing: Mailing, sender: Membership
) -> None:
    """Queue the e-mail of a recipient, or note why there is none."""
    reason: SkipReason | None = SkipReason.HIDDEN
    if addressee is not None:
        reason = addressee.skip_reason(fields_in(mailing.subject, mailing.body))
    if addressee is not None and reason is None:
        wish, values = f"mailing:{mailing.pk}", _values(addressee, sender)
        try:
            message, is_new = queue_mail(
                addressee, mailing.subject, mailing.body, values, wish=wish
            )
        except MailProblem as problem:
            reason = REFUSALS[type(problem)]
        else:
            reason = None if is_new else SkipReason.SAME_ADDRESS
            row.message = message if is_new else None
    row.state = RecipientState.SKIPPED if reason else RecipientState.QUEUED
    row.skip_reason = reason or ""


def _reminder(addressee: Addressee | None, mailing: Mailing, sender: Membership) -> Message | None:
    """The queued reminder; None where there is none."""
    if addressee is None or addressee.skip_reason(
        fields_in(mailing.subject, mailing.reminder_body)
    ):
        return None
    subject, wish = f"Reminder: {mailing.subject}", f"mailing-reminder:{mailing.pk}"
    values = _values(addressee, sender)
    try:
        message, _ = queue_mail(addressee, subject, mailing.reminder_body, values, wish=wish)
    except MailProblem:
        return None
    return message


def _values(addressee: Addressee, sender: Membership) -> dict[str, str]:
    return addressee.values(organization=sender.organization.name, sender=str(sender.user))


def _move_on(job: Job, rows: list[MailingRecipient]) -> bool:
    """Count a slice as done. Returns whether it was the last."""
    job.cursor = rows[-1].pk if rows else job.cursor
    job.done_count = min(job.done_count + len(rows), job.total_count)
    return len(rows) < MAILS_PER_SLICE


def _report(job: Job) -> Report:
    return Report(to=("crm:mailing", job.params["mailing"]))


def register_work() -> None:
    """Make the rounds known, and the page that a selection of the list leads to."""
    send = Permission.SEND_MAIL
    register_page(BulkPage("mail", "E-mail", "mail", 30, send, "crm:new_mailing"))
    register_kind(WorkKind(WORK_KIND, Lane.BULK, begin_due, batch=20))
    mailed = {"mailed": "get the e-mail", "skipped": "get none; the mailing says why:"}
    kind = partial(JobKind, report=_report, about=links_to(Mailing, "crm:mailing", "mailing"))
    register_job(kind(MAIL, "Send a mailing", mailed, apply=_mail))
    reminded = {"reminded": "reminded", "not_reminded": "not reminded"}
    register_job(kind(REMIND, "Remind", reminded, apply=_remind))
