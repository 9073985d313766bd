from __future__ import annotations

from django.db import models

from tenancy.models import OrganizationModel
from tiktok.enums import MarketplaceStatus
from tiktok.models.accounts import Creator, MarketplaceAccount


class CreatorMembership(OrganizationModel):
    """TikTok's last answer to one marketplace account about one creator: markets differ.

    `Creator.marketplace_status` is what follows from a creator's rows (`tiktok.policies.rolled_up`). A creator without
    rows keeps the status of before: nobody who could ask has asked.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="memberships"
    )
    status = models.CharField(max_length=10, choices=MarketplaceStatus)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "creator", "account"],
                name="membership_once_for_each_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.creator} at {self.account}: {self.get_status_display()}"
