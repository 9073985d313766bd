"""Many people click at the same time, each in a browser tab of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from jobs.enums import Lane
from jobs.services import at_once
from jobs.services.at_once import beside
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.services.organizations import add_member
from tests.working import pump

CLICKS = 20
in_a_thread = beside  # before each test's fixture puts another in its place


@pytest.fixture
def threads_beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let what begins at once run in a thread beside its request, as it does in production."""
    monkeypatch.setattr(at_once, "beside", in_a_thread)
    yield
    all_have_ended()


def manager_of(oak: Organization, number: int) -> Client:
    person = User.objects.create_user(f"m{number}@oak.example")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def at_the_same_time(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do these in threads that begin together."""
    ready = Barrier(len(acts))

    def act(what: Callable[[], Any]) -> Any:
        try:
            ready.wait(30)
            return what()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def click(people: list[Client], address: str, **data: Any) -> list[int]:
    """Twenty clicks on the same button at the same time, the people taking turns."""

    def one(person: Client) -> int:
        browser = Client()  # a tab of its own
        browser.cookies = person.cookies
        return browser.post(address, data).status_code

    return at_the_same_time([lambda n=n: one(people[n % len(people)]) for n in range(CLICKS)])


def all_have_ended() -> None:
    """Wait until whatever was begun has ended; what found no place is done by a worker."""
    with ExitStack() as taken:  # given back even if one stays away: other tests need them
        for _ in range(at_once.PLACES):
            assert at_once._places.acquire(timeout=30)
            taken.callback(at_once._places.release)
    pump(Lane.PERSON)
