from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from campaigns.enums import ReportBlock, ReportSplit
from campaigns.models.campaigns import Campaign
from tenancy.models import OrganizationModel
from ui.richtext import RichTextField

RATES = ("view", "like", "comment", "share")


class Report(OrganizationModel):
    """The report of a campaign as it was set up, and the link that shares it. A campaign without a row has the default one.
    Other campaigns can be counted with it (`ReportCampaign`).

    `blocks` are those that are shown, in their order. `rates` are the amounts, as text in the campaign's currency, that the
    earned media value counts for each view, like, comment and share; without one, the report has no such value. `as_of` is
    the last UTC day that is counted; None: up to now. No numbers are kept: what was purged, erased or withdrawn since is gone
    from the report, too.

    The link names `link_version`; a link of another one is revoked. `password` is a hash of Django's hashers, or empty.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    blocks = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    split = models.CharField(max_length=10, choices=ReportSplit, default=ReportSplit.CREATOR)
    client = models.CharField("client's name", max_length=60, blank=True)
    logo = models.ForeignKey(
        "files.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    comment = RichTextField(blank=True)
    shows_money = models.BooleanField(default=False)
    rates = models.JSONField(default=dict, blank=True)
    as_of = models.DateField(null=True, blank=True)

    link_version = models.PositiveSmallIntegerField(default=1, editable=False)
    is_shared = models.BooleanField(default=False)
    expires_on = models.DateField(null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False)
    opened_count = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign"], name="campaign_has_one_report"),
        ]

    def __str__(self) -> str:
        return f"Report of campaign {self.campaign_id}"

    @property
    def shown_blocks(self) -> list[ReportBlock]:
        return [ReportBlock(each) for each in self.blocks if each in ReportBlock]

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The rates of the earned media value; empty: it is not part of the report."""
        return {name: Decimal(self.rates[name]) for name in RATES if name in self.rates}

    @property
    def formula(self) -> str:
        """`views × 0.02 + likes × 0.1`; empty without rates."""
        terms = self.amounts.items()
        return " + ".join(f"{name}s × {rate.normalize():f}" for name, rate in terms)

    @property
    def is_open(self) -> bool:
        """Does its link open it? It does so to the end of its last day (UTC)."""
        return self.is_shared and (
            self.expires_on is None or timezone.now().date() <= self.expires_on
        )


class ReportCampaign(OrganizationModel):
    """A campaign that a report counts besides its own."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="more")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "campaign"], name="report_counts_a_campaign_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Campaign {self.campaign_id} in report {self.report_id}"
