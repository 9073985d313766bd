"""Files kept with an influencer, and contracts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from crm.enums import ContractState
from tenancy.models import OrganizationModel


class Document(OrganizationModel):
    """A file kept with an influencer."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="documents"
    )
    file = models.OneToOneField("files.File", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.file)


class Contract(OrganizationModel):
    """A version of a contract with an influencer: a text or a file, and how far it is agreed."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="contracts"
    )
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    text = models.TextField(blank=True, max_length=50_000)
    file = models.ForeignKey(
        "files.File", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ContractState, default=ContractState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "title", "version"], name="contract_version_once_per_title"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
