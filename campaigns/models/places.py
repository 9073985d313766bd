"""Posts on networks other than TikTok: the post of an account with its numbers, and its place in campaigns.

The post is the organization's and stands beside the account, as a video of TikTok does; a campaign has a place for it. So one
import of an account's posts serves each campaign that the account takes part in.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.enums import NETWORK_ORIGINS, NumbersSource, PlaceState, PostOrigin
from campaigns.models.campaigns import Campaign
from crm.enums import Network
from crm.models import Import, SocialAccount
from tenancy.models import OrganizationModel

POST_NUMBERS = ("views", "likes", "comments", "shares", "saves")
OTHER_NETWORKS = tuple(network for network in Network if network != Network.TIKTOK)


class PostCounts(models.Model):
    """The numbers of a post. Absent is None, never 0."""

    views = models.BigIntegerField(null=True, blank=True)
    likes = models.BigIntegerField(null=True, blank=True)
    comments = models.BigIntegerField(null=True, blank=True)
    shares = models.BigIntegerField(null=True, blank=True)
    saves = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def counts(self) -> dict[str, int | None]:
        """All numbers by name."""
        return {name: getattr(self, name) for name in POST_NUMBERS}


class NetworkPost(PostCounts, OrganizationModel):
    """A post of an account on another network than TikTok, with its latest numbers, whose time is `numbers_at`."""

    group_path: ClassVar[str] = "account__influencer__group"

    account = models.ForeignKey(
        SocialAccount, on_delete=models.CASCADE, related_name="network_posts", db_index=False
    )
    network = models.CharField(max_length=10, choices=[(n.value, n.label) for n in OTHER_NETWORKS])
    network_post_id = models.CharField(max_length=160)
    url = models.URLField(max_length=500)
    caption = models.TextField(max_length=10_000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    numbers_source = models.CharField(max_length=10, choices=NumbersSource, blank=True)
    numbers_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="network_posts"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "network", "network_post_id"],
                name="network_post_once_per_organization",
            ),
            models.CheckConstraint(
                name="network_post_never_of_tiktok", condition=~models.Q(network=Network.TIKTOK)
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-published_at"], name="network_post_newest_first")
        ]

    def __str__(self) -> str:
        """The first line of the caption, else network and id."""
        line = self.caption.strip().partition("\n")[0]
        return line or f"{self.get_network_display()} post {self.network_post_id}"


class PostReading(PostCounts, OrganizationModel):
    """The numbers of a post of another network at a moment, from a source. TikTok's are snapshots of `tiktok`."""

    group_path: ClassVar[str] = "post__account__influencer__group"

    post = models.ForeignKey(
        NetworkPost, on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    source = models.CharField(max_length=10, choices=NumbersSource)
    read_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="post_readings"
    )

    class Meta:
        indexes = [models.Index(fields=["post", "-read_at", "-id"], name="post_reading_newest")]

    def __str__(self) -> str:
        return f"{self.post} {self.read_at:%Y-%m-%d}"


class PostPlace(OrganizationModel):
    """The place of another network's post in a campaign: listed, to decide because a keyword was found in it, or left out.

    What is left out stays left out, whatever its caption holds. `matched` are the keywords that were found. `account` and
    `published_at` are the post's, by which the list is narrowed and sorted.
    """

    group_path: ClassVar[str] = "account__influencer__group"

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    post = models.ForeignKey(NetworkPost, on_delete=models.CASCADE, related_name="places")
    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="places")
    published_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(
        max_length=10, choices=[(each.value, each.label) for each in NETWORK_ORIGINS]
    )
    state = models.CharField(max_length=10, choices=PlaceState, default=PlaceState.LISTED)
    matched = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    imported_by = models.ForeignKey(
        Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="places"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "post"], name="network_post_once_in_campaign"
            ),
            models.CheckConstraint(
                name="place_waits_for_keywords_only",
                condition=~models.Q(state=PlaceState.WAITING) | models.Q(origin=PostOrigin.KEYWORD),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "campaign", "state", "-published_at", "-id"],
                name="place_newest_first",
            ),
            models.Index(
                fields=["organization", "-published_at", "-id"],
                name="place_newest_of_organization",
            ),
        ]

    def __str__(self) -> str:
        return str(self.post)
