from __future__ import annotations

from django.db import models

from tenancy.enums import Role


class Organization(models.Model):
    """The tenant: a brand team or an agency."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/o/{self.slug}/"


class Membership(models.Model):
    """What one person is in one organization. Read before an organization is known, hence no tenant policy."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="membership_unique_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"
