"""Few of our threads wait for a provider that does not answer, whoever is sent there."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.core.cache import cache
from django.test import Client

from influence.single_sign_on.bounds import MOST_AT_ONCE, a_place
from tenancy.enums import Role
from tenancy.models import Organization, SingleSignOn
from tests.influence.single_sign_on.conftest import Members, browser, set_out
from tests.openid_provider import OpenIdProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sso")]
DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(("status", "expected"), [(503, "unreachable"), (404, "unreadable")])
def test_a_provider_that_failed_is_left_alone_for_a_minute_except_by_a_test(
    provider: OpenIdProvider, member: Members, status: int, expected: str
) -> None:
    provider.answers[DISCOVERY] = (status, b"")
    for _ in range(3):
        answer = Client().post("/sso/", {"email": "ann@elm.example"})
        assert (answer.status_code, answer.context["fault"]) == (502, expected)
    assert provider.asked == [DISCOVERY]
    provider.answers.clear()
    admin = browser(member(Role.ADMIN, "ada@elm.example"))
    answer = admin.post("/o/elm/settings/sign-in/single-sign-on/test/")
    assert answer["Location"].startswith(provider.url)
    cache.clear()  # the minute is over
    assert set_out(Client())


def test_another_fault_is_looked_at_each_time(provider: OpenIdProvider) -> None:
    provider.metadata["issuer"] = "https://evil.example"
    for _ in range(2):
        assert Client().post("/sso/", {"email": "ann@elm.example"}).context["fault"] == "issuer"
    assert provider.asked == [DISCOVERY] * 2


def test_few_wait_at_once_and_who_finds_no_place_may_come_again(
    provider: OpenIdProvider, member: Members, elm: Organization, oak: Organization
) -> None:
    member()
    client = Client()
    query = provider.agree(set_out(client))
    provider.asked.clear()
    with ExitStack() as waiting:
        for _ in range(MOST_AT_ONCE):
            waiting.enter_context(a_place(elm))
        waiting.enter_context(a_place(oak))
        there = Client().post("/sso/", {"email": "ann@elm.example"})
        back = client.get("/sso/elm/callback/", query)
        assert [(each.status_code, each.context["fault"]) for each in (there, back)] == [
            (503, "busy")
        ] * 2
        assert provider.asked == []
    assert client.get("/sso/elm/callback/", query)["Location"] == "/"


def test_a_place_is_free_again_after_a_failure(provider: OpenIdProvider, sso: SingleSignOn) -> None:
    provider.answers[DISCOVERY] = (503, b"")
    for _ in range(MOST_AT_ONCE + 1):
        cache.delete(f"single_sign_on_down:{sso.organization_id}")
        answer = Client().post("/sso/", {"email": "ann@elm.example"})
        assert answer.context["fault"] == "unreachable"
