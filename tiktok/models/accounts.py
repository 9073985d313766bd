from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.models import Organization, OrganizationModel
from tenancy.scope import required_organization_id
from tiktok.enums import (
    AccountState,
    ConnectionState,
    Dialect,
    MarketplaceStatus,
    Source,
    Verification,
)
from tiktok.sealing import seal, unseal


class MarketplaceAccount(OrganizationModel):
    """The organization's own TikTok marketplace account, through which brand-side calls are made.

    An organization may have several, one for each market; the one chosen last is in use where a creator's market is no reason
    for another. `country`, `timezone` and `verification`
    (`business_verification_status`) are TikTok's, of `/tto/oauth2/info/`.
    """

    name = models.CharField(max_length=120)
    dialect = models.CharField(max_length=10, choices=Dialect, default=Dialect.TTCM)
    tiktok_account_id = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=AccountState, default=AccountState.CONNECTED)
    state_reason = models.CharField(max_length=200, blank=True)
    connected_at = models.DateTimeField(auto_now_add=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    verification = models.CharField(max_length=20, blank=True)
    described_at = models.DateTimeField(null=True, blank=True)
    subscription_id = models.CharField(max_length=40, blank=True)  # of TCM_VIDEOS
    sealing_id = models.UUIDField(default=uuid.uuid4, editable=False)
    sealed_token = models.TextField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tiktok_account_id"],
                name="marketplace_account_unique_per_organization",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_connected(self) -> bool:
        return self.state == AccountState.CONNECTED

    @property
    def verification_label(self) -> str:
        """TikTok's word for the state of the business's verification, spelt out where we know it."""
        return dict(Verification.choices).get(self.verification, self.verification)

    @property
    def _context(self) -> str:
        return f"marketplace_account|{self.organization_id}|{self.sealing_id}"

    def set_token(self, token: str) -> None:
        self.sealed_token = seal(token, self._context)

    def open_token(self) -> str:
        return unseal(self.sealed_token, self._context)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        holder = AccountHolder(
            organization_id=required_organization_id(), tiktok_account_id=self.tiktok_account_id
        )
        AccountHolder.objects.bulk_create([holder], ignore_conflicts=True)


class AccountHolder(models.Model):
    """A directory: the organizations that hold the marketplace account that an event names.

    Read before an organization is in scope, hence no tenant policy. Written with the account and never deleted with it:
    it only says where to look, and whether the account is there and connected is seen in the organization's own scope.
    """

    tiktok_account_id = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tiktok_account_id", "organization"], name="account_holder_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tiktok_account_id} of organization {self.organization_id}"


class Creator(OrganizationModel):
    """The TikTok side of a TikTok account: identity, marketplace membership and the latest numbers.

    Counts are TikTok's; rates are fractions; absent is None. `profile_source` and `profile_fetched_at` belong to names and
    counts; averages, rates and audience are authorized and of `insights_fetched_at`, or of the former while that is None.
    `profile_dialect` says which of these TikTok could have given; where the dialect gives none, the `calculated_` ones are
    ours, over the latest `calculated_videos` videos.
    """

    handle = models.CharField(max_length=64)
    # What TikTok calls the account while another creator of the organization has that handle.
    disputed_handle = models.CharField(max_length=64, blank=True, db_default="")
    tiktok_creator_id = models.CharField(max_length=64, blank=True)
    marketplace_status = models.CharField(
        max_length=10, choices=MarketplaceStatus, default=MarketplaceStatus.UNKNOWN
    )
    marketplace_checked_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invite_refusal = models.CharField(max_length=200, blank=True)
    # The state of the grant behind the consent that stands, and when it ends (TikTok then asks the creator again); empty
    # and None without one. Kept by triggers, never written from here.
    grant_state = models.CharField(
        max_length=20, choices=ConnectionState, blank=True, db_default="", editable=False
    )
    grant_ends_at = models.DateTimeField(null=True, editable=False)

    display_name = models.CharField(max_length=200, blank=True)
    profile_image = models.URLField(max_length=1000, blank=True)
    bio = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    follower_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True)
    video_count = models.BigIntegerField(null=True)
    average_views = models.FloatField(null=True)
    engagement_rate = models.FloatField(null=True)
    completion_rate = models.FloatField(null=True)
    creator_rate_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    creator_rate_currency = models.CharField(max_length=3, blank=True)
    # [{"name": "GB", "fraction": 0.61}, …], None while TikTok gives none
    audience_countries = models.JSONField(null=True)
    audience_genders = models.JSONField(null=True)
    audience_ages = models.JSONField(null=True)
    audience_locales = models.JSONField(null=True)
    profile_source = models.CharField(max_length=20, choices=Source, blank=True)
    profile_dialect = models.CharField(max_length=10, choices=Dialect, blank=True, db_default="")
    profile_fetched_at = models.DateTimeField(null=True, blank=True)
    insights_fetched_at = models.DateTimeField(null=True, blank=True)
    # Which of the numbers above cannot be right: bits as in the snapshots.
    absurd = models.SmallIntegerField(default=0, db_default=0, editable=False)
    # Which metrics are missing because TikTok's last answer could not be read there.
    unreadable = ArrayField(
        models.CharField(max_length=40), default=list, db_default=[], editable=False
    )
    calculated_average_views = models.FloatField(null=True, editable=False)
    calculated_engagement_rate = models.FloatField(null=True, editable=False)
    calculated_videos = models.SmallIntegerField(default=0, db_default=0, editable=False)
    calculated_at = models.DateTimeField(null=True, editable=False)  # of the newest input
    # How far back the list of videos is read, as TikTok's cursor; 0: from the newest on.
    past_cursor = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "handle"], name="creator_unique_per_organization"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "-invited_at", "-id"],
                condition=models.Q(invited_at__isnull=False),
                name="creator_invited_last",
            ),
            models.Index(
                fields=["organization", "grant_ends_at"],
                condition=models.Q(grant_ends_at__isnull=False),
                name="creator_by_end_of_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def is_in_marketplace(self) -> bool:
        return self.marketplace_status == MarketplaceStatus.IN

    @property
    def profile_url(self) -> str:
        return f"https://www.tiktok.com/@{self.handle}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.handle = self.handle.lower()
        super().save(*args, **kwargs)


class FormerHandle(OrganizationModel):
    """A handle that a creator's TikTok account had once, so that posts and orders under it still find the creator."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="former_handles")
    handle = models.CharField(max_length=64)
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "handle", "creator"],
                name="former_handle_once_for_each_creator",
            )
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"
