"""The results of campaigns: sums of their posts on all networks, and how these grew from day to day.

Kept by `services.results` alone. A row without an account is of the whole campaign. All numbers can be added up, over days as
well as over accounts; rates are quotients of two of them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.models.campaigns import Campaign
from crm.models import SocialAccount
from tenancy.models import OrganizationModel

NUMBERS = (
    "posts", "creators", "known", "views", "likes", "comments", "shares", "engaged", "engagements", "engaged_views",
    "unseen_engagements", "reported", "reach",
    "rated_views", "completed_views", "played_views", "played_seconds", "other_posts", "other_views",
)  # fmt: skip


class Sums(OrganizationModel):
    """Sums over the posts under Published Posts and, on other networks, Posts.

    `creators` counts a person once, whatever their accounts. `known` counts the posts whose views are known. `engaged` counts the
    posts whose engagement is shown (on TikTok by the availability matrix: those of orders and of authenticated accounts);
    `engagements` are their likes, comments and shares, `engaged_views` their views, and `unseen_engagements` the engagements of
    those of them whose views are not known. `reported` counts the posts of orders whose reach is known. `completed_views` are completion
    rate × views, and `rated_views` the views of these posts; `played_seconds` average play time × views, and `played_views`
    the views of these posts. `other_posts` and `other_views` are those of other networks than TikTok.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        SocialAccount, null=True, on_delete=models.CASCADE, related_name="+"
    )
    posts = models.IntegerField(default=0, db_default=0)
    creators = models.IntegerField(default=0, db_default=0)
    known = models.IntegerField(default=0, db_default=0)
    views = models.BigIntegerField(default=0, db_default=0)
    likes = models.BigIntegerField(default=0, db_default=0)
    comments = models.BigIntegerField(default=0, db_default=0)
    shares = models.BigIntegerField(default=0, db_default=0)
    engaged = models.IntegerField(default=0, db_default=0)
    engagements = models.BigIntegerField(default=0, db_default=0)
    engaged_views = models.BigIntegerField(default=0, db_default=0)
    unseen_engagements = models.BigIntegerField(default=0, db_default=0)
    reported = models.IntegerField(default=0, db_default=0)
    reach = models.BigIntegerField(default=0, db_default=0)
    rated_views = models.BigIntegerField(default=0, db_default=0)
    completed_views = models.FloatField(default=0, db_default=0)
    played_views = models.BigIntegerField(default=0, db_default=0)
    played_seconds = models.FloatField(default=0, db_default=0)
    other_posts = models.IntegerField(default=0, db_default=0)
    other_views = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True


class CampaignResult(Sums):
    """The numbers now, of a campaign or of an account in it.

    `posts_print` tells whether the posts are still those that were added up; None: all is to be added up anew. `score` is what
    creators are ranked by, the first number of the campaign's goal; `counted_posts`, `counted_views` and `ranked_by` (of the
    whole campaign alone) are what the counters and the goal said then.
    """

    group_path: ClassVar[str] = "account__influencer__group"

    posts_print = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    rolled_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    counted_posts = models.BigIntegerField(null=True)
    counted_views = models.BigIntegerField(null=True)
    ranked_by = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "account"],
                name="campaign_result_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                "organization",
                "campaign",
                models.F("score").desc(nulls_last=True),
                "id",
                condition=models.Q(account__isnull=False),
                name="campaign_result_ranked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.views} views"


class CampaignDay(Sums):
    """The growth of a UTC day. `accounts_read` counts the accounts that were read on it; of none, the day is missing, not zero."""

    group_path: ClassVar[str] = "account__influencer__group"

    day = models.DateField()
    accounts_read = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "account", "day"],
                name="campaign_day_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["campaign", "day"],
                condition=models.Q(account__isnull=True),
                name="campaign_day_of_all",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"
