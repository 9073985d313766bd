"""TikTok data of the old source: kept until the cut-over, gone after the purge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection, models, transaction
from django.db.models import Q

from jobs.services.queue import begin
from tenancy.isolation import organization_models
from tiktok.enums import MarketplaceStatus, PollKind, Source
from tiktok.errors import LegacyClosed
from tiktok.models import Creator, LegacyMigration
from tiktok.queries import authenticated
from tiktok.services.creators.anonymous import ERASED
from tiktok.services.creators.backfill import begin_to_collect


def open_legacy() -> LegacyMigration:
    """The organization's migration, begun if there is none: from then on TikTok's own data of the accounts that are supported is
    collected beside the old source. Raises LegacyClosed once it has cut over."""
    migration, is_new = LegacyMigration.objects.get_or_create()
    if migration.cut_over_at:
        raise LegacyClosed
    if is_new:
        supported = Q(marketplace_status=MarketplaceStatus.IN) | Q(is_authenticated=True)
        creators = Creator.objects.annotate(is_authenticated=authenticated()).filter(supported)
        named = creators.exclude(handle__startswith=ERASED).order_by("pk")
        begin_to_collect(named.values_list("pk", flat=True))
    return migration


def refuse_if_released() -> None:
    """Raises LegacyClosed once the organization has cut over."""
    if LegacyMigration.objects.filter(cut_over_at__isnull=False).exists():
        raise LegacyClosed


def ask_about_membership() -> None:
    """Have TikTok asked about the creators of whom it is not known whether the marketplace has them: those are collected that it
    has, beside the old source."""
    begin(PollKind.MEMBERSHIP, *creators_of_unknown_membership().values_list("pk", flat=True))


def creators_of_unknown_membership() -> models.QuerySet[Creator]:
    """Creators of which it is not known whether the marketplace has them."""
    return Creator.objects.filter(marketplace_status=MarketplaceStatus.UNKNOWN).order_by("pk")


def legacy_counts() -> dict[str, Callable[[], int]]:
    """Count the rows of the old source in the organization, for every table with a column that names a source."""
    tables = ((model._meta.db_table, columns_of_source(model)) for model in organization_models())
    return {table: partial(_count, table, columns) for table, columns in tables if columns}


def _count(table: str, columns: Sequence[str]) -> int:
    named = " OR ".join(f'"{column}" = %s' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{table}" WHERE {named}',  # noqa: S608 -- our own names
            [Source.LEGACY] * len(columns),
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def legacy_rows() -> dict[str, int]:
    """Re-scan: rows of the old source left in the organization, by table."""
    return {table: count() for table, count in legacy_counts().items()}


def columns_of_source(model: type[models.Model]) -> list[str]:
    """The columns of a table that name the source of its numbers."""
    return [
        str(field.column)
        for field in model._meta.local_fields
        if list(field.choices or ()) == Source.choices
    ]
