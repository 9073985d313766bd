from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tenancy.models import OrganizationModel


class Note(OrganizationModel):
    """Plain text that a member wrote about an influencer."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey("crm.Influencer", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=4000)
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.text[:80]


class Mention(OrganizationModel):
    """A note names a member, who has read it or not yet."""

    group_path: ClassVar[str] = "note__influencer__group"

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions"
    )
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "user"], name="mentioned_once_in_each_note")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.note_id}"
