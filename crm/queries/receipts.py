"""The lines of a receipt, in the language of whoever reads it: the same on its page, in its mail and in its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.enums import ReceiptKind
from crm.models import Receipt
from tenancy.models import User

SALT = "crm.receipt"
MOST_LISTED = 20


@dataclass(frozen=True)
class OwnReceipt:
    """A receipt in a person's list, with the path of its page."""

    receipt: Receipt
    path: str


def receipts_of(person: User) -> list[OwnReceipt]:
    """The receipts that this person has got, the latest first."""
    rows = Receipt.objects.filter(person=person).exclude(pk__in=unfinished_endings())
    return [OwnReceipt(row, receipt_path(row)) for row in rows.order_by("-pk")[:MOST_LISTED]]


def is_to_be_erased(person_id: int | None) -> bool:
    """Has this person asked that everything about them be deleted?"""
    return Receipt.objects.filter(person=person_id, kind=ReceiptKind.ERASURE).exists()


def unfinished_endings() -> models.QuerySet[Receipt]:
    """The receipts of permissions that are being ended: nobody has got one of them."""
    return Receipt.objects.filter(kind=ReceiptKind.ENDING, finished_at=None)


def receipt_path(receipt: Receipt) -> str:
    """The path of the receipt's page, for whoever asked alone."""
    return reverse("receipt", args=[signing.Signer(salt=SALT).sign_object(receipt.number)])


def receipt_lines(receipt: Receipt) -> list[tuple[str, str]]:
    """List the lines of a receipt: its times, counts of rows that were deleted and kept, its number. (word, text)"""
    return [(word, text) for word, text in _lines(receipt) if text]


def _lines(receipt: Receipt) -> Iterator[tuple[str, str]]:
    yield _("You asked"), _moment(receipt.asked_at)
    yield _("Account"), receipt.texts.get("handle", "")
    yield _("Stopped sharing with"), receipt.texts.get("organization", "")
    yield _("Permission ended at TikTok"), _ended(receipt)
    yield _("Hidden"), _moment(receipt.hidden_at)
    yield _("Deletion complete"), _moment(receipt.finished_at)
    if receipt.is_finished:
        yield _("Deleted"), _deleted(receipt) or _("There was nothing to delete.")
        yield _("Kept, without your name"), _kept(receipt)
        yield _("Checked again"), _checked(receipt)
        yield _("Receipt number"), f"{receipt.number} · sha256 {receipt.digest}"


def _moment(at: datetime | None) -> str:
    """A day and a time of day in UTC; empty for none."""
    return f"{date_format(at, 'DATE_FORMAT')}, {at:%H:%M} UTC" if at else ""


def _ended(receipt: Receipt) -> str:
    if receipt.ended_at is None:
        return ""
    parts = [_moment(receipt.ended_at)]
    if receipt.refused_count:
        parts.append(
            _(
                "TikTok did not confirm it for every account. Our copy is deleted; to be sure, remove the permission in TikTok's app."
            )
        )
    return ". ".join(parts)


def _checked(receipt: Receipt) -> str:
    if receipt.counts.get("unconfirmed"):
        return _("Not every search ended in time. We cannot confirm that nothing is left.")
    if receipt.kind != ReceiptKind.ERASURE:
        return _("The numbers of this account were searched for again: 0 found.")
    if not receipt.counts.get("searched"):
        return _(
            "Your rows and files are deleted, and your numbers were searched for again: 0 found. What brands wrote was not searched:"
            " none had taken you in, or no word means you alone."
        )
    return _(
        "Your numbers, and what brands wrote, were searched for your handles, addresses, phone number, ids and full name: 0 found."
        " Not read: files for several creators, and what others published."
    )


def _deleted(receipt: Receipt) -> str:
    n = receipt.counts.get
    found = [
        (n("accounts"), ngettext("%(n)s account", "%(n)s accounts", n("accounts", 0))),
        (n("videos"), ngettext("%(n)s video", "%(n)s videos", n("videos", 0))),
        (n("readings"), ngettext("%(n)s update", "%(n)s updates", n("readings", 0))),
        (n("orders"), ngettext("%(n)s order", "%(n)s orders", n("orders", 0))),
        (n("drafts"), ngettext("%(n)s draft", "%(n)s drafts", n("drafts", 0))),
        (n("uploads"), ngettext("%(n)s uploaded video", "%(n)s uploaded videos", n("uploads", 0))),
        (n("notes"), ngettext("%(n)s note", "%(n)s notes", n("notes", 0))),
        (n("files"), ngettext("%(n)s file", "%(n)s files", n("files", 0))),
        (n("mails"), ngettext("%(n)s e-mail", "%(n)s e-mails", n("mails", 0))),
        (n("texts"), ngettext("your name in %(n)s text", "your name in %(n)s texts", n("texts", 0))),
        (n("records"), ngettext("%(n)s record in all", "%(n)s records in all", n("records", 0))),
    ]  # fmt: skip
    return ", ".join(words % {"n": count} for count, words in found if count)


def _kept(receipt: Receipt) -> str:
    kept = receipt.counts.get("kept", 0)
    if not kept:
        return ""
    if receipt.kind == ReceiptKind.ERASURE:
        words = ngettext(
            "The results of %(n)s video in the report of its order",
            "The results of %(n)s videos in the reports of their orders",
            kept,
        )
    else:
        words = ngettext(
            "%(n)s video in the report of its order",
            "%(n)s videos in the reports of their orders",
            kept,
        )
    return words % {"n": kept}
