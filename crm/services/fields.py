"""Custom fields, and their values of an influencer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Influencer
from crm.models.fields import NAME_LENGTH, OPTION_LENGTH
from crm.policies.fields import Typed
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from ui.names import readable_name

MOST_FIELDS, MOST_OPTIONS = 100, 100
ADDED_MEANWHILE = "A field of this name was added at the same moment. Look at the list first."
CHOICES = frozenset({FieldKind.CHOICE, FieldKind.MULTI_CHOICE})


@transaction.atomic
def create_field(
    name: str,
    kind: FieldKind,
    *,
    options: Sequence[str] = (),
    is_required: bool = False,
    actor: User | None,
) -> CustomField:
    """A field for every influencer. Its key is made of the name and never changes. Raises ValidationError."""
    if CustomField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise ValidationError(f"There are {MOST_FIELDS} fields already. Archive one first.")
    field = CustomField(
        name=readable_name(name, longest=NAME_LENGTH),
        key=_free_key(name),
        kind=kind,
        options=_checked(kind, options),
        is_required=is_required,
        position=1 + (CustomField.objects.aggregate(last=models.Max("position"))["last"] or 0),
    )
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError as problem:
        raise ValidationError(ADDED_MEANWHILE) from problem
    record(Verb.FIELD_CREATED, field, actor=actor)
    return field


def _free_key(name: str) -> str:
    base = slugify(name).replace("-", "_")[:50] or "field"
    taken = set(CustomField.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in _keys(base, len(taken)) if key not in taken)


def _keys(base: str, count: int) -> list[str]:
    return [base, *(f"{base}_{number}" for number in range(2, count + 3))]


def _checked(kind: str, options: Sequence[str]) -> list[str]:
    if kind not in CHOICES:
        return []
    names = list(dict.fromkeys(" ".join(option.split()) for option in options if option.strip()))
    if not names:
        raise ValidationError("Enter the choices, one in each line.")
    if len({name.casefold() for name in names}) < len(names):
        raise ValidationError("Two choices differ by capitals only. Keep one of them.")
    if len(names) > MOST_OPTIONS or max(map(len, names)) > OPTION_LENGTH:
        raise ValidationError(
            f"Enter at most {MOST_OPTIONS} choices of at most {OPTION_LENGTH} characters."
        )
    return names


@transaction.atomic
def edit_field(
    field: CustomField,
    *,
    name: str,
    options: Sequence[str] = (),
    is_required: bool = False,
    actor: User | None,
) -> None:
    """Rename a field, or change its choices. A choice that influencers have cannot go. Raises ValidationError."""
    names = _checked(field.kind, options)
    for gone in set(field.options) - set(names):
        if field.values.filter(models.Q(text=gone) | models.Q(options__contains=[gone])).exists():
            raise ValidationError(
                f"Influencers have the choice “{gone}”. Keep it, or change them first."
            )
    field.name, field.options, field.is_required = (
        readable_name(name, longest=NAME_LENGTH),
        names,
        is_required,
    )
    field.save()
    record(Verb.FIELD_CHANGED, field, actor=actor)


@transaction.atomic
def archive_field(field: CustomField, *, actor: User | None) -> None:
    """Take a field out of forms and lists. Its values are kept and return when it is restored."""
    _set_archived(field, timezone.now())
    record(Verb.FIELD_ARCHIVED, field, actor=actor)


@transaction.atomic
def restore_field(field: CustomField, *, actor: User | None) -> None:
    """Bring an archived field back, with its values."""
    _set_archived(field, None)
    record(Verb.FIELD_RESTORED, field, actor=actor)


def _set_archived(field: CustomField, moment: datetime | None) -> None:
    field.archived_at = moment
    field.save(update_fields=["archived_at"])


@transaction.atomic
def set_values(
    influencer: Influencer, values: Mapping[CustomField, Typed | None], *, actor: User | None
) -> list[CustomField]:
    """Keep values of an influencer's fields, None to empty one. Return the fields that changed."""
    kept = {
        value.field_id: value
        for value in CustomValue.objects.select_for_update().filter(
            influencer=influencer, field__in=list(values)
        )
    }
    changed = [field for field, value in values.items() if _typed(kept.get(field.pk)) != value]
    for field in changed:
        _keep(kept.get(field.pk), field, influencer, values[field])
    if changed:
        names = sorted(field.name for field in changed)
        record(Verb.INFLUENCER_EDITED, influencer, actor=actor, texts={"fields": names})
    return changed


def _typed(value: CustomValue | None) -> Typed | None:
    if value is None:
        return None
    return Typed(value.text, value.number, value.currency, value.day, value.options)


def _keep(
    known: CustomValue | None, field: CustomField, influencer: Influencer, value: Typed | None
) -> None:
    if value is None:
        CustomValue.objects.filter(field=field, influencer=influencer).delete()
        return
    row = known or CustomValue(field=field, influencer=influencer)
    for name, part in asdict(value).items():
        setattr(row, name, part)
    row.save()


@transaction.atomic
def move_field(field: CustomField, step: int, *, actor: User | None) -> None:
    """Move a field so many places down (or, below zero, up) among those in use; at either end it stays."""
    rows = CustomField.objects.select_for_update().filter(archived_at=None)
    fields = list(rows.order_by("position", "pk"))
    at = fields.index(field)
    fields.insert(max(at + step, 0), fields.pop(at))
    for position, each in enumerate(fields, 1):
        each.position = position
    CustomField.objects.bulk_update(fields, ["position"])
    record(Verb.FIELD_CHANGED, field, actor=actor)
