"""The purger of exports: files from before the cut-over, in which the old source's numbers may stand."""

from __future__ import annotations

from django.db.models import QuerySet

from files.enums import FileKind
from files.models import File
from files.purge import delete_files
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import TERMS, RowPurger, register_purger


def exports_from_before() -> QuerySet[File]:
    """The organization's exports that were made before its cut-over."""
    cut_over = LegacyMigration.objects.values("cut_over_at")[:1]
    return File.objects.filter(kind=FileKind.INFLUENCER_EXPORT, created_at__lt=cut_over)


register_purger(
    RowPurger(
        "exports",
        "Exports of influencers from before the cut-over",
        TERMS,
        exports_from_before,
        delete_files,
    )
)
