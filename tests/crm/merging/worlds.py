"""Influencers with rows of every model that hangs on one, from the registry: a model of tomorrow takes part by existing."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

from django.db import IntegrityError, models, transaction

from crm.enums import AccountType, FieldKind, Network
from crm.models import (
    ConnectInvitation,
    CustomField,
    Duplicate,
    Influencer,
    InfluencerMail,
    List,
    Merge,
    SocialAccount,
    Tag,
)
from crm.models.search import Entry
from crm.queries.hanging import Hanging
from crm.services.merging.keeping import as_texts
from files.models import File
from mail.models import Message
from tenancy.isolation import isolated_models
from tenancy.models import Counter, Event, EventText, User
from tenancy.queries.counters import all_counts
from tests import personas
from tests.personas import Tenant, plausible

# What happened stays said; words, counts and addresses of pages are compared by what they say.
WORDS = [model for model in isolated_models() if issubclass(model, Entry)]
NOT_COMPARED = {Event, EventText, *WORDS, Counter, Merge}


def pool(model: type[models.Model], tenant: Tenant) -> list[Any]:
    """Rows that may be referred to: three where it matters that two influencers share one or do not."""
    if model is User:
        return [tenant.people["owner"], tenant.people["manager"]]
    return list(model._default_manager.order_by("pk")[:3]) or [tenant.rows[model._meta.label]]


def fill_pools() -> None:
    for letter in "abc":
        Tag.objects.create(name=f"Tag {letter}")
        List.objects.create(name=f"List {letter}")
        CustomField.objects.create(name=f"Field {letter}", key=f"key_{letter}", kind=FieldKind.TEXT)


def a_message() -> Message:
    name = uuid.uuid4().hex
    return Message.objects.create(
        template="x", intent=name, recipient="a@example.com", subject="a", message_id=name
    )


SPECIAL: dict[type[models.Model], Any] = {
    SocialAccount: lambda: {
        "network": Network.INSTAGRAM,
        "account_type": AccountType.INSTAGRAM,
        "handle": uuid.uuid4().hex,
        "creator": None,
    },
    ConnectInvitation: lambda: {"other_links": [uuid.uuid4().hex]},  # no link opens two
    Merge: lambda: {"merged_ids": [2**40], "kept": {}},
    InfluencerMail: lambda: {"message": a_message()},
}


def hang(hanging: Hanging, influencer: Influencer, tenant: Tenant, random: Random) -> bool:
    """Hang a row on the influencer. False if that would have been a second one of the same."""
    row = hanging.model()
    made = SPECIAL.get(hanging.model)
    special = made() if made else personas.SPECIAL.get(hanging.label, lambda _: {})(tenant)
    for column in hanging.model._meta.local_concrete_fields:
        if column.name in special:
            setattr(row, column.name, special[column.name])
        elif column.name == hanging.column:
            setattr(row, column.name, influencer)
        elif not (column.primary_key or column.generated or getattr(column, "auto_now_add", False)):
            setattr(row, column.name, varied(column, tenant, random))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True


def varied(column: Any, tenant: Tenant, random: Random) -> Any:
    """A value that two rows share now and then."""
    if column.name == "organization":
        return tenant.organization
    if column.is_relation and column.unique:
        return File.objects.create(kind="document", name="a", content_type="text/plain", size=1)
    if column.is_relation:
        return random.choice(pool(column.related_model, tenant))
    if column.choices:
        return random.choice([value for value, _ in column.flatchoices if value])
    for kind, value in (
        (models.EmailField, f"{random.choice('abcd')}@example.com"),
        (models.IntegerField, random.randint(1, 3)),
        ((models.CharField, models.TextField), random.choice("abc")),
    ):
        if isinstance(column, kind):
            return value
    return plausible(column, tenant)


def an_influencer(tenant: Tenant, random: Random, **values: Any) -> Influencer:
    """An influencer with generated columns, some of them empty."""
    row = Influencer()
    for column in Influencer._meta.local_concrete_fields:
        is_made = column.primary_key or column.generated or column.name == "created_at"
        if is_made or column.name == "person" or (column.null and random.random() < 0.4):
            continue
        is_empty = column.blank and not column.is_relation and random.random() < 0.4
        if not is_empty:
            setattr(row, column.name, varied(column, tenant, random))
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def snapshot() -> dict[str, Any]:
    """Every row of the organization as it is, and what is kept of them by triggers."""
    rows: dict[str, Any] = {
        model._meta.label: {row.pk: as_texts(row) for row in model._default_manager.all()}
        for model in isolated_models()
        if model not in NOT_COMPARED
    }
    for entries in WORDS:
        columns = [
            each.attname for each in entries._meta.local_concrete_fields if each.name != "id"
        ]
        rows[f"words of {entries._meta.label}"] = sorted(
            entries.objects.values_list(*columns), key=repr
        )
    rows["counts"] = all_counts()
    rows["merges"] = {
        row.pk: row.target_id for row in Merge.objects.filter(undone_at=None, kept={})
    }
    return rows


def a_pair(first: Influencer, second: Influencer) -> Duplicate:
    low, high = sorted((first.pk, second.pk))
    return Duplicate.objects.create(first_id=low, second_id=high, matches=["name:1"])
