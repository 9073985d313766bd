"""Creators who are added later, under the code or in the campaign that an order has made at TikTok."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState, RequestState
from campaigns.errors import OrderNotValid
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.queries import orders_of_request
from campaigns.services.orders.reconciling import repeat_order_request
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_submission
from campaigns.services.orders.terms import why_none_added
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.campaigns import an_account
from tests.factories.creators import two_markets
from tests.sandbox_process import BRAND_TOKEN, TTO_ACCOUNT_ID
from tests.submitting import token
from tiktok.enums import AccountState, MarketplaceStatus
from tiktok.models import MarketplaceAccount
from tiktok.services.brands.accounts import connect_marketplace_account
from tiktok.services.creators.markets import keep_memberships

pytestmark = pytest.mark.django_db
WISH = {"brand_name": "Northwind", "description": "Two recipes", "video_count": 2, "spark_days": 30}


def an_address(handle: str) -> Any:
    return an_account(handle, email=f"{handle}@example.com")


def wish(campaign: Campaign, *accounts: Any, **changes: Any) -> OrderRequest:
    request = request_orders(campaign, accounts, actor=None, **{**WISH, **changes})
    send_submission(request)
    request.refresh_from_db()
    return request


def test_they_come_under_the_same_code_with_the_same_terms(tiktok: Any, campaign: Campaign) -> None:
    first = wish(campaign, an_address("maya.bakes"))
    more = wish(
        campaign,
        an_address("rio.runs"),
        adds_to=first,
        brand_name="Else",
        video_count=7,
        spark_days=0,
    )
    assert (more.state, more.campaign_code) == (RequestState.DONE, first.campaign_code)
    assert (more.brand_name, more.video_count, more.spark_days) == ("Northwind", 2, 30)
    assert (more.origin, first.origin) == (first, first)
    at_tiktok = tiktok.read("orders")
    assert len(at_tiktok["codes"]) == 1
    assert [set(each["spark_days"]) for each in at_tiktok["orders"]] == [{30}] * 2
    assert set(Order.objects.values_list("campaign_code", "invite_link", "state")) == {
        (first.campaign_code, first.invite_link, OrderState.SENT)
    }
    assert [order.account.handle for order in orders_of_request(more)] == ["rio.runs"]
    third = wish(campaign, an_address("zoe.zen"), adds_to=more.origin)
    assert third.campaign_code == first.campaign_code


def test_on_tiktok_one_they_come_into_the_same_campaign(tiktok: Any, campaign: Campaign) -> None:
    on_tiktok_one = connect_marketplace_account(
        "Oaks on TikTok One", tiktok_account_id=TTO_ACCOUNT_ID, token=BRAND_TOKEN, actor=None
    )
    on_tiktok_one.dialect, on_tiktok_one.chosen_at = "tto", timezone.now()
    on_tiktok_one.save()
    tiktok.control("creator", handle="rio.runs", membership="IN")
    first = wish(campaign, an_address("maya.bakes"))
    more = wish(campaign, an_address("rio.runs"), adds_to=first)
    (there,) = tiktok.read("campaigns")["campaigns"]
    assert there["spark_days"] == 30
    assert more.tiktok_campaign_id == first.tiktok_campaign_id == there["campaign_id"]
    assert set(Order.objects.values_list("tiktok_order_id", flat=True)) == {
        f"{there['campaign_id']}/maya.bakes",
        f"{there['campaign_id']}/rio.runs",
    }


def test_a_lost_answer_is_found_by_the_code_and_nothing_is_made_twice(
    tiktok: Any, campaign: Campaign
) -> None:
    first = wish(campaign, an_address("maya.bakes"))
    tiktok.control("fail", times=1, path="/tcm/order/create/", applied=True, garbage="truncated")
    more = wish(campaign, an_address("rio.runs"), adds_to=first)
    assert more.state == RequestState.UNCERTAIN
    more = repeat_order_request(more, actor=None)
    assert more.state == RequestState.DONE
    assert len(tiktok.read("orders")["orders"]) == 2


def test_nobody_is_put_under_one_code_twice(tiktok: Any, campaign: Campaign) -> None:
    maya = an_address("maya.bakes")
    first = wish(campaign, maya)
    more = wish(campaign, an_address("rio.runs"), adds_to=first, token="abc")
    for account in (maya, more.orders.get().account):
        with pytest.raises(OrderNotValid, match="is under this code already"):
            wish(campaign, account, adds_to=first)
    assert wish(campaign, more.orders.get().account, adds_to=first, token="abc") == more
    assert OrderRequest.objects.count() == 2


def test_who_is_in_another_market_needs_an_order_of_their_own(
    tiktok: Any, organization: Any, campaign: Campaign
) -> None:
    home, abroad = two_markets(tiktok, organization)
    zoe, maya, tom = (an_address(handle) for handle in ("zoe.zen", "maya.bakes", "tom_trails"))
    statuses = MarketplaceStatus.IN, MarketplaceStatus.NOT_IN
    keep_memberships(
        {
            zoe.creator: dict(zip((home, abroad), statuses, strict=True)),
            maya.creator: dict(zip((abroad, home), statuses, strict=True)),
        }
    )
    first = wish(campaign, zoe)
    with pytest.raises(OrderNotValid, match="not in the one of this order"):
        wish(campaign, maya, adds_to=first)
    assert wish(campaign, tom, adds_to=first).marketplace_account == home


def test_nobody_is_added_to_what_does_not_exist_or_cannot_be_reached(
    tiktok: Any, campaign: Campaign
) -> None:
    assert why_none_added(OrderRequest()).startswith("TikTok has not made this order")
    first = wish(campaign, an_address("maya.bakes"))
    assert why_none_added(first) == ""
    MarketplaceAccount.objects.update(state=AccountState.DISCONNECTED)
    first.refresh_from_db()
    assert "no longer connected" in why_none_added(first)
    with pytest.raises(OrderNotValid, match="no longer connected"):
        wish(campaign, an_address("rio.runs"), adds_to=first)


# --- the pages --------------------------------------------------------------------------------------------------------
def test_the_way_over_the_pages(tiktok: Any, manager: Client, campaign: Campaign) -> None:
    first = wish(campaign, an_address("maya.bakes"))
    rio = an_address("rio.runs")
    listed = text(manager.get(f"{base(campaign)}orders/"))
    url = f"{base(campaign)}orders/new/"
    assert f"{url}?adds_to={first.pk}" in listed
    form = text(manager.get(url, {"adds_to": first.pk}))
    assert "Add creators to an order" in form
    assert f'name="adds_to" value="{first.pk}"' in form
    chosen = {"adds_to": first.pk, "accounts": [rio.pk], "brand_name": "Else", "step": "preview"}
    seen = manager.post(url, chosen)
    assert f"Under the code {first.campaign_code}" in text(seen)
    assert first.campaign_code in seen.context["mail"].words
    assert "2 of 200 places taken when all accept" in text(seen)
    assert "Permission for 30 days with each video" in text(seen)
    sent = {**chosen, "step": "send", "token": token(seen)}
    answer = manager.post(url, sent)
    more = OrderRequest.objects.exclude(pk=first.pk).get()
    assert answer["Location"].endswith(f"/requests/{more.pk}/")
    assert manager.post(url, sent)["Location"] == answer["Location"]
    assert (more.brand_name, more.campaign_code) == ("Northwind", first.campaign_code)


def test_the_page_says_at_the_preview_who_cannot_be_added(
    tiktok: Any, manager: Client, campaign: Campaign
) -> None:
    maya = an_address("maya.bakes")
    first = wish(campaign, maya)
    url = f"{base(campaign)}orders/new/"
    answer = manager.post(url, {"adds_to": first.pk, "accounts": [maya.pk]})
    assert answer.status_code == 422
    assert "is under this code already" in text(answer)
    MarketplaceAccount.objects.update(state=AccountState.DISCONNECTED)
    assert "no longer connected" in text(manager.get(url, {"adds_to": first.pk}))


@pytest.mark.parametrize("key", ["999999", "x", "-1"])
def test_no_such_request(manager: Client, campaign: Campaign, key: str) -> None:
    assert manager.get(f"{base(campaign)}orders/new/", {"adds_to": key}).status_code == 404
