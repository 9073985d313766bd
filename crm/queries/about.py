"""Everything kept about one influencer beside their accounts, read in the one query that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef

from crm.enums import FieldKind
from crm.models import (
    ConnectInvitation,
    Contract,
    CustomValue,
    Document,
    Influencer,
    List,
    Mention,
    Note,
    OtherAddress,
    Rate,
    Tag,
    Task,
)
from crm.policies.fields import shown_value
from crm.queries.columns import MOST_FIELDS
from crm.queries.packing import (
    COUNTED,
    VALUE_COLUMNS,
    Packed,
    as_text,
    hanging_on,
    length,
    name_at,
    packed,
    value_of,
)
from tenancy.models import User


@dataclass(frozen=True)
class About:
    """An influencer with what the profile's right side shows. Rows are unsaved copies with what is named beside them."""

    influencer: Influencer
    tags: list[Tag]
    lists: list[List]
    rates: list[Rate]
    addresses: list[OtherAddress]
    fields: list[tuple[str, str]]
    notes: list[Note]
    tasks: list[Task]
    documents: list[Document]
    contracts: list[Contract]
    counts: dict[str, int]  # of all notes, tasks, files and contracts, to COUNTED + 1
    has_unread_mentions: bool
    invitations: list[ConnectInvitation]


def influencer_about(pk: int, reader: User, *, sees_money: bool) -> About | None:
    """The influencer and everything kept about them; None for an absent one and for another organization's.

    Rates, and fields of money, are for readers who may see money.
    """
    values = hanging_on(CustomValue).filter(field__archived_at=None)
    if not sees_money:
        values = values.exclude(field__kind=FieldKind.MONEY)
    found = (
        Influencer.objects.select_related("person", "owner", "group")
        .filter(pk=pk)
        .annotate(
            packed_tags=packed(hanging_on(Tag, "taggings__influencer").order_by("name"), "name", "color"),
            packed_lists=packed(hanging_on(List, "entries__influencer").order_by("name"), "name"),
            packed_rates=packed(
                hanging_on(Rate).order_by("network", "kind"), "network", "kind", "currency", amount=as_text("amount")
            ),
            packed_addresses=packed(hanging_on(OtherAddress).order_by("email"), "email"),
            packed_fields=packed(
                values.order_by("field__position", "pk"),
                *VALUE_COLUMNS, most=MOST_FIELDS,
                number=as_text("number"), name=F("field__name"), kind=F("field__kind"),
            ),
            packed_notes=packed(
                hanging_on(Note).order_by("-is_pinned", "-pk"),
                "text", "is_pinned", "created_at", "edited_at", "author_id", by=name_at("author"),
            ),
            packed_tasks=packed(
                hanging_on(Task).filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk"),
                "title", "due_on", "assignee_id", by=name_at("assignee"),
            ),
            packed_documents=packed(
                hanging_on(Document).order_by("-pk"), "added_at", name=F("file__name"), size=F("file__size"), by=name_at("added_by")
            ),
            packed_contracts=packed(
                latest_versions(hanging_on(Contract)).order_by("-pk"), "title", "version", "state", "created_at", "sent_at", "answered_at"
            ),
            packed_invitations=packed(
                hanging_on(ConnectInvitation).order_by("-pk"), "handle", "state", "asked_at", "opened_at", "answered_at",
                "reason", "reason_text", "ask_again_on", "reported_at", mail=F("message__state"),
            ),
            **{f"count_{kind}": length(rows, COUNTED + 1) for kind, rows in _kept().items()},
            has_unread=Exists(
                Mention.objects.filter(note__influencer=OuterRef("pk"), user=reader, read_at=None)
            ),
        )
        .first()
    )  # fmt: skip
    return _about(found, sees_money) if found else None


def _about(found: Any, sees_money: bool) -> About:
    return About(
        influencer=found,
        tags=_rows(Tag, found.packed_tags),
        lists=_rows(List, found.packed_lists),
        rates=_rows(Rate, found.packed_rates) if sees_money else [],
        addresses=_rows(OtherAddress, found.packed_addresses),
        fields=[_field(each) for each in found.packed_fields],
        notes=_rows(Note, found.packed_notes),
        tasks=_rows(Task, found.packed_tasks),
        documents=_rows(Document, found.packed_documents),
        contracts=_rows(Contract, found.packed_contracts),
        counts={kind: getattr(found, f"count_{kind}") for kind in _kept()},
        invitations=_rows(ConnectInvitation, found.packed_invitations),
        has_unread_mentions=found.has_unread,
    )


def _kept() -> dict[str, models.QuerySet[Any]]:
    """The rows of which the profile shows some, with a page for all (`crm.queries.records`)."""
    return {
        "notes": hanging_on(Note),
        "tasks": hanging_on(Task),
        "files": hanging_on(Document),
        "contracts": latest_versions(hanging_on(Contract)),
    }


def latest_versions(rows: models.QuerySet[Contract]) -> models.QuerySet[Contract]:
    """The latest version of each of these contracts."""
    later = Contract.objects.filter(
        influencer=OuterRef("influencer"), title=OuterRef("title"), version__gt=OuterRef("version")
    )
    return rows.filter(~Exists(later))


def _rows(model: type[models.Model], rows: list[Packed]) -> list[Any]:
    """Copies of the rows; what is no column of theirs stands beside it."""
    return [_row(model, each) for each in rows]


def _row(model: type[models.Model], each: Packed) -> Any:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    row = model()
    for name, value in each.items():
        setattr(row, name, columns[name].to_python(value) if name in columns else value)
    return row


def _field(each: Packed) -> tuple[str, str]:
    """A custom field's name and its value as people read it."""
    return each["name"], shown_value(each["kind"], value_of(each))
