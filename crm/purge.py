"""The purger of exports: files in which the old source's numbers may stand."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from crm.services.exports.runs import EXPORT, files_of_exports
from files.enums import FileKind
from files.models import File
from files.purge import delete_with_contents
from jobs.models import Job
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import TERMS, RowPurger, register_purger


def exports_from_before() -> QuerySet[File]:
    """The organization's exports that were begun before its cut-over: for a plan, until now."""
    cut_over = Coalesce(LegacyMigration.objects.values("cut_over_at")[:1], Now())
    begun = Job.objects.filter(kind=EXPORT, created_at__lt=cut_over)
    made = Q(created_at__lt=cut_over) | Q(pk__in=files_of_exports(begun))
    return File.objects.filter(made, kind=FileKind.INFLUENCER_EXPORT)


register_purger(
    RowPurger(
        "exports",
        "Exports of influencers from before the cut-over",
        TERMS,
        exports_from_before,
        delete_with_contents,
    )
)
