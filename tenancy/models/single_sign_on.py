"""Single sign-on: an organization's own provider, and the domains whose people it vouches for."""

from __future__ import annotations

import uuid

from django.db import models

from tenancy.enums import Role, SignOnProtocol
from tenancy.models.api_key import digest
from tenancy.models.base import OrganizationModel
from tenancy.models.organization import Organization
from tenancy.public_mail import Mailbox


class SingleSignOn(OrganizationModel):
    """The provider of an organization. Its secret is sealed in the row; whoever changes the provider tests it anew."""

    ENTERED = (
        "protocol",
        "issuer",
        "client_id",
        "sealed_secret",
        "sign_in_url",
        "certificates",
    )

    protocol = models.CharField(
        max_length=6,
        choices=SignOnProtocol,
        default=SignOnProtocol.OPENID,
        db_default=SignOnProtocol.OPENID,
    )
    issuer = models.CharField(max_length=300)  # of SAML: the provider's entity id
    # Of OpenID Connect.
    client_id = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(editable=False)
    # Of SAML: where people are sent, and whose signatures count (DER in base64, one a line).
    sign_in_url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    certificates = models.TextField(blank=True, default="", db_default="")
    sealing_id = models.UUIDField(default=uuid.uuid4, editable=False)
    # The role of who comes for the first time; empty: only who is invited comes in.
    gives_role = models.CharField(
        max_length=10, choices=[(r.value, r.label) for r in (Role.VIEWER, Role.MANAGER)], blank=True
    )
    # Of a provider that does not say whether addresses are verified (Microsoft Entra): they count as verified.
    trusts_addresses = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], name="single_sign_on_once_per_organization"
            ),
            models.CheckConstraint(
                condition=models.Q(is_on=False) | models.Q(tested_at__isnull=False),
                name="single_sign_on_is_tested_before_it_is_on",
            ),
        ]

    def __str__(self) -> str:
        return self.issuer

    @property
    def provider_key(self) -> str:
        """The name under which allauth keeps who is who at this provider."""
        return provider_key(self.organization_id)

    @property
    def identity(self) -> list[str]:
        """The words that say which provider a sign-in was begun at."""
        certificates = digest(self.certificates)
        return [self.protocol, self.issuer, self.client_id, self.sign_in_url, certificates]

    @property
    def mark(self) -> str:
        """The words that tell this provider, as it was tested and is trusted, from a changed one."""
        return " ".join([*self.identity, str(self.tested_at), str(self.trusts_addresses)])

    @property
    def seal_context(self) -> str:
        """The words that bind the sealed secret to this row."""
        return f"single_sign_on|{self.organization_id}|{self.sealing_id}"


def provider_key(organization_id: int | None) -> str:
    """The name under which allauth keeps who is who at an organization's provider."""
    return f"organization-{organization_id}"


class SignOnDomain(models.Model):
    """A domain of e-mail addresses that an organization calls its own; proven once a code mailed to its postmaster came back.

    Read by the address of who signs in, before an organization is known, hence no tenant policy.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="sign_on_domains"
    )
    domain = models.CharField(max_length=253)  # in its one spelling
    mailbox = models.CharField(max_length=13, choices=Mailbox)
    digest = models.CharField(max_length=64, editable=False)
    sent_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "domain"], name="sign_on_domain_once_per_organization"
            ),
            models.UniqueConstraint(
                fields=["domain"],
                condition=models.Q(proven_at__isnull=False),
                name="sign_on_domain_proven_by_one_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def address(self) -> str:
        """The mailbox to which its code was sent."""
        return f"{self.mailbox}@{self.domain}"


class FormerMember(OrganizationModel):
    """A person who was removed or left: the provider alone does not bring them back, an invitation does."""

    user = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, related_name="+")
    # The provider's id of them, where it signed them in: they may have another address here by now.
    subject = models.CharField(max_length=191, blank=True, default="", db_default="")
    left_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="former_member_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
