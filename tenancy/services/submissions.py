"""Submissions of forms: each has one effect, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tenancy.models import Submission, User

KEPT_FOR = timedelta(days=1)
FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True)
class Made:
    """The id of what a submission has made, now or before."""

    pk: int
    is_first: bool


@transaction.atomic
def make_once(token: str, make: Callable[[], models.Model], *, actor: User) -> Made:
    """Make what a form asks for, unless this submission has made it already; one that comes at the same moment waits. If
    `make` raises, nothing is kept, and the form may be sent again."""
    try:
        with transaction.atomic():
            submission = Submission.objects.create(token=token, user=actor)
    except IntegrityError:
        known = Submission.objects.get(token=token, user=actor)
        return Made(known.made_id or 0, is_first=False)
    submission.made_id = make().pk
    submission.save(update_fields=["made_id"])
    _forget_old()
    return Made(submission.made_id, is_first=True)


def _forget_old() -> None:
    old = Submission.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    Submission.objects.filter(pk__in=ids).delete()
