"""The receipt of a deletion: its number, its hash, its page and its mail."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Receipt
from crm.queries.receipts import SALT, receipt_lines, receipt_path
from files.enums import LedgerKind
from files.services.ledger import note
from mail.enums import MessageState
from mail.errors import MailProblem
from mail.models import Message
from mail.services.outbox import queue_message
from tenancy.models import User
from tenancy.scope import person_scope
from ui.languages import written_in

TIMES = ("asked_at", "ended_at", "hidden_at", "finished_at")
FACTS = (*TIMES, "ended_count", "refused_count", "counts", "digest")
UNSENT = {MessageState.QUEUED, MessageState.SENDING}


def receipt_url(receipt: Receipt) -> str:
    """The whole address of the receipt's page, for whoever asked alone."""
    return f"{settings.PUBLIC_URL}{receipt_path(receipt)}"


def receipt_at(token: str) -> Receipt | None:
    """The receipt that a link names; None for a link that we did not sign."""
    try:
        number = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    return Receipt.objects.filter(number=number).first()


def digest_of(receipt: Receipt) -> str:
    """SHA-256 over what the receipt says: a changed receipt no longer matches."""
    times = [receipt.asked_at, receipt.ended_at, receipt.hidden_at, receipt.finished_at]
    facts = [
        receipt.number,
        receipt.kind,
        [at and at.isoformat() for at in times],
        receipt.ended_count,
        receipt.refused_count,
        receipt.counts,
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def facts_of(receipt: Receipt) -> dict[str, Any]:
    """The receipt as the ledger keeps it: times and counts, and nobody's name."""
    return {
        name: fact.isoformat() if isinstance(fact, datetime) else fact
        for name in FACTS
        if (fact := getattr(receipt, name)) is not None
    }


def issue(receipt: Receipt, *, state: ReceiptState) -> None:
    """Date and seal a receipt whose data is gone."""
    receipt.counts = {key: count for key, count in receipt.counts.items() if count}
    receipt.state, receipt.finished_at = state, timezone.now()
    receipt.digest = digest_of(receipt)
    receipt.save(update_fields=["counts", "state", "finished_at", "digest"])
    if receipt.kind == ReceiptKind.ERASURE:
        note(LedgerKind.ERASED, receipt.number, facts_of(receipt))


def mail_receipt(receipt: Receipt, person: User) -> bool:
    """Send the receipt to the person, once. Is it still to leave?"""
    with person_scope(person), translation.override(written_in(receipt.language)):
        values = {
            "lines": receipt_lines(receipt),
            "url": receipt_url(receipt),
            "is_erasure": receipt.kind == ReceiptKind.ERASURE,
        }
        subject = _("Receipt %(number)s: your data was deleted") % {"number": receipt.number}
        try:
            message, _new = queue_message(
                "crm_receipt",
                to=person.email,
                subject=subject,
                values=values,
                intent=f"receipt:{receipt.pk}",
            )
        except MailProblem:
            return False
        return Message.objects.filter(pk=message.pk, state__in=UNSENT).exists()
