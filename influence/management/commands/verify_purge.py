"""`manage.py verify_purge [NUMBER]`: search for the old source again, and say whether the receipts of purges still hold."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.models import PurgeReceipt
from tiktok.services.legacy.receipts import Verdict, verify_receipt


class Command(BaseCommand):
    help = "Search every table and store for data of the old source, and say whether receipts of purges still hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", nargs="?", help="of one receipt; all receipts by default")

    def handle(self, *, number: str | None, **options: Any) -> None:
        try:
            verdicts = list(self.verdicts(number))
        except OSError as problem:
            raise CommandError(
                f"The storage of files does not answer, so nothing is proven ({problem}). Run the command again."
            ) from problem
        if not verdicts:
            raise CommandError(
                f"There is no receipt {number}." if number else "There is no receipt."
            )
        for verdict in verdicts:
            (self.stdout if verdict.holds else self.stderr).write(verdict.sentence)
        if not all(verdict.holds for verdict in verdicts):
            raise SystemExit(1)

    def verdicts(self, number: str | None) -> Iterator[Verdict]:
        wanted = {"number": number} if number else {}
        for organization in Organization.objects.order_by("slug"):
            with organization_scope(organization):
                for receipt in PurgeReceipt.objects.filter(**wanted).order_by("issued_at"):
                    yield verify_receipt(receipt, actor=None)
