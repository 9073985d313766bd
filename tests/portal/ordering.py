"""Orders at TikTok One of a person who reads them in the dashboard."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from campaigns.models import Order
from crm.models import Influencer, SocialAccount
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.campaigns.test_orders_tto import ordered
from tests.factories.campaigns import a_campaign
from tests.sandbox_process import BRAND_TOKEN, TTO_ACCOUNT_ID
from tiktok.services.brands.accounts import connect_marketplace_account


def order_at_tiktok_one(
    organization: Organization, person: User, *, brief: str = "", **terms: Any
) -> Order:
    """An order at TikTok One for the account @maya.bakes of this person, with these terms."""
    with organization_scope(organization):
        account = connect_marketplace_account(
            "Oak on TikTok One", tiktok_account_id=TTO_ACCOUNT_ID, token=BRAND_TOKEN, actor=None
        )
        account.dialect, account.chosen_at = "tto", timezone.now()
        account.save()
        made = ordered(a_campaign(brief=brief), **terms)
        own = Influencer.objects.get(person=person)
        SocialAccount.objects.filter(pk=made.account_id).update(influencer=own)
        rows = Order.objects.select_related(
            "account__creator", "request__marketplace_account", "campaign"
        )
        return rows.get(pk=made.pk)
