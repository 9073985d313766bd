"""A streamed answer is read in its request's scope and in one transaction, to its end or until its reader goes away."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.conf import settings as product_settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Count
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client

from crm.models import Influencer
from files.models import File
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import (
    NOBODY,
    Owner,
    ScopeLeft,
    current_owner,
    organization_scope,
    person_scope,
)
from tenancy.services.organizations import create_api_key, let_influencer_in
from tenancy.streams import keep_scope, one_snapshot
from tests.branding import a_member
from tests.conftest import APP, TEMPLATE
from tests.tenancy import streaming_urls

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 100_000
FILL = """
INSERT INTO files_file (organization_id, kind, key, name, content_type, size, sha256, created_at, removed_at)
SELECT %s, 'organization_logo', gen_random_uuid(), %s || n, 'image/png', n, '', now(), now() FROM generate_series(1, %s) n
"""


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.tenancy.streaming_urls"
    streaming_urls.ended_in.clear()


@pytest.fixture
def elm(db: None) -> Organization:
    return filled("elm", 5_000)


@pytest.fixture
def ash(db: None) -> Organization:
    return filled("ash", 5_000)


def filled(slug: str, rows: int) -> Organization:
    organization = Organization.objects.create(name=slug.title(), slug=slug)
    with organization_scope(organization), connection.cursor() as cursor:
        cursor.execute(FILL, [organization.pk, slug, rows])
    return organization


def member(organization: Organization) -> Client:
    client = Client()
    client.force_login(a_member(organization, Role.VIEWER))
    return client


def assert_whole(content: list[bytes], organization: Organization, rows: int = 5_000) -> None:
    expected = f",{organization.pk},".encode()
    assert len(content) == rows + 1
    assert [line for line in content[:-1] if expected not in line] == []
    assert content[-1] == f"{rows} rows\n".encode()


def assert_nothing_is_left_open() -> None:
    assert not connection.in_atomic_block
    assert current_owner() == NOBODY
    assert states() == []


def states() -> list[str]:
    """Sessions of this database, but for the asking one, that are in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return [state for (state,) in cursor.fetchall()]


# --- to the end --------------------------------------------------------------------------------------------------
def test_a_hundred_thousand_rows_are_streamed_in_the_scope_of_their_request() -> None:
    elm = filled("elm", ROWS)
    response = member(elm).get("/o/elm/streamed/")
    assert response.status_code == 200
    assert current_owner() == NOBODY
    assert not connection.in_atomic_block

    assert_whole(list(response.streaming_content), elm, ROWS)
    assert streaming_urls.ended_in == [Owner(organization_id=elm.pk)]
    assert_nothing_is_left_open()


def test_the_inner_query_of_an_exclude_is_in_the_scope_of_the_outer_one(elm, ash) -> None:
    with organization_scope(elm):
        named = Influencer.objects.create(name="With an account")
        rows = Influencer.objects.exclude(accounts__handle="mia")
        assert list(rows) == [named]
    with organization_scope(ash), pytest.raises(ScopeLeft):
        list(rows.all())


def test_between_two_steps_the_thread_is_in_nobody_s_scope(elm) -> None:
    response = member(elm).get("/o/elm/streamed/")
    parts = response.streaming_content
    for _ in range(3):
        assert b"elm" in next(parts)
        assert current_owner() == NOBODY
    response.close()


def test_all_steps_are_one_transaction_if_the_request_only_reads(elm) -> None:
    client = member(elm)
    first, second = client.get("/o/elm/timed/").streaming_content
    assert first == second
    first, second = client.post("/o/elm/timed/").streaming_content
    assert first != second


def test_a_snapshot_is_not_opened_where_reading_has_begun(elm) -> None:
    with organization_scope(elm), transaction.atomic():
        assert File.objects.count() == 5_000
        with pytest.raises(RuntimeError, match="durable"), one_snapshot():
            pytest.fail("it would not be one")


def test_the_api_streams_in_the_scope_of_its_key(elm, ash) -> None:
    _, text = create_api_key(elm, "reader", scopes=["read"], actor=a_member(elm))
    response = Client().get("/api/v1/streamed/", headers={"Authorization": f"Bearer {text}"})
    assert_whole(list(response.streaming_content), elm)
    assert_nothing_is_left_open()


