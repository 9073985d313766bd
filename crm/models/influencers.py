from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Left

from crm.enums import AccountType, Network
from crm.models.search import folded
from crm.policies.addresses import account_name, profile_address
from tenancy.models import OrganizationModel
from tenancy.models.fields import AddressField
from tiktok.models import Creator

NAME_LENGTH = 200
# So that searches and most filters walk the list in the order of names by its index alone.
IN_ORDER_OF_NAMES = (
    "archived_at",
    "group",
    "country",
    "follower_count",
    "engagement_rate",
    "average_views",
    "last_post_at",
    "grant_ends_at",
    "last_activity_at",
)
# Columns of an influencer that the database keeps: numbers of their main account.
MAIN_NUMBERS = frozenset(
    {
        "follower_count",
        "follower_growth",
        "like_count",
        "video_count",
        "engagement_rate",
        "average_views",
        "last_post_at",
        "synced_at",
        "grant_ends_at",
        "last_activity_at",
    }
)


class Influencer(OrganizationModel):
    """A person in the CRM. The database keeps `sort_name` and the words of search in step with name and e-mail.

    `email` is the address that the team knows; further addresses are `OtherAddress`. `phone` is in E.164 (`+491711234567`), `time_zone` a
    name of the IANA database, `salutation` how mail begins ("Dear Maya"). An archived influencer stands in no list until
    restored. The numbers are those of the main account, which triggers of the database keep for lists to be sorted by
    (migration `orders_by_every_column`): the TikTok account with most followers, else that of another network. Nothing
    else writes them, nor `last_activity_at`, the time of the last event.
    """

    group_path: ClassVar[str] = "group"

    name = models.CharField(max_length=NAME_LENGTH)
    display_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="", db_default="")
    salutation = models.CharField(max_length=100, blank=True, default="", db_default="")
    sort_name = models.GeneratedField(
        expression=Left(folded(models.F("name")), NAME_LENGTH),
        output_field=models.CharField(max_length=NAME_LENGTH, db_collation="C"),
        db_persist=True,
    )
    email = AddressField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=20, blank=True, default="", db_default="")
    city = models.CharField(max_length=100, blank=True, default="", db_default="")
    time_zone = models.CharField(max_length=50, blank=True, default="", db_default="")
    birthday = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_influencers",
    )
    group = models.ForeignKey(
        "tenancy.Group", null=True, blank=True, on_delete=models.PROTECT, related_name="influencers"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="influencers",
    )
    follower_count = models.BigIntegerField(null=True, editable=False)
    engagement_rate = models.FloatField(null=True, editable=False)
    average_views = models.FloatField(null=True, editable=False)
    last_post_at = models.DateTimeField(null=True, editable=False)
    follower_growth = models.FloatField(null=True, editable=False)  # in 30 days, as a fraction
    like_count = models.BigIntegerField(null=True, editable=False)
    video_count = models.BigIntegerField(null=True, editable=False)
    synced_at = models.DateTimeField(null=True, editable=False)
    # The soonest end of a grant that is alive, of all accounts.
    grant_ends_at = models.DateTimeField(null=True, editable=False)
    last_activity_at = models.DateTimeField(null=True, editable=False)  # of the last event
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                condition=models.Q(person__isnull=False),
                name="one_influencer_per_person_and_organization",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "sort_name", "id"],
                include=IN_ORDER_OF_NAMES,
                name="influencer_by_sort_name",
            ),
            models.Index(  # so that those whom another index has found are put in order by it alone
                fields=["organization", "id"],
                include=["sort_name", "archived_at", "group"],
                name="influencer_by_id",
            ),
            models.Index(
                fields=["organization", "email"],
                condition=~models.Q(email=""),
                name="influencer_by_email",
            ),
            models.Index(
                fields=["organization", "phone"],
                condition=~models.Q(phone=""),
                name="influencer_by_phone",
            ),
            models.Index(
                fields=["organization", "follower_count", "id"], name="influencer_by_followers"
            ),
            models.Index(
                fields=["organization", "engagement_rate", "id"], name="influencer_by_engagement"
            ),
            models.Index(
                fields=["organization", "average_views", "id"], name="influencer_by_views"
            ),
            models.Index(
                fields=["organization", "last_post_at", "id"], name="influencer_by_last_post"
            ),
            models.Index(
                fields=["organization", "follower_growth", "id"], name="influencer_by_growth"
            ),
            models.Index(fields=["organization", "like_count", "id"], name="influencer_by_likes"),
            models.Index(fields=["organization", "video_count", "id"], name="influencer_by_videos"),
            models.Index(fields=["organization", "synced_at", "id"], name="influencer_by_sync"),
            models.Index(
                fields=["organization", "grant_ends_at", "id"], name="influencer_by_grant"
            ),
            models.Index(
                fields=["organization", "last_activity_at", "id"], name="influencer_by_activity"
            ),
            models.Index(fields=["organization", "birthday", "id"], name="influencer_by_birthday"),
            models.Index(fields=["organization", "country", "id"], name="influencer_by_country"),
            models.Index(fields=["organization", "language", "id"], name="influencer_by_language"),
            models.Index(fields=["organization", "city"], name="influencer_by_city"),
            models.Index(fields=["organization", "salutation"], name="influencer_by_salutation"),
            models.Index(fields=["organization", "time_zone"], name="influencer_by_time_zone"),
        ]

    @property
    def mail_address(self) -> str:
        """The address for all mail to the creator: the one that they sign in with, else the one that the team knows.

        Empty where neither is known. Lists read `person` along; `queries.mailings` says the same to the database.
        """
        return self.person.email if self.person else self.email

    def __str__(self) -> str:
        return self.name

    @property
    def reads_in(self) -> str:
        """The code of their language: as they chose it themselves, else as the team keeps it, else their browser's; may be empty."""
        if self.person is None:
            return self.language
        return self.person.language or self.language or self.person.browser_language


class SocialAccount(OrganizationModel):
    """One account of an influencer on a network. A TikTok account has a creator; what is known of it stands there."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(Influencer, on_delete=models.CASCADE, related_name="accounts")
    network = models.CharField(max_length=10, choices=Network)
    account_type = models.CharField(max_length=20, choices=AccountType)
    handle = models.CharField(max_length=64)
    creator = models.OneToOneField(
        Creator, null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "network", "handle"], name="account_unique_per_organization"
            ),
            models.CheckConstraint(
                name="tiktok_account_has_creator",
                condition=models.Q(network=Network.TIKTOK, creator__isnull=False)
                | (~models.Q(network=Network.TIKTOK) & models.Q(creator__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["organization", "handle", "id"], name="account_by_handle")]

    def __str__(self) -> str:
        return account_name(self.network, self.handle)

    @property
    def profile_url(self) -> str:
        """The address at which the network shows the account."""
        return profile_address(self.network, self.handle)
