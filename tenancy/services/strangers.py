"""People of whom there is an address and nothing else: somebody typed it, and nobody ever signed in with it."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from tenancy.models import User
from tenancy.scope import person_scope

KEPT_FOR = timedelta(days=7)


def forget_strangers() -> int:
    """Delete them a week after the address was typed, with the codes that were mailed there. Returns how many went.

    Whoever signs in at this moment stays, and so does whom a row of an organization names, such as a former member's.
    """
    strangers = User.objects.filter(
        last_login=None,
        is_staff=False,
        date_joined__lt=timezone.now() - KEPT_FOR,
        memberships=None,
        influencer_logins=None,
    )
    return sum(_is_forgotten(strangers, pk) for pk in strangers.values_list("pk", flat=True))


def _is_forgotten(strangers: models.QuerySet[User], pk: int) -> bool:
    try:
        with person_scope(pk), transaction.atomic():
            locked = strangers.select_for_update(of=("self",)).filter(pk=pk).first()
            if locked is not None:
                locked.delete()
                connection.check_constraints()
    except IntegrityError:
        return False
    return locked is not None