def test_an_influencer_s_page_streams_in_the_scope_of_its_organization(elm, ash) -> None:
    person = a_member(ash, name="mia")
    let_influencer_in(elm, person)
    with organization_scope(elm):
        Influencer.objects.create(name="Mia", person=person)
    client = Client()
    client.force_login(person)
    response = client.get("/me/organizations/elm/streamed/")
    assert_whole(list(response.streaming_content), elm)
    assert_nothing_is_left_open()


def test_an_answer_that_nobody_reads_opens_no_transaction(elm) -> None:
    response = member(elm).head("/o/elm/streamed/")
    assert not connection.in_atomic_block
    response.close()
    assert streaming_urls.ended_in == []
    assert_nothing_is_left_open()


def test_what_is_no_stream_of_rows_passes_as_it_is() -> None:
    class Refusing:
        def __enter__(self) -> None:
            pytest.fail("a transaction was opened")

        def __exit__(self, *_: object) -> None: ...

    for response in (HttpResponse(b"whole"), FileResponse(ContentFile(b"whole"))):
        assert keep_scope(response, Refusing()) is response  # type: ignore[arg-type]
        assert b"".join(response) == b"whole"


# --- cut off -----------------------------------------------------------------------------------------------------
def test_a_stream_that_is_cut_off_ends_its_transaction_in_its_scope(elm) -> None:
    response = member(elm).get("/o/elm/streamed/")
    parts = response.streaming_content
    assert b"elm" in next(parts)
    assert connection.in_atomic_block

    response.close()
    assert streaming_urls.ended_in == [Owner(organization_id=elm.pk)]
    assert_nothing_is_left_open()
    assert member_again(elm).get("/o/elm/counted/").content == b"5000 rows"


def member_again(organization: Organization) -> Client:
    client = Client()
    client.force_login(a_member(organization, name="again"))
    return client


def test_a_failure_in_mid_stream_reaches_the_server(elm) -> None:
    parts = member(elm).get("/o/elm/broken/").streaming_content
    received = []
    with pytest.raises(ValueError, match="fails in mid-stream"):
        received.extend(parts)
    assert streaming_urls.ended_in == [Owner(organization_id=elm.pk)]
    assert_nothing_is_left_open()


# --- another tenant meanwhile ------------------------------------------------------------------------------------
def test_another_tenant_s_request_on_the_same_thread_changes_nothing(elm, ash) -> None:
    of_elm, of_ash = member(elm), member(ash)
    parts = of_elm.get("/o/elm/streamed/").streaming_content
    received = [next(parts) for _ in range(10)]

    assert of_ash.get("/o/ash/counted/").content == b"5000 rows"
    assert of_ash.get("/o/elm/counted/").status_code == 404
    with organization_scope(ash):
        received.append(next(parts))
        assert File.objects.first().name.startswith("ash")
        received.extend(next(parts) for _ in range(3_000))
        assert current_owner() == Owner(organization_id=ash.pk)

    assert_whole([*received, *parts], elm)
    assert_nothing_is_left_open()


