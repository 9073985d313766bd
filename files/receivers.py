"""A row that goes takes its content along, whoever deletes it: a service, a purge, a cascade."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from files.models import File
from files.store import contents


@receiver(post_delete, sender=File)
def delete_content(instance: File, **_: Any) -> None:
    """Delete the content after the commit; where the storage does not answer, the collector does it later."""
    path = instance.path
    transaction.on_commit(lambda: contents().delete(path), robust=True)
