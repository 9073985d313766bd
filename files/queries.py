"""Reads of stored files."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from files.enums import FileKind
from files.models import File
from tenancy.composed import Composed

RESTORABLE_FOR = timedelta(hours=1)


_LOGO = Composed(lambda: File.objects.filter(kind=FileKind.ORGANIZATION_LOGO, removed_at=None)[:1])


def current_logo() -> File | None:
    """The logo of the organization in scope."""
    return next(iter(_LOGO.rows()), None)


def previous_logo() -> File | None:
    """The logo removed or replaced last, while it can still be restored."""
    return (
        File.objects.filter(
            kind=FileKind.ORGANIZATION_LOGO, removed_at__gt=timezone.now() - RESTORABLE_FOR
        )
        .order_by("-removed_at")
        .first()
    )
