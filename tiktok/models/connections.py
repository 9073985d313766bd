from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.models import Organization, OrganizationModel
from tiktok.enums import (
    LIVE_CONNECTION_STATES,
    AttemptOutcome,
    AttemptPurpose,
    ConnectionState,
)
from tiktok.models.accounts import Creator
from tiktok.sealing import seal, unseal


class Connection(models.Model):
    """A person's OAuth grant for one TikTok account. Belongs to the person, to no organization; one per account.

    Tokens stand sealed in the row and leave it only through `open_access_token` and `open_refresh_token`.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tiktok_connections"
    )
    open_id = models.CharField(max_length=64, unique=True)
    handle = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    state = models.CharField(max_length=20, choices=ConnectionState, default=ConnectionState.ACTIVE)
    state_reason = models.CharField(max_length=200, blank=True)
    connected_at = models.DateTimeField()
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    checked_at = models.DateTimeField(null=True, blank=True)  # by /tt_user/token_info/get/
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last mail ahead
    sealing_id = models.UUIDField(default=uuid.uuid4, editable=False)
    sealed_access_token = models.TextField(editable=False)
    sealed_refresh_token = models.TextField(editable=False)

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_CONNECTION_STATES

    def seal_tokens(self, access_token: str, refresh_token: str) -> None:
        self.sealed_access_token = seal(access_token, f"connection|{self.sealing_id}|access")
        self.sealed_refresh_token = seal(refresh_token, f"connection|{self.sealing_id}|refresh")

    def open_access_token(self) -> str:
        return unseal(self.sealed_access_token, f"connection|{self.sealing_id}|access")

    def open_refresh_token(self) -> str:
        return unseal(self.sealed_refresh_token, f"connection|{self.sealing_id}|refresh")


class ConsentPurpose(OrganizationModel):
    """The organization's own words about what it does with a creator's numbers, beside the text that all have. A version is
    never changed; an empty one says nothing of its own.

    `is_wider`: it allows more than the version before, so that those who agreed to that one are asked again.
    """

    changeable: ClassVar[frozenset[str] | None] = frozenset({"created_by_id"})

    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    is_wider = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="consent_purpose_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"purpose {self.number}"


class Consent(OrganizationModel):
    """The permission of one organization to see through a Connection: since when, until when, under which text."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="consents")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="consents")
    text_version = models.CharField(max_length=20)
    purpose = models.ForeignKey(
        ConsentPurpose, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "creator"],
                condition=models.Q(withdrawn_at=None),
                name="one_active_consent_per_creator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.creator} since {self.granted_at:%Y-%m-%d}"


class PublishingConsent(OrganizationModel):
    """The permission of a creator to publish to their account what they upload here for orders of one organization: since when,
    until when, under which text. A consent of its own, which counts only beside a standing `Consent` over the same connection."""

    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, related_name="publishing_consents"
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="publishing_consents"
    )
    text_version = models.CharField(max_length=20)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "creator"],
                condition=models.Q(withdrawn_at=None),
                name="one_active_publishing_consent_per_creator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.creator} since {self.granted_at:%Y-%m-%d}"


class ConnectAttempt(models.Model):
    """One trip to TikTok's consent page: bound to session, person and organization, ten minutes, used once.

    Met again in the callback, before an organization is in scope, hence no tenant policy. `agreed_to` is the key of the text that was agreed to
    before (`ConsentText`), `state_digest` the SHA-256
    of the `state` parameter; `sealed_code` what TikTok's answer brought, until it is exchanged.
    """

    purpose = models.CharField(
        max_length=10, choices=AttemptPurpose, default=AttemptPurpose.CREATOR
    )
    state_digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    expected_handle = models.CharField(max_length=64, blank=True)
    agreed_to = models.CharField(max_length=30, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    sealed_code = models.TextField(blank=True, default="", editable=False)
    outcome = models.CharField(
        max_length=20, choices=AttemptOutcome, default=AttemptOutcome.PENDING
    )
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.person} · {self.outcome}"

    def seal_code(self, code: str) -> None:
        self.sealed_code = seal(code, f"attempt|{self.state_digest}|code")

    def open_code(self) -> str:
        return unseal(self.sealed_code, f"attempt|{self.state_digest}|code")
