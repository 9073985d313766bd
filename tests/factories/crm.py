"""Influencers and their accounts, made for tests inside an organization's scope."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import factory

from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from tenancy.models import User
from tenancy.scope import required_organization_id
from tenancy.services.organizations import let_influencer_in
from tiktok.enums import MarketplaceStatus
from tiktok.models import Connection, Consent, Creator
from tiktok.queries.consents import CONSENT_VERSION


class InfluencerFactory(factory.django.DjangoModelFactory[Influencer]):
    class Meta:
        model = Influencer

    name = factory.Sequence(lambda number: f"Influencer {number:03d}")


class CreatorFactory(factory.django.DjangoModelFactory[Creator]):
    class Meta:
        model = Creator

    handle = factory.Sequence(lambda number: f"creator.{number:03d}")
    marketplace_status = MarketplaceStatus.IN


class TikTokAccountFactory(factory.django.DjangoModelFactory[SocialAccount]):
    """A TikTok account in the marketplace, not authenticated, with its influencer."""

    class Meta:
        model = SocialAccount

    influencer = factory.SubFactory(InfluencerFactory)
    creator = factory.SubFactory(CreatorFactory)
    network = Network.TIKTOK
    account_type = AccountType.TIKTOK_CREATOR
    handle = factory.SelfAttribute("creator.handle")


class ConsentFactory(factory.django.DjangoModelFactory[Consent]):
    """The consent of the creator's person to the organization in scope, over a connection that is alive."""

    class Meta:
        model = Consent

    class Params:
        state = "active"

    creator = factory.SubFactory(CreatorFactory)
    text_version = CONSENT_VERSION
    granted_at = factory.Faker("past_datetime", tzinfo=UTC)

    @factory.lazy_attribute
    def connection(self) -> Connection:
        person, _ = User.objects.get_or_create(email=f"{self.creator.handle}@example.com")
        let_influencer_in(required_organization_id(), person)
        return Connection.objects.create(
            person=person,
            open_id=f"open-{self.creator.handle}",
            handle=self.creator.handle,
            state=self.state,
            connected_at=self.granted_at,
            access_expires_at=self.granted_at,
            refresh_expires_at=self.granted_at,
        )


def an_authenticated_account(**values: Any) -> SocialAccount:
    """A TikTok account whose influencer lets the organization in scope see it."""
    account = TikTokAccountFactory.create(**values)
    ConsentFactory.create(creator=account.creator)
    return account
