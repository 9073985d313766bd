"""Requests for orders, written down before TikTok is asked: one intent, one effect."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.errors import OrderNotValid
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.queries.order_dates import own_due_dates
from campaigns.services.campaigns import activate, add_participants, lock_campaign
from crm.enums import Network
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
from tiktok.queries import connected_accounts, markets_of
from tiktok.services.brands.abilities import capabilities
from tiktok.services.orders.dialects import ORDERS_PER_CALL

MOST_VIDEOS = 10


def request_orders(  # noqa: PLR0913 - what the form asks for, each by its name
    campaign: Campaign,
    accounts: Sequence[SocialAccount],
    *,
    brand_name: str,
    description: str,
    video_count: int = 1,
    due_on: date | None = None,
    actor: User | None,
    token: str = "",
    addresses: Mapping[int, str] | None = None,
) -> OrderRequest:
    """Write down the wish for one order per TikTok account; `sending.send_submission` carries it out.

    Each goes through the marketplace account in whose market its creator is (`by_market`). Accounts of several markets, and
    more than one call takes, become several requests, of which the first is returned. `due_on`: the day by which to publish;
    None: each order takes the date that its account has in the campaign, unless it has passed. `token` names the
    submission: the same token again returns the request it has made. `addresses`: e-mail addresses, by influencer, of those
    who have none; they are saved too. Raises OrderNotValid, NoMarketplaceAccount and AddressTaken, and then nothing is
    written.
    """
    accounts = list({account.pk: account for account in accounts}.values())
    markets = by_market(accounts)
    check_order(markets, brand_name=brand_name, description=description, video_count=video_count)
    if None in markets:
        raise NoMarketplaceAccount
    with transaction.atomic():
        lock_campaign(campaign)
        if known := _submitted(token):
            return known
        first = OrderRequest(
            campaign=campaign,
            brand_name=brand_name.strip(),
            description=description.strip(),
            video_count=video_count,
            token=token,
        )
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


def by_market(
    accounts: Sequence[SocialAccount],
) -> dict[MarketplaceAccount | None, list[SocialAccount]]:
    """Accounts by the marketplace account that an order goes through: the one in whose market the creator is.

    Of several it is the one in use, if it is among them. The one in use it is also where the creator is in no market, as far
    as is known: TikTok says what becomes of the order. None while no account is connected.
    """
    connected = list(connected_accounts())
    if len(connected) < 2:
        return {next(iter(connected), None): list(accounts)} if accounts else {}
    markets = markets_of([each.creator_id for each in accounts if each.creator_id])
    parts: dict[MarketplaceAccount | None, list[SocialAccount]] = {}
    for each in accounts:
        inside = markets.get(each.creator_id or 0)
        parts.setdefault((inside or connected)[0], []).append(each)
    return parts


def check_order(
    markets: Mapping[MarketplaceAccount | None, Sequence[SocialAccount]],
    *,
    brand_name: str,
    description: str,
    video_count: int,
) -> None:
    """Raises OrderNotValid, naming the field, for what TikTok would refuse. `markets`: see `by_market`."""
    accounts = [each for part in markets.values() for each in part]
    if not accounts:
        raise OrderNotValid("accounts", "Choose at least one TikTok account.")
    others = [account for account in accounts if account.network != Network.TIKTOK]
    if others:
        raise OrderNotValid("accounts", f"Orders are for TikTok accounts; {others[0]} is not one.")
    offers = [capabilities(each) for each in markets]
    for field, text, name, longest in (
        ("brand_name", brand_name, "the brand", min(each.brand_name_length for each in offers)),
        (
            "description",
            description,
            "what to make",
            min(each.description_length for each in offers),
        ),
    ):
        if not 1 <= len(text.strip()) <= longest:
            raise OrderNotValid(field, f"Say {name} in 1 to {longest:,} characters.")
    if not 1 <= video_count <= MOST_VIDEOS:
        raise OrderNotValid("video_count", f"Ask for 1 to {MOST_VIDEOS} videos.")


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
        brand_name=first.brand_name,
        description=first.description,
        video_count=first.video_count,
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
        brand_name=first.brand_name,
        description=first.description,
        video_count=first.video_count,
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
