"""Every address says whom it serves, stands where that audience is let in, and has a name."""

from __future__ import annotations

import pytest

from api.views import ApiView
from tenancy.enums import Permission
from tests.guards.addresses import AUDIENCES, FRAMEWORK, Address, addresses, every_address

PLACES = {"staff": "o/<slug:slug>/", "api": "api/v1/"}
# The portal's and the public pages stand where their readers expect them; these are the roots in use, and why.
ROOTS = {
    "portal": {
        "me/": "the influencers' dashboard",
        "oauth/": "TikTok's way back to the dashboard",
    },
    "ops": {"metrics": "Prometheus"},
}


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_every_address_of_ours_has_an_audience(address: Address) -> None:
    assert address.audience in AUDIENCES, f"{address.route}: mark its view with an audience"
    assert not address.name.endswith("None"), f"{address.route} has no name"


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_every_address_stands_where_its_audience_is_let_in(address: Address) -> None:
    place = PLACES.get(address.audience)
    if place:
        assert address.route.startswith(place)
    for other in set(PLACES) - {address.audience}:
        is_description = address.audience == "public" and address.name in {"api:schema", "api:docs"}
        assert is_description or not address.route.startswith(PLACES[other])


def test_every_page_of_members_asks_for_a_permission() -> None:
    staff = [a for a in addresses() if a.audience == "staff"]
    assert staff
    assert [a.name for a in staff if getattr(a.marks, "permission", None) not in Permission] == []


def test_every_view_of_the_api_opens_the_scope_of_its_key() -> None:
    api = [a for a in addresses() if a.audience == "api"]
    assert api
    assert [a.name for a in api if not issubclass(a.marks, ApiView)] == []


@pytest.mark.parametrize("audience", sorted(ROOTS))
def test_the_roots_of_the_other_audiences_are_known(audience: str) -> None:
    routes = [a.route for a in addresses() if a.audience == audience]
    used = {root for root in ROOTS[audience] if any(route.startswith(root) for route in routes)}
    assert [route for route in routes if not route.startswith(tuple(ROOTS[audience]))] == []
    assert used == set(ROOTS[audience])


def test_every_framework_on_the_list_is_in_use() -> None:
    routes = [address.route for address in every_address()]
    assert [p for p in FRAMEWORK if not any(route.startswith(p) for route in routes)] == []
