"""Planted secrets come out nowhere: not in a repr, a log record, a page, an answer of the API, the admin or an event."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib import admin
from django.core import serializers
from django.test import Client
from django.urls import reverse

from tenancy.models import Event, EventText
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key, revoke_api_key
from tests.guards.addresses import addresses
from tests.guards.test_personas_walk import Persona, World
from tests.personas import Tenant
from tiktok.services import gateway

pytestmark = pytest.mark.django_db

# Words of a URL that are secrets while they travel.
CODE, STATE = "planted-auth-code-4711", "planted-state-4711"


def leaks(text: str, secrets: set[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_no_row_tells_its_secret_when_printed(world: World, secrets: set[str]) -> None:
    for tenant in (world.oak, world.elm):
        with organization_scope(tenant.organization):
            for row in tenant.rows.values():
                assert leaks(f"{row} {row!r} {[row]}", secrets) == [], type(row)


def test_no_tool_for_calling_tiktok_tells_its_secret_when_printed(
    world: World, secrets: set[str]
) -> None:
    with organization_scope(world.oak.organization):
        for tool in (
            gateway.marketplace(),
            gateway.creator_oauth(),
            gateway.brand_oauth(),
            gateway.subscriptions(),
        ):
            assert leaks(f"{tool} {tool!r}", secrets) == []


def bodies(world: World) -> Iterator[tuple[str, str]]:
    """(what, body) of every page and answer, opened by the person who may see most of it."""
    for name in ("owner", "influencer", "read key"):
        client = Persona(world, name).client
        for address in addresses():
            answer = client.get(address.url(world.values("own")))
            yield (
                f"{name}: {address}",
                b"".join(answer).decode(errors="replace"),
            )  # a picture is no text
            session = client.cookies.get(settings.SESSION_COOKIE_NAME)
            assert not session or session.value.encode() not in b"".join(answer), address


def test_no_page_no_answer_and_no_log_tells_a_secret(
    world: World, secrets: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for what, body in bodies(world):
            assert leaks(body, secrets) == [], what
        for name in ("tiktok_callback", "tiktok_brand_callback"):
            back = Persona(world, "influencer").client.get(
                reverse(name), {"code": CODE, "auth_code": CODE, "state": STATE}
            )
            assert leaks(back.content.decode(), secrets) == []
    assert len(caplog.records) > 50
    for record in caplog.records:
        reported = f"{record.getMessage()} {vars(record)}"
        assert leaks(reported, secrets) == [], f"{record.name}: {record.getMessage()}"


def test_the_admin_shows_no_secret_and_no_row_of_an_organization_not_chosen(
    world: World, secrets: set[str], ops: Client
) -> None:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls = [reverse(f"{name}_changelist")]
        if row := world.oak.rows.get(model._meta.label):
            urls.append(reverse(f"{name}_change", args=[row.pk]))
        for url in urls:
            answer = ops.get(url)
            assert answer.status_code in {200, 302, 403}, url
            assert leaks(answer.content.decode(), secrets) == [], url
            if hasattr(model, "organization") and model._meta.label in world.oak.rows:
                assert_foreign_rows_are_absent(world.elm, answer.content.decode(), url)


def assert_foreign_rows_are_absent(tenant: Tenant, body: str, url: str) -> None:
    """The names of organizations are there to choose from; nothing else of another one is."""
    assert tenant.canary not in body.replace(tenant.organization.name, ""), url


@pytest.mark.parametrize("url", ["/", "/api/v1/schema/"])
def test_an_error_page_tells_nothing_of_the_error(
    url: str, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = " ".join(secrets)

    def fail(*args: object, **kwargs: object) -> None:
        locally = reported
        raise RuntimeError(locally)

    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", fail)
    answer = Client(raise_request_exception=False).get(url)

    assert answer.status_code == 500
    assert leaks(answer.content.decode() + str(answer.headers), secrets) == []
    if url.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["status"] == 500


def test_events_hold_no_secret(world: World, secrets: set[str]) -> None:
    owner = world.oak.people["owner"]
    key, text = create_api_key(world.oak.organization, "ci", scopes=["read"], actor=owner)
    revoke_api_key(key, actor=owner)
    with organization_scope(world.oak.organization):
        reported = serializers.serialize("json", [*Event.objects.all(), *EventText.objects.all()])
    assert "api_key.revoked" in reported
    assert leaks(reported, secrets | {text, text.partition(".")[2], key.digest}) == []
