from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.enums import ReceiptKind, ReceiptState


class Receipt(models.Model):
    """A creator's wish that data be deleted, and the proof that it was: times and counts, and a hash of both.

    Of no organization: one wish may concern several. `texts` name account and organization while the person is here; an erasure
    has none, but `applicants`, ids of who only applied, until rows go; the end of a permission has `connection`, its id, until then. `jobs` are the jobs whose end is waited for:
    (organization, job, how often it was started again).
    `refused_count`: permissions that TikTok did not end, or could not be asked about, so that they were forgotten here alone.
    """

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=ReceiptKind)
    state = models.CharField(max_length=10, choices=ReceiptState)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="receipts"
    )
    language = models.CharField(max_length=10, blank=True)
    texts = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)  # of the permissions at TikTok
    hidden_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ended_count = models.PositiveSmallIntegerField(default=0)
    refused_count = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    jobs = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(kind=ReceiptKind.ERASURE, person__isnull=False),
                name="erasure_once_per_person",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None
