from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.enums import ConnectState, DeclineReason
from tenancy.models import OrganizationModel


class ConnectInvitation(OrganizationModel):
    """An influencer is asked to connect one TikTok account: the mail, the page behind its link, and what they answered.

    `version` names the link that works; `message` is the latest mail. `ask_again_on`: the day on which they want to be
    asked again. `other_links`: the links ("id.version") of invitations that were joined with this one.
    """

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="connect_invitations"
    )
    handle = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ConnectState, default=ConnectState.ASKED)
    version = models.PositiveIntegerField(default=1)
    other_links = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    message = models.ForeignKey(
        "mail.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=10, choices=DeclineReason, blank=True)
    reason_text = models.CharField(max_length=500, blank=True)
    ask_again_on = models.DateField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "invitation to connect"
        verbose_name_plural = "invitations to connect"
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "handle"], name="connect_invitation_once_per_handle"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "state", "influencer"], name="connect_invitation_by_state"
            )
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"
