"""Mails ahead of the day on which TikTok asks a creator again: what ends, when, for whom, and how it goes on."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from mail.services.outbox import queue_message
from tenancy.models import Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope, person_scope
from tiktok.models import Connection, Consent
from tiktok.policies import warning_due
from tiktok.signals import language_asked
from ui.bidi import isolated
from ui.languages import written_in


@transaction.atomic
def remind(connection: Connection) -> None:
    """Mail the person when 14, 7 or 1 days are left, each once; of several that were missed only the nearest.

    Nobody is mailed through whose grant no organization looks.
    """
    row = Connection.objects.select_related("person").get(pk=connection.pk)
    days = warning_due(row.refresh_expires_at - timezone.now(), row.warned_days)
    if days is None or not row.is_live:
        return
    organizations = _seen_by(row)
    if organizations:
        _queue(row, organizations, days)
        # Of this consent: who has connected anew meanwhile has another deadline.
        same = Connection.objects.filter(pk=row.pk, connected_at=row.connected_at)
        same.update(warned_days=days)


def _seen_by(connection: Connection) -> list[Organization]:
    """The organizations that see through this grant, by name."""
    found = []
    for organization in influencer_organizations(connection.person):
        with organization_scope(organization):
            if Consent.objects.filter(connection=connection, withdrawn_at=None).exists():
                found.append(organization)
    return found


def _queue(connection: Connection, organizations: list[Organization], days: int) -> None:
    ends_at = connection.refresh_expires_at
    values = {
        "name": connection.person.name or f"@{connection.handle}",
        "email": connection.person.email,
        "handle": connection.handle,
        "ends_at": ends_at,
        "organizations": [organization.name for organization in organizations],
        "link": f"{settings.PUBLIC_URL}/me/",
    }
    language = _language(connection.person, organizations)
    with person_scope(connection.person), translation.override(language):
        facts = {"handle": isolated(connection.handle), "day": date_format(ends_at, "DATE_FORMAT")}
        queue_message(
            "tiktok_permission_ends",
            to=connection.person.email,
            subject=gettext("Your TikTok permission for @%(handle)s ends on %(day)s") % facts,
            values=values,
            intent=f"permission_ends:{connection.pk}:{connection.connected_at.isoformat()}:{days}",
        )


def _language(person: User, organizations: list[Organization]) -> str:
    """The language that they chose; else the one in which one of these organizations writes to them; else their browser's."""
    known = [person.language]
    for organization in organizations:
        with organization_scope(organization):
            answers = language_asked.send(sender=Connection, person=person)
            known += [str(code) for _receiver, code in answers]
    known.append(person.browser_language)
    return written_in(next(filter(None, known), ""))
