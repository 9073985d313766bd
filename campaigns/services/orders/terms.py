"""The terms of orders: what is asked of every creator, through which marketplace account, and whether TikTok takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.enums import CampaignState
from campaigns.errors import CampaignArchived, OrderNotValid
from campaigns.models import Campaign, Order, OrderRequest
from crm.enums import Network
from crm.models import SocialAccount
from tenancy.scope import groups_scope
from tiktok.models import MarketplaceAccount
from tiktok.queries import connected_accounts, markets_of
from tiktok.services.brands.abilities import capabilities
from ui.bidi import isolated

MOST_VIDEOS = 10
TERMS = ("brand_name", "description", "video_count", "spark_days")


def terms_of(request: OrderRequest) -> dict[str, Any]:
    """The terms that a request offers to each of its creators, as its fields."""
    return {name: getattr(request, name) for name in TERMS}


def by_market(
    accounts: Sequence[SocialAccount], wanted: MarketplaceAccount | None = None
) -> dict[MarketplaceAccount | None, list[SocialAccount]]:
    """Accounts by the marketplace account that an order goes through: the one in whose market the creator is.

    Of several it is the one that is wanted, else the one in use, if it is among them; and so where the creator is in no
    market, as far as is known: TikTok says what becomes of the order. None while no account is connected.
    """
    connected = list(connected_accounts())
    if len(connected) < 2:
        return {next(iter(connected), None): list(accounts)} if accounts else {}
    markets = markets_of([each.creator_id for each in accounts if each.creator_id])
    parts: dict[MarketplaceAccount | None, list[SocialAccount]] = {}
    for each in accounts:
        open_to = markets.get(each.creator_id or 0) or connected
        through = wanted if wanted in open_to else open_to[0]
        parts.setdefault(through, []).append(each)
    return parts


def through_market(
    adds_to: OrderRequest | None,
    accounts: Sequence[SocialAccount],
    wanted: MarketplaceAccount | None = None,
) -> dict[MarketplaceAccount | None, list[SocialAccount]]:
    """`by_market`; of creators who are added to what a request has made, all through its marketplace account."""
    return {adds_to.marketplace_account: list(accounts)} if adds_to else by_market(accounts, wanted)


def refuse_archived(campaign: Campaign) -> None:
    """Raises CampaignArchived, by the state that the campaign has now."""
    if Campaign.objects.filter(pk=campaign.pk, state=CampaignState.ARCHIVED).exists():
        raise CampaignArchived


def check_addition(earlier: OrderRequest, accounts: Sequence[SocialAccount]) -> None:
    """Raises OrderNotValid where these creators cannot come under the code, or into the campaign at TikTok, of a request."""
    if reason := why_none_added(earlier):
        raise OrderNotValid("accounts", reason)
    known = Order.objects.filter(account__in=accounts).exclude(tiktok_order_id="")
    known = known.filter(request__in=_under(earlier)).select_related("account").order_by("pk")
    if there := known.first():
        raise OrderNotValid(
            "accounts",
            f"@{there.account} is under this code already. Leave them out, or send a new order.",
        )
    markets = markets_of([each.creator_id for each in accounts if each.creator_id])
    for each in accounts:
        inside = markets.get(each.creator_id or 0, [])
        if inside and earlier.marketplace_account not in inside:
            raise OrderNotValid(
                "accounts",
                f"@{each} is in the market of {isolated(inside[0].name)}, not in the one of this order. Send a new order.",
            )


def why_none_added(earlier: OrderRequest) -> str:
    """The reason why no creator can be added to what a request has made; empty if they can. TikTok may refuse all the same."""
    if not earlier.group:
        return "TikTok has not made this order, so nobody can be added to it. Send a new order."
    account = earlier.marketplace_account
    if account is None or account not in connected_accounts():
        return "The marketplace account of this order is no longer connected. Connect it again, or send a new order."
    return ""


def places_taken(earlier: OrderRequest) -> int:
    """The number of creators who are under the code of a request already, whether they have accepted or not."""
    with groups_scope(None):  # a place is taken whoever sees by whom
        orders = Order.objects.filter(request__in=_under(earlier)).exclude(tiktok_order_id="")
        return orders.count()


def _under(earlier: OrderRequest) -> QuerySet[OrderRequest]:
    """The requests whose orders are under the code, or in the campaign, that this one has made."""
    own = Q(pk=earlier.pk) | Q(continues=earlier)
    return OrderRequest.objects.filter(own | Q(adds_to=earlier) | Q(continues__adds_to=earlier))


def check_order(
    markets: Mapping[MarketplaceAccount | None, Sequence[SocialAccount]],
    *,
    brand_name: str,
    description: str,
    video_count: int,
    spark_days: int = 0,
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
    if spark_days and not all(spark_days in each.spark_days for each in offers):
        raise OrderNotValid(
            "spark_days", "TikTok does not take this number of days here. Choose another one."
        )
