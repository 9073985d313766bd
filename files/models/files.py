from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from files.enums import FileKind
from files.limits import LIMITS, Limit
from tenancy.models import OwnedModel
from tenancy.scope import Owner


class File(OwnedModel):
    """A stored file: what it is, and the random key under which its content lies.

    The content is written before the row and deleted after it, so a row without content cannot come about; content
    without a row is collected (`files.purge`).
    """

    kind = models.CharField(max_length=40, choices=FileKind)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    # Still there to be restored, for a short while; then the row and its content are deleted.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(kind=FileKind.ORGANIZATION_LOGO, removed_at=None),
                name="file_one_logo_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The path of the content in the storage."""
        return f"{folder_of(self.owner)}/{self.key.hex}"

    @property
    def limit(self) -> Limit:
        return LIMITS[self.kind]


def folder_of(owner: Owner) -> str:
    """The folder of the storage that holds the contents of one owner's files, and nothing else."""
    if owner.organization_id is not None:
        return f"organization/{owner.organization_id}"
    return f"person/{owner.person_id}"
