"""Note who read an influencer's data: once a day for each kind and role, behind the transaction of the page (decision 26)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from crm.enums import AccessKind
from crm.models import AccessEntry
from tenancy.scope import organization_scope, required_organization_id

KEPT_FOR = timedelta(days=730)
MOST_REMEMBERED = 50_000
_noted: set[tuple[object, ...]] = set()  # by this process, so that most reads write nothing


def note_access(
    kind: AccessKind,
    *,
    role: str = "",
    influencer_id: int | None = None,
    campaign_id: int | None = None,
) -> None:
    """Note that somebody of the organization in scope has read this, once the page has been read without failure."""
    organization_id = required_organization_id()
    key = (organization_id, kind, role, influencer_id, campaign_id, timezone.now().date())
    if key not in _noted:
        about = {"influencer_id": influencer_id, "campaign_id": campaign_id}
        transaction.on_commit(partial(_note, key, kind, role, about), robust=True)


def _note(
    key: tuple[object, ...], kind: AccessKind, role: str, about: dict[str, int | None]
) -> None:
    now = timezone.now()
    with organization_scope(key[0]):  # type: ignore[arg-type]  # the organization's id
        entry = AccessEntry(kind=kind, role=role, day=now.date(), at=now, **about)
        AccessEntry.objects.bulk_create([entry], ignore_conflicts=True)
        AccessEntry.objects.filter(at__lt=now - KEPT_FOR).delete()
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted.add(key)
