"""`manage.py recount`: compare the kept counters of every organization with a count, and set them right."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.services.counters import recount


class Command(BaseCommand):
    help = "Compare the kept counters of every organization with a count, and set them right."

    def handle(self, *args: Any, **options: Any) -> None:
        for organization in Organization.objects.order_by("slug"):
            with organization_scope(organization):
                before, after = recount()
            for key in sorted(before.keys() | after.keys()):
                if before.get(key, 0) != after.get(key, 0):
                    self.stdout.write(self.line(organization, key, before, after))
        self.stdout.write("Counters agree with a count now.")

    def line(self, organization: Organization, key: Any, before: Any, after: Any) -> str:
        subject_id, name = key
        where = f"{organization.slug}, campaign {subject_id}" if subject_id else organization.slug
        return f"{where}: {name} was {before.get(key, 0)}, is {after.get(key, 0)}"
