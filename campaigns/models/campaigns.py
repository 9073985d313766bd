from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.enums import CampaignState, Goal, ParticipantState
from crm.models import SocialAccount
from tenancy.models import OrganizationModel
from ui.richtext import RichTextField


class Campaign(OrganizationModel):
    """A campaign for one client. Its window (`starts_on`–`ends_on`, UTC days, both included) decides what All Posts shows.

    `planned` has a value for some of the numbers of its goal, as text: counts, seconds, fractions (0.2 is 20 %), and amounts of
    the one `currency` that budget, client fee and the fees of its participants are in. `markets` are ISO 3166 codes of
    countries. `keywords` are for other networks than TikTok alone.
    """

    client = models.CharField("client (brand)", max_length=60)
    name = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sold_campaigns",
    )
    goal = models.CharField(max_length=20, choices=Goal, blank=True, default="", db_default="")
    planned = models.JSONField(default=dict, db_default={}, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    budget = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    client_fee = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    audience = models.CharField(
        "target audience", max_length=500, blank=True, default="", db_default=""
    )
    keywords = ArrayField(models.CharField(max_length=100), default=list, db_default=[], blank=True)
    markets = ArrayField(models.CharField(max_length=2), default=list, db_default=[], blank=True)
    brief = RichTextField(blank=True, default="", db_default="")
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
            models.CheckConstraint(
                name="campaign_with_amounts_has_a_currency",
                condition=models.Q(budget=None, client_fee=None) | ~models.Q(currency=""),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-starts_on", "-id"], name="campaign_newest_first")
        ]

    def __str__(self) -> str:
        return self.name


class BriefFile(OrganizationModel):
    """A file of a campaign's brief, which its creators read on the pages of their orders."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="brief_files")
    file = models.OneToOneField("files.File", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.file)


class Participant(OrganizationModel):
    """A social account that takes part in a campaign; `fee` is in the campaign's currency."""

    group_path: ClassVar[str] = "account__influencer__group"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="participants")
    account = models.ForeignKey(
        SocialAccount, on_delete=models.CASCADE, related_name="participations"
    )
    state = models.CharField(
        max_length=10,
        choices=ParticipantState,
        default=ParticipantState.PROPOSED,
        db_default=ParticipantState.PROPOSED,
    )
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
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
            ),
            models.Index(
                fields=["organization", "campaign", "due_on"],
                condition=models.Q(due_on__isnull=False),
                name="participant_by_due_date",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)
