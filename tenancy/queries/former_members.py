"""People who were removed or left, and whose name stands at something still."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Concat

from tenancy.enums import FORMER
from tenancy.models import FormerMember


def has_left(path: str) -> models.Exists:
    """Expression: is the person whose id stands at this path a member no more? An influencer never was one."""
    return models.Exists(FormerMember.objects.filter(user=models.OuterRef(path)))


def with_former_mark(name: Any, path: str) -> models.Case:
    """Expression: a name, with FORMER behind it if the person at this path is a member no more; NULL stays NULL."""
    marked = Concat(name, models.Value(FORMER), output_field=models.TextField())
    return models.Case(
        models.When(has_left(path), then=marked), default=name, output_field=models.TextField()
    )


def former_member_ids() -> frozenset[int]:
    """The people who were members of the organization in scope, and are not."""
    return frozenset(FormerMember.objects.values_list("user_id", flat=True))
