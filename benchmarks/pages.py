"""P5B, P6, P12: what a request over HTTP costs, in an installation of ten tenants, uneven and even.

Uneven: one has 60 % of all rows, one 10 %, eight 3.75 % each. PostgreSQL plans differently in the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import psycopg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from benchmarks.data import Filled
from benchmarks.lists import BY_NAME, inside
from benchmarks.measure import Figure
from benchmarks.requests import api_key
from benchmarks.web import Cost, Server, serving
from benchmarks.world import World
from campaigns.services.results.rolling import roll_due
from crm.models import Influencer
from tenancy.enums import Role
from tenancy.models import Membership, Organization
from tenancy.scope import organization_scope

SHARES = {"uneven": (0.6, 0.1, *[0.0375] * 8), "even": (0.1,) * 10}
API = ("influencers", "social-accounts", "orders", "posts")
TABS = {
    "overview": "", "orders": "orders/", "published posts": "posts/", "all posts": "posts/all/", "participants": "influencers/", "report": "report/",
}  # fmt: skip
P5B_BAR = 3.0
DATABASE_BAR, PAGE_BAR = 20.0, 60.0  # milliseconds, as on the machine of `QUIET`
# NetBox 4.4, a page of 50 of 100,000 rows in ten tenants: milliseconds of computing time, and how many times less is ours.
NETBOX = {
    "list": (108 + 57, 20), "deep page": (104 + 308, 40), "search": (49 + 425, 40), "detail": (31 + 5.5, 12),
    "HTML list": (169 + 147, 12),
}  # fmt: skip
# Milliseconds that the computation in `bare` takes at rest on the machine on which the figures of NetBox were measured.
QUIET = 7.2
CALIBRATIONS = 20  # requests
API_TIMES = 4  # so many times more requests than to a page: each takes a fraction of its time


@dataclass(frozen=True)
class Visit:
    """A member of the largest tenant of an installation, at a web server."""

    server: Server
    bare: Server
    to: Filled
    slug: str
    cookie: dict[str, str]
    key: dict[str, str]
    times: int

    def page(self, path: str) -> Cost:
        return self._at_rest(self.server, f"/o/{self.slug}/{path}", self.cookie, self.times)

    def api(self, path: str) -> Cost:
        return self._at_rest(self.server, f"/api/v1/{path}", self.key, self.times * API_TIMES)

    def plain(self, name: str) -> Cost:
        """The same list of the API by the bare server."""
        path = f"/{self.to.organization_id}/{name}"
        return self._at_rest(self.bare, path, {}, self.times * API_TIMES)

    def _at_rest(self, server: Server, path: str, headers: dict[str, str], times: int) -> Cost:
        """The cost as on the machine of `QUIET`, by what a computation costs here just before and after."""
        before = self._slowness()
        cost, slowness = server.cost(path, headers, times), (before + self._slowness()) / 2
        return Cost(cost.web / slowness, cost.database / slowness)

    def _slowness(self) -> float:
        return self.bare.cost("/calibration", {}, CALIBRATIONS).web / QUIET


def against_bare(world: World) -> Iterator[Figure]:
    """P5B: lists of the API against plain psycopg and JSON."""
    for kind, visit in _installations(world):
        for name in API:
            cost, theirs = visit.api(f"{name}/").whole, visit.plain(name).whole
            what = f"{kind}: API {name}, page of 50"
            yield Figure("P5B", what, _ms(cost), _ms(theirs), _ratio(cost, theirs), P5B_BAR)


def pages(world: World) -> Iterator[Figure]:
    """P6: home, and the pages of a campaign with half of all posts."""
    for kind, visit in _installations(world):
        campaign = f"campaigns/{visit.to.first}/"
        for what, path in {
            "home": "",
            **{name: campaign + path for name, path in TABS.items()},
        }.items():
            cost = visit.page(path)
            for part, taken, most in (
                ("database", cost.database, DATABASE_BAR),
                ("whole", cost.whole, PAGE_BAR),
            ):
                texts = _ms(taken), _ms(most)
                yield Figure("P6", f"{kind}: {what}, {part}", *texts, _ratio(taken, most), 1)


def against_netbox(world: World) -> Iterator[Figure]:
    """P12: how many times less than NetBox a request costs."""
    for kind, visit in _installations(world):
        deep = inside(visit.to, Influencer.objects.all, BY_NAME)
        asked = {
            "list": visit.api("influencers/"),
            "deep page": visit.api(f"influencers/?cursor={deep}"),
            "search": visit.api("influencers/?search=kern"),
            "detail": visit.api(f"influencers/{visit.to.first}/"),
            "HTML list": visit.page("influencers/"),
        }
        for what, cost in asked.items():
            theirs, least = NETBOX[what]
            ratio, texts = _ratio(theirs, cost.whole), (_ms(cost.whole), _ms(theirs))
            yield Figure("P12", f"{kind}: {what}, NetBox", *texts, ratio, least, is_share=True)


def _installations(world: World) -> Iterator[tuple[str, Visit]]:
    with (
        serving("influence.wsgi:application", is_trial=world.is_trial) as ours,
        serving("benchmarks.bare:application", is_trial=world.is_trial) as bare,
    ):
        for kind, shares in SHARES.items():
            yield kind, _visit(world, ours, bare, kind, shares)


def _visit(
    world: World, server: Server, bare: Server, kind: str, shares: tuple[float, ...]
) -> Visit:
    names = [f"{kind}-{n}" for n in range(len(shares))]
    sizes = [max(60, round(world.rows * share)) for share in shares]
    filled = [
        world.filled(name, size, with_readings=True)
        for name, size in zip(names, sizes, strict=True)
    ]
    organization = Organization.objects.get(pk=filled[0].organization_id)
    with organization_scope(organization):
        while roll_due():
            pass
    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")  # as autovacuum does behind whoever adds up
    key = {"Authorization": f"Bearer {api_key(organization.pk)}"}
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_session(world, organization)}"}
    times = max(8, world.page_turns)
    return Visit(server, bare, filled[0], organization.slug, cookie, key, times)


def _session(world: World, organization: Organization) -> str:
    """The key of a session in which the organization's owner is signed in."""
    assert Membership.objects.filter(organization=organization, user=world.person, role=Role.OWNER)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(world.person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = world.person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _ratio(part: float, whole: float) -> float:
    """Divide times; accounts in hundredths of a second may say that there was none."""
    return max(part, 0.001) / max(whole, 0.001)


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.2f} ms"
