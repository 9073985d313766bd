"""The audit log: every service that changes something says so, in the same transaction."""

from __future__ import annotations

from django.db import models

from tenancy.models import AuditEvent, User


def record(verb: str, obj: models.Model, *, actor: User | None, **detail: object) -> AuditEvent:
    """Write one audit event about an object of the organization in scope. `detail` must be JSON and hold no secret."""
    return AuditEvent.objects.create(
        actor=actor,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        label=str(obj)[:200],
        detail=detail,
    )
