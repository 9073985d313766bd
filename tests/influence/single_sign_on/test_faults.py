"""Single sign-on that fails: each fault has an answer of its own, and none signs anybody in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client

from influence.single_sign_on import protocol
from tenancy.enums import Role
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization, SingleSignOn
from tenancy.scope import organization_scope
from tenancy.services.sign_on_people import Claims, verified_address
from tenancy.services.single_sign_on import remove_provider
from tests.influence.single_sign_on.conftest import (
    Members,
    browser,
    change,
    come_back,
    set_out,
    sign_on,
)
from tests.openid_provider import CLIENT_SECRET, OTHER_KEY, OpenIdProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sso")]
DISCOVERY = "/.well-known/openid-configuration"
Change = Callable[[OpenIdProvider], Any]


def fault(answer: Any) -> str:
    assert answer.status_code in {400, 403, 502}, answer
    found: SignOnFault = answer.context["fault"]
    assert found.label in answer.content.decode().replace("&#x27;", "'")
    return found.value


# Before the person is sent anywhere.
AT_ONCE: dict[str, tuple[str, Change]] = {
    "it is down": ("unreachable", lambda p: p.answers.update({DISCOVERY: (503, b"")})),
    "no discovery": ("unreadable", lambda p: p.answers.update({DISCOVERY: (404, b"")})),
    "a page instead": ("unreadable", lambda p: p.answers.update({DISCOVERY: (200, b"<html>")})),
    "a list instead": ("unreadable", lambda p: p.answers.update({DISCOVERY: (200, b"[]")})),
    "a redirect": ("unreadable", lambda p: p.answers.update({DISCOVERY: (302, b"")})),
    "too long": ("unreachable", lambda p: p.answers.update({DISCOVERY: (200, b"1" * 1_000_001)})),
    "no keys named": ("unreadable", lambda p: p.metadata.update(jwks_uri=None)),
    "another issuer": ("issuer", lambda p: p.metadata.update(issuer="https://evil.example")),
    "deep": ("unreadable", lambda p: p.answers.update({DISCOVERY: (200, b"[" * 100_000)})),
    "a huge number": ("unreadable", lambda p: p.answers.update({DISCOVERY: (200, b"1" * 5_000)})),
    "half a host": ("unreadable", lambda p: p.metadata.update(authorization_endpoint="https://[a")),
    "no host": ("unreadable", lambda p: p.metadata.update(authorization_endpoint="https://")),
    "two lines": ("unreadable", lambda p: p.metadata.update(token_endpoint="https://a/\n")),
    "endless": ("unreadable", lambda p: p.metadata.update(jwks_uri=f"https://a/{'x' * 2_000}")),
}


@pytest.mark.parametrize("case", AT_ONCE)
def test_a_provider_that_cannot_be_used_is_named_before_anybody_leaves(
    provider: OpenIdProvider, case: str
) -> None:
    expected, change = AT_ONCE[case]
    change(provider)
    answer = Client().post("/sso/", {"email": "ann@elm.example"})
    assert fault(answer) == expected
    assert answer.status_code == (400 if expected == "issuer" else 502)


def tokens(provider: OpenIdProvider, body: bytes) -> None:
    provider.answers["/token"] = (200, body)


# Of who came back.
AFTERWARDS: dict[str, tuple[str, Change]] = {
    "wrong secret": ("client", lambda p: setattr(p, "secret", "another")),
    "token endpoint down": ("unreachable", lambda p: p.answers.update({"/token": (500, b"")})),
    "keys are down": ("unreachable", lambda p: p.answers.update({"/jwks": (503, b"")})),
    "no keys": ("token", lambda p: p.answers.update({"/jwks": (200, b'{"keys": []}')})),
    "another key's name": (
        "token",
        lambda p: p.answers.update(
            {"/jwks": (200, p.answer("/jwks", {}, "")[1].replace(b'"k1"', b'"k2"'))}
        ),
    ),
    "no token": ("token", lambda p: p.answers.update({"/token": (200, b'{"access_token": "x"}')})),
    "signed by another": ("token", lambda p: setattr(p, "key", OTHER_KEY)),
    "signed with the secret": ("token", lambda p: setattr(p, "algorithm", "HS256")),
    "not signed": ("token", lambda p: setattr(p, "algorithm", "none")),
    "another nonce": ("nonce", lambda p: p.token.update(nonce="another")),
    "no nonce": ("nonce", lambda p: p.token.update(nonce=None)),
    "another issuer": ("issuer", lambda p: p.token.update(iss="https://evil.example")),
    "for another client": ("token", lambda p: p.token.update(aud="another")),
    "handed on by another": ("token", lambda p: p.token.update(azp="another")),
    "expired": ("token", lambda p: p.token.update(exp=int(time.time()) - 120)),
    "without a subject": ("token", lambda p: p.person.update(sub=None)),
    "no address": ("no_address", lambda p: p.person.update(email=None)),
    "an address that is none": ("no_address", lambda p: p.person.update(email=["ann"])),
    "unverified": ("unverified", lambda p: p.person.update(email_verified=False)),
    "unverified as text": ("unverified", lambda p: p.person.update(email_verified="false")),
    "not said": ("unverified", lambda p: p.person.update(email_verified=None)),
    "a host that is none": ("unreachable", lambda p: p.metadata.update(jwks_uri="https://a..b/")),
    "tokens in a list": ("unreadable", lambda p: tokens(p, b'["access_token"]')),
    "a number of tokens": ("unreadable", lambda p: tokens(p, b"7")),
    "deep tokens": ("unreadable", lambda p: tokens(p, b'{"a":' * 100_000)),
    "an ID token that is none": (
        "token",
        lambda p: tokens(p, b'{"access_token": 7, "id_token": [7]}'),
    ),
    "keys that are none": ("token", lambda p: p.answers.update({"/jwks": (200, b'{"keys": [7]}')})),
    "it ends never": ("token", lambda p: p.token.update(exp=float("inf"))),
    "an empty subject": ("token", lambda p: p.person.update(sub="")),
    "a long subject": ("token", lambda p: p.person.update(sub="s" * 192)),
    "a subject with a NUL": ("token", lambda p: p.person.update(sub="a\0")),
    "an address too long": (
        "no_address",
        lambda p: p.person.update(email=f"{'a' * 243}@elm.example"),
    ),
    "an address with a NUL": ("no_address", lambda p: p.person.update(email="a\0@elm.example")),
    "two addresses": ("no_address", lambda p: p.person.update(email="a@oak.example@elm.example")),
    "a comma": ("no_address", lambda p: p.person.update(email="tom@oak.example,ann@elm.example")),
    "a quoted comma": ("no_address", lambda p: p.person.update(email='"a,b"@elm.example')),
    "verified in words": ("unverified", lambda p: p.person.update(email_verified=[1])),
}


@pytest.mark.parametrize("case", AFTERWARDS)
def test_a_false_answer_signs_nobody_in(
    provider: OpenIdProvider, elm: Organization, member: Members, case: str
) -> None:
    member()
    client = Client()
    address = set_out(client)
    expected, alter = AFTERWARDS[case]
    change(elm, gives_role="viewer")
    alter(provider)
    assert fault(come_back(client, provider, address)) == expected
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("verified", [True, "true"])
def test_a_true_one_does(provider: OpenIdProvider, member: Members, verified: Any) -> None:
    ann, client = member(), Client()
    provider.person["email_verified"] = verified
    assert sign_on(provider, client)["Location"] == "/"
    assert get_user(client) == ann.user


def test_a_provider_down_between_two_steps_is_named(
    provider: OpenIdProvider, elm: Organization
) -> None:
    client = Client()
    query = provider.agree(set_out(client))
    provider.answers[DISCOVERY] = (503, b"")
    assert fault(client.get("/sso/elm/callback/", query)) == "unreachable"


@pytest.mark.parametrize("other", [{"issuer": "http://127.0.0.1:9"}, {"client_id": "another"}])
def test_a_code_of_one_provider_is_shown_to_no_other(
    provider: OpenIdProvider, elm: Organization, member: Members, other: dict[str, str]
) -> None:
    member()
    client = Client()
    query = provider.agree(set_out(client))
    provider.asked.clear()
    change(elm, **other)
    assert fault(client.get("/sso/elm/callback/", query)) == "changed"
    assert provider.asked == []


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Do this while the provider is asked for its keys."""
    read = protocol._read

    def slow(url: str, **options: Any) -> dict[str, Any]:
        if url.endswith("/jwks"):
            act()
        return read(url, **options)

    monkeypatch.setattr(protocol, "_read", slow)


