"""The consent to publish: given for one organization over a connection that stands, and taken back alone."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.models import Connection, Consent, Creator, PublishingConsent
from tiktok.queries.publishing import PUBLISHING_VERSION


@transaction.atomic
def agree_to_publishing(consent: Consent, *, actor: User) -> PublishingConsent | None:
    """Keep that the creator lets the organization in scope publish. Twice is once; None where the consent to be seen has ended."""
    Connection.objects.select_for_update().get(pk=consent.connection_id)
    locked = Consent.objects.select_for_update().select_related("creator").get(pk=consent.pk)
    if locked.withdrawn_at is not None:
        return None
    active = PublishingConsent.objects.filter(creator=locked.creator, withdrawn_at=None)
    if known := active.filter(connection=locked.connection_id).first():
        return known
    active.update(withdrawn_at=timezone.now())
    made = PublishingConsent.objects.create(
        creator=locked.creator,
        connection_id=locked.connection_id,
        text_version=PUBLISHING_VERSION,
        granted_at=timezone.now(),
    )
    record(Verb.PUBLISHING_ALLOWED, locked.creator, actor=actor, consent=made.pk)
    return made


@transaction.atomic
def end_publishing(creator: Creator, *, actor: User | None) -> bool:
    """The organization in scope may publish nothing any more. False: it might not before."""
    active = PublishingConsent.objects.filter(creator=creator, withdrawn_at=None)
    if not active.update(withdrawn_at=timezone.now()):
        return False
    record(Verb.PUBLISHING_ENDED, creator, actor=actor)
    return True
