"""TikTok's webhooks: deliveries as they came, and their outcome."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.models import OrganizationModel
from tiktok.enums import DeliveryKind
from tiktok.models.accounts import MarketplaceAccount


class WebhookDelivery(models.Model):
    """One verified delivery, stored before it is answered and processed after.

    The same delivered again is the same row (`digest`, SHA-256 of what was signed), so a replay has no second effect.
    Of no organization: who is meant stands inside, one delivery may name several. `problem` says why it is not processed
    yet, or what was left aside when it was.
    """

    kind = models.CharField(max_length=20, choices=DeliveryKind)
    digest = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"

    def __str__(self) -> str:
        return f"{self.kind} {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def text(self) -> str:
        return bytes(self.body).decode(errors="replace")


class LinkedVideo(OrganizationModel):
    """A video tied to a campaign at TikTok One, by the events of `TCM_VIDEOS`: uploaded, then published after review."""

    marketplace_account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="linked_videos"
    )
    tiktok_campaign_id = models.CharField(max_length=40)
    tiktok_video_id = models.CharField(max_length=40)
    handle = models.CharField(max_length=64, blank=True)
    uploaded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tiktok_campaign_id", "tiktok_video_id"],
                name="video_linked_once_to_campaign",
            )
        ]

    def __str__(self) -> str:
        return self.tiktok_video_id


class ServiceIncident(models.Model):
    """Trouble at TikTok as TikTok tells it (`API_SERVICE_STATUS`); concerns everybody, belongs to nobody."""

    tiktok_incident_id = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    products = ArrayField(models.CharField(max_length=60), default=list)
    level = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title or self.tiktok_incident_id
