"""Everything that is entered about an influencer at once, kept in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crm.models import CustomField, Influencer
from crm.policies.fields import Typed
from crm.services.fields import set_values
from crm.services.influencers import (
    Price,
    create_influencer,
    edit_influencer,
    set_other_addresses,
    set_rates,
)
from tenancy.models import User


@dataclass(frozen=True)
class Details:
    """Checked details: columns of the influencer, further addresses, rates, and values of custom fields."""

    columns: Mapping[str, Any]
    emails: Sequence[str]
    prices: Sequence[Price]
    values: Mapping[CustomField, Typed | None]


@transaction.atomic
def save_details(influencer: Influencer | None, details: Details, *, actor: User) -> Influencer:
    """Keep these details of an influencer, of a new one for None."""
    if influencer is None:
        influencer = create_influencer(actor=actor, **details.columns)
    else:
        edit_influencer(influencer, actor=actor, **details.columns)
        influencer.email = details.columns["email"]
    set_other_addresses(influencer, details.emails, actor=actor)
    set_rates(influencer, details.prices, actor=actor)
    set_values(influencer, details.values, actor=actor)
    return influencer
