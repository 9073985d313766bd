from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Left

from crm.enums import AccountType, Network
from crm.models.search import folded
from tenancy.models import OrganizationModel
from tenancy.models.fields import AddressField
from tiktok.models import Creator

NAME_LENGTH = 200


class Influencer(OrganizationModel):
    """A person in the CRM. The database keeps `sort_name` and the words of search in step with name and e-mail."""

    name = models.CharField(max_length=NAME_LENGTH)
    sort_name = models.GeneratedField(
        expression=Left(folded(models.F("name")), NAME_LENGTH),
        output_field=models.CharField(max_length=NAME_LENGTH, db_collation="C"),
        db_persist=True,
    )
    email = AddressField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=10, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="influencers",
    )
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
            models.Index(fields=["organization", "sort_name", "id"], name="influencer_by_sort_name")
        ]

    def __str__(self) -> str:
        return self.name


class SocialAccount(OrganizationModel):
    """One account of an influencer on a network. A TikTok account has a creator; what is known of it stands there."""

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

    def __str__(self) -> str:
        return f"@{self.handle}"
