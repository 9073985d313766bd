"""The end of sharing, with a receipt: one organization sees an account no more, or TikTok's permission ends for all of them."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Receipt
from crm.services.erasure.receipts import issue, mail_receipt
from files.enums import FileKind
from files.models import File
from files.services.numbers import new_number
from tenancy.models import Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope, required_organization_id
from tiktok.models import Connection, Consent, Creator
from tiktok.queries.authorized import authorized_readings, reported_videos
from tiktok.services.connect.disconnect import disconnect, withdraw_consent


class NotAllGone(RuntimeError):
    """Readings were found after they had to be deleted; no receipt is issued. Where sharing with one organization was to
    stop, nothing has changed then; a permission that ended at TikTok stays ended."""


@transaction.atomic
def stop_sharing(consent: Consent, *, person: User, language: str) -> Receipt | None:
    """The organization in scope sees the account no more; what it saw through the permission is deleted now. None: it saw
    nothing any more."""
    Connection.objects.select_for_update().get(
        pk=consent.connection_id
    )  # a second click waits here
    consent = Consent.objects.select_related("creator").get(pk=consent.pk)
    if consent.withdrawn_at is not None:
        return None
    counts = _seen_through(consent.creator)
    withdraw_consent(consent, actor=person)
    _check(consent.creator)
    organization = Organization.objects.get(pk=required_organization_id())
    texts = {"handle": f"@{consent.creator.handle}", "organization": organization.name}
    return _receipt(ReceiptKind.WITHDRAWAL, person, language, texts, counts)


def disconnect_account(connection: Connection, *, person: User, language: str) -> Receipt:
    """End the permission at TikTok, then here for everybody; what came through it is deleted now. Outside any transaction.

    Raises TikTokProblem; nothing has changed then.
    """
    counts: Counter[str] = Counter()
    names, seen = [], []
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            active = Consent.objects.filter(connection=connection, withdrawn_at=None)
            for consent in active.select_related("creator"):
                counts.update(_seen_through(consent.creator))
                names.append(organization.name)
                seen.append((organization.pk, consent.creator_id))
    disconnect(connection, actor=person)
    for organization_id, creator_id in seen:
        with organization_scope(organization_id):
            _check(Creator.objects.get(pk=creator_id))
    texts = {"handle": f"@{connection.handle}", "organization": ", ".join(names)}
    return _receipt(ReceiptKind.ENDING, person, language, texts, counts)


def _seen_through(creator: Creator) -> Counter[str]:
    exports = File.objects.filter(kind=FileKind.INFLUENCER_EXPORT).count()
    return Counter(
        accounts=1,
        readings=authorized_readings(creator),
        files=exports,
        kept=reported_videos(creator),
    )


def _check(creator: Creator) -> None:
    creator.refresh_from_db()
    if authorized_readings(creator):
        raise NotAllGone(str(creator))


@transaction.atomic
def _receipt(
    kind: ReceiptKind, person: User, language: str, texts: dict[str, str], counts: Counter[str]
) -> Receipt:
    now = timezone.now()
    receipt = Receipt.objects.create(
        number=new_number("R"),
        kind=kind,
        state=ReceiptState.DONE,
        person=person,
        language=language,
        texts=texts,
        hidden_at=now,
        ended_at=now if kind == ReceiptKind.ENDING else None,
        counts=dict(counts),
    )
    issue(receipt, state=ReceiptState.DONE)
    mail_receipt(receipt, person)
    return receipt