@pytest.mark.parametrize(
    ("expected", "other"),
    [
        ("off", {"is_on": False}),
        ("changed", {"issuer": "https://login.elm.example"}),
        ("changed", {"client_id": "another"}),
        ("changed", {"sealed_secret": "another"}),
    ],
)
def test_a_provider_that_is_slow_signs_nobody_in_after_it_was_changed(
    provider: OpenIdProvider,
    elm: Organization,
    member: Members,
    monkeypatch: pytest.MonkeyPatch,
    expected: str,
    other: dict[str, Any],
) -> None:
    member()
    client = Client()
    meanwhile(monkeypatch, lambda: change(elm, **other))
    assert fault(sign_on(provider, client)) == expected
    assert not get_user(client).is_authenticated


def test_a_provider_that_is_slow_signs_nobody_in_after_it_was_removed(
    provider: OpenIdProvider, elm: Organization, member: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = member()

    def forget() -> None:
        with organization_scope(elm):
            remove_provider(SingleSignOn.objects.get(), actor=ann.user)

    meanwhile(monkeypatch, forget)
    assert fault(sign_on(provider)) == "changed"


def test_a_test_says_nothing_about_a_provider_that_came_in_its_place(
    provider: OpenIdProvider, elm: Organization, member: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = browser(member(Role.ADMIN, "ada@elm.example"))
    change(elm, is_on=False, tested_at=None)
    address = admin.post("/o/elm/settings/sign-in/single-sign-on/test/")["Location"]
    meanwhile(monkeypatch, lambda: change(elm, issuer="https://login.evil.example"))
    assert fault(come_back(admin, provider, address)) == "changed"
    with organization_scope(elm):
        assert SingleSignOn.objects.get().tested_at is None


def test_a_name_is_kept_without_what_cannot_be_shown(
    provider: OpenIdProvider, elm: Organization
) -> None:
    change(elm, gives_role="viewer")
    provider.person["name"] = "An\0n\ud800 \n" + "x" * 200
    client = Client()
    assert sign_on(provider, client).status_code == 302
    assert get_user(client).name == "Ann " + "x" * 116


def test_what_the_answer_says_besides_is_not_read(
    provider: OpenIdProvider, member: Members
) -> None:
    """`expires_in` that is no number, methods that are no list, no content type."""
    member()
    provider.metadata["token_endpoint_auth_methods_supported"] = 7
    provider.besides = {"expires_in": "soon"}
    assert sign_on(provider).status_code == 302
    provider.content_type = None
    assert fault(sign_on(provider)) == "unreadable"


def test_a_state_is_for_one_browser_one_organization_and_once(
    provider: OpenIdProvider, member: Members
) -> None:
    member()
    client = Client()
    address = set_out(client)
    assert fault(come_back(Client(), provider, address)) == "state"
    assert fault(client.get("/sso/elm/callback/", {"code": "x"})) == "state"
    assert fault(client.get("/sso/elm/callback/", {"code": "x", "state": "y"})) == "state"
    Organization.objects.create(name="Oak", slug="oak")  # without a provider
    for slug in ("absent", "oak"):
        assert fault(come_back(client, provider, address, slug=slug)) == "state"
    assert come_back(client, provider, address).status_code == 302
    assert fault(come_back(client, provider, address)) == "state"


def test_a_state_ends_after_ten_minutes(
    provider: OpenIdProvider, member: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    member()
    client = Client()
    address = set_out(client)
    later = time.time() + 601
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.time.time", lambda: later)
    assert fault(come_back(client, provider, address)) == "state"


def test_a_code_works_once(provider: OpenIdProvider, member: Members) -> None:
    member()
    client, other = Client(), Client()
    query = provider.agree(set_out(client))
    assert client.get("/sso/elm/callback/", query).status_code == 302
    stolen = {**provider.agree(set_out(other)), "code": query["code"]}
    assert fault(other.get("/sso/elm/callback/", stolen)) == "code"


def test_a_code_of_another_browser_is_worth_nothing(
    provider: OpenIdProvider, member: Members
) -> None:
    """PKCE: the code belongs to the one who set out."""
    member()
    thief = Client()
    own = provider.agree(set_out(thief))
    stolen = provider.agree(set_out(Client()))
    assert fault(thief.get("/sso/elm/callback/", {**own, "code": stolen["code"]})) == "code"


@pytest.mark.parametrize(
    ("error", "expected"), [("access_denied", "cancelled"), ("server_error", "denied")]
)
def test_a_no_at_the_provider_is_a_no(provider: OpenIdProvider, error: str, expected: str) -> None:
    client = Client()
    state = provider.agree(set_out(client))["state"]
    answer = client.get("/sso/elm/callback/", {"error": error, "state": state})
    assert fault(answer) == expected


def test_the_address_may_stand_with_the_user_information(
    provider: OpenIdProvider, member: Members
) -> None:
    ann, client = member(), Client()
    claims = {name: provider.person.pop(name) for name in ("email", "email_verified", "name")}
    provider.user_info = {"sub": "a1", **claims}
    sign_on(provider, client)
    assert get_user(client) == ann.user
    provider.user_info = {"sub": "another", **claims}
    assert fault(sign_on(provider)) == "token"
    provider.metadata["userinfo_endpoint"] = None
    assert fault(sign_on(provider)) == "no_address"


def test_a_client_that_must_name_itself_in_the_header_does(
    provider: OpenIdProvider, member: Members
) -> None:
    member()
    for methods in (["client_secret_basic"], None):
        provider.metadata["token_endpoint_auth_methods_supported"] = methods
        assert sign_on(provider).status_code == 302


def test_a_provider_that_does_not_say_verified_is_trusted_where_the_rule_says_so(
    provider: OpenIdProvider,
) -> None:
    row = SingleSignOn(trusts_addresses=True)
    claims = Claims("a1", "Ann@Elm.example", is_verified=None)
    assert verified_address(row, claims) == "ann@elm.example"
    with pytest.raises(SignOnRefused):
        verified_address(row, Claims("a1", "ann@elm.example", is_verified=False))
    with pytest.raises(SignOnRefused):
        verified_address(SingleSignOn(), claims)


def test_a_secret_that_does_not_open_is_said_and_logged_without_it(
    provider: OpenIdProvider, settings: Any
) -> None:
    settings.TOKEN_KEYS = ["t2:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="]
    assert fault(Client().post("/sso/", {"email": "ann@elm.example"})) == "client"


def test_too_many_who_set_out_wait(provider: OpenIdProvider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"single_sign_on": "1/m/ip"}
    client = Client()
    set_out(client)
    assert client.post("/sso/", {"email": "ann@elm.example"}).status_code == 429


def test_no_log_and_no_page_tells_the_secret(
    provider: OpenIdProvider, member: Members, caplog: pytest.LogCaptureFixture
) -> None:
    member()
    provider.answers["/token"] = (400, f'{{"error": "bad {CLIENT_SECRET}"}}'.encode())
    with caplog.at_level(logging.DEBUG):
        answer = sign_on(provider)
    assert fault(answer) == "client"
    assert CLIENT_SECRET not in answer.content.decode()
    assert [r for r in caplog.records if CLIENT_SECRET in f"{r.getMessage()} {vars(r)}"] == []
