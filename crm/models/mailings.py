from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from crm.enums import RecipientState, SkipReason
from crm.policies.merge_fields import spoken
from jobs.enums import JobState
from mail.models import Message
from tenancy.models import OrganizationModel

TEMPLATE_NAME_LENGTH, SUBJECT_LENGTH, BODY_LENGTH = 80, 200, 10_000
TONES = {
    RecipientState.QUEUED: "info",
    RecipientState.SENT: "info",
    RecipientState.DELIVERED: "success",
    RecipientState.FAILED: "danger",
    RecipientState.BOUNCED: "danger",
    RecipientState.COMPLAINED: "danger",
    RecipientState.SKIPPED: "warning",
}


class MailTemplate(OrganizationModel):
    """Subject and text of an e-mail to creators, to be used again. Both may hold merge fields: `{{ salutation }}`."""

    name = models.CharField(max_length=TEMPLATE_NAME_LENGTH)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    body = models.TextField(max_length=BODY_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="mail_template_once_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Mailing(OrganizationModel):
    """One e-mail to chosen creators, sent at once or at `scheduled_at`, and perhaps a reminder to who did not answer.

    `key` names the wish: sent twice, the form makes one mailing. `job` writes the e-mails, `reminder_job` the reminders
    `reminder_days` days after the last of them. A mailing goes with its last recipient.
    """

    key = models.UUIDField(default=uuid.uuid4)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    body = models.TextField(max_length=BODY_LENGTH)
    reminder_days = models.PositiveSmallIntegerField(null=True)
    reminder_body = models.TextField(max_length=BODY_LENGTH, blank=True)
    recipient_count = models.PositiveIntegerField(default=0)
    scheduled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    reminder_job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="mailing_once_per_wish")
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="mailing_newest_first")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The subject as lists show it, for all recipients alike."""
        return spoken(self.subject)

    @property
    def is_under_way(self) -> bool:
        """Is one of its jobs at work, or about to be?"""
        jobs = (self.job, self.reminder_job)
        return self.cancelled_at is None and any(job and not job.is_finished for job in jobs)

    @property
    def is_stopped(self) -> bool:
        """Did its latest job end before its last recipient?"""
        latest = self.reminder_job or self.job
        has_ended = latest is not None and latest.is_finished and latest.state != JobState.DONE
        return has_ended and self.cancelled_at is None

    @property
    def awaits_reminder(self) -> bool:
        return self.reminder_days is not None and self.reminder_job is None

    @property
    def may_be_cancelled(self) -> bool:
        """Is anything of it still to come?"""
        is_to_come = self.job is None or self.is_under_way or self.is_stopped
        return self.cancelled_at is None and (is_to_come or self.awaits_reminder)


class MailingRecipient(OrganizationModel):
    """One creator of a mailing: how far the e-mail is, why there is none, and whether they answered.

    `message` and `reminder` are the e-mails in the outbox. We read no mailbox: `answered_at` is set by hand, or when
    something happens that the e-mail may have asked for.
    """

    group_path: ClassVar[str] = "influencer__group"

    mailing = models.ForeignKey(
        Mailing, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="mailings"
    )
    message = models.ForeignKey(
        "mail.Message", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reminder = models.ForeignKey(
        "mail.Message", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=RecipientState, default=RecipientState.WAITING)
    skip_reason = models.CharField(max_length=12, choices=SkipReason, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "influencer"], name="mailing_once_per_recipient"
            )
        ]
        indexes = [models.Index(fields=["mailing", "state", "id"], name="recipient_by_state")]

    def __str__(self) -> str:
        return f"recipient {self.pk}"

    @property
    def latest_mail(self) -> Message | None:
        return self.reminder or self.message

    @property
    def opened_at(self) -> datetime | None:
        """The first opening of the e-mail or its reminder, where the creator lets it be seen."""
        mails = [mail for mail in (self.message, self.reminder) if mail]
        return min((mail.opened_at for mail in mails if mail.opened_at), default=None)

    @property
    def mail_reason(self) -> str:
        """The mail server's words where the e-mail did not arrive."""
        return self.latest_mail.reason if self.latest_mail else ""

    @property
    def tone(self) -> str:
        """The kind of badge of the state."""
        return TONES.get(RecipientState(self.state), "neutral")


class InfluencerMail(OrganizationModel):
    """An e-mail to an influencer that no mailing sent: theirs, whatever address they had then or have now."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey("crm.Influencer", on_delete=models.CASCADE, related_name="mails")
    message = models.OneToOneField("mail.Message", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "e-mail"

    def __str__(self) -> str:
        return f"mail {self.pk}"
