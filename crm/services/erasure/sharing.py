"""The end of sharing, with a receipt: one organization sees an account no more, or TikTok's permission ends for all of them."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Receipt
from crm.queries.receipts import unfinished_endings
from crm.services.erasure.receipts import issue, mail_receipt
from files.enums import FileKind
from files.models import File
from files.services.numbers import new_number
from tenancy.models import Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope, required_organization_id
from tiktok.errors import TikTokProblem
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
    receipt = Receipt.objects.create(
        number=new_number("R"),
        kind=ReceiptKind.WITHDRAWAL,
        state=ReceiptState.DONE,
        person=person,
        language=language,
        texts=texts,
        hidden_at=timezone.now(),
        counts=dict(counts),
    )
    return _issued(receipt, person)


def disconnect_account(connection: Connection, *, person: User, language: str) -> Receipt | None:
    """End the permission at TikTok, then here for everybody; what came through it is deleted now. Outside any transaction.
    None: it had ended already, and nobody saw anything through it. What a lost worker has begun is gone on with.

    Raises TikTokProblem; nothing has changed then.
    """
    receipt = _begun(connection, person, language)
    if receipt is None:
        return None
    try:
        is_ended_there = disconnect(connection, actor=person)
    except TikTokProblem:
        receipt.delete()
        raise
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            consents = Consent.objects.filter(connection=connection).select_related("creator")
            for consent in consents:
                _check(consent.creator)
    receipt.refused_count = int(not is_ended_there)
    receipt.texts = {key: receipt.texts[key] for key in ("handle", "organization")}
    receipt.ended_at = receipt.hidden_at = timezone.now()
    with transaction.atomic():
        receipt.save()
        return _issued(receipt, person)


@transaction.atomic
def _begun(connection: Connection, person: User, language: str) -> Receipt | None:
    """The receipt as it begins, with what is counted as long as it is there."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    counts: Counter[str] = Counter()
    names = []
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            active = Consent.objects.filter(connection=connection, withdrawn_at=None)
            for consent in active.select_related("creator"):
                counts.update(_seen_through(consent.creator))
                names.append(organization.name)
    begun = unfinished_endings().filter(person=person, texts__connection=connection.pk).first()
    if not locked.is_live and not names:
        return begun
    receipt = begun or Receipt(number=new_number("R"), person=person, language=language)
    receipt.kind, receipt.state = ReceiptKind.ENDING, ReceiptState.ENDING
    receipt.texts = {"handle": f"@{connection.handle}", "organization": ", ".join(names), "connection": connection.pk}  # fmt: skip
    receipt.counts = dict(counts)
    receipt.save()
    return receipt


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
def _issued(receipt: Receipt, person: User) -> Receipt:
    issue(receipt, state=ReceiptState.DONE)
    mail_receipt(receipt, person)
    return receipt
