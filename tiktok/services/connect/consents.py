"""Consent as it is written down: the text that was agreed to stands beside it, and stays."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import required_organization_id
from tenancy.services.events import record
from tiktok.models import Connection, Consent, ConsentPurpose, Creator
from tiktok.queries.consents import ConsentText


@transaction.atomic
def set_purpose(text: str, *, is_wider: bool, actor: User) -> ConsentPurpose | None:
    """Begin a new version of the organization's own purpose. The same text again is the same version; None while there is none."""
    Organization.objects.select_for_update().get(pk=required_organization_id())
    latest = ConsentPurpose.objects.order_by("-number").first()
    if text == (latest.text if latest else ""):
        return latest
    purpose = ConsentPurpose.objects.create(
        number=latest.number + 1 if latest else 1, text=text, is_wider=is_wider, created_by=actor
    )
    record(Verb.CONSENT_PURPOSE_SET, purpose, actor=actor, version=purpose.number)
    return purpose


def keep_consent(creator: Creator, connection: Connection, text: ConsentText) -> Consent:
    """A standing consent to the same text over the same connection stays; any other ends where the new one begins."""
    now = timezone.now()
    active = Consent.objects.select_for_update().filter(creator=creator, withdrawn_at=None)
    same = {"connection": connection, "text_version": text.version, "purpose": text.purpose}
    if unchanged := active.filter(**same).first():
        return unchanged
    active.update(withdrawn_at=now)
    return Consent.objects.create(creator=creator, granted_at=now, **same)


@transaction.atomic
def agree_anew(consent: Consent, text: ConsentText, *, actor: User) -> Consent:
    """Agree to another text over a connection that stands: nothing is asked at TikTok. A consent that ended stays ended."""
    connection = Connection.objects.select_for_update().get(pk=consent.connection_id)
    locked = Consent.objects.select_for_update().select_related("creator").get(pk=consent.pk)
    if locked.withdrawn_at is not None:
        return locked
    renewed = keep_consent(locked.creator, connection, text)
    if renewed.pk != locked.pk:
        record(Verb.CONSENT_RENEWED, locked.creator, actor=actor, consent=renewed.pk)
    return renewed
