from __future__ import annotations

from django.db import models


class Lane(models.TextChoices):
    """A Celery queue of its own for each manner of waiting, so that none delays the others."""

    PERSON = "person", "What a person waits for"
    POLLS = "polls", "Polls"
    MAIL = "mail", "Mail"
    BULK = "bulk", "Long work"
