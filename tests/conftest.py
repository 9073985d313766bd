"""Real PostgreSQL and Valkey for the whole run; one database for each worker, cloned from a migrated template.

Tests run as the product's run-time role, which owns nothing and cannot look past row-level security.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import environ
import hypothesis
import psycopg
import pytest
from django.conf import settings

from influence.embedded import servers
from influence.embedded.provision import provision
from tests.emptying import empty_without_truncating
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, PUBLIC_URL, Sandbox, sandbox
from tests.template import build

if TYPE_CHECKING:
    from tenancy.models import Organization, User

TEMPLATE = "influence_template"
ADMIN, OWNER, APP, REDIS = "TEST_ADMIN_URL", "TEST_OWNER_URL", "TEST_APP_URL", "TEST_REDIS_URL"
_services = ExitStack()
# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers and migrate the template, in the controlling process. Workers inherit the addresses."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _start_services(config.cache.mkdir("template"))
    _use_own_database(os.environ.get("PYTEST_XDIST_WORKER", "main"))


def pytest_unconfigure(config: pytest.Config) -> None:
    _services.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, which have a time limit of their own, so that no worker ends alone with one of them."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector of garbage go neither through what is loaded here nor, later, through what stays until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _start_services(kept: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="influence-tests-"))
    _services.callback(shutil.rmtree, folder, ignore_errors=True)
    running = _services.enter_context(servers(folder, durable=False))
    urls = provision(running.admin_url, database=TEMPLATE)
    os.environ.update(
        {ADMIN: running.admin_url, OWNER: urls.owner, APP: urls.app, REDIS: running.redis_url}
    )
    build(urls, running.admin_url.replace("/postgres?", f"/{TEMPLATE}?"), kept)


def _use_own_database(worker: str) -> None:
    name = f"influence_{worker}"
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER influence_owner')
    own = environ.Env.db_url_config(os.environ[APP].replace(TEMPLATE, name))
    settings.DATABASES["default"].update({**own, "ENGINE": "tenancy.postgresql", "CONN_MAX_AGE": 0})
    number = int("".join(filter(str.isdigit, worker)) or 0) + 1
    settings.REDIS_URL = f"{os.environ[REDIS]}?db={number}"
    settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL
    empty_without_truncating(os.environ[ADMIN])


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """The worker's database is ready; nothing to create, nothing to migrate."""
    yield
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    from django.core.cache import cache

    from influence.cache import RedisOrDatabaseCache

    RedisOrDatabaseCache.away_until = 0.0  # an earlier test's Redis was away, this one's is not
    cache.clear()


@pytest.fixture(autouse=True)
def _empty_ledger() -> None:
    """Take away the entries of earlier tests, which this one's database does not know."""
    from django.core.files.storage import storages

    storages._storages.pop("ledger", None)


@pytest.fixture(autouse=True)
def _nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do in the request itself what begins at once: a thread beside it would not see the test's transaction."""
    monkeypatch.setattr("jobs.services.at_once.beside", lambda act: act())


@pytest.fixture(scope="session")
def sandbox_of_the_run() -> Iterator[Sandbox]:
    """One sandbox process for this worker."""
    with sandbox() as running:
        yield running


@pytest.fixture
def tiktok(sandbox_of_the_run: Sandbox, settings: Any) -> Sandbox:
    """TikTok as new, the product pointed at it, and registered there."""
    sandbox_of_the_run.as_new()
    settings.TIKTOK_BASE_URL = settings.TIKTOK_AUTHORIZE_URL = sandbox_of_the_run.url
    settings.PUBLIC_URL = PUBLIC_URL
    return sandbox_of_the_run


@pytest.fixture
def oak(db: None) -> Organization:
    """An organization with a marketplace account at the sandbox."""
    from tenancy.models import Organization
    from tenancy.scope import organization_scope
    from tiktok.services.brands.accounts import connect_marketplace_account

    organization = Organization.objects.create(name="Oak", slug="oak")
    with organization_scope(organization):
        connect_marketplace_account(
            "Oak on TikTok", tiktok_account_id=ACCOUNT_ID, token=BRAND_TOKEN, actor=None
        )
    return organization


@pytest.fixture
def elm(db: None) -> Organization:
    """Another organization, to prove that nothing of it shows."""
    from tenancy.models import Organization

    return Organization.objects.create(name="Elm", slug="elm")


@pytest.fixture
def maya(oak: Organization) -> User:
    """An influencer's person at Oak."""
    from tests.connecting import a_person

    return a_person("maya@example.com", oak, name="Maya")
