from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.enums import LINK_STATES, PostOrigin, ReviewState
from campaigns.models.campaigns import Campaign
from campaigns.models.orders import Order
from campaigns.policies.posts import REJECTIONS
from crm.enums import Network
from crm.models import SocialAccount
from tenancy.models import OrganizationModel
from tiktok.models import Video


class Post(OrganizationModel):
    """A post that stands in a campaign. TikTok's numbers stand on the video; a hidden post keeps id and URL only."""

    group_path: ClassVar[str] = "account__influencer__group"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="posts")
    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="posts")
    network = models.CharField(max_length=10, choices=Network)
    network_post_id = models.CharField(max_length=64)
    url = models.URLField(max_length=500)
    video = models.ForeignKey(
        Video, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    origin = models.CharField(max_length=10, choices=PostOrigin)
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="posts"
    )
    review_state = models.CharField(max_length=20, choices=ReviewState, blank=True)
    review_reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # the creator, to tie it; at last
    asked_count = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    published_since = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "network", "network_post_id"],
                name="post_once_in_campaign",
            ),
            models.CheckConstraint(
                name="tiktok_post_never_by_keyword_or_import",
                condition=~models.Q(
                    network=Network.TIKTOK, origin__in=[PostOrigin.KEYWORD, PostOrigin.IMPORTED]
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "campaign", "-published_at", "-id"],
                name="post_newest_first",
            ),
            models.Index(
                fields=["organization", "-published_at", "-id"], name="post_newest_of_organization"
            ),
            models.Index(
                fields=["organization", "campaign", "-id"],
                condition=models.Q(
                    order__isnull=False, published_since__isnull=True, hidden_at__isnull=True
                ),
                name="post_in_review",
            ),
        ]

    def __str__(self) -> str:
        """The caption, or the number that TikTok gave the video."""
        has_caption = self.video is not None and self.video.caption
        return str(self.video) if has_caption else f"Video {self.network_post_id}"

    @property
    def cover(self) -> str:
        """The address of its picture at TikTok, empty where there is none (any more)."""
        return self.video.cover if self.video else ""

    @property
    def reported_at(self) -> datetime | None:
        """The time at which an order's report last brought its numbers."""
        return self.video.report_fetched_at if self.video else None

    @property
    def is_rejected(self) -> bool:
        """Did TikTok's review refuse it?"""
        return self.review_state in REJECTIONS

    @property
    def is_tied_to_order(self) -> bool:
        """Not while its creator is only asked to tie it."""
        return self.order_id is not None and self.review_state not in LINK_STATES


class PostLayout(OrganizationModel):
    """How one member wants lists of posts: covers in a grid or a table, and the table's columns, of other networks apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_grid = models.BooleanField(default=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    network_columns = ArrayField(models.CharField(max_length=40), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="post_layout_once_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"Posts as {self.user} sees them"
