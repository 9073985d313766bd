"""Requests for orders, written down before TikTok is asked: one intent, one effect."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.queries.order_dates import own_due_dates
from campaigns.services.campaigns import activate, add_participants, lock_campaign
from campaigns.services.orders.terms import (
    check_addition,
    check_order,
    refuse_archived,
    terms_of,
    through_market,
)
from crm.models import SocialAccount
from crm.services.influencers import add_address
from jobs.services.queue import make_due
from jobs.services.slices import chunks
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record, record_each
from tiktok.enums import PollKind
from tiktok.errors import NoMarketplaceAccount
from tiktok.models import MarketplaceAccount
from tiktok.services.orders.dialects import ORDERS_PER_CALL


def request_orders(  # noqa: PLR0913 - what the form asks for, each by its name
    campaign: Campaign,
    accounts: Sequence[SocialAccount],
    *,
    brand_name: str,
    description: str,
    video_count: int = 1,
    spark_days: int = 0,
    due_on: date | None = None,
    market: MarketplaceAccount | None = None,
    adds_to: OrderRequest | None = None,
    actor: User | None,
    token: str = "",
    addresses: Mapping[int, str] | None = None,
) -> OrderRequest:
    """Write down the wish for one order per TikTok account; `sending.send_submission` carries it out.

    Each goes through the marketplace account in whose market its creator is, of several through `market` (`by_market`). Accounts of several markets, and
    more than one call takes, become several requests, of which the first is returned. `due_on`: the day by which to publish;
    None: each order takes the date that its account has in the campaign, unless it has passed. `adds_to`: the request whose
    code or campaign at TikTok they come under, through its marketplace account; what it asks for is asked of them too,
    whatever else is given. `token` names the submission: the same token again returns the request it has made. `addresses`:
    e-mail addresses, by influencer, of those who have none; they are saved too. Raises OrderNotValid, CampaignArchived, NoMarketplaceAccount and AddressTaken,
    and then nothing is written.
    """
    accounts = list({account.pk: account for account in accounts}.values())
    terms: dict[str, Any] = {
        "brand_name": brand_name.strip(),
        "description": description.strip(),
        "video_count": video_count,
        "spark_days": spark_days,
    }
    if adds_to:
        terms = terms_of(adds_to)
    markets = through_market(adds_to, accounts, market)
    check_order(markets, **terms)
    if None in markets:
        raise NoMarketplaceAccount
    with transaction.atomic():
        lock_campaign(campaign)
        if known := _submitted(token):
            return known
        refuse_archived(campaign)
        if adds_to:
            check_addition(adds_to, accounts)
        first = OrderRequest(campaign=campaign, **terms, adds_to=adds_to, token=token)
        _save_addresses(accounts, addresses or {}, actor=actor)
        _write_submission(first, markets, _due_dates(campaign, accounts, due_on), actor=actor)
    return first


def _due_dates(
    campaign: Campaign, accounts: Sequence[SocialAccount], due_on: date | None
) -> Mapping[int, date]:
    """The due dates of the new orders, by account."""
    primary_keys = [account.pk for account in accounts]
    return dict.fromkeys(primary_keys, due_on) if due_on else own_due_dates(campaign, primary_keys)


def _save_addresses(
    accounts: Sequence[SocialAccount], addresses: Mapping[int, str], *, actor: User | None
) -> None:
    influencers = {account.influencer_id: account.influencer for account in accounts}
    for primary_key, email in addresses.items():
        if primary_key in influencers:
            add_address(influencers[primary_key], email, actor=actor)


def _new_reference() -> str:
    """A reference as people write them: creators see it at the end of the campaign's name at TikTok."""
    return f"No. {secrets.randbelow(900_000_000) + 100_000_000}"


def _submitted(token: str) -> OrderRequest | None:
    return OrderRequest.objects.filter(token=token).first() if token else None


def _write_submission(
    first: OrderRequest,
    markets: Mapping[MarketplaceAccount | None, Sequence[SocialAccount]],
    due: Mapping[int, date],
    *,
    actor: User | None,
) -> None:
    """One request for each market, with those that continue it; the first is `first`."""
    for account, part in markets.items():
        request = _beside(first) if first.pk else first
        request.marketplace_account = account
        request.reference = _new_reference()
        _write(request, part, due, actor=actor)


def _beside(first: OrderRequest) -> OrderRequest:
    return OrderRequest(
        campaign=first.campaign,
        **terms_of(first),
        submission=first,
    )


def _write(
    first: OrderRequest,
    accounts: Sequence[SocialAccount],
    due: Mapping[int, date],
    *,
    actor: User | None,
) -> None:
    for part in chunks(accounts, ORDERS_PER_CALL):
        request = _continuation(first) if first.pk else first
        request.save()
        _write_orders(request, part, due, actor=actor)
    add_participants(first.campaign, accounts, actor=actor)
    activate(first.campaign)
    record(Verb.ORDER_REQUESTED, first, actor=actor, orders=len(accounts), videos=first.video_count)


def _continuation(first: OrderRequest) -> OrderRequest:
    return OrderRequest(
        campaign=first.campaign,
        marketplace_account=first.marketplace_account,
        **terms_of(first),
        reference=_new_reference(),
        continues=first,
        submission=first.submission,
    )


def _write_orders(
    request: OrderRequest,
    accounts: Sequence[SocialAccount],
    due: Mapping[int, date],
    *,
    actor: User | None,
) -> None:
    now = timezone.now()
    orders = Order.objects.bulk_create(
        Order(
            request=request,
            campaign=request.campaign,
            account=account,
            video_limit=request.video_count,
            state=OrderState.CREATING,
            state_at=now,
            due_on=due.get(account.pk),
        )
        for account in accounts
    )
    texts = {"evidence": "Order requested."}
    record_each(Verb.ORDER_CREATING, orders, actor=actor, state=OrderState.CREATING, texts=texts)
    # The pump sends what a lost web process leaves unsent.
    make_due(PollKind.ORDER, *(order.pk for order in orders))
