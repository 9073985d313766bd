"""Everything kept about one influencer beside their accounts, read in the one query that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from crm.models import (
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
from crm.policies.fields import Typed, written_value
from tenancy.enums import Verb
from tenancy.models import Event, User

SHOWN = 50  # of each kind; the timeline has all
Packed = dict[str, Any]


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
    has_unread_mentions: bool
    asked_at: datetime | None  # to connect, by e-mail, the last time


def influencer_about(pk: int, reader: User) -> About | None:
    """The influencer and everything kept about them; None for an absent one and for another organization's."""
    found = (
        Influencer.objects.select_related("person", "owner", "group")
        .filter(pk=pk)
        .annotate(
            packed_tags=_packed(_of(Tag, "taggings__influencer").order_by("name"), "name", "color"),
            packed_lists=_packed(_of(List, "entries__influencer").order_by("name"), "name"),
            packed_rates=_packed(
                _of(Rate).order_by("network", "kind"), "network", "kind", "currency", amount=_text("amount")
            ),
            packed_addresses=_packed(_of(OtherAddress).order_by("email"), "email"),
            packed_fields=_packed(
                _of(CustomValue).filter(field__archived_at=None).order_by("field__position", "pk"),
                "text", "currency", "day", "options",
                number=_text("number"), name=F("field__name"), kind=F("field__kind"),
            ),
            packed_notes=_packed(
                _of(Note).order_by("-is_pinned", "-pk"),
                "text", "is_pinned", "created_at", "edited_at", "author_id", by=_name("author"),
            ),
            packed_tasks=_packed(
                _of(Task).filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk"),
                "title", "due_on", "assignee_id", by=_name("assignee"),
            ),
            packed_documents=_packed(
                _of(Document).order_by("-pk"), "added_at", name=F("file__name"), size=F("file__size"), by=_name("added_by")
            ),
            packed_contracts=_packed(
                _latest_versions(), "title", "version", "state", "created_at", "sent_at", "answered_at"
            ),
            asked_at=Subquery(
                Event.objects.filter(
                    object_type=Influencer._meta.label_lower,
                    object_id=OuterRef("pk"),
                    verb=Verb.INFLUENCER_ASKED_TO_CONNECT,
                ).order_by("-pk").values("at")[:1]
            ),
            has_unread=Exists(
                Mention.objects.filter(note__influencer=OuterRef("pk"), user=reader, read_at=None)
            ),
        )
        .first()
    )  # fmt: skip
    return _about(found) if found else None


def _about(found: Any) -> About:
    return About(
        influencer=found,
        tags=_rows(Tag, found.packed_tags),
        lists=_rows(List, found.packed_lists),
        rates=_rows(Rate, found.packed_rates),
        addresses=_rows(OtherAddress, found.packed_addresses),
        fields=[_field(packed) for packed in found.packed_fields],
        notes=_rows(Note, found.packed_notes),
        tasks=_rows(Task, found.packed_tasks),
        documents=_rows(Document, found.packed_documents),
        contracts=_rows(Contract, found.packed_contracts),
        has_unread_mentions=found.has_unread,
        asked_at=found.asked_at,
    )


def _of(model: type[models.Model], path: str = "influencer") -> models.QuerySet[Any]:
    return model._default_manager.filter(**{path: OuterRef("pk")})


def _latest_versions() -> models.QuerySet[Contract]:
    """The latest version of each contract, the latest contract first."""
    later = Contract.objects.filter(
        influencer=OuterRef("influencer"), title=OuterRef("title"), version__gt=OuterRef("version")
    )
    return _of(Contract).filter(~Exists(later)).order_by("-pk")


def _packed(rows: models.QuerySet[Any], *columns: str, **more: Any) -> ArraySubquery:
    """Rows as an array of JSON objects with their id, these columns and more."""
    packed = JSONObject(id="pk", **{name: name for name in columns}, **more)
    return ArraySubquery(rows.values(packed=packed)[:SHOWN])


def _text(column: str) -> Cast:
    """A decimal number in all its digits."""
    return Cast(column, models.TextField())


def _name(path: str) -> Coalesce:
    """The name that others know a person by; NULL for nobody."""
    return Coalesce(NullIf(f"{path}__name", models.Value("")), F(f"{path}__email"))


def _rows(model: type[models.Model], packed: list[Packed]) -> list[Any]:
    """Copies of the rows; what is no column of theirs stands beside it."""
    return [_row(model, each) for each in packed]


def _row(model: type[models.Model], packed: Packed) -> Any:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    row = model()
    for name, value in packed.items():
        setattr(row, name, columns[name].to_python(value) if name in columns else value)
    return row


def _field(packed: Packed) -> tuple[str, str]:
    """A custom field's name and its value as people read it."""
    number = packed["number"]
    value = Typed(
        packed["text"],
        None if number is None else Decimal(number),
        packed["currency"],
        models.DateField().to_python(packed["day"]),
        packed["options"],
    )
    return packed["name"], written_value(packed["kind"], value)
