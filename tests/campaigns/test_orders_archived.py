"""In an archived campaign nothing is ordered, asked for again or mailed: its orders are not tracked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from campaigns.enums import CampaignState, RequestState
from campaigns.errors import CampaignArchived, DraftNotTaken, NotToBeMailed
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.services.order_bulk import preview
from campaigns.services.orders.contact.reminders import remind, send_again
from campaigns.services.orders.reconciling import repeat_order_request, trace_lost_request
from campaigns.services.orders.requests import request_orders
from campaigns.services.reviews.drafts import ask_for_draft
from tenancy.models import Organization, User
from tests.campaigns.test_campaigns_pages import FORM, base
from tests.connecting import a_person
from tests.factories.campaigns import a_campaign, a_participant, an_account, an_order
from tests.submitting import token
from tiktok.models import MarketplaceAccount

pytestmark = pytest.mark.django_db
REASON = "The campaign is archived, so its orders are not tracked."


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


def archive(campaign: Campaign, state: CampaignState = CampaignState.ARCHIVED) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=state)


def test_no_order_is_written_down(campaign: Campaign, olivia: User) -> None:
    MarketplaceAccount.objects.get_or_create(name="Northwind")
    account = an_account("maya")
    archive(campaign)  # while somebody has the campaign loaded
    asked: dict[str, Any] = {"brand_name": "Northwind", "description": "One", "actor": olivia}
    with pytest.raises(CampaignArchived, match="Make it active again under Settings"):
        request_orders(campaign, [account], **asked)
    assert not OrderRequest.objects.exists()
    archive(campaign, CampaignState.ACTIVE)
    request_orders(campaign, [account], **asked)
    assert Order.objects.get().campaign == campaign


def test_the_form_refuses_with_what_to_do_and_keeps_what_was_typed(
    manager: Client, campaign: Campaign
) -> None:
    account = a_participant(campaign, "maya")
    url = f"{base(campaign)}orders/new/"
    assert 'aria-keyshortcuts="O"' in manager.get(base(campaign)).content.decode()
    previewed = manager.post(url, {**FORM, "accounts": [account.pk]})
    archive(campaign)
    send = {**FORM, "accounts": [account.pk], "step": "send", "token": token(previewed)}
    for given in ({**FORM, "accounts": [account.pk]}, send):
        answer = manager.post(url, given)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert REASON in page
        assert FORM["description"] in page
    answer = manager.get(url, follow=True)
    assert answer.redirect_chain == [(f"{base(campaign)}settings/", 302)]
    assert REASON in answer.content.decode()
    assert 'aria-keyshortcuts="O"' not in manager.get(base(campaign)).content.decode()
    assert not Order.objects.exists()


def test_a_request_is_not_asked_for_again(campaign: Campaign, olivia: User) -> None:
    order = an_order(campaign, an_account("maya"), state="failed")
    OrderRequest.objects.update(state=RequestState.FAILED)
    archive(campaign)
    order.request.refresh_from_db()
    with pytest.raises(CampaignArchived):
        repeat_order_request(order.request, actor=olivia)
    order.refresh_from_db()
    assert order.state == "failed"
    OrderRequest.objects.update(state=RequestState.UNCERTAIN, sending_at="2026-01-01T00:00Z")
    order.request.refresh_from_db()
    trace_lost_request(order.request)
    order.request.refresh_from_db()
    assert order.request.state == RequestState.UNCERTAIN


def test_nothing_is_mailed_about_its_orders(campaign: Campaign, olivia: User) -> None:
    order = an_order(campaign, an_account("maya", email="maya@example.com"))
    archive(campaign)
    order.campaign.refresh_from_db()
    for act in (remind, send_again):
        with pytest.raises(NotToBeMailed, match=REASON):
            act(order, actor=olivia)
    with pytest.raises(DraftNotTaken, match=REASON):
        ask_for_draft(order, date(2026, 12, 1), actor=olivia)
    for action in ("remind", "again", "draft"):
        assert REASON in preview([order], action)[0].refusal
    archive(campaign, CampaignState.ACTIVE)
    remind(order, actor=olivia)


def test_the_palette_offers_an_order_in_a_living_campaign(
    manager: Client, campaign: Campaign
) -> None:
    url = "/o/oaks/search/"

    def offered() -> str:
        return manager.get(url, {"q": "Autumn"}).content.decode()

    assert f"{base(campaign)}orders/new/" in offered()
    older = a_campaign("Autumn before", starts_on=date(2026, 1, 1))
    archive(campaign)
    assert f"{base(campaign)}orders/new/" not in offered()
    assert f"{base(older)}orders/new/" in offered()
    archive(older)
    assert "orders/new/" not in offered()
