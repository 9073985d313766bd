"""Every address says whom it serves, stands where that audience is let in, and has a name."""

from __future__ import annotations

import pytest

from api.views import ApiView
from tenancy.enums import Permission
from tests.guards.addresses import AUDIENCES, FRAMEWORK, addresses, every_address

PLACES = {"staff": "o/<slug:slug>/", "api": "api/v1/"}
# The portal's and the public pages stand where their readers expect them; these are the roots in use, and why.
ROOTS = {
    "portal": {
        "me/": "the influencers' dashboard",
        "oauth/": "TikTok's way back: the attempt says where the person set out from, and what they may do",
    },
    "hooks": {"hooks/": "what TikTok posts"},
    "ops": {"metrics": "Prometheus"},
}


def test_every_address_of_ours_has_an_audience_and_a_name() -> None:
    found = addresses()
    assert [a.route for a in found if a.audience not in AUDIENCES] == []
    assert [a.route for a in found if a.name.endswith("None")] == []
    assert len({a.name for a in found}) == len(found)


def test_every_address_stands_where_its_audience_is_let_in() -> None:
    description = {"api:schema", "api:docs"}
    for address in addresses():
        place = PLACES.get(address.audience)
        assert not place or address.route.startswith(place), address.route
        for other in set(PLACES) - {address.audience}:
            is_elsewhere = not address.route.startswith(PLACES[other])
            assert is_elsewhere or address.name in description, address.route


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
