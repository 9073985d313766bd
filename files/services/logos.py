"""An organization's logo: one at a time; the one before it can be restored for an hour."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File as Upload
from django.db import transaction

from files.enums import FileKind
from files.models import File
from files.queries import current_logo
from files.services.storing import set_aside, store_content
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import required_organization_id
from tenancy.services.events import record


def set_logo(upload: Upload[Any], *, actor: User) -> File:
    """Make an uploaded picture the logo of the organization in scope. Raises FileRefused."""
    file = store_content(FileKind.ORGANIZATION_LOGO, upload)
    with transaction.atomic():
        _remove_current()
        file.save(force_insert=True)
        record(Verb.ORGANIZATION_LOGO_SET, file, actor=actor)
    return file


@transaction.atomic
def remove_logo(*, actor: User) -> File | None:
    """Take the logo away; None when there was none."""
    file = _remove_current()
    if file:
        record(Verb.ORGANIZATION_LOGO_REMOVED, file, actor=actor)
    return file


@transaction.atomic
def restore_logo(file: File, *, actor: User) -> File:
    """Make a logo that was removed or replaced the logo again. Raises File.DoesNotExist once it is deleted."""
    _remove_current()
    file = File.objects.select_for_update().get(pk=file.pk, kind=FileKind.ORGANIZATION_LOGO)
    file.removed_at = None
    file.save(update_fields=["removed_at"])
    record(Verb.ORGANIZATION_LOGO_SET, file, actor=actor)
    return file


def _remove_current() -> File | None:
    """Set the current logo aside. The organization's row is locked: of two people at once, one is first."""
    Organization.objects.select_for_update(no_key=True).get(pk=required_organization_id())
    file = current_logo()
    if file:
        set_aside(file)
    return file
