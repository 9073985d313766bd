"""A creator says the state of the grant behind its consent, whoever writes consents and grants, however, in any scope."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenancy.scope import organization_scope
from tenancy.services.organizations import let_influencer_in
from tests.connecting import an_organization, somebody_waits
from tests.factories.crm import ConsentFactory, CreatorFactory
from tiktok.enums import ConnectionState
from tiktok.models import Connection, Consent, Creator

pytestmark = pytest.mark.django_db


def state_of(creator: Creator) -> str:
    return Creator.objects.values_list("grant_state", flat=True).get(pk=creator.pk)


def end(grant: Connection, state: str = ConnectionState.EXPIRED) -> None:
    Connection.objects.filter(pk=grant.pk).update(state=state)


def test_a_creator_without_consent_has_no_grant(oak) -> None:
    with organization_scope(oak):
        assert state_of(CreatorFactory.create()) == ""


@pytest.mark.parametrize("state", ConnectionState.values)
def test_a_consent_brings_the_state_of_its_grant(oak, state) -> None:
    with organization_scope(oak):
        assert state_of(ConsentFactory.create(state=state).creator) == state


def test_many_consents_at_once_bring_theirs_each(oak) -> None:
    with organization_scope(oak):
        earlier = [ConsentFactory.create(state=state) for state in ("active", "expired")]
        Consent.objects.update(withdrawn_at=timezone.now())
        assert [state_of(consent.creator) for consent in earlier] == ["", ""]
        Consent.objects.bulk_create(
            Consent(creator=c.creator, connection=c.connection, granted_at=timezone.now())
            for c in earlier
        )
        assert [state_of(consent.creator) for consent in earlier] == ["active", "expired"]


@pytest.mark.parametrize(
    "go", [Consent.delete, lambda consent: Consent.objects.update(withdrawn_at=timezone.now())]
)
def test_a_consent_that_goes_takes_the_state_along(oak, go: Callable[[Consent], object]) -> None:
    with organization_scope(oak):
        consent = ConsentFactory.create()
        go(consent)
        assert state_of(consent.creator) == ""


def test_a_consent_that_moves_to_another_creator_moves_the_state(oak) -> None:
    with organization_scope(oak):
        consent, other = ConsentFactory.create(), CreatorFactory.create()
        Consent.objects.update(creator=other)
        assert (state_of(consent.creator), state_of(other)) == ("", "active")


def test_a_consent_withdrawn_earlier_does_not_hide_the_one_that_stands(oak) -> None:
    with organization_scope(oak):
        consent = ConsentFactory.create(withdrawn_at=timezone.now())
        again = {"connection": consent.connection, "granted_at": timezone.now()}
        Consent.objects.create(creator=consent.creator, **again)
        consent.delete()
        assert state_of(consent.creator) == "active"


def test_a_grant_that_ends_in_nobodys_scope_ends_in_every_organization(oak, elm) -> None:
    with organization_scope(oak):
        here, stranger = ConsentFactory.create(), ConsentFactory.create()
    let_influencer_in(elm, here.connection.person)
    with organization_scope(elm):
        there = ConsentFactory.create(connection=here.connection)
    end(here.connection)
    with organization_scope(elm):
        assert state_of(there.creator) == "expired"
        end(here.connection, ConnectionState.EXPIRING)
        assert state_of(there.creator) == "expiring"  # still in the scope of Elm
    with organization_scope(oak):
        assert (state_of(here.creator), state_of(stranger.creator)) == ("expiring", "active")


def test_a_grant_that_did_not_end_after_all_leaves_the_state_and_the_scope(oak) -> None:
    with organization_scope(oak):
        consent = ConsentFactory.create()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            end(consent.connection)
            raise ZeroDivisionError
        assert state_of(consent.creator) == "active"


def test_who_writes_a_row_read_before_writes_no_earlier_state(oak) -> None:
    with organization_scope(oak):
        consent = ConsentFactory.create()
        read_before = Creator.objects.get(pk=consent.creator_id)
        end(consent.connection)
        read_before.bio = "Bakes."
        read_before.save()
        assert state_of(consent.creator) == "expired"
        assert Creator.objects.get(pk=consent.creator_id).bio == "Bakes."


@pytest.mark.django_db(transaction=True)
def test_a_consent_given_while_its_grant_ends_sees_the_end() -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        consent = ConsentFactory.create()
        other = CreatorFactory.create()
    has_ended, may_commit = Event(), Event()

    def end_slowly() -> None:
        with transaction.atomic():
            end(consent.connection)
            has_ended.set()
            may_commit.wait(20)
        connection.close()

    def give() -> None:
        has_ended.wait(20)
        given = {"connection": consent.connection, "granted_at": timezone.now()}
        with organization_scope(organization):
            Consent.objects.create(creator=other, **given)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(end_slowly), pool.submit(give)]
        has_ended.wait(20)
        while not somebody_waits():
            assert not both[1].done()
        may_commit.set()
        for one in both:
            one.result(20)
    with organization_scope(organization):
        assert (state_of(consent.creator), state_of(other)) == ("expired", "expired")
