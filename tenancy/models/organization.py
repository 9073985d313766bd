from __future__ import annotations

from django.db import models

from tenancy.enums import Role
from tenancy.models.fields import AddressField


class Organization(models.Model):
    """The tenant: a brand team or an agency."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Of its e-mail: whom it comes from (empty: its name) and where answers go (empty: to nobody).
    mail_sender_name = models.CharField(max_length=120, blank=True)
    mail_reply_to = AddressField(blank=True)
    # Nothing of it opens to a member who has no second factor.
    requires_second_factor = models.BooleanField(default=False, db_default=False)
    # Nothing of it opens to a member at one of its domains who has not come by its provider. Owners alone are not asked.
    requires_single_sign_on = models.BooleanField(default=False, db_default=False)
    # The moment its provider was turned on; None while it is off. Sign-ins by it of before count for nothing.
    single_sign_on_since = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/o/{self.slug}/"


class Membership(models.Model):
    """The role of one person in one organization. Read before an organization is known, hence no tenant policy."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    # Sees the influencers of their groups only (`GroupMember`), none without a group.
    is_limited = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="membership_unique_per_person"
            ),
            models.CheckConstraint(
                condition=models.Q(is_limited=False)
                | models.Q(role__in=[Role.MANAGER, Role.VIEWER]),
                name="membership_owner_and_admin_see_all_groups",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"

    @property
    def may_be_bound(self) -> bool:
        """The organization requires its provider, and this is no owner, whom it never binds."""
        return self.organization.requires_single_sign_on and self.role != Role.OWNER


class InfluencerLogin(models.Model):
    """A person has an influencer row in this organization, so the influencers' dashboard looks there for what is theirs.

    Read before an organization is known, hence no tenant policy. Says where to look and nothing more: what is shown is
    read in the organization's scope, from the influencer row that names the person. Never a membership.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="influencer_logins"
    )
    user = models.ForeignKey(
        "tenancy.User", on_delete=models.CASCADE, related_name="influencer_logins"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="influencer_login_unique_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"
