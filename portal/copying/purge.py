"""The purger of the copies of their data that people had made before an organization's cut-over: the old source's posts and
numbers stand in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from crm.models import Influencer
from files.enums import FileKind
from files.models import File
from files.purge import delete_with_contents
from jobs.models import Job, Work
from portal.copying.job import COPY, FORGET
from tenancy.models import User
from tenancy.scope import person_scope
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import TERMS, Ids, Purger, Taken, register_purger


class CopyPurger(Purger):
    """A copy belongs to its person, of whom the organization knows that they are one of its influencers."""

    def count(self) -> int:
        return len(self._ids())

    def ids(self, after: Any) -> Ids:
        ids = [pk for pk in self._ids() if pk > (after or 0)]
        return Ids(len(ids), "".join(f"{pk}\n" for pk in ids), ids[-1]) if ids else Ids()

    def act(self, after: Any = None) -> Taken | None:
        """Delete those of one person."""
        for person, ids in self._copies():
            with person_scope(person):
                return Taken(delete_with_contents(File.objects.filter(pk__in=ids)))
        return None

    def _ids(self) -> list[int]:
        return sorted(pk for _, ids in self._copies() for pk in ids)

    def _copies(self) -> Iterator[tuple[User, list[int]]]:
        """People with the ids of such copies of theirs: for a plan, of those made until now."""
        cut_over_at = LegacyMigration.objects.values_list("cut_over_at", flat=True).first()
        cut_over = cut_over_at or timezone.now()
        # Each copy that is kept waits to be forgotten.
        waiting = Work.objects.filter(kind=FORGET).values("person")
        known = Influencer.objects.filter(person__in=waiting).values("person")
        for person in User.objects.filter(pk__in=known).order_by("pk"):
            with person_scope(person):
                jobs = Job.objects.filter(kind=COPY, created_at__lt=cut_over)
                made = [(at or {}).get("file", 0) for at in jobs.values_list("cursor", flat=True)]
                files = File.objects.filter(pk__in=made, kind=FileKind.OWN_COPY)
                ids = list(files.values_list("pk", flat=True))
            if ids:
                yield person, ids


register_purger(CopyPurger("copies", "Copies that people had made of their data", TERMS))
