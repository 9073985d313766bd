"""The stream of events: what may stand in one, and how a reader with a cursor misses none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from queue import Queue

import pytest
from django.db import connection, transaction

from tenancy.enums import Role, Verb
from tenancy.models import Event, EventText, Organization
from tenancy.queries import Cursor, events_about, events_after
from tenancy.scope import ScopeMissing, organization_scope
from tenancy.services.events import NotForEvents, record, record_each
from tests.personas import make_person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_an_event_keeps_ids_numbers_times_and_words_of_enums(oak) -> None:
    person = make_person("manager", "x")
    with organization_scope(oak):
        event = record(
            Verb.MEMBERSHIP_SET,
            oak,
            actor=person,
            role=Role.OWNER,
            count=3,
            is_new=True,
            at_noon=AT,
            on=date(2026, 11, 29),
            roles=[Role.ADMIN, Role.VIEWER],
            texts={"reason": "Because."},
        )
        event = Event.objects.select_related("text").get(pk=event.pk)

    assert (event.verb, event.object_type, event.object_id, event.actor_id) == (
        "membership.set", "tenancy.organization", oak.pk, person.pk,
    )  # fmt: skip
    assert event.detail == {
        "role": "owner",
        "count": 3,
        "is_new": True,
        "at_noon": "2026-11-29T12:00:00+00:00",
        "on": "2026-11-29",
        "roles": ["admin", "viewer"],
    }
    assert (event.label, event.texts) == ("Oak", {"reason": "Because."})


@pytest.mark.parametrize("value", ["owner", "", None, 1.5, b"x", {"a": 1}, ["owner"], [[{}]]])
def test_what_might_be_a_text_is_refused_and_nothing_is_kept(oak, value) -> None:
    with organization_scope(oak):
        before = Event.objects.count()
        with pytest.raises(NotForEvents, match="role="):
            record(Verb.MEMBERSHIP_SET, oak, actor=None, role=value)
        assert Event.objects.count() == before


def test_a_verb_is_one_of_the_enum_s(oak) -> None:
    with organization_scope(oak), pytest.raises(NotForEvents, match="no Verb"):
        record("membership.set", oak, actor=None)


def test_nothing_happens_outside_an_organization(oak) -> None:
    with pytest.raises(ScopeMissing):
        record(Verb.ADMIN_CHANGED, oak, actor=None)


def test_the_same_of_many_objects_is_two_statements(oak, django_assert_num_queries) -> None:
    people = [make_person(f"p{number}", "x") for number in range(5)]
    with organization_scope(oak):
        with transaction.atomic(), django_assert_num_queries(2):
            events = record_each(Verb.ADMIN_CHANGED, people, actor=None, count=1)
        assert [event.object_id for event in events] == [person.pk for person in people]
        texts = EventText.objects.filter(event__in=events).order_by("event")
        assert [text.label for text in texts] == [str(person) for person in people]


def test_events_about_objects_are_newest_first_and_of_these_objects_only(oak, elm) -> None:
    person, other = make_person("one", "x"), make_person("two", "x")
    with organization_scope(elm):
        record(Verb.ADMIN_CHANGED, person, actor=None)
    with organization_scope(oak):
        first = record(Verb.ADMIN_ADDED, person, actor=other)
        record(Verb.ADMIN_ADDED, other, actor=None)
        last = record(Verb.ADMIN_CHANGED, person, actor=None)
        found = list(events_about((type(person), [person.pk])))
        assert [event.pk for event in found] == [last.pk, first.pk]
        assert [event.actor for event in found] == [None, other]
        assert list(events_about()) == []


# --- the cursor --------------------------------------------------------------------------------------------------
class Writer:
    """A transaction of its own on a connection of its own, led step by step."""

    def __init__(self, organization: Organization) -> None:
        self._steps: Queue[Callable[[], None] | None] = Queue()
        self._done: Queue[None] = Queue()
        self._organization = organization

    def run(self) -> None:
        try:
            with organization_scope(self._organization), transaction.atomic():
                while step := self._steps.get():
                    step()
                    self._done.put(None)
        finally:
            connection.close()
            self._done.put(None)

    def write(self, verb: Verb) -> None:
        self._steps.put(lambda: record(verb, self._organization, actor=None) and None)
        self._done.get(timeout=20)

    def commit(self) -> None:
        self._steps.put(None)
        self._done.get(timeout=20)


@contextmanager
def writers(organization: Organization, count: int) -> Iterator[list[Writer]]:
    led = [Writer(organization) for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(writer.run) for writer in led]
        try:
            yield led
        finally:
            for writer in led:
                writer._steps.put(None)
        for each in running:
            each.result(timeout=20)


class Reader:
    def __init__(self, organization: Organization) -> None:
        self.cursor, self.seen = Cursor(), list[str]()
        self._organization = organization

    def read(self, limit: int = 100) -> None:
        with organization_scope(self._organization):
            for event in events_after(self.cursor, limit):
                self.seen.append(event.verb)
                self.cursor = Cursor.after(event)

    def read_until(self, count: int) -> None:
        """Transactions of other tests in the same server may hold events back for some seconds."""
        deadline = time.monotonic() + 60
        while len(self.seen) < count and time.monotonic() < deadline:
            self.read(limit=1)
            time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_reader_meets_each_event_once_though_the_later_transaction_commits_first() -> None:
    oak = Organization.objects.create(name="Oak", slug="oak")
    reader = Reader(oak)
    with writers(oak, 2) as (a, b):
        a.write(Verb.ADMIN_ADDED)
        b.write(Verb.ADMIN_CHANGED)
        a.write(Verb.ADMIN_REMOVED)
        b.commit()
        with organization_scope(oak):
            assert Event.objects.get().verb == Verb.ADMIN_CHANGED  # committed, and visible to all
        reader.read()
        assert reader.seen == []  # A may still write before it
        a.commit()
    reader.read_until(3)
    reader.read()
    assert reader.seen == [Verb.ADMIN_ADDED, Verb.ADMIN_REMOVED, Verb.ADMIN_CHANGED]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_holds_nobody_up_for_good() -> None:
    oak = Organization.objects.create(name="Oak", slug="oak")
    reader = Reader(oak)
    with organization_scope(oak):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(Verb.ADMIN_ADDED, oak, actor=None)
            raise ZeroDivisionError
        record(Verb.ADMIN_CHANGED, oak, actor=None)
    reader.read_until(1)
    assert reader.seen == [Verb.ADMIN_CHANGED]


@pytest.mark.django_db(transaction=True)
def test_a_reader_meets_the_events_of_its_organization_only() -> None:
    oak = Organization.objects.create(name="Oak", slug="oak")
    elm = Organization.objects.create(name="Elm", slug="elm")
    for organization, verb in ((elm, Verb.ADMIN_ADDED), (oak, Verb.ADMIN_CHANGED)):
        with organization_scope(organization):
            record(verb, organization, actor=None)
    reader = Reader(oak)
    reader.read_until(1)
    reader.read()
    assert reader.seen == [Verb.ADMIN_CHANGED]
