"""The filter of the list by the import that has added or updated somebody."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Concat

from crm.enums import ImportFate
from crm.models import Import, ImportRow
from crm.policies.filters import Field, Values
from crm.queries.fields import Rows, Rule, hung, register_rule
from tenancy.scope import current_groups


def _written() -> models.QuerySet[ImportRow]:
    """The rows that have added or updated somebody, or brought a TikTok account to somebody who was here unchanged."""
    is_written = models.Q(fate__in=[ImportFate.NEW, ImportFate.UPDATE])
    has_brought = models.Q(added_account__isnull=False)
    rows = ImportRow.objects.filter(is_written | has_brought, rolled_back_at=None)
    return rows.exclude(written_at=None)


def _imports() -> Rows:
    """The imports of which something is written, by name and day (UTC); for members who see some groups only there is none,
    since they import nothing and a file's name may speak of others."""
    text = models.TextField()
    day = Func(F("imported_at"), Value("YYYY-MM-DD"), function="to_char", output_field=text)
    label = Concat("name", Value(" · "), day, output_field=text)
    rows = Import.objects.filter(about="influencers").exclude(imported_at=None)
    rows = rows.annotate(label=label)
    return rows if current_groups() is None else rows.none()


def register_import_rule() -> None:
    """Make the field known."""
    shape = Field("import", "Import", Values.ROW, has_unknown=False)
    register_rule(Rule(shape, *hung(_written, "parent"), _imports))