def test_two_tenants_stream_in_parallel_and_each_reads_its_own(elm, ash) -> None:
    turns, received = threading.Barrier(2, timeout=30), {}

    def read(client: Client, slug: str) -> None:
        try:
            content = []
            for part in client.get(f"/o/{slug}/streamed/").streaming_content:
                if len(content) % 500 == 0:
                    turns.wait()
                content.append(part)
            received[slug] = content
        finally:
            connection.close()

    work = [threading.Thread(target=read, args=[member(o), o.slug]) for o in (elm, ash)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert_whole(received["elm"], elm)
    assert_whole(received["ash"], ash)
    assert_nothing_is_left_open()


# --- a query that leaves its scope -------------------------------------------------------------------------------
ASKED = {
    "all": list,
    "iterator": lambda rows: list(rows.iterator()),
    "first": lambda rows: rows.first(),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "values": lambda rows: list(rows.values_list("pk")),
    "update": lambda rows: rows.update(name="x"),
    "delete": lambda rows: rows.delete(),
    "union": lambda rows: list(rows.union(rows)),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_query_that_left_its_scope_raises_and_never_answers_nothing(
    ash, ask: Callable[[Any], Any]
) -> None:
    with organization_scope(ash):
        rows = File.objects.filter(size__lt=5)
        influencers = Influencer.objects.filter(name="x")
    for left in (rows, influencers):
        with pytest.raises(ScopeLeft, match="made in another scope"):
            ask(left)
        with organization_scope(ash.pk + 1), pytest.raises(ScopeLeft):
            ask(left)
        with person_scope(ash.pk), pytest.raises(ScopeLeft):
            ask(left)
        assert list(left.none()) == []
    with organization_scope(ash):
        assert rows.count() == 4


def test_a_query_of_another_scope_is_refused_inside_a_query_of_this_one(elm, ash) -> None:
    with organization_scope(elm):
        of_elm = File.objects.values("pk")
    with organization_scope(ash), pytest.raises(ScopeLeft):
        list(File.objects.filter(pk__in=of_elm))


def test_a_stream_outside_every_scope_raises_instead_of_ending_at_once(elm) -> None:
    with organization_scope(elm):
        rows = File.objects.iterator()
    with pytest.raises(ScopeLeft):
        next(iter(rows))
    with organization_scope(elm):
        rows = File.objects.all()
    with pytest.raises(ScopeLeft):
        list(StreamingHttpResponse(str(row.pk) for row in rows.iterator()))


def test_a_server_side_cursor_as_the_first_statement_of_a_transaction_sees_its_rows(elm) -> None:
    with organization_scope(elm), transaction.atomic():
        assert sum(1 for _ in File.objects.iterator()) == 5_000
        assert File.objects.count() == 5_000
    with organization_scope(elm):
        assert sum(1 for _ in File.objects.iterator()) == 5_000


# --- over a real server ------------------------------------------------------------------------------------------
@pytest.fixture
def port() -> Iterator[int]:
    """gunicorn with one thread, so that every request meets what the one before left behind."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    name = connection.settings_dict["NAME"]
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "influence.wsgi:application", "--bind", f"127.0.0.1:{number}",
            "--worker-class", "gthread", "--workers", "1", "--threads", "1", "--no-control-socket",
        ],
        cwd=product_settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.tenancy.streaming_settings",
            "DATABASE_URL": os.environ[APP].replace(TEMPLATE, name),
            "REDIS_URL": product_settings.REDIS_URL,
        },
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(number), "the server does not answer")
        yield number
    finally:
        server.terminate()
        server.wait(20)


def answers(port: int) -> bool:
    try:
        with ask(port, "/healthz", Client()) as response:
            return response.status == 200
    except OSError:
        return False


@contextmanager
def ask(port: int, path: str, client: Client) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as asked:
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
        asked.request("GET", path, headers={"Cookie": cookies, "Host": "localhost"})
        with asked.getresponse() as response:
            yield response


def whole(port: int, path: str, client: Client) -> list[bytes]:
    with ask(port, path, client) as response:
        return response.read().splitlines(keepends=True)


def wait_until(is_true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def test_a_reader_who_goes_away_leaves_no_transaction_behind(port: int, ash) -> None:
    elm = filled("elm", ROWS)
    of_elm, of_ash = member(elm), member(ash)
    with ask(port, "/o/elm/streamed/", of_elm) as response:
        assert b"elm" in response.read(100_000)
        wait_until(lambda: states() != [], "the stream is in no transaction")
    wait_until(lambda: states() == [], "the transaction of the stream stayed open")

    assert whole(port, "/o/ash/counted/", of_ash) == [b"5000 rows"]
    assert_whole(whole(port, "/o/elm/streamed/", of_elm), elm, ROWS)


def test_a_failure_in_mid_stream_breaks_the_answer_off_visibly(port: int, elm) -> None:
    client = member(elm)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        whole(port, "/o/elm/broken/", client)
    wait_until(lambda: states() == [], "the transaction of the stream stayed open")
    assert whole(port, "/o/elm/counted/", client) == [b"5000 rows"]
