"""Entries of the ledger that this database knows."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class LedgerEntry(models.Model):
    """An entry of the ledger that this database knows: written to it from here, or replayed from it.

    Of no organization: it is compared with a folder of names. `name`: `kind/number`. `content` waits here until it is
    written and is emptied then; it names ids, no person.
    """

    name = models.CharField(max_length=60, primary_key=True)
    content = models.JSONField(default=dict)
    noted_at = models.DateTimeField(default=timezone.now)
    written_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return self.name
