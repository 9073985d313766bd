"""A key of the REST API: `manage.py create_api_key ORGANIZATION NAME`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenancy.enums import Scope
from tenancy.models import ApiKey, Organization
from tenancy.services.organizations import create_api_key


class Command(BaseCommand):
    help = "Make a key of the REST API for an organization, and print it: it is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", help="its slug, as in /o/SLUG/")
        parser.add_argument("name", help="what the key is for, as colleagues read it")

    def handle(self, *, organization: str, name: str, **options: Any) -> None:
        owner = Organization.objects.filter(slug=organization).first()
        if owner is None:
            raise CommandError(f"There is no organization at /o/{organization}/.")
        longest = ApiKey._meta.get_field("name").max_length
        name = name.strip()
        if not 1 <= len(name) <= (longest or 0):
            raise CommandError(f"A name has 1 to {longest} characters.")
        _, text = create_api_key(owner, name, scopes=[Scope.READ], actor=None)
        self.stdout.write(text)
