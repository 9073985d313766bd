"""One order form over creators of several markets: a request for each marketplace account, in one campaign."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.enums import OrderState, RequestState
from campaigns.errors import OrderNotValid
from campaigns.models import Order, OrderRequest
from campaigns.queries import orders_of_request, requests_with_problems
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request, send_submission
from campaigns.services.orders.terms import by_market
from crm.models import SocialAccount
from tests.campaigns.test_campaigns_pages import FORM, base, text
from tests.factories.campaigns import an_account
from tests.factories.creators import two_markets
from tests.submitting import token
from tests.working import all_polls, pump
from tiktok.enums import MarketplaceStatus
from tiktok.models import MarketplaceAccount
from tiktok.services.creators.markets import keep_memberships

pytestmark = pytest.mark.django_db
IN, NOT_IN = MarketplaceStatus.IN, MarketplaceStatus.NOT_IN
WISH = {"brand_name": "Northwind", "description": "Two recipes", "video_count": 1}


@pytest.fixture
def markets(tiktok, organization) -> tuple[MarketplaceAccount, MarketplaceAccount]:
    """The account in use (of the older dialect), and another on TikTok One."""
    return two_markets(tiktok, organization)


@pytest.fixture
def creators(markets) -> list[SocialAccount]:
    """maya.bakes is in the market of the other account, rio.runs in both, zoe.zen in that of the account in use."""
    home, abroad = markets
    maya, rio, zoe = (
        an_account(handle, email=f"{handle}@example.com")
        for handle in ("maya.bakes", "rio.runs", "zoe.zen")
    )
    keep_memberships(
        {
            maya.creator: {home: NOT_IN, abroad: IN},
            rio.creator: {home: IN, abroad: IN},
            zoe.creator: {home: IN, abroad: NOT_IN},
        }
    )
    return [maya, rio, zoe]


def wish(campaign, accounts, **changes) -> OrderRequest:
    return request_orders(campaign, accounts, actor=None, **{**WISH, **changes})


def asked(request: OrderRequest) -> set[str]:
    return set(request.orders.values_list("account__handle", flat=True))


def test_an_order_goes_through_the_account_whose_market_the_creator_is_in(
    tiktok, campaign, markets, creators
) -> None:
    home, abroad = markets
    maya, rio, zoe = creators
    assert by_market(creators) == {abroad: [maya], home: [rio, zoe]}

    first = wish(campaign, creators)
    send_submission(first)

    requests = list(OrderRequest.objects.order_by("pk"))
    assert [(each.marketplace_account, asked(each)) for each in requests] == [
        (abroad, {"maya.bakes"}),
        (home, {"rio.runs", "zoe.zen"}),
    ]
    assert [each.state for each in requests] == [RequestState.DONE] * 2
    assert {each.campaign for each in requests} == {campaign}
    assert (first, first.submission) == (requests[0], None)
    assert requests[1].submission == first
    assert requests[0].reference != requests[1].reference
    assert [each["account_id"] for each in tiktok.read("campaigns")["campaigns"]] == [
        abroad.tiktok_account_id
    ]
    assert {each["handle"] for each in tiktok.read("orders")["orders"]} == {"rio.runs", "zoe.zen"}
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.SENT}
    assert len(orders_of_request(requests[1])) == len(orders_of_request(first)) == 3
    assert campaign.participants.count() == 3


def test_a_creator_in_no_known_market_is_ordered_through_the_account_in_use(
    campaign, markets
) -> None:
    tom = an_account("tom_trails", status=NOT_IN)
    assert by_market([tom]) == {markets[0]: [tom]}
    assert by_market([]) == {}


def test_trouble_in_one_market_leaves_the_other_alone(tiktok, campaign, markets, creators) -> None:
    tiktok.control("fail", times=9, path="/tto/tcm/campaign/", http_status=502)
    first = wish(campaign, creators)
    send_submission(first)
    states = dict(OrderRequest.objects.values_list("marketplace_account", "state"))
    assert states[markets[0].pk] == RequestState.DONE
    assert states[markets[1].pk] != RequestState.DONE
    assert list(requests_with_problems(campaign)) == [first]


def test_what_a_lost_process_has_not_sent_is_sent_by_the_pump(
    tiktok, campaign, markets, creators
) -> None:
    first = wish(campaign, creators)
    send_order_request(first)  # and the process is lost
    while pump():
        pass
    assert set(OrderRequest.objects.values_list("state", flat=True)) == {RequestState.DONE}


def test_a_market_that_refuses_says_so_on_the_page_of_all(
    tiktok, manager, campaign, markets, creators
) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", code=40001)
    first = wish(campaign, creators)
    send_submission(first)
    (refused,) = requests_with_problems(campaign)
    assert (refused.submission, refused.state) == (first, RequestState.FAILED)
    shown = text(manager.get(f"{base(campaign)}requests/{first.pk}/"))
    assert "TikTok did not create 2 more orders" in shown
    assert "maya.bakes" in shown


def test_more_than_a_call_takes_is_continued_in_its_own_market(campaign, markets) -> None:
    home, abroad = markets
    here, there = ([an_account(f"{place}{n}") for n in range(101)] for place in ("here", "there"))
    keep_memberships({each.creator: {home: IN} for each in here})
    keep_memberships({each.creator: {abroad: IN} for each in there})
    first = wish(campaign, [*here, *there])
    rows = OrderRequest.objects.order_by("pk").values_list(
        "marketplace_account", "continues", "submission"
    )
    second = OrderRequest.objects.get(marketplace_account=abroad, continues=None)
    assert list(rows) == [
        (home.pk, None, None),
        (home.pk, first.pk, None),
        (abroad.pk, None, first.pk),
        (abroad.pk, second.pk, first.pk),
    ]
    assert len(orders_of_request(second)) == 202


def test_the_same_submission_sent_twice_makes_one_request_a_market(
    campaign, markets, creators
) -> None:
    first = wish(campaign, creators, token="once")
    assert wish(campaign, creators, token="once") == first
    assert OrderRequest.objects.count() == 2
    assert all_polls().filter(kind="order").count() == 3


def test_what_one_market_would_refuse_is_said_before_anything_is_sent(
    manager, campaign, markets, creators
) -> None:
    long = "x" * 61  # TikTok One takes it, the older dialect does not
    maya = creators[0]
    wish(campaign, [maya], description=long)
    with pytest.raises(OrderNotValid, match="in 1 to 60 characters"):
        wish(campaign, creators, description=long)
    MarketplaceAccount.objects.filter(pk=markets[1].pk).update(chosen_at="2026-11-29T12:00Z")
    answer = preview(manager, campaign, *creators, description=long)
    assert answer.status_code == 422
    assert "Say what to make in 1 to 60 characters." in text(answer)


def preview(client: Any, campaign: Any, *accounts: Any, **more: str) -> Any:
    chosen = {**FORM, "accounts": [account.pk for account in accounts], **more}
    return client.post(f"{base(campaign)}orders/new/", chosen)


def test_the_preview_says_which_order_goes_through_which_account(
    tiktok, manager, campaign, markets, creators
) -> None:
    home = markets[0]
    maya, rio, zoe = creators
    answer = preview(manager, campaign, *creators)
    shown = text(answer)
    assert "Sent through 2 marketplace accounts, in one campaign" in shown
    assert shown.count(f"Through {home.name}") == 2
    assert shown.count("Through Harbour &amp; Pine") == 1
    assert "2 of 200 taken when all accept" in shown
    manager.post(
        f"{base(campaign)}orders/new/",
        {
            **FORM,
            "accounts": [each.pk for each in creators],
            "step": "send",
            "token": token(answer),
        },
    )
    assert set(OrderRequest.objects.values_list("state", flat=True)) == {RequestState.DONE}
    alone = text(preview(manager, campaign, rio, zoe))
    assert "marketplace accounts, in one campaign" not in alone
    assert "Through" not in alone
    assert "taken when all accept" not in text(preview(manager, campaign, maya))


def test_somebody_chooses_the_account_for_those_who_fit_several(
    tiktok, manager, campaign, markets, creators
) -> None:
    home, abroad = markets
    maya, rio, zoe = creators
    tom = an_account("tom_trails", status=NOT_IN)
    assert by_market([*creators, tom], abroad) == {abroad: [maya, rio, tom], home: [zoe]}
    page = text(manager.get(f"{base(campaign)}orders/new/"))
    assert "The one in whose market each creator is" in page
    answer = preview(manager, campaign, *creators, market=str(abroad.pk))
    assert f'name="market" value="{abroad.pk}"' in text(answer)
    assert text(answer).count(f"Through {home.name}") == 1
    sent = {**FORM, "accounts": [each.pk for each in creators], "market": abroad.pk, "step": "send"}
    manager.post(f"{base(campaign)}orders/new/", {**sent, "token": token(answer)})
    found = {each.marketplace_account: asked(each) for each in OrderRequest.objects.all()}
    assert found == {abroad: {"maya.bakes", "rio.runs"}, home: {"zoe.zen"}}
    assert preview(manager, campaign, maya, market="999").status_code == 422


def test_the_preview_expects_refusals_by_the_market_that_each_order_goes_to(
    manager, campaign, markets, creators
) -> None:
    abroad = markets[1]
    tom = an_account("tom_trails", status=NOT_IN)
    shown = text(preview(manager, campaign, *creators, tom))
    assert "to be refused" not in shown
    shown = text(preview(manager, campaign, *creators, tom, market=str(abroad.pk)))
    assert "1 is not in the market of the marketplace account" in shown
    assert shown.count("Not in this marketplace") == 1


def test_one_account_leaves_nothing_to_choose(manager, campaign) -> None:
    assert 'name="market"' not in text(manager.get(f"{base(campaign)}orders/new/"))
