"""Fixtures of guards: two whole tenants with their secrets, and how sins are planted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import environ
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.urls import path as address

from influence import urls
from influence.embedded.provision import APP as APP_ROLE
from tenancy.models import ApiKey
from tests.conftest import ADMIN
from tests.guards import sources, test_no_secret_leaks, test_one_outbox, test_personas_walk
from tests.guards.addresses import addresses
from tests.guards.test_no_secret_leaks import CODE, STATE
from tests.guards.test_personas_walk import World
from tests.personas import Tenant, build_tenant, make_person


@pytest.fixture
def two_tenants(db: None) -> tuple[Tenant, Tenant]:
    return build_tenant("oak"), build_tenant("elm")


@pytest.fixture
def world(two_tenants: tuple[Tenant, Tenant]) -> World:
    return World(*two_tenants)


@pytest.fixture
def secrets(world: World) -> set[str]:
    """Tokens in the clear and sealed, keys and their digests, the product's own secrets."""
    found = world.oak.planted | world.elm.planted | {CODE, STATE}
    for tenant in (world.oak, world.elm):
        for row in tenant.rows.values():
            sealed = (value for name, value in vars(row).items() if name.startswith("sealed_"))
            found |= set(filter(None, sealed))
    found |= set(ApiKey.objects.values_list("digest", flat=True))
    found |= {configured.SECRET_KEY, configured.TIKTOK_APP_SECRET}
    found |= {entry.partition(":")[2] for entry in configured.TOKEN_KEYS}
    assert len(found) > 20
    assert all(len(secret) > 10 for secret in found)
    return found


@pytest.fixture
def ops(world: World) -> Client:
    """Signed in to the admin, with oak chosen."""
    client = Client(raise_request_exception=False)
    client.force_login(make_person("ops", "nobody", is_staff=True, is_superuser=True))
    session = client.session
    session["admin_organization_id"] = world.oak.organization.pk
    session.save()
    return client


@pytest.fixture
def _past_the_policies(
    django_db_blocker: Any, django_db_setup: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The test's connection belongs to a superuser, whom row-level security does not hold."""
    superuser = environ.Env.db_url_config(os.environ[ADMIN])
    kept = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    with django_db_blocker.unblock():
        connection.close()
    connection.settings_dict.update({name: superuser[name] for name in kept})
    request.getfixturevalue("db")
    yield
    connection.settings_dict.update(kept)
    connection.close()


@pytest.fixture
def alter(_past_the_policies: None) -> Callable[..., None]:
    """Change the database as its superuser inside the test's transaction; what follows runs as the product's role."""

    def execute(*statements: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("; ".join([*statements, f"SET LOCAL ROLE {APP_ROLE}"]))

    return execute


@pytest.fixture
def plant_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A file in a source tree that holds nothing else."""
    monkeypatch.setattr(sources, "ROOT", tmp_path)

    def plant(name: str, text: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return plant


@pytest.fixture
def plant_view(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An address beside ours; the walks, which take long, go there alone."""

    def plant(route: str, view: Any, audience: str = "public", **marks: Any) -> None:
        vars(view).update(audience=audience, **marks)
        planted = ModuleType("planted_urls")
        vars(planted).update(vars(urls))
        planted.urlpatterns = [address(route, view, name="planted"), *urls.urlpatterns]
        settings.ROOT_URLCONF = planted
        only = [found for found in addresses() if found.name == "planted"]
        for walk in (test_personas_walk, test_no_secret_leaks, test_one_outbox):
            monkeypatch.setattr(walk, "addresses", lambda: only)

    return plant
