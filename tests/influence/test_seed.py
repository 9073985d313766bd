"""The invented world of `make run`, made by a start that is stopped anywhere and tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NoReturn

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, OrderReply, Post
from campaigns.policies.posts import GONE
from campaigns.queries.migration_people import accounts_to_ask, accounts_without_address
from campaigns.queries.order_dates import is_overdue
from campaigns.queries.order_list import Asked, narrowed_orders
from campaigns.queries.orders import with_pending
from crm.enums import ApplicationState, Network
from crm.models import (
    Application,
    Contract,
    CustomField,
    Influencer,
    List,
    Mention,
    Note,
    SocialAccount,
    Tag,
)
from crm.queries import tiktok_account
from influence.demo.applications import APPLICANTS
from influence.demo.cast import AGENCY, BRAND
from influence.demo.past import followers_share, views_share
from tenancy.models import Group, Organization
from tenancy.scope import groups_scope, organization_scope
from tiktok.enums import AccountKind, ConnectionState
from tiktok.models import Connection, CreatorSnapshot, LegacyMigration
from tiktok.queries import kind_of

pytestmark = pytest.mark.django_db
STEPS = ("seed._leave_from_before", "agency.Agency.run_campaigns", "agency.Agency.draft")
SAID = {"question", "new_date", "cannot"}
SPARKS = {"waiting", "accepted", "ended", "rejected"}


def stop() -> NoReturn:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _a_smaller_world(monkeypatch) -> None:
    monkeypatch.setattr("influence.demo.past.PAST_DAYS", 3)
    monkeypatch.setattr("influence.demo.past._is_gap", lambda name, days: False)
    monkeypatch.setattr("influence.demo.seed.AGENCY", AGENCY[:20])


def assert_each_state_of_an_order_is_there() -> None:
    """`draft` is none that an order of ours stands in: it is written down as it is sent."""
    assert set(Order.objects.values_list("state", flat=True)) == {*OrderState} - {"draft"}
    assert Order.objects.filter(is_overdue()).exclude(replies__isnull=False).count() == 1
    removed = Post.objects.get(review_reason=GONE).order
    assert (removed.state, removed.account.handle) == ("accepted", "priya.paints")
    replies = OrderReply.objects.filter(settled_at=None)
    assert set(replies.values_list("kind", flat=True)) == SAID
    orders = with_pending(Order.objects.all())
    assert {word for order in orders for word in order.sparks} == SPARKS
    with_video = Asked(spark="with_video")
    assert narrowed_orders(Campaign.objects.get(name="Night shift"), with_video).count() == 6


@pytest.mark.parametrize("step", STEPS)
def test_a_start_that_was_stopped_is_completed_by_the_next(step, tiktok, monkeypatch) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(f"influence.demo.{step}", lambda *given: stop())
        call_command("seed_demo")
    call_command("seed_demo")
    call_command("seed_demo")

    assert Connection.objects.count() == 4 + len(APPLICANTS)
    assert Connection.objects.get(state=ConnectionState.EXPIRING).handle == "giulia.pasta"
    with organization_scope(Organization.objects.get(slug="northlight")):
        accounts = SocialAccount.objects.filter(network=Network.TIKTOK)
        assert (Influencer.objects.count(), accounts.count()) == (32, 30)
        names = Campaign.objects.order_by("name").values_list("name", flat=True)
        assert list(names) == ["Alpine layers", "Night shift", "Seeded loaf", "Winter swim"]
        assert_each_state_of_an_order_is_there()
        assert Post.objects.filter(published_since__isnull=False).count() == 14
        assert CreatorSnapshot.objects.values("bucket_at").distinct().count() == 4
        assert tiktok_account("maya.bakes") is None, "README adds it"
        kinds = {kind_of(account.creator) for account in accounts}
        assert kinds == {*AccountKind} - {AccountKind.LEGACY}
        assert {note.author.name for note in Note.objects.all()} == {"Olivia Park", "Marco Bianchi"}
        assert Mention.objects.values("user").distinct().count() == 2
        assert (Tag.objects.count(), List.objects.count(), CustomField.objects.count()) == (7, 2, 8)
        assert set(Contract.objects.values_list("state", flat=True)) == {
            "draft",
            "sent",
            "accepted",
            "declined",
        }
        states = Application.objects.values_list("state", flat=True)
        assert set(states) == set(ApplicationState.values)
        with groups_scope([Group.objects.get(name="Food").pk]):
            assert Influencer.objects.filter(archived_at=None).count() == 8
        first = Order.objects.filter(state=OrderState.FULFILLED).order_by("state_at")[0]
        assert first.state_at < timezone.now() - timedelta(days=300)
    with organization_scope(Organization.objects.get(slug="harbour")):
        assert SocialAccount.objects.count() == len(BRAND)
        assert Campaign.objects.count() == 1
        through = Order.objects.values_list(
            "account__handle", "request__marketplace_account__country"
        )
        assert dict(through) == {
            "maya.bakes": "GB", "yuki.paints": "GB", "soren.sails": "GB", "matilda.surf": "GB", "zoe.zen": "US",
        }  # fmt: skip
    with organization_scope(Organization.objects.get(slug="kestrel")):
        assert LegacyMigration.objects.get().cut_over_at is None
        assert (accounts_to_ask().count() > 0, accounts_without_address().count() > 0) == (
            True,
            True,
        )
        assert {kind_of(account.creator) for account in SocialAccount.objects.all()} == {
            AccountKind.LEGACY
        }


def test_invented_views_never_fall_and_invented_followers_end_at_todays() -> None:
    published, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
    days = [published + timedelta(days=n) for n in range(365)]
    for video in ("7450000000000000001", "7450000000000000002", "7450000000000000003"):
        shares = [views_share(video, published, day, now) for day in days]
        assert all(before <= after for before, after in pairwise(shares))
        assert 0 <= shares[0] < shares[-1] <= 1
    for handle, _, _ in AGENCY:
        assert 0.9 < followers_share(handle, 1) < 1.01
        assert 0.02 <= followers_share(handle, 365) < 0.95
