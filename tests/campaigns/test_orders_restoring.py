"""A cancelled order has a way back: in the toast, in the result of many, in both timelines, and on its own page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order
from campaigns.queries.reversible import order_reversals
from campaigns.services.orders.cancelling import cancel_order, latest_cancelling, restore_order
from crm.queries.timeline import influencer_timeline
from jobs.enums import Lane
from jobs.models import Job
from jobs.services.pool import work_off
from tenancy.models import Organization, User
from tests.campaigns.test_campaigns_pages import base
from tests.connecting import a_person
from tests.factories.campaigns import an_account, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def undone_from(page: str) -> tuple[str, dict[str, str]]:
    """The address and fields of the first button that undoes something."""
    found = re.search(r'action="([^"]+/(?:restore|undo)/)".*?</form>', page, re.DOTALL)
    assert found is not None
    fields = re.findall(r'name="(of|back)"\s+value="([^"]*)"', found[0])
    return found[1], dict(fields)


def page_of(manager: Client, order: Order) -> str:
    return manager.get(f"{base(order.campaign)}orders/{order.pk}/").content.decode()


def test_the_page_of_a_cancelled_order_restores_it(
    manager: Client, order: Order, olivia: User
) -> None:
    assert "Restore order" not in page_of(manager, order)
    cancel_order(order, actor=olivia)
    page = page_of(manager, order)
    assert page.count("Restore order") == 1
    assert 'aria-label="Undo: Order cancelled"' in page
    url, fields = undone_from(page)
    answer = manager.post(url, fields, follow=True).content.decode()
    assert "is open again." in answer
    assert state(order) == OrderState.SENT
    assert "Restore order" not in page_of(manager, order)
    assert "has changed since" in manager.post(url, fields, follow=True).content.decode()


def test_a_viewer_is_offered_nothing(viewer: Client, order: Order, olivia: User) -> None:
    event = cancel_order(order, actor=olivia)
    page = page_of(viewer, order)
    assert "Restore order" not in page
    assert "Undo: " not in page
    url = f"{base(order.campaign)}orders/{order.pk}/restore/"
    assert viewer.post(url, {"of": event.pk}).status_code == 403
    assert state(order) == OrderState.CANCELLED


def test_an_order_whose_creator_was_deleted_stays_cancelled(
    manager: Client, order: Order, olivia: User
) -> None:
    cancel_order(order, actor=olivia)
    Order.objects.update(invite_link="")
    assert "Restore order" not in page_of(manager, order)


def test_the_timeline_of_the_influencer_restores_it(
    manager: Client, organization: Organization, order: Order, olivia: User
) -> None:
    maya = order.account.influencer
    cancel_order(order, actor=olivia)
    [entry] = [e for e in influencer_timeline(maya).entries if e.undo]
    assert (entry.title, entry.undo and entry.undo.row) == ("Order cancelled", order.pk)
    profile = reverse("crm:influencer", args=[organization.slug, maya.pk])
    timeline = reverse("crm:timeline", args=[organization.slug, maya.pk])
    url = reverse("campaigns:order_restore_of", args=[organization.slug, maya.pk, order.pk])
    assert url in manager.get(timeline).content.decode()
    answer = manager.post(url, {"of": entry.pk})
    assert (answer["Location"], state(order)) == (profile, OrderState.SENT)
    assert [e for e in influencer_timeline(maya).entries if e.undo] == []
    assert manager.post(url, {"of": "x"}).status_code == 404


def test_of_two_cancellings_the_later_alone_has_a_way_back(order: Order, olivia: User) -> None:
    maya = order.account.influencer
    first = cancel_order(order, actor=olivia)
    restore_order(order, first, actor=olivia)
    events = [first]
    assert order_reversals(maya, events, False) == {}
    second = cancel_order(order, actor=olivia)
    assert order_reversals(maya, events, False) == {}
    assert list(order_reversals(maya, [second, first], False)) == [second.pk]


# --- many at once -----------------------------------------------------------------------------------------------------
@pytest.fixture
def cancelled(
    manager: Client, campaign: Campaign, order: Order
) -> Callable[[], tuple[Job, list[Order]]]:
    def cancel() -> tuple[Job, list[Order]]:
        orders = [order, an_order(campaign, an_account("rio"), state="accepted")]
        ids = [each.pk for each in orders]
        url = f"{base(campaign)}orders/bulk/"
        manager.post(url, {"do": "cancel", "ids": ids, "reason": "Moved."})
        work_off(Lane.BULK, threads=1, seconds=10)
        return Job.objects.latest("pk"), orders

    return cancel


def test_the_result_of_many_undoes_them(
    manager: Client, campaign: Campaign, cancelled: Callable[[], tuple[Job, list[Order]]]
) -> None:
    job, orders = cancelled()
    assert {state(order) for order in orders} == {OrderState.CANCELLED}
    page = manager.get(f"/o/oaks/jobs/{job.pk}/", follow=True).content.decode()
    assert "2 of 2 orders cancelled." in page
    url, _ = undone_from(page)
    assert url == f"{base(campaign)}orders/bulk/{job.pk}/undo/"
    manager.post(url)
    work_off(Lane.BULK, threads=1, seconds=10)
    assert [state(order) for order in orders] == [OrderState.SENT, OrderState.ACCEPTED]
    assert "have changed since" in manager.post(url, follow=True).content.decode()
    assert manager.post(url.replace(str(job.pk), "987654")).status_code == 404


def test_what_somebody_cancelled_anew_stays_cancelled(
    manager: Client,
    campaign: Campaign,
    olivia: User,
    cancelled: Callable[[], tuple[Job, list[Order]]],
) -> None:
    job, [maya, rio] = cancelled()
    event = latest_cancelling(maya)
    assert event is not None
    restore_order(maya, event, actor=olivia)
    cancel_order(maya, actor=olivia)
    manager.post(f"{base(campaign)}orders/bulk/{job.pk}/undo/")
    work_off(Lane.BULK, threads=1, seconds=10)
    assert [state(order) for order in (maya, rio)] == [OrderState.CANCELLED, OrderState.ACCEPTED]


def test_what_is_cancelled_anew_while_the_undoing_waits_stays_cancelled(
    monkeypatch: pytest.MonkeyPatch,
    manager: Client,
    campaign: Campaign,
    olivia: User,
    cancelled: Callable[[], tuple[Job, list[Order]]],
) -> None:
    job, [maya, rio] = cancelled()
    monkeypatch.setattr("jobs.views.begin_at_once", lambda job: job)
    manager.post(f"{base(campaign)}orders/bulk/{job.pk}/undo/")
    event = latest_cancelling(maya)
    assert event is not None
    restore_order(maya, event, actor=olivia)
    cancel_order(maya, actor=olivia)
    work_off(Lane.BULK, threads=1, seconds=10)
    assert [state(order) for order in (maya, rio)] == [OrderState.CANCELLED, OrderState.ACCEPTED]


def test_cancelled_orders_are_restored_from_the_list(
    manager: Client, campaign: Campaign, order: Order, olivia: User
) -> None:
    other = an_order(campaign, an_account("rio"))
    gone = an_order(campaign, an_account("lena"))
    Order.objects.filter(pk=gone.pk).update(state=OrderState.CANCELLED)
    cancel_order(order, actor=olivia)
    orders = f"{base(campaign)}orders/"
    assert 'value="restore"' not in manager.get(orders).content.decode()
    assert 'value="restore"' in manager.get(f"{orders}?state=cancelled").content.decode()
    ids = [order.pk, other.pk, gone.pk]
    page = manager.get(f"{orders}bulk/", {"do": "restore", "ids": ids}).content.decode()
    assert "The order is not cancelled" in page
    manager.post(f"{orders}bulk/", {"do": "restore", "ids": ids})
    work_off(Lane.BULK, threads=1, seconds=10)
    assert [state(each) for each in (order, other, gone)] == ["sent", "sent", "cancelled"]
    outcome = {row["key"]: row["count"] for row in Job.objects.latest("pk").outcome}
    assert outcome == {"restore": 1, "refused": 2}
