"""Requests for orders, written down before TikTok is asked: one intent, one effect."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.errors import OrderNotValid
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.services.campaigns import activate, add_participants
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
from tiktok.queries import marketplace_account
from tiktok.services.brands.abilities import Capabilities, capabilities
from tiktok.services.orders.dialects import ORDERS_PER_CALL

MOST_VIDEOS = 10


def request_orders(
    campaign: Campaign,
    accounts: Sequence[SocialAccount],
    *,
    brand_name: str,
    description: str,
    video_count: int = 1,
    actor: User | None,
    token: str = "",
    addresses: Mapping[int, str] | None = None,
) -> OrderRequest:
    """Write down the wish for one order per TikTok account; `sending.send_order_request` carries it out.

    More accounts than one call takes become several requests, of which the first is returned. `token` names the
    submission: the same token again returns the request it has made. `addresses`: e-mail addresses, by influencer, of those
    who have none; they are saved too. Raises OrderNotValid, NoMarketplaceAccount and AddressTaken, and then nothing is
    written.
    """
    accounts = list({account.pk: account for account in accounts}.values())
    through = marketplace_account()
    check_order(
        accounts,
        brand_name=brand_name,
        description=description,
        video_count=video_count,
        offers=capabilities(through),
    )
    if through is None:
        raise NoMarketplaceAccount
    if known := _submitted(token):
        return known
    try:
        with transaction.atomic():
            first = OrderRequest(
                campaign=campaign,
                marketplace_account=through,
                brand_name=brand_name.strip(),
                description=description.strip(),
                video_count=video_count,
                reference=_new_reference(),
                token=token,
            )
            _save_addresses(accounts, addresses or {}, actor=actor)
            _write(first, accounts, actor=actor)
    except IntegrityError:
        if known := _submitted(token):  # the other half of a double click was faster
            return known
        raise
    return first


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


def check_order(
    accounts: Sequence[SocialAccount],
    *,
    brand_name: str,
    description: str,
    video_count: int,
    offers: Capabilities,
) -> None:
    """Raises OrderNotValid, naming the field, for what TikTok would refuse."""
    if not accounts:
        raise OrderNotValid("accounts", "Choose at least one TikTok account.")
    others = [account for account in accounts if account.network != Network.TIKTOK]
    if others:
        raise OrderNotValid("accounts", f"Orders are for TikTok accounts; {others[0]} is not one.")
    for field, text, name, longest in (
        ("brand_name", brand_name, "the brand", offers.brand_name_length),
        ("description", description, "what to make", offers.description_length),
    ):
        if not 1 <= len(text.strip()) <= longest:
            raise OrderNotValid(field, f"Say {name} in 1 to {longest:,} characters.")
    if not 1 <= video_count <= MOST_VIDEOS:
        raise OrderNotValid("video_count", f"Ask for 1 to {MOST_VIDEOS} videos.")


def _submitted(token: str) -> OrderRequest | None:
    return OrderRequest.objects.filter(token=token).first() if token else None


def _write(first: OrderRequest, accounts: Sequence[SocialAccount], *, actor: User | None) -> None:
    for part in chunks(accounts, ORDERS_PER_CALL):
        request = _continuation(first) if first.pk else first
        request.save()
        _write_orders(request, part, actor=actor)
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
    )


def _write_orders(
    request: OrderRequest, accounts: Sequence[SocialAccount], *, actor: User | None
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
        )
        for account in accounts
    )
    texts = {"evidence": "Order requested."}
    record_each(Verb.ORDER_CREATING, orders, actor=actor, state=OrderState.CREATING, texts=texts)
    # The pump sends what a lost web process leaves unsent.
    make_due(PollKind.ORDER, *(order.pk for order in orders))
