"""A sender of orders that is killed between TikTok's answer and our commit: one order at TikTok, one here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.enums import OrderState, RequestState
from campaigns.models import Order, OrderRequest
from campaigns.services.orders.reconciling import reconcile_order_request
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import LOST_AFTER
from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crash.processes import Workers, kill
from tests.embedded.launching import eventually
from tests.factories.campaigns import a_campaign, an_account
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, TTO_ACCOUNT_ID, Sandbox
from tests.working import pump
from tiktok.models import MarketplaceAccount

WAIT_SECONDS = 90  # with a busy machine


@dataclass(frozen=True)
class Dialect:
    """How a generation of the marketplace tells what it has made, and how we find that again."""

    name: str
    account_id: str
    made: Callable[[Sandbox], list[str]]
    find_again: Callable[[Sandbox, OrderRequest], None] | None = None  # None: the pump does it


def orders_made(tiktok: Sandbox) -> list[str]:
    return [order["order_id"] for order in tiktok.read("orders")["orders"]]


def reconcile_by_code(tiktok: Sandbox, request: OrderRequest) -> None:
    [code] = tiktok.read("orders")["codes"]
    reconcile_order_request(request, actor=None, campaign_code=code["code"])


def creators_invited(tiktok: Sandbox) -> list[str]:
    return [
        f"{campaign['campaign_id']}/{handle}"
        for campaign in tiktok.read("campaigns")["campaigns"]
        for handle in campaign["invitees"]
    ]


DIALECTS = [
    Dialect("ttcm", ACCOUNT_ID, orders_made, reconcile_by_code),
    Dialect("tto", TTO_ACCOUNT_ID, creators_invited),
]


def an_organization_of(dialect: Dialect) -> Organization:
    organization = Organization.objects.create(name="Ash", slug="ash")
    with organization_scope(organization):
        account = MarketplaceAccount(
            name="Ash", dialect=dialect.name, tiktok_account_id=dialect.account_id
        )
        account.set_token(BRAND_TOKEN)
        account.save()
    return organization


def kill_the_sender_before_it_keeps_the_answer(hands: Workers, is_made: Callable[[], bool]) -> None:
    """We hold the order's row, so whoever has TikTok's answer stands before it until we have killed it."""
    with transaction.atomic():
        list(Order.objects.select_for_update())
        workers = [hands.worker(), hands.beat()]
        has_begun = eventually(lambda: is_made() and somebody_waits_for_us(), WAIT_SECONDS)
        assert has_begun, hands.said()
        for process in workers:
            kill(process)


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def let_the_lease_and_the_senders_time_run_out() -> None:
    long_ago = timezone.now() - LOST_AFTER - timedelta(seconds=1)
    Work.objects.update(lease_until=long_ago, due_at=long_ago)
    OrderRequest.objects.update(sending_at=long_ago)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_order_whose_sender_is_killed_before_our_commit_is_made_once_and_found_again(
    hands, tiktok, dialect
) -> None:
    with organization_scope(an_organization_of(dialect)):
        request = request_orders(
            a_campaign(), [an_account("maya.bakes")], brand_name="N", description="D", actor=None
        )
        kill_the_sender_before_it_keeps_the_answer(hands, lambda: bool(dialect.made(tiktok)))

        request.refresh_from_db()
        assert request.state == RequestState.SENDING
        assert Order.objects.get().state == OrderState.CREATING

        tiktok.control("clock", advance_seconds=60)  # TikTok's lists follow its writes by a moment
        for _ in range(2):  # it is never repeated by itself
            let_the_lease_and_the_senders_time_run_out()
            pump()
        request.refresh_from_db()
        [made] = dialect.made(tiktok)
        if dialect.find_again is not None:
            assert request.state == RequestState.UNCERTAIN
            dialect.find_again(tiktok, request)

        order = Order.objects.get()
        assert (order.tiktok_order_id, order.request.state) == (made, RequestState.DONE)
        assert dialect.made(tiktok) == [made]
