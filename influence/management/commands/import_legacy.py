"""Bring an export of the old TikTok source into one organization: `manage.py import_legacy FILE --organization SLUG`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.services.legacy.importing import ImportResult, import_legacy_export
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.errors import LegacyClosed, NotALegacyExport


class Command(BaseCommand):
    help = "Import an export of the old TikTok source (CSV). All or nothing; rows that cannot be read are listed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="the organization's slug")
        parser.add_argument(
            "--campaign", default="Posts before the release", help="campaign that takes the posts"
        )

    def handle(self, *, file: Path, organization: str, campaign: str, **options: Any) -> None:
        tenant = Organization.objects.filter(slug=organization).first()
        if tenant is None:
            raise CommandError(f"There is no organization “{organization}”.")
        try:
            with organization_scope(tenant):
                result = import_legacy_export(
                    file, campaign_name=campaign, actor=None, progress=self.show
                )
        except (NotALegacyExport, LegacyClosed) as problem:
            raise CommandError(f"Nothing was imported. {problem}") from problem
        for row in result.refused:
            self.stderr.write(f"line {row.line}: {row.reason}")
        if not result.posts:
            raise CommandError(f"Nothing was imported. {result.refused_count:,} rows refused.")
        self.stdout.write(str(result))

    def show(self, result: ImportResult) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{result.posts:,} posts …", ending="")
