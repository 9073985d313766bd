from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from campaigns.enums import LASTING, UNPUBLISHED, OrderState, ReplyKind, RequestState
from campaigns.models.campaigns import Campaign
from crm.models import SocialAccount
from tenancy.models import OrganizationModel
from tiktok.models import MarketplaceAccount
from tiktok.policies import finds_lost_orders


class OrderRequest(OrganizationModel):
    """The intent of one creating call at TikTok, for any number of creators up to the dialect's limit, in one market.

    Written before the call and resolved after it, so that a lost answer is seen and never silently repeated. A
    submission for more creators than one call takes is one first request and others that continue it: under its campaign
    code (`ttcm`), or in its campaign at TikTok (`tto`), whose name carries `reference`. One for creators of several markets
    makes a request for each marketplace account; those after the first name it as their `submission`, and so do those that
    continue them. Creators who are added later to what it has made at TikTok, its code or campaign, are a request that
    `adds_to` it. `spark_days`: for how many days creators let the brand advertise with what they publish for it; 0: not
    asked for. `token` is the form's own, and stays with the request: what TikTok was asked for is not asked for again,
    however late the same form comes once more (`tenancy.Submission`, which other forms are kept by, is forgotten after a
    day).
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="order_requests")
    marketplace_account = models.ForeignKey(
        MarketplaceAccount, null=True, on_delete=models.PROTECT, related_name="order_requests"
    )
    brand_name = models.CharField(max_length=60)
    description = models.CharField("what to make", max_length=1000)
    video_count = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    spark_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DUE)
    problem = models.CharField(max_length=300, blank=True)
    campaign_code = models.CharField(max_length=40, blank=True)
    tiktok_campaign_id = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=20, blank=True, editable=False)
    invite_link = models.URLField(max_length=500, blank=True)
    token = models.CharField(max_length=64, blank=True, editable=False)
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="continuations"
    )
    submission = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="elsewhere"
    )
    adds_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="additions"
    )
    sending_at = models.DateTimeField(null=True, blank=True)
    # An answer was lost: TikTok may have told the creators, who are not to be told again.
    was_uncertain = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="order_asks_for_1_to_10_videos", condition=models.Q(video_count__range=(1, 10))
            ),
            models.UniqueConstraint(
                fields=["organization", "token"],
                condition=~models.Q(token=""),
                name="order_submission_makes_one_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_name}: {self.description}"

    @property
    def first_id(self) -> int:
        """The key of the request that the whole submission is known by: this one, or the first of its first market."""
        return self.submission_id or self.continues_id or self.pk

    @property
    def group(self) -> str:
        """The id that its orders share at TikTok: the campaign code, or the campaign's id."""
        return self.campaign_code or self.tiktok_campaign_id

    @property
    def origin(self) -> OrderRequest:
        """The request that has made the code, or the campaign at TikTok, that its orders are under."""
        first = self.continues or self
        return first.adds_to or first

    @property
    def is_found_by_reference(self) -> bool:
        """Can it be found at TikTok though its answer was lost?"""
        account = self.marketplace_account
        return account is not None and finds_lost_orders(account.dialect)


class OrderTemplate(OrganizationModel):
    """Terms of an order that are kept by name for further ones. `due_days`: so many days after the day of use creators are to
    publish by; None: no date."""

    name = models.CharField(max_length=60)
    description = models.CharField("what to make", max_length=1000)
    video_count = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    spark_days = models.PositiveSmallIntegerField(default=0)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="order_template_once_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Order(OrganizationModel):
    """The unit of TikTok tracking: one TikTok account in one campaign, 1–10 videos, an invite link and a campaign code."""

    group_path: ClassVar[str] = "account__influencer__group"

    request = models.ForeignKey(OrderRequest, on_delete=models.CASCADE, related_name="orders")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="orders")
    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="orders")
    # Compared byte by byte: the orders of one of TikTok One's campaigns are those that begin with its id.
    tiktok_order_id = models.CharField(max_length=120, blank=True, db_collation="C")
    campaign_code = models.CharField(max_length=40, blank=True, db_collation="C")
    invite_link = models.URLField(max_length=500, blank=True)
    video_limit = models.PositiveSmallIntegerField(default=1)
    video_count = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.DRAFT)
    state_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField(null=True, blank=True)
    # Of the link to its page: a link of another version is revoked.
    page_version = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    page_opened_at = models.DateTimeField(null=True, blank=True)
    link_used_at = models.DateTimeField(null=True, blank=True)
    reminder_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    # The due date of which the stream of events has said that it passed.
    overdue_on = models.DateField(null=True, blank=True, editable=False)
    cancel_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tiktok_order_id"],
                condition=~models.Q(tiktok_order_id=""),
                name="tiktok_order_unique_per_organization",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "campaign", "-id"], name="order_newest_first"),
            models.Index(
                fields=["campaign"], condition=models.Q(state="created"), name="order_to_send"
            ),
            models.Index(fields=["organization", "campaign_code"], name="order_by_code"),
            models.Index(
                fields=["organization", "due_on"],
                condition=models.Q(due_on__isnull=False, state__in=UNPUBLISHED),
                name="order_by_due_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Order for {self.account}"

    @property
    def is_overdue(self) -> bool:
        """Has its due date (a UTC day) passed while videos are missing?"""
        if self.due_on is None or self.state not in UNPUBLISHED:
            return False
        return self.due_on < timezone.now().date() and self.video_count < self.video_limit

    @property
    def in_force(self) -> frozenset[str]:
        """The kinds of replies by which its creator stands."""
        return frozenset(reply.kind for reply in self.replies.all() if reply.is_in_force)


class OrderReply(OrganizationModel):
    """Something that a creator said on the page of their order. It is open until somebody of the team answers it, or the
    creator takes it back; an open one stops what the order would mail by itself. `lifted_at`: when one that lasts (`LASTING`)
    was taken back, or the team allowed mail again."""

    group_path: ClassVar[str] = "order__account__influencer__group"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="replies")
    kind = models.CharField(max_length=12, choices=ReplyKind)
    text = models.CharField(max_length=1000, blank=True)
    wished_on = models.DateField(null=True, blank=True)  # the new date that they ask for
    said_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="settled_replies",
    )
    answer = models.CharField(max_length=1000, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "order", "kind"],
                condition=models.Q(settled_at=None),
                name="order_has_one_open_reply_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["organization", "order", "-id"], name="reply_newest_first")]

    def __str__(self) -> str:
        return f"reply {self.pk}"

    @property
    def is_held(self) -> bool:
        """Does it hold for every later mail still?"""
        return self.kind in LASTING and self.lifted_at is None

    @property
    def is_in_force(self) -> bool:
        """Does the creator stand by it: is it open, or does it hold?"""
        return self.settled_at is None or self.is_held
