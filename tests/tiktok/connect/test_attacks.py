"""Eighteen ways to abuse the trip to TikTok's consent page. Each is refused with a reason, stores no token, and is audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import a_person
from tests.portal.test_dashboard import READ
from tests.sandbox_process import SCOPES, Sandbox
from tiktok.errors import TikTokUnavailable
from tiktok.models import ConnectAttempt, Connection
from tiktok.services.connect import connections
from tiktok.services.connect.connect import start_connect
from tiktok.services.grants import attempts

pytestmark = pytest.mark.django_db

EVIL = "https://evil.example"
MARKUP = "<script>alert('evil')</script>"
WRONG_ACCOUNT = "You signed in at TikTok as @rio.runs, but @maya.bakes was asked for. Switch accounts at TikTok and try again."


@dataclass
class World:
    """Maya has begun a trip for Oak in her browser; nothing has come back yet."""

    tiktok: Sandbox
    oak: Organization
    maya: User
    browser: Client

    def trip(self, expected_handle: str = "") -> str:
        """The address that a new trip of hers leads to."""
        session_key = self.browser.session.session_key or ""
        return start_connect(
            self.maya, self.oak, session_key=session_key, expected_handle=expected_handle
        )

    def answer(self, handle: str = "maya.bakes", **choices: Any) -> dict[str, str]:
        """The answer that TikTok brings back from a trip of hers."""
        expected = choices.pop("expected_handle", "")
        return self.tiktok.consent(self.trip(expected), handle, **choices)

    def back(self, browser: Client | None = None, **answer: str) -> HttpResponse:
        return (browser or self.browser).get(reverse("tiktok_callback"), answer)


@pytest.fixture
def world(tiktok: Sandbox, oak: Organization, settings: Any) -> World:
    maya = a_person("maya@example.com", oak, name="Maya")
    world = World(tiktok, oak, maya, browser_of(maya))
    world.trip()
    return world


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


# --- the attacks: each prepares what it needs and returns how the answer is brought -------------------------------------
Attack = Callable[[World], Callable[[], HttpResponse]]


def without_a_state(world: World) -> Callable[[], HttpResponse]:
    code = world.answer()["code"]
    return lambda: world.back(code=code)


def with_a_guessed_state(world: World) -> Callable[[], HttpResponse]:
    code = world.answer()["code"]
    return lambda: world.back(state="x" * 43, code=code)


def with_a_used_state(world: World) -> Callable[[], HttpResponse]:
    used = world.answer()
    world.back(**used)
    fresh = world.answer()["code"]
    return lambda: world.back(state=used["state"], code=fresh)


def from_another_browser(world: World) -> Callable[[], HttpResponse]:
    answer, other = world.answer(), browser_of(world.maya)
    return lambda: world.back(other, **answer)


def by_another_person(world: World) -> Callable[[], HttpResponse]:
    answer, eve = world.answer(), browser_of(a_person("eve@example.com", world.oak))
    return lambda: world.back(eve, **answer)


def by_an_influencer_of_another_tenant(world: World) -> Callable[[], HttpResponse]:
    elm = Organization.objects.create(name="Elm", slug="elm")
    answer, rio = world.answer(), browser_of(a_person("rio@example.com", elm))
    assert rio.post(reverse("portal:connect", args=["oak"])).status_code == 404
    return lambda: world.back(rio, **answer)


def after_ten_minutes(world: World) -> Callable[[], HttpResponse]:
    answer = world.answer()
    ConnectAttempt.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return lambda: world.back(**answer)


def with_a_code_that_was_used(world: World) -> Callable[[], HttpResponse]:
    used = world.answer()
    world.back(**used)
    state = world.answer()["state"]
    return lambda: world.back(state=state, code=used["code"])


def with_a_code_for_another_address(world: World) -> Callable[[], HttpResponse]:
    address = urlsplit(world.trip())
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    query["redirect_uri"] = f"{EVIL}/oauth/tiktok/"
    answer = world.tiktok.consent(
        urlunsplit(address._replace(query=urlencode(query))), "maya.bakes"
    )
    return lambda: world.back(**answer)


def with_another_account(world: World) -> Callable[[], HttpResponse]:
    answer = world.answer("rio.runs", expected_handle="maya.bakes")
    return lambda: world.back(**answer)


def with_an_account_of_another_person(world: World) -> Callable[[], HttpResponse]:
    eve = browser_of(a_person("eve@example.com", world.oak))
    there = eve.post(reverse("portal:connect", args=["oak"]), READ)["Location"]
    world.back(eve, **world.tiktok.consent(there, "maya.bakes"))
    answer = world.answer()
    return lambda: world.back(**answer)


def without_the_scope(scope: str) -> Attack:
    def prepare(world: World) -> Callable[[], HttpResponse]:
        answer = world.answer(scopes=tuple(each for each in SCOPES if each != scope))
        return lambda: world.back(**answer)

    return prepare


def after_a_no(world: World) -> Callable[[], HttpResponse]:
    answer = world.answer(allow=False)
    return lambda: world.back(**answer)


def with_an_address_to_go_on_to(world: World) -> Callable[[], HttpResponse]:
    state = world.answer()["state"]
    onward = dict.fromkeys(("next", "redirect_uri", "redirect", "return_to", "url"), EVIL)
    return lambda: world.back(state=state, **onward)


def with_markup_in_an_error_beside_a_code(world: World) -> Callable[[], HttpResponse]:
    answer = world.answer()
    return lambda: world.back(**answer, error=MARKUP, error_description=MARKUP, error_type=MARKUP)


def with_garbage_for_the_code(world: World) -> Callable[[], HttpResponse]:
    answer = world.answer()
    world.tiktok.control("fail", times=9, path="/tt_user/oauth2/token/", garbage="html")
    return lambda: world.back(**answer)


ATTACKS: list[tuple[Attack, str]] = [
    (without_a_state, attempts.UNKNOWN_STATE),
    (with_a_guessed_state, attempts.UNKNOWN_STATE),
    (with_a_used_state, attempts.USED),
    (from_another_browser, attempts.OTHER_SESSION),
    (by_another_person, attempts.OTHER_PERSON),
    (by_an_influencer_of_another_tenant, attempts.OTHER_PERSON),
    (after_ten_minutes, attempts.TOO_LATE),
    (with_a_code_that_was_used, attempts.OLD_CODE),
    (with_a_code_for_another_address, attempts.OLD_CODE),
    (with_another_account, WRONG_ACCOUNT),
    (with_an_account_of_another_person, connections.TAKEN),
    (without_the_scope("biz.creator.info"), "Not granted: your profile."),
    (without_the_scope("biz.creator.insights"), "Not granted: your audience."),
    (without_the_scope("video.list"), "Not granted: your videos."),
    (after_a_no, attempts.DENIED),
    (with_an_address_to_go_on_to, attempts.NO_CODE),
    (with_markup_in_an_error_beside_a_code, attempts.NO_CODE),
    (with_garbage_for_the_code, str(TikTokUnavailable())),
]
NAMES = [attack.__qualname__.split(".")[0] for attack, _ in ATTACKS]


def stored() -> list[tuple[str, str, str]]:
    tokens = Connection.objects.exclude(sealed_access_token="", sealed_refresh_token="")
    return list(tokens.values_list("open_id", "sealed_access_token", "sealed_refresh_token"))


def refusals(organization: Organization) -> list[tuple[str, str]]:
    with organization_scope(organization):
        events = Event.objects.filter(verb__in=["connection.refused", "connection.denied"])
        return [(event.verb, event.texts["reason"]) for event in events.order_by("pk")]


def test_there_are_eighteen() -> None:
    assert len(ATTACKS) == 18


@pytest.mark.parametrize(("attack", "reason"), ATTACKS, ids=NAMES)
def test_it_is_refused_stores_no_token_and_is_audited(
    world: World, attack: Attack, reason: str
) -> None:
    strike = attack(world)
    tokens_before, refusals_before = stored(), refusals(world.oak)

    answer = strike()

    is_plain_no = answer.status_code == 302  # to our own page that says so
    assert is_plain_no or answer.status_code == 400
    if is_plain_no:
        assert answer["Location"] == reverse("tiktok_connect_result")
        answer = world.browser.get(answer["Location"])
    page = answer.content.decode()
    assert "@maya.bakes is connected" not in page
    assert "evil" not in page
    assert stored() == tokens_before
    verb = "connection.denied" if reason == attempts.DENIED else "connection.refused"
    assert refusals(world.oak) == [*refusals_before, (verb, reason)]
    for elsewhere in Organization.objects.exclude(pk=world.oak.pk):
        assert refusals(elsewhere) == []
