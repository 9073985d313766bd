"""Bring a file of the old TikTok source into one organization: `manage.py import_legacy FILE --organization SLUG`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.services.legacy.importing import ImportEnded, ImportResult, import_legacy_export
from jobs.models import Job
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.errors import LegacyClosed, NotALegacyExport
from tiktok.services.legacy.columns import ColumnMapping, read_mapping


class Command(BaseCommand):
    help = (
        "Import a file of the old TikTok source (CSV, TSV or JSON lines): accounts, posts, readings of both, posts of "
        "campaigns. Killed and called again it goes on; rows that cannot be read are listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="the organization's slug")
        parser.add_argument(
            "--campaign",
            default="Posts before the release",
            help="campaign that takes the posts, where the file has no column for it",
        )
        parser.add_argument(
            "--mapping", type=Path, help="JSON file that says what columns and handles mean"
        )
        parser.add_argument("--pictures", type=Path, help="folder that paths of pictures begin in")

    def handle(
        self,
        *,
        file: Path,
        organization: str,
        campaign: str,
        mapping: Path | None,
        pictures: Path | None,
        **options: Any,
    ) -> None:
        tenant = Organization.objects.filter(slug=organization).first()
        if tenant is None:
            raise CommandError(f"There is no organization “{organization}”.")
        try:
            with organization_scope(tenant):
                result = import_legacy_export(
                    file,
                    campaign_name=campaign,
                    actor=None,
                    mapping=_mapping_in(mapping) if mapping else None,
                    pictures=pictures,
                    progress=self.show,
                )
                self.report(result)
        except ImportEnded as ended:
            with organization_scope(tenant):
                self.report(ended.result, str(ended))
        except (NotALegacyExport, LegacyClosed) as problem:
            raise CommandError(f"Nothing was imported. {problem}") from problem

    def report(self, result: ImportResult, problem: str = "") -> None:
        """Say what came in and what did not. `problem`: why the import ended before the file's end. Raises CommandError."""
        if result.ended_before:
            self.stderr.write(
                "An unfinished import of this file with other parameters was ended. What it had brought in was kept."
            )
        for remark in result.remarks.iterator():
            self.stderr.write(str(remark))
        if result.unmapped:
            self.stderr.write(f"Columns that were not imported: {', '.join(result.unmapped)}.")
        if result.pictures_left_out:
            self.stderr.write(
                f"{result.pictures_left_out:,} pictures were left out: name their folder with --pictures."
            )
        if result.untimed:
            self.stderr.write(
                f"{result.untimed:,} rows tell no time (collected_at): when they were seen is not known, and any row with a time "
                "counts before them."
            )
        if not result.kept:
            reason = f"{problem} " if problem else ""
            raise CommandError(
                f"Nothing was imported. {reason}{result.refused_count:,} rows refused."
            )
        if problem:
            raise CommandError(f"Not all of the file was imported. {problem} So far {result}")
        self.stdout.write(str(result))

    def show(self, job: Job) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{job.done_count:,} of {job.total_count:,} rows …", ending="")


def _mapping_in(path: Path) -> ColumnMapping:
    try:
        return read_mapping(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as problem:
        raise NotALegacyExport(f"The mapping file cannot be read: {problem}.") from problem
