"""Redis away: people sign in, and limits count. PostgreSQL away: one page says so, probes tell the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import OperationalError, connection
from django.test import Client

import influence.settings
from influence.cache import RedisOrDatabaseCache
from tenancy.enums import Role
from tenancy.models import User
from tenancy.services.organizations import add_member

pytestmark = pytest.mark.django_db
PASSWORD = "right-password"
NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def person(oak) -> User:
    person = User.objects.create_user("ann@example.com", PASSWORD)
    add_member(oak, person, role=Role.OWNER, actor=None)
    return person


@pytest.fixture
def redis_is_away(settings, monkeypatch) -> Iterator[None]:
    settings.REDIS_URL = NOWHERE
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": NOWHERE}}
    monkeypatch.setattr(RedisOrDatabaseCache, "away_until", 0.0)
    settings.ACCOUNT_RATE_LIMITS = influence.settings.ACCOUNT_RATE_LIMITS
    yield
    cache.clear()


def sign_in(client: Client, password: str) -> Any:
    return client.post("/accounts/login/", {"login": "ann@example.com", "password": password})


def test_while_redis_is_away_people_sign_in_and_see_their_pages(redis_is_away, person) -> None:
    client = Client()
    assert sign_in(client, PASSWORD).status_code == 302
    for path in ("/o/oak/", "/o/oak/influencers/", "/o/oak/campaigns/", "/me/"):
        assert client.get(path).status_code == 200, path


def test_while_redis_is_away_limits_count_in_the_database(redis_is_away, person) -> None:
    for _ in range(5):
        sign_in(Client(), "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM influence_cache")
        assert cursor.fetchone()[0] > 0
    assert sign_in(Client(), PASSWORD).status_code == 200  # refused, the form again


def test_redis_is_left_alone_for_a_while_and_used_again_when_it_is_back(
    settings, monkeypatch
) -> None:
    home = settings.CACHES["default"]["LOCATION"]
    monkeypatch.setattr(RedisOrDatabaseCache, "away_until", 0.0)
    away = RedisOrDatabaseCache(NOWHERE, {"OPTIONS": {"socket_timeout": 1}})
    assert away.add("a", 1, 60) is True
    assert away.add("a", 1, 60) is False
    assert RedisOrDatabaseCache.away_until > 0
    back = RedisOrDatabaseCache(home, {"OPTIONS": {"socket_timeout": 1}})
    back.set("b", 2)  # still in the database
    monkeypatch.setattr(RedisOrDatabaseCache, "away_until", 0.0)
    assert back.get("b") is None
    back.set("b", 3)
    assert (back.get("b"), away.get("b")) == (3, 2)
    assert caches["default"].__class__ is RedisOrDatabaseCache


def test_every_operation_of_the_cache_goes_either_way(monkeypatch) -> None:
    monkeypatch.setattr(RedisOrDatabaseCache, "away_until", 0.0)
    for where in (RedisOrDatabaseCache(NOWHERE, {}), cache):
        where.set_many({"x": 1, "y": 2})
        assert where.get_many(["x", "y"]) == {"x": 1, "y": 2}
        assert (where.incr("x"), where.has_key("x"), where.touch("x", 9)) == (2, True, True)
        where.delete_many(["x"])
        assert where.delete("y") is True
        where.clear()
        monkeypatch.setattr(RedisOrDatabaseCache, "away_until", 0.0)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------
@pytest.fixture
def database_is_away(monkeypatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)


def client_of(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/o/oak/", "/me/", "/admin/", "/", "/accounts/email/"])
def test_without_the_database_one_designed_page_says_so(
    person, settings, request, path, debug
) -> None:
    client = client_of(person)
    request.getfixturevalue("database_is_away")
    settings.DEBUG = debug
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Not available at the moment" in answer.content.decode()
    assert "connection refused" not in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api/v1/influencers/", "*/*"),
        ("/me/", "application/json"),
        ("/o/oak/", "application/json, text/html;q=0.5"),
    ],
)
def test_without_the_database_machines_get_a_problem_document(
    person, request, path, accept
) -> None:
    client = client_of(person)
    request.getfixturevalue("database_is_away")
    answer = client.get(path, headers={"Accept": accept, "Authorization": "Bearer inf_1234.secret"})
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "10"
    assert answer.json()["status"] == 503
    assert "database does not answer" in answer.json()["detail"]


def test_another_error_stays_an_error(person, monkeypatch) -> None:
    monkeypatch.setattr("influence.home.render", lambda *args, **kwargs: 1 / 0)
    assert client_of(person).get("/o/oak/").status_code == 500


def test_probes_answer_the_same_signed_in_or_not(person, request) -> None:
    clients = [client_of(person), Client(raise_request_exception=False)]
    assert {client.get("/readyz").content for client in clients} == {
        b'{"database": "ok", "migrations": "ok", "redis": "ok"}'
    }
    request.getfixturevalue("database_is_away")
    for client in clients:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz").content == b"ok"
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["database"], ready.json()["redis"]) == (503, "failed", "ok")  # fmt: skip
