from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from campaigns.enums import PublicationState
from campaigns.models.orders import Order
from tenancy.models import OrganizationModel


class Publication(OrganizationModel):
    """A film that the creator of an order has us publish at TikTok, which links it to the order in the same step.

    Written before TikTok is asked and asked for once: TikTok fetches the film from an address that serves this row alone, and
    the row knows whether it did. `sha256` is the film's: the same one again is this publication, until it has failed. The
    film is deleted as soon as TikTok has it or the publication has failed, `closed_at` is when nobody may fetch it any more.
    """

    group_path: ClassVar[str] = "order__account__influencer__group"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="publications")
    file = models.OneToOneField(
        "files.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sha256 = models.CharField(max_length=64, editable=False)
    caption = models.TextField(blank=True)
    state = models.CharField(
        max_length=10, choices=PublicationState, default=PublicationState.UPLOADED
    )
    problem = models.CharField(max_length=300, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    share_id = models.CharField(max_length=120, blank=True)
    tiktok_video_id = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "order", "sha256"],
                condition=~models.Q(state__in=["failed", "stopped"]),
                name="publication_once_per_order_and_film",
            )
        ]
        indexes = [models.Index(fields=["organization", "share_id"], name="publication_by_share")]

    def __str__(self) -> str:
        return f"publication {self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Does more come of it by itself?"""
        return self.state in PublicationState.under_way()
