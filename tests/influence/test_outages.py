"""Redis away: people sign in, and limits count. PostgreSQL away: one page says so, probes tell the truth."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

import influence.settings
from influence.cache import RedisOrDatabaseCache
from influence.outages import Outages
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
        b'{"database": "ok", "migrations": "ok", "redis": "ok", "ledger": "ok"}'
    }
    request.getfixturevalue("database_is_away")
    for client in clients:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz").content == b"ok"
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["database"], ready.json()["redis"]) == (503, "failed", "ok")  # fmt: skip


# --- crowds -------------------------------------------------------------------------------------------------------
class Crowd:
    """The middleware with one place, and requests in threads of their own."""

    def __init__(self, settings: Any, view: Any) -> None:
        settings.WEB_THREADS = 2
        self.middleware = Outages(view)
        self.pool = ThreadPoolExecutor(4)

    def get(self, path: str) -> Future[Any]:
        return self.pool.submit(self.middleware, RequestFactory().get(path))


def test_while_all_places_are_taken_probes_answer_at_once_and_pages_say_so(settings) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(request: Any) -> HttpResponse:
        entered.set()
        go_on.wait(10)
        return HttpResponse("done")

    crowd = Crowd(settings, slow)
    taken = crowd.get("/slow/")
    assert entered.wait(5)
    for _ in range(3):
        started = time.monotonic()
        assert crowd.get("/healthz").result(5).content == b"ok"
        assert time.monotonic() - started < 0.2
        refused = crowd.get("/o/oak/").result(5)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "More is asked of us" in refused.content.decode()
    go_on.set()
    assert taken.result(5).content == b"done"
    assert crowd.get("/again/").result(5).content == b"done"


def test_a_crowd_of_a_moment_is_waited_for_even_after_an_error(settings) -> None:
    def quick(request: Any) -> HttpResponse:
        time.sleep(0.02)
        if request.path == "/broken/":
            raise ValueError
        return HttpResponse("done")

    crowd = Crowd(settings, quick)
    broken = crowd.get("/broken/")
    answers = [crowd.get("/") for _ in range(4)]
    assert [one.result(5).status_code for one in answers] == [200] * 4
    with pytest.raises(ValueError, match=r"^$"):
        broken.result(5)


def test_a_stream_keeps_its_place_until_its_end(settings) -> None:
    crowd = Crowd(settings, lambda request: StreamingHttpResponse(iter([b"a", b"b"])))
    stream = crowd.get("/export/").result(5)
    assert crowd.get("/").result(5).status_code == 503
    stream.close()
    assert crowd.get("/").result(5).status_code == 200
