"""Pages by key, foreign ids, and the number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from crm.models import Influencer
from tenancy.models import ApiKey, Organization
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key
from tests.api.conftest import Reader
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.personas import Tenant
from tiktok.models import VideoSnapshot

LISTS = ["influencers/", "social-accounts/", "campaigns/", "orders/", "network-posts/", "posts/"]
ROWS = {
    "influencers/": "crm.Influencer",
    "social-accounts/": "crm.SocialAccount",
    "campaigns/": "campaigns.Campaign",
    "orders/": "campaigns.Order",
    "network-posts/": "campaigns.PostPlace",
    "posts/": "campaigns.Post",
}


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name="Ash", slug="ash")


@pytest.fixture
def ash(organization: Organization) -> Reader:
    return Reader(create_api_key(organization, "ci", scopes=["read"], actor=None)[1])


def pages(reader: Reader, start: str, direction: str) -> list[list[Any]]:
    """The pages from an address on, following one of the two links to its end."""
    found, url = [], start
    while url:
        document = reader.get(url).json()
        assert set(document) == {"next", "previous", "results"}
        found.append([row.get("id", row.get("bucket_at")) for row in document["results"]])
        last, url = url, document[direction]
        assert len(found) < 20, "the links lead in a circle"
    return [*found, [last]]


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_pages_over_equal_names_lead_there_and_back(
    organization: Organization, ash: Reader, count: int
) -> None:
    with organization_scope(organization):
        expected = [Influencer.objects.create(name="Same").pk for _ in range(count)]
    *forwards, [last] = pages(ash, "/api/v1/influencers/?page_size=2", "next")
    assert [pk for page in forwards for pk in page] == expected
    assert [len(page) for page in forwards] == [2] * (count // 2) + [1] * (count % 2)

    *backwards, _ = pages(ash, last, "previous")
    assert [pk for page in reversed(backwards) for pk in page] == expected


def test_pages_in_descending_order_lead_there_and_back(
    organization: Organization, ash: Reader
) -> None:
    with organization_scope(organization):
        made = [a_campaign(f"Campaign {n}").pk for n in range(5)]
    *forwards, [last] = pages(ash, "/api/v1/campaigns/?page_size=2", "next")
    assert [pk for page in forwards for pk in page] == made[::-1]
    *backwards, _ = pages(ash, last, "previous")
    assert [pk for page in reversed(backwards) for pk in page] == made[::-1]


def test_a_history_is_paged_too_through_both_tiers(oak: Tenant) -> None:
    with organization_scope(oak.organization):
        row = oak.row("tiktok.VideoSnapshot")
        for source in ("order_report", "ttcm_authorized"):
            VideoSnapshot.objects.create(
                video_id=row.video_id,
                source=source,
                bucket_at=row.bucket_at,
                fetched_at=row.fetched_at,
            )
    path = f"/api/v1/posts/{oak.row('campaigns.Post').pk}/metrics/history/?page_size=1"
    *forwards, _ = pages(Reader(oak.keys["read"]), path, "next")
    assert [len(page) for page in forwards] == [1, 1, 1, 1]


def test_links_keep_the_filters(organization: Organization, ash: Reader) -> None:
    with organization_scope(organization):
        kept = [a_campaign(f"{n}", state="active").pk for n in range(2)]
        a_campaign("other", state="draft")
    first = ash.get("campaigns/", {"state": "active", "page_size": 1}).json()
    assert "state=active" in first["next"]
    assert first["next"].startswith("http://testserver/api/v1/campaigns/?")
    second = ash.get(first["next"]).json()
    assert [first["results"][0]["id"], second["results"][0]["id"]] == kept[::-1]
    assert second["next"] is None


def test_a_row_that_comes_or_goes_between_pages_shifts_nothing(
    organization: Organization, ash: Reader
) -> None:
    with organization_scope(organization):
        made = [a_campaign(f"{n}").pk for n in range(4)]
        first = ash.get("campaigns/", {"page_size": 2}).json()
        a_campaign("newer")
        Campaign.objects.filter(pk=made[3]).delete()
    second = ash.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [made[1], made[0]]


def test_where_the_rest_is_gone_the_loop_ends(organization: Organization, ash: Reader) -> None:
    with organization_scope(organization):
        made = [a_campaign(f"{n}").pk for n in range(2)]
        first = ash.get("campaigns/", {"page_size": 1}).json()
        Campaign.objects.filter(pk=made[0]).delete()
    assert ash.get(first["next"]).json() == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "é", "a:b:c", "\x00", "[" * 3000])
def test_a_cursor_that_is_none_is_refused(ash: Reader, cursor: str) -> None:
    answer = ash.get("influencers/", {"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "cursor", "message": "This is not a cursor of this list."}
    ]


def test_a_cursor_of_another_list_is_refused(oak: Tenant, elm: Tenant, reader: Reader) -> None:
    with organization_scope(oak.organization):
        a_campaign("second")
    link = reader.get("campaigns/", {"page_size": 1}).json()["next"]
    assert reader.get(link.replace("campaigns", "orders")).status_code == 400
    # Of another organization's same list it is only a place in the order; the rows are the key's own.
    assert Reader(elm.keys["read"]).get(link).json()["results"] in ([], _only(elm))


def _only(tenant: Tenant) -> list[dict[str, Any]]:
    return Reader(tenant.keys["read"]).get("campaigns/").json()["results"]


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "1.5", "٣", "9" * 30, "0" * 9 + "5"])
def test_a_page_size_out_of_reach_is_refused(ash: Reader, size: str) -> None:
    answer = ash.get("influencers/", {"page_size": size})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["page_size"]


@pytest.mark.parametrize("path", ROWS)
def test_a_foreign_id_answers_exactly_as_an_absent_one(
    path: str, oak: Tenant, elm: Tenant, reader: Reader
) -> None:
    foreign = reader.get(f"{path}{elm.row(ROWS[path]).pk}/")
    absent = reader.get(f"{path}{2**40}/")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()
    assert foreign.json()["detail"] == "There is no such object."
    with organization_scope(oak.organization):
        own = set(type(oak.row(ROWS[path]))._default_manager.values_list("pk", flat=True))
    assert set(reader.ids(path)) == own >= {oak.row(ROWS[path]).pk}


@pytest.mark.parametrize("wrong", ["x", "1.5", "-1", "9" * 40, "%00", "1%27"])
def test_an_id_that_is_none_answers_as_an_absent_one(wrong: str, reader: Reader) -> None:
    answer = reader.get(f"/api/v1/influencers/{wrong}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


FILTERS = [
    ("influencers/", "campaign", "campaigns.Campaign"),
    ("social-accounts/", "campaign", "campaigns.Campaign"),
    ("social-accounts/", "influencer", "crm.Influencer"),
    ("campaigns/", "account", "crm.SocialAccount"),
    ("orders/", "campaign", "campaigns.Campaign"),
    ("orders/", "account", "crm.SocialAccount"),
    ("posts/", "campaign", "campaigns.Campaign"),
    ("posts/", "account", "crm.SocialAccount"),
    ("posts/", "order", "campaigns.Order"),
]


@pytest.mark.parametrize(("path", "name", "label"), FILTERS)
def test_a_foreign_id_in_a_filter_selects_nothing(
    path: str, name: str, label: str, oak: Tenant, elm: Tenant, reader: Reader
) -> None:
    assert reader.ids(path, **{name: oak.row(label).pk}) != []
    assert reader.ids(path, **{name: elm.row(label).pk}) == []
    assert reader.ids(path, **{name: 10**30}) == []


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_the_same_few_queries_whatever_its_length(
    path: str, organization: Organization, ash: Reader
) -> None:
    def queries() -> int:
        ApiKey.objects.update(last_used_at="2100-01-01T00:00Z")
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert ash.get(path).json()["results"]
        return len(context)

    make_rows(organization, ["one"], path)
    with_one = queries()
    make_rows(organization, ["two", "three"], path)
    assert len(ash.ids(path)) == 3
    assert queries() == with_one <= 8


def make_rows(organization: Organization, handles: list[str], path: str = "") -> None:
    with organization_scope(organization):
        for number, handle in enumerate(handles):
            account = a_participant(campaign := a_campaign(handle), handle)
            order = an_order(campaign, account)
            a_post(campaign, a_video(account, f"{handle}{number}"), order=order)
            if path == "network-posts/":
                a_place(campaign, a_network_post(a_network_account(handle), handle))
