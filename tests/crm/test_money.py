"""Rates of creators are money: owners, admins and managers see them, a viewer meets none at any door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Influencer, Rate
from crm.services.collections.layouts import save_columns
from crm.services.collections.segments import create_segment
from crm.services.influencers import Price, set_rates
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.merging.conftest import merge
from tests.factories.crm import InfluencerFactory, an_authenticated_account
from tiktok.enums import Source

pytestmark = pytest.mark.django_db
LIST = "/o/oak/influencers/"
AMOUNTS = ("7777", "7,777", "8888", "8,888", "9999", "9,999")


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    """An influencer with a rate of 7777, a field of 8888, and a creator rate at TikTok of 9999."""
    with organization_scope(oak):
        account = an_authenticated_account(
            influencer__name="Maya",
            creator__profile_source=Source.AUTHORIZED,
            creator__profile_fetched_at=datetime(2026, 11, 28, tzinfo=UTC),
            creator__insights_fetched_at=datetime(2026, 11, 28, tzinfo=UTC),
            creator__creator_rate_amount=Decimal(9999),
            creator__creator_rate_currency="EUR",
            creator__profile_dialect="ttcm",
        )
        fee = CustomField.objects.create(name="Fee", key="fee", kind=FieldKind.MONEY)
        CustomValue.objects.create(
            field=fee, influencer=account.influencer, number=Decimal(8888), currency="EUR"
        )
        price = Price("tiktok", "video", Decimal(7777), "EUR")
        set_rates(account.influencer, [price], actor=None)
        person: Influencer = account.influencer
        return person


def amounts_in(page: Any) -> set[str]:
    text = page.content.decode() if not page.streaming else page.getvalue().decode()
    return {amount for amount in AMOUNTS if amount in text}


def layout(client: Client, *columns: str) -> None:
    """Choose columns as one who may; they stay chosen when the role changes."""
    with organization_scope(Organization.objects.get(slug="oak")):
        save_columns(User.objects.get(pk=client.session["_auth_user_id"]), list(columns))


def doors(maya: Influencer) -> dict[str, str]:
    return {
        "profile": f"{LIST}{maya.pk}/",
        "timeline": f"{LIST}{maya.pk}/timeline/",
        "list": LIST,
        "list sorted": f"{LIST}?sort=-field.fee",
        "filter": f"{LIST}?f=field.fee:8888..8888",
        "filter dialog": f"{LIST}filter/?field=field.fee",
        "columns": f"{LIST}columns/",
        "duplicates": f"{LIST}duplicates/",
        "archive": f"{LIST}archived/",
    }


def test_a_viewer_meets_no_amount_on_any_page(maya: Influencer, viewer: Client) -> None:
    layout(viewer, "rates", "field.fee", "account")
    for name, url in doors(maya).items():
        page = viewer.get(url)
        assert page.status_code == 200, name
        assert "8888.." in url or not amounts_in(page), name
        assert "Creator rate" not in page.content.decode(), name
        assert "Fee" not in page.content.decode(), name


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN, Role.OWNER])
def test_everybody_else_sees_all_three(
    maya: Influencer, role: Role, signed_in: Callable[[Role], Client]
) -> None:
    client = signed_in(role)
    layout(client, "rates", "field.fee", "account")
    assert amounts_in(client.get(f"{LIST}{maya.pk}/")) >= {"7,777", "8888", "9,999"}
    assert amounts_in(client.get(LIST)) == {"7,777", "8888"}
    assert "Maya" in client.get(f"{LIST}?f=field.fee:8888..8888").content.decode()


def test_a_viewer_finds_nobody_by_money(maya: Influencer, viewer: Client) -> None:
    page = viewer.get(f"{LIST}?f=field.fee:1..2").content.decode()
    assert "There is no filter" in page
    assert "Maya" in page  # the filter is left out
    assert "Fee" not in viewer.get(f"{LIST}filter/").content.decode()


def test_a_viewer_is_not_told_an_order_by_money(
    maya: Influencer, viewer: Client, manager: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        InfluencerFactory.create(name="Aaron")

    def names(client: Client) -> list[str]:
        page = client.get(f"{LIST}?sort=-field.fee").content.decode()
        return sorted(("Maya", "Aaron"), key=page.index)

    assert names(manager) == ["Maya", "Aaron"]
    assert names(viewer) == ["Aaron", "Maya"]


def test_a_shared_segment_by_money_tells_a_viewer_nothing(
    maya: Influencer, viewer: Client, owner: User, oak: Organization
) -> None:
    with organization_scope(oak):
        InfluencerFactory.create(name="Tom")
        create_segment(
            "Dear ones",
            filters=["field.fee:8888.."],
            sort="-field.fee",
            is_shared=True,
            actor=owner,
        )
    assert "Dear ones" in viewer.get(LIST).content.decode()
    counted = viewer.get(f"{LIST}count/").content.decode()
    (count,) = re.findall(r"Dear ones.*?tab-count\">(\d+)<", counted, re.DOTALL)
    assert count == "2"  # everybody: the filter is left out


def test_exports_are_without_money(maya: Influencer, viewer: Client, manager: Client) -> None:
    assert amounts_in(viewer.post(f"{LIST}export/", {"columns": "all", "format": "csv"})) == set()
    sorted_by = {"columns": "all", "format": "csv", "sort": "-field.fee"}
    assert amounts_in(viewer.post(f"{LIST}export/", sorted_by)) == set()
    assert amounts_in(manager.post(f"{LIST}export/", sorted_by)) == {"7,777", "8888"}


@pytest.mark.parametrize(
    "path", ["merge/?ids={0}&ids={1}", "{0}/edit/", "import/", "add/", "tasks/"]
)
def test_pages_that_show_what_may_be_changed_are_closed_or_without_money(
    path: str, maya: Influencer, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        other = InfluencerFactory.create(name="Mayya")
    answer = viewer.get(LIST + path.format(maya.pk, other.pk))
    assert answer.status_code in {200, 403, 404}
    assert not amounts_in(answer)


def test_a_merge_tells_a_viewer_no_amount(
    maya: Influencer, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        other = InfluencerFactory.create(name="Mayya")
        Rate.objects.create(
            influencer=other, network="tiktok", kind="video", amount=Decimal(7778), currency="EUR"
        )
        merged = merge(maya, other)
    for url in (f"{LIST}merges/{merged.pk}/", f"{LIST}{maya.pk}/", f"{LIST}{maya.pk}/timeline/"):
        page = viewer.get(url)
        assert page.status_code == 200
        assert not amounts_in(page)
        assert "7,778" not in page.content.decode()


def test_who_is_a_viewer_now_sees_no_money_any_more(
    maya: Influencer, manager: Client, oak: Organization
) -> None:
    layout(manager, "rates", "field.fee")
    assert amounts_in(manager.get(LIST))
    Membership.objects.filter(organization=oak).update(role=Role.VIEWER)
    assert not amounts_in(manager.get(LIST))
    assert not amounts_in(manager.get(f"{LIST}{maya.pk}/"))
