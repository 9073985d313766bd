from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from campaigns.enums import WITH_CREATOR, DraftState
from campaigns.models.campaigns import Campaign
from campaigns.models.orders import Order
from campaigns.policies.orders import REVIEWABLE
from crm.models import Influencer
from tenancy.models import OrganizationModel


class Review(OrganizationModel):
    """A draft of one video of an order, seen by the team before it is published: its versions, their comments and verdicts.

    `number` counts the drafts of the order from 1. `state` and `state_at` follow the latest version (`campaigns.receivers`).
    `due_on`: the day (UTC) by which the creator is to send the draft, or its next version.
    """

    group_path: ClassVar[str] = "order__account__influencer__group"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="reviews")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.AWAITED)
    state_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "order", "number"], name="review_once_per_draft_of_order"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "campaign", "-state_at", "-id"], name="review_latest_first"
            ),
            models.Index(
                fields=["organization", "campaign", "state", "-state_at", "-id"],
                name="review_by_state",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft {self.number}"

    @property
    def is_open(self) -> bool:
        """Are versions taken and judged? Not once its order is over."""
        return self.order.state in REVIEWABLE

    @property
    def is_overdue(self) -> bool:
        """Has the day passed by which the creator was to send it?"""
        is_late = self.due_on is not None and self.due_on < timezone.now().date()
        return is_late and self.state in WITH_CREATOR and self.is_open


class ReviewVersion(OrganizationModel):
    """A version of a draft as the creator sent it: a text, a link, a file, or several of these; and the team's verdict."""

    group_path: ClassVar[str] = "review__order__account__influencer__group"

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=5_000, blank=True)
    link = models.URLField(max_length=500, blank=True)
    file = models.OneToOneField(
        "files.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=DraftState, blank=True)
    reason = models.TextField(max_length=2_000, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="judged_drafts",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "review", "number"], name="review_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def influencer(self) -> Influencer:
        """The creator: what is kept of a version that is removed goes with them."""
        return self.review.order.account.influencer

    @property
    def shows(self) -> str:
        """How its file stands on a page: as a video, a picture or a link to save it; empty without one."""
        kind = self.file.content_type.partition("/")[0] if self.file else ""
        return kind if kind in {"", "video", "image"} else "other"


class ReviewComment(OrganizationModel):
    """A member's comment on a version, perhaps at a second of its video. The creator reads it."""

    group_path: ClassVar[str] = "version__review__order__account__influencer__group"

    version = models.ForeignKey(ReviewVersion, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="draft_comments",
    )
    text = models.TextField(max_length=2_000)
    second = models.PositiveIntegerField(null=True, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)  # to the creator, or not to be any more

    class Meta:
        indexes = [
            models.Index(fields=["organization", "version", "id"], name="review_comment_in_order")
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    @property
    def influencer(self) -> Influencer:
        """The creator whose draft it is about."""
        return self.version.influencer
