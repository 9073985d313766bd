"""Decisions over pairs: two influencers are not the same person, or may be after all."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from crm.enums import DuplicateState
from crm.models import Duplicate
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each


@transaction.atomic
def dismiss_duplicate(pair: Duplicate, *, actor: User) -> bool:
    """Keep that these are two people. The pair stays away until they share something new. False: it was dismissed already."""
    changed = Duplicate.objects.filter(pk=pair.pk, state=DuplicateState.OPEN).update(
        state=DuplicateState.DISMISSED, dismissed_at=timezone.now(), dismissed_by=actor
    )
    if changed:
        record_each(Verb.DUPLICATE_DISMISSED, [pair.first, pair.second], actor=actor)
    return bool(changed)


@transaction.atomic
def reopen_duplicate(pair: Duplicate, *, actor: User) -> bool:
    """Undo a dismissal. False: the pair is open already."""
    changed = Duplicate.objects.filter(pk=pair.pk, state=DuplicateState.DISMISSED).update(
        state=DuplicateState.OPEN, dismissed_at=None, dismissed_by=None
    )
    if changed:
        record_each(Verb.DUPLICATE_REOPENED, [pair.first, pair.second], actor=actor)
    return bool(changed)
