"""Invitations to the marketplace that wait for an answer."""

from __future__ import annotations

from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from crm.models import SocialAccount
from tenancy.composed import Composed
from tenancy.scope import current_groups
from tiktok.models import Creator
from tiktok.queries import connected_accounts

SHOWN_INVITATIONS = 5


def _waiting() -> models.QuerySet[Creator]:
    account = SocialAccount.objects.filter(creator=OuterRef("pk")).values(found=Value(True))
    # Walks the invitations from the latest one on; a join would read all accounts first.
    waiting = Creator.objects.alias(has_account=Coalesce(Subquery(account[:1]), False)).filter(
        invited_at__isnull=False, has_account=False
    )
    return waiting.order_by("-invited_at", "-pk")[:SHOWN_INVITATIONS]


_WAITING = Composed(_waiting)


def invitations_without_account() -> list[Creator]:
    """Creators that were invited to the marketplace from here and stand in no influencer's profile yet.

    They are in no group yet, so members who see some groups only get none.
    """
    return [] if current_groups() is not None else _WAITING.rows()


def several_markets() -> list[str]:
    """The names of the marketplace accounts whose markets were asked; empty where one is the only one."""
    names = [str(account) for account in connected_accounts()]
    return names if len(names) > 1 else []
