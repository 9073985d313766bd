"""Fields that an organization adds to its influencers, and their typed values."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast, Left

from crm.enums import FieldKind
from crm.models.search import folded
from tenancy.models import OrganizationModel

NAME_LENGTH, OPTION_LENGTH, SORT_LENGTH = 80, 60, 100


class CustomField(OrganizationModel):
    """A field of the organization's own; `key` names it in the API and in exports and never changes."""

    name = models.CharField(max_length=NAME_LENGTH)
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=12, choices=FieldKind)
    options = ArrayField(
        models.CharField(max_length=OPTION_LENGTH),
        default=list,
        blank=True,
        help_text="Of a choice.",
    )
    is_required = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"], name="custom_field_key_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CustomValue(OrganizationModel):
    """One influencer's value of a field; it stands in the column of the field's kind.

    `text`: text, URL, choice. `number`: number, money (with `currency`), yes (1) or no (0). `day`: date. `options`:
    multi-choice. An influencer without a value has no row. Lists are sorted by the generated columns: under row-level
    security an index finds the place of a cursor by comparisons that are leakproof alone, which those of `numeric` are not.
    """

    group_path: ClassVar[str] = "influencer__group"

    field = models.ForeignKey(
        CustomField, on_delete=models.CASCADE, related_name="values", db_index=False
    )
    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="custom_values", db_index=False
    )
    text = models.CharField(max_length=2000, blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    day = models.DateField(null=True, blank=True)
    options = ArrayField(models.CharField(max_length=OPTION_LENGTH), default=list, blank=True)
    sort_text = models.GeneratedField(
        expression=Left(folded(models.F("text")), SORT_LENGTH),
        output_field=models.CharField(max_length=SORT_LENGTH, db_collation="C"),
        db_persist=True,
    )
    sort_number = models.GeneratedField(
        expression=Cast("number", models.FloatField()),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "field"], name="custom_value_once_per_influencer"
            )
        ]
        indexes = [
            models.Index(
                fields=["field", "sort_number", "influencer"], name="custom_value_by_number"
            ),
            models.Index(
                fields=["field", "currency", "sort_number", "influencer"],
                condition=models.Q(currency__gt=""),
                name="custom_value_by_amount",
            ),
            models.Index(fields=["field", "day", "influencer"], name="custom_value_by_day"),
            models.Index(fields=["field", "sort_text", "influencer"], name="custom_value_by_text"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.influencer}"
