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
from tests.submitting import fresh
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
        "filter": f"{LIST}?f=field.fee:EUR,8888..8888",
        "filter dialog": f"{LIST}filter/?field=field.fee",
        "filter by rate": f"{LIST}?f=rate:EUR,7777..7777",
        "dialog of rates": f"{LIST}filter/?field=rate",
        "columns": f"{LIST}columns/",
        "duplicates": f"{LIST}duplicates/",
        "archive": f"{LIST}archived/",
    }


def test_a_viewer_meets_no_amount_on_any_page(maya: Influencer, viewer: Client) -> None:
    layout(viewer, "rates", "field.fee", "account")
    for name, url in doors(maya).items():
        page = viewer.get(url)
        assert page.status_code == 200, name
        assert ".." in url or not amounts_in(page), name
        assert "Creator rate" not in page.content.decode(), name
        assert "Fee" not in page.content.decode(), name


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN, Role.OWNER])
def test_everybody_else_sees_all_three(
    maya: Influencer, role: Role, signed_in: Callable[[Role], Client]
) -> None:
    client = signed_in(role)
    layout(client, "rates", "field.fee", "account")
    assert amounts_in(client.get(f"{LIST}{maya.pk}/")) >= {"7,777", "8,888", "9,999"}
    assert amounts_in(client.get(LIST)) == {"7,777", "8,888"}
    for filtered in ("field.fee:EUR,8888..8888", "rate:tiktok,video,EUR,7777..7777"):
        assert "Maya" in client.get(f"{LIST}?f={filtered}").content.decode()


def test_a_viewer_finds_nobody_by_money(maya: Influencer, viewer: Client) -> None:
    for filtered in ("field.fee:EUR,1..2", "rate:EUR,1..2"):
        page = viewer.get(f"{LIST}?f={filtered}").content.decode()
        assert "There is no filter" in page
        assert "Maya" in page  # the filter is left out
    fields = viewer.get(f"{LIST}filter/").content.decode()
    assert "Fee" not in fields
    assert "field=rate" not in fields


def test_a_rate_is_filtered_by_network_kind_currency_and_amount(
    maya: Influencer, manager: Client
) -> None:
    dialog = manager.get(f"{LIST}filter/?field=rate").content.decode()
    for label in ("Network", "Kind of post", "Currency", "At least", "At most"):
        assert f">{label}</label>" in dialog
    chosen = {"field": "rate", "apply": "1", "value": ["tiktok", "video", "eur"], "most": "8000"}
    answer = manager.get(f"{LIST}filter/", chosen)
    assert answer.headers["Location"] == f"{LIST}?f=rate%3Atiktok%2Cvideo%2CEUR%2C..8000"
    page = manager.get(answer.headers["Location"]).content.decode()
    assert "Maya" in page
    assert "Rate · TikTok · Video ≤ 8,000 EUR" in page
    again = manager.get(f"{LIST}filter/?f=rate:tiktok,video,EUR,..8000&field=rate&at=0&nth=0")
    dialog = again.content.decode()
    assert '<option value="tiktok" selected>' in dialog
    assert 'value="EUR"' in dialog


def test_an_amount_without_its_currency_is_refused(maya: Influencer, manager: Client) -> None:
    answer = manager.get(f"{LIST}filter/?field=field.fee&apply=1&value=&least=5")
    assert answer.status_code == 422
    assert "names no currency" in answer.content.decode()


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
            filters=["field.fee:EUR,8888.."],
            sort="-field.fee",
            is_shared=True,
            actor=owner,
        )
    assert "Dear ones" in viewer.get(LIST).content.decode()
    counted = viewer.get(f"{LIST}count/").content.decode()
    assert "Dear ones" in counted
    # Its filter is left out for them, so a number would be that of everybody.
    assert not re.findall(r"Dear ones.*?tab-count\">(\d+)<", counted, re.DOTALL)


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


HOSTILE = (
    "rate:EUR..USD", "rate:eur", "rate:EUR,99999999999999999..", "rate:EUR,1e5..", "rate:EUR,NaN..", "rate:EUR,5..1",
    "rate:EUR,-5..-1", "rate:EUR,\u0663..", "rate:\ufb01a,1..", "rate:%00,1..2", "rate:,,,", "rate:EUR,unknown,..0", "rate:unknown",
    "rate:EUR,1..2|rate:USD,..3", "rate:EUR,999999999999999.999999..", "rate:tiktok,x", "rate:EUR,1..2' OR 1=1--",
    "field.fee:EUR,..0.000001", "field.fee:XXX", "field.fee:unknown", "field.fee:..", "field.none:EUR,1..2",
    "followers:\u0661..", "growth:-999999999999999.999999..", "active:0001-01-01..9999-12-31", "active:+99999d..",
    "active:-99999d..", "birthday:..9999-12-31", "owner:999999999999999999", "tag:1\u0663", "city:%25,_,%5C",
)  # fmt: skip


@pytest.mark.parametrize("client", ["viewer", "manager"])
def test_no_address_of_filters_breaks_the_list_its_counts_or_a_segment(
    maya: Influencer, client: str, request: pytest.FixtureRequest
) -> None:
    member: Client = request.getfixturevalue(client)
    for hostile in HOSTILE:
        asked = {"f": hostile, "sort": "-field.fee"}
        page = member.get(LIST, asked)
        counted = member.get(f"{LIST}count/", {**asked, "empty": "1"})
        assert (page.status_code, counted.status_code) == (200, 200), hostile
        field, _, value = hostile.partition(":")
        chosen = {"field": field, "apply": "1", "value": value.split(","), "at": "0", "nth": "9"}
        assert member.get(f"{LIST}filter/", {**asked, **chosen}).status_code in {200, 302, 422}
        if client == "manager":
            given = {**fresh(), "name": "Hostile", "f": hostile}
            assert member.post(f"{LIST}segments/add/", given).status_code in {302, 422}, hostile
    assert "Maya" in member.get(f"{LIST}?f=rate:EUR,%D9%A7777..7777").content.decode()
