from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.enums import CampaignState
from crm.models import SocialAccount
from tenancy.models import OrganizationModel


class Campaign(OrganizationModel):
    """A campaign for one client. Its window (`starts_on`–`ends_on`, UTC days, both included) decides what All Posts shows."""

    client = models.CharField("client (brand)", max_length=60)
    name = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    token = models.CharField(
        max_length=64, blank=True, editable=False
    )  # of the form it was sent by
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "token"],
                condition=~models.Q(token=""),
                name="campaign_submission_makes_one_campaign",
            ),
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-starts_on", "-id"], name="campaign_newest_first")
        ]

    def __str__(self) -> str:
        return self.name


class Participant(OrganizationModel):
    """A social account that takes part in a campaign."""

    group_path: ClassVar[str] = "account__influencer__group"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="participants")
    account = models.ForeignKey(
        SocialAccount, on_delete=models.CASCADE, related_name="participations"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "account"], name="account_takes_part_once_in_campaign"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "campaign", "-id"], name="participant_newest_first"
            )
        ]

    def __str__(self) -> str:
        return str(self.account)
