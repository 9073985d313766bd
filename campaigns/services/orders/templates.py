"""Templates of orders: what is asked of creators, kept for further orders of the organization."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.errors import OrderNotValid
from campaigns.models import OrderTemplate
from crm.models import Removal
from crm.services.removals.keeping import Kind, register_removable, remove
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from ui.names import readable_name

MOST_TEMPLATES, NAME_LENGTH = 100, 60
NAME_FIELD = "template_name"


def save_template(
    name: str,
    *,
    description: str,
    video_count: int,
    spark_days: int,
    due_on: date | None,
    actor: User,
) -> OrderTemplate:
    """Keep what an order asks for; its due date as so many days from today. Again is harmless.

    Raises OrderNotValid, and then nothing is kept.
    """
    if not name:
        raise OrderNotValid(NAME_FIELD, "Name the template first.")
    try:
        name = readable_name(name)
    except ValidationError as refused:
        raise OrderNotValid(NAME_FIELD, refused.messages[0]) from refused
    if len(name) > NAME_LENGTH:
        raise OrderNotValid(NAME_FIELD, f"Name it in {NAME_LENGTH} characters at most.")
    values = {
        "name": name,
        "description": description,
        "video_count": video_count,
        "spark_days": spark_days,
        "due_days": (due_on - timezone.now().date()).days if due_on else None,
    }
    if same := OrderTemplate.objects.filter(**values).first():
        return same
    if OrderTemplate.objects.count() >= MOST_TEMPLATES:
        raise OrderNotValid(
            NAME_FIELD, f"There are {MOST_TEMPLATES} templates already. Delete one first."
        )
    template = OrderTemplate(**values)
    try:
        with transaction.atomic():
            template.save()
            record(Verb.ORDER_TEMPLATE_SAVED, template, actor=actor, texts={"template": name})
    except IntegrityError as problem:
        raise OrderNotValid(
            NAME_FIELD,
            "There is a template of this name. Choose another name, or delete that one first.",
        ) from problem
    return template


def values_of(template: OrderTemplate) -> dict[str, Any]:
    """The values of a form's fields by this template, as of today."""
    days = template.due_days
    return {
        "description": template.description,
        "video_count": template.video_count,
        "spark_days": template.spark_days,
        "due_on": None if days is None else timezone.now().date() + timedelta(days=days),
    }


def delete_template(template: OrderTemplate, *, actor: User) -> Removal:
    """Delete a template; it is kept for a while, so that this can be undone. Orders stay as they are."""
    return remove(template, actor=actor)


def removal_of_template(pk: int) -> Removal | None:
    """The removal of a template; None where it is kept no longer."""
    return Removal.objects.filter(model=OrderTemplate._meta.label, pk=pk).first()


def register_removables() -> None:
    """Make known what comes back."""
    kind = Kind(Verb.ORDER_TEMPLATE_DELETED, Verb.ORDER_TEMPLATE_RESTORED, "template")
    register_removable(OrderTemplate, kind)
