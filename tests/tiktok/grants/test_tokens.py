"""The access token is always a valid one, and refreshed once however many ask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
import pytest
from django.conf import settings
from django.db import connection as database
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from jobs.models import Work
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.working import grant_checks, pump_kind
from tiktok.client import errors
from tiktok.enums import AccountKind, ConnectionState
from tiktok.errors import (
    CallInsideTransaction,
    ConnectionEnded,
    TikTokBusy,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.models import Connection, Consent, Creator
from tiktok.queries import kind_of
from tiktok.services.gateway import marketplace
from tiktok.services.grants import tokens
from tiktok.services.grants.tokens import access_token, call_as_creator


@pytest.fixture
def connection(tiktok, oak) -> Connection:
    return connect(tiktok, a_person("maya@example.com", oak), oak, "maya.bakes")


def let_expire(connection: Connection, **fields) -> None:
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now, **fields)


def refresh_work() -> QuerySet[Work]:
    return Work.objects.filter(kind=tokens.REFRESH)


def lease(connection: Connection, *, until: datetime) -> None:
    """Somebody refreshes, or was killed while refreshing."""
    Work.objects.create(
        kind=tokens.REFRESH, subject_id=connection.pk, due_at=timezone.now(), lease_until=until
    )


def refreshes(tiktok) -> int:
    calls = tiktok.read("stats")["calls"]
    return sum(count for path, count in calls.items() if "refresh_token" in path)


@pytest.mark.django_db
def test_a_token_that_is_still_good_costs_no_call(tiktok, connection) -> None:
    assert access_token(connection) == connection.open_access_token()
    assert refreshes(tiktok) == 0


@pytest.mark.django_db
def test_an_expired_token_is_refreshed_and_the_newest_refresh_token_kept(
    tiktok, connection
) -> None:
    tiktok.control("switches", rotate_refresh=True)
    let_expire(connection)
    first = access_token(connection)
    let_expire(connection)
    second = access_token(connection)

    connection.refresh_from_db()
    assert first != second == connection.open_access_token()
    assert refreshes(tiktok) == 2
    assert (connection.version, connection.state) == (4, "active")
    assert not refresh_work().exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_that_find_an_expired_token_make_one_call(tiktok, connection) -> None:
    tiktok.control("switches", rotate_refresh=True, latency_seconds=0.3)
    let_expire(connection)

    def ask(_: int) -> str:
        try:
            return access_token(connection)
        finally:
            database.close()

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(ask, range(20)))

    connection.refresh_from_db()
    assert answers == {connection.open_access_token()}
    assert refreshes(tiktok) == 1
    tiktok.control("switches", latency_seconds=0)
    let_expire(connection)
    access_token(connection)  # the refresh token that was kept is the newest


DIES_BEFORE_THE_COMMIT = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from tiktok.models import Connection
from tiktok.services.grants import tokens
settings.TIKTOK_BASE_URL = sys.argv[1]
tokens._keep = lambda row, grant: os.kill(os.getpid(), signal.SIGKILL)
tokens.access_token(Connection.objects.get())
"""


def die_between_answer_and_commit(tiktok) -> None:
    """Another process refreshes, hears TikTok's answer, and is killed before it has kept it."""
    name = database.settings_dict["NAME"]
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": os.environ["TEST_APP_URL"].replace("influence_template", name),
        "REDIS_URL": settings.REDIS_URL,
    }
    command = [sys.executable, "-c", DIES_BEFORE_THE_COMMIT, tiktok.url]
    killed = subprocess.run(
        command, env=env, cwd=settings.BASE_DIR, capture_output=True, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rotates", [False, True], ids=["one refresh token", "a new one each time"])
def test_a_process_killed_between_answer_and_commit_costs_at_most_a_visible_reconnect(
    tiktok, oak, connection, rotates
) -> None:
    """Nothing is lost where TikTok keeps the refresh token; where it gave a new one that nobody heard, the creator is asked."""
    tiktok.control("switches", rotate_refresh=rotates)
    let_expire(connection)
    known = connection.open_refresh_token()
    die_between_answer_and_commit(tiktok)
    assert refreshes(tiktok) == 1
    connection.refresh_from_db()
    assert connection.open_refresh_token() == known
    assert refresh_work().get().lease_until > timezone.now()  # until then nobody else tries

    let_expire(connection)
    refresh_work().update(lease_until=timezone.now())
    if rotates:
        with pytest.raises(ConnectionEnded):
            access_token(connection)
        ended(connection, oak, "revoked", tokens.CONSENT_REVOKED)
        dashboard = Client()
        dashboard.force_login(connection.person)
        page = dashboard.get("/me/").content.decode()
        assert "Reconnect" in page
        assert tokens.CONSENT_REVOKED in page
    else:
        token = access_token(connection)
        connection.refresh_from_db()
        assert (connection.state, connection.open_access_token()) == ("active", token)
        assert profile_as_creator(connection, oak) == "maya.bakes"


@pytest.mark.django_db
def test_the_call_is_refused_inside_a_transaction(tiktok, connection) -> None:
    from django.db import transaction

    let_expire(connection)
    with pytest.raises(CallInsideTransaction), transaction.atomic():
        access_token(connection)


@pytest.mark.django_db
def test_a_lease_that_was_left_behind_is_taken_over(tiktok, connection) -> None:
    let_expire(connection)
    lease(connection, until=timezone.now() - timedelta(seconds=1))
    access_token(connection)
    assert refreshes(tiktok) == 1


@pytest.mark.django_db
def test_tiktok_out_of_reach_gives_the_lease_back_and_ends_nothing(tiktok, connection) -> None:
    let_expire(connection)
    tiktok.control("fail", times=1, path="refresh_token", code=50000)
    with pytest.raises(TikTokUnavailable):
        access_token(connection)
    connection.refresh_from_db()
    assert connection.state == "active"
    assert refresh_work().get().lease_until is None
    access_token(connection)


@pytest.mark.django_db
def test_a_refresh_that_failed_is_done_by_a_worker_unless_a_reader_is_faster(
    tiktok, connection
) -> None:
    for is_first in (True, False):
        let_expire(connection)
        tiktok.control("fail", times=1, path="refresh_token", code=50000)
        with pytest.raises(TikTokUnavailable):
            access_token(connection)
        if not is_first:
            Connection.objects.update(access_expires_at=timezone.now() + timedelta(hours=9))
        assert pump_kind(tokens.REFRESH) == 1
        assert not refresh_work().exists()
    connection.refresh_from_db()
    assert connection.version == 3


@pytest.mark.django_db
def test_whoever_claims_after_another_has_refreshed_makes_no_second_call(
    tiktok, connection, monkeypatch
) -> None:
    let_expire(connection)
    claim_now = tokens.claim_now

    def late(*work):
        monkeypatch.setattr(tokens, "claim_now", claim_now)
        access_token(connection)  # another was faster, between our reading and our claim
        return claim_now(*work)

    monkeypatch.setattr(tokens, "claim_now", late)
    token = access_token(connection)
    connection.refresh_from_db()
    assert (token, refreshes(tiktok)) == (connection.open_access_token(), 1)


@pytest.mark.django_db
def test_a_refresh_that_met_a_disconnect_puts_no_token_back(
    tiktok, connection, monkeypatch
) -> None:
    let_expire(connection)
    ask = tokens._ask

    def slow(row):
        grant = ask(row)
        tokens.end_grant(connection, state=ConnectionState.REVOKED, reason="Meanwhile.")
        return grant

    monkeypatch.setattr(tokens, "_ask", slow)
    with pytest.raises(ConnectionEnded):
        access_token(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.sealed_refresh_token) == ("revoked", "")


def answers_with(**changes):
    """TikTok's answers to a refresh, with these changes."""
    ask = tokens._ask
    return lambda row: msgspec.structs.replace(ask(row), **changes)


@pytest.mark.django_db
def test_a_token_that_lives_shorter_than_our_margin_is_taken_as_it_is(
    tiktok, connection, monkeypatch
) -> None:
    monkeypatch.setattr(tokens, "_ask", answers_with(expires_in=60))
    let_expire(connection)
    token = access_token(connection)
    connection.refresh_from_db()
    assert connection.open_access_token() == token
    assert refreshes(tiktok) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("life", [10**12, 10**18, 10**30])
def test_a_life_that_no_calendar_holds_costs_no_token(connection, monkeypatch, life) -> None:
    endless = {"expires_in": life, "refresh_token_expires_in": life}
    monkeypatch.setattr(tokens, "_ask", answers_with(**endless))
    let_expire(connection)
    token = access_token(connection)
    connection.refresh_from_db()
    assert connection.open_access_token() == token
    assert connection.access_expires_at - timezone.now() > timedelta(days=3650)


@pytest.mark.django_db
def test_a_life_that_tiktok_does_not_tell_prolongs_no_grant(connection, monkeypatch) -> None:
    supposed = {"refresh_token_expires_in": 30 * 86_400, "is_refresh_life_supposed": True}
    monkeypatch.setattr(tokens, "_ask", answers_with(**supposed))
    for days, left in ((5, 5), (300, 30)):
        ends_at = timezone.now() + timedelta(days=days)
        let_expire(connection, refresh_expires_at=ends_at)
        access_token(connection)
        connection.refresh_from_db()
        reported = connection.refresh_expires_at - timezone.now()
        assert timedelta(days=left - 1) < reported <= timedelta(days=left)


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_brings_too_little_ends_the_grant_with_its_data_or_not_at_all(
    oak, connection, monkeypatch
) -> None:
    monkeypatch.setattr(tokens, "_ask", answers_with(scopes=frozenset({"video.list"})))
    let_expire(connection)

    def die(*args: object, **fields: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(tokens, "end_grant", die)
        access_token(connection)
    connection.refresh_from_db()
    assert (connection.state, bool(connection.sealed_refresh_token)) == ("active", True)

    with pytest.raises(ConnectionEnded):
        access_token(connection)
    ended(connection, oak, "missing_scope", "Not granted: your profile, your audience.")


@pytest.mark.django_db
def test_whoever_waits_too_long_for_another_refresh_is_told_that_it_is_under_way(
    connection, monkeypatch
) -> None:
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 0.1)
    let_expire(connection)
    lease(connection, until=timezone.now() + tokens.LEASE)
    with pytest.raises(TikTokBusy) as busy:
        access_token(connection)
    assert str(busy.value) == (
        "The permission is being renewed with TikTok just now. Please try again in 1 minute."
    )


def ended(connection: Connection, oak, state: str, reason: str) -> None:
    connection.refresh_from_db()
    assert (connection.state, connection.state_reason) == (state, reason)
    assert (connection.sealed_access_token, connection.sealed_refresh_token) == ("", "")
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert creator.audience_countries is None
        assert kind_of(creator) == AccountKind.NOT_AUTHENTICATED_TTCM
        assert Consent.objects.filter(withdrawn_at=None).count() == 1  # reconnecting revives it
        verbs = {
            "expired": Verb.CONNECTION_EXPIRED,
            "revoked": Verb.CONNECTION_REVOKED,
            "missing_scope": Verb.CONNECTION_MISSING_SCOPE,
        }
        assert Event.objects.filter(verb=verbs[state]).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        (40103, "expired", tokens.CONSENT_EXPIRED),
        (40105, "revoked", tokens.CONSENT_REVOKED),
        (40106, "revoked", tokens.CONSENT_REVOKED),
        (40107, "revoked", tokens.CONSENT_REVOKED),
        (40131, "revoked", tokens.CONSENT_REVOKED),
    ],
)
def test_a_dead_grant_becomes_a_state_with_a_reason(
    tiktok, oak, connection, code, state, reason
) -> None:
    let_expire(connection)
    tiktok.control("fail", times=1, path="refresh_token", code=code)
    with pytest.raises(ConnectionEnded) as end:
        access_token(connection)
    assert end.value.reason == state
    ended(connection, oak, state, reason)


@pytest.mark.django_db
def test_a_consent_that_ran_out_ends_without_a_call(tiktok, oak, connection) -> None:
    let_expire(connection, refresh_expires_at=timezone.now())
    with pytest.raises(ConnectionEnded):
        access_token(connection)
    assert refreshes(tiktok) == 0
    ended(connection, oak, "expired", tokens.CONSENT_EXPIRED)


@pytest.mark.django_db
def test_a_consent_that_runs_out_within_a_month_is_expiring_and_still_alive(
    tiktok, connection
) -> None:
    tiktok.control("clock", advance_seconds=340 * 86_400)
    let_expire(connection)
    access_token(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.is_live) == ("expiring", True)


def profile_as_creator(connection: Connection, oak) -> str:
    with organization_scope(oak):
        tiktok = marketplace()
        profile = call_as_creator(
            connection, lambda token: tiktok.authorized_profile(token, connection.open_id)
        )
    return profile.handle


@pytest.mark.django_db
def test_a_call_whose_token_tiktok_no_longer_takes_is_made_again_with_a_fresh_one(
    tiktok, oak, connection
) -> None:
    tiktok.control("expire", handle="maya.bakes")
    assert profile_as_creator(connection, oak) == "maya.bakes"
    assert refreshes(tiktok) == 1


@pytest.mark.django_db
def test_a_permission_withdrawn_at_tiktok_is_noticed_by_the_next_call(
    tiktok, oak, connection
) -> None:
    tiktok.control("revoke", handle="maya.bakes")
    with pytest.raises(ConnectionEnded):
        profile_as_creator(connection, oak)
    ended(connection, oak, "revoked", tokens.CONSENT_REVOKED)


def refusing(seen: list[str], meanwhile=lambda: None):
    """A call whose every token TikTok refuses; `meanwhile` happens before each answer."""

    def call(token: str) -> None:
        seen.append(token)
        meanwhile()
        raise errors.AccessTokenInvalidError("The token is invalid.", code=40105)

    return call


@pytest.mark.django_db
def test_a_fresh_token_that_tiktok_refuses_too_ends_the_grant(tiktok, oak, connection) -> None:
    seen = []
    with pytest.raises(ConnectionEnded) as end:
        call_as_creator(connection, refusing(seen))
    assert (end.value.reason, len(set(seen)), refreshes(tiktok)) == ("revoked", 2, 1)
    ended(connection, oak, "revoked", tokens.CONSENT_REVOKED)


@pytest.mark.django_db
def test_a_token_that_another_has_refreshed_meanwhile_is_not_refreshed_once_more(
    tiktok, connection
) -> None:
    seen = []

    def meanwhile() -> None:
        if len(seen) == 1:
            let_expire(connection)
            access_token(connection)

    with pytest.raises(ConnectionEnded):
        call_as_creator(connection, refusing(seen, meanwhile))
    assert (len(set(seen)), refreshes(tiktok)) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("calls", [1, 2])
def test_a_grant_that_ends_during_a_call_keeps_the_reason_of_its_end(
    oak, connection, calls
) -> None:
    seen = []

    def meanwhile() -> None:
        if len(seen) == calls:
            tokens.end_grant(connection, state=ConnectionState.REVOKED, reason="Meanwhile.")

    with pytest.raises(ConnectionEnded):
        call_as_creator(connection, refusing(seen, meanwhile))
    assert len(seen) == calls
    ended(connection, oak, "revoked", "Meanwhile.")


@pytest.mark.django_db
def test_a_refusal_to_refresh_does_not_end_what_the_creator_has_connected_anew(
    tiktok, oak, connection, monkeypatch
) -> None:
    def late(row: Connection) -> None:
        connect(tiktok, connection.person, oak, "maya.bakes")
        raise ConnectionEnded(ConnectionState.REVOKED)

    monkeypatch.setattr(tokens, "_ask", late)
    let_expire(connection)
    with pytest.raises(ConnectionEnded):
        access_token(connection)
    connection.refresh_from_db()
    assert (connection.is_live, connection.state_reason) == (True, "")


@pytest.mark.django_db
def test_a_late_refusal_does_not_end_what_the_creator_has_connected_anew(
    tiktok, oak, connection
) -> None:
    tokens_seen = []

    def call(token: str) -> None:
        tokens_seen.append(token)
        if len(tokens_seen) == 2:
            connect(tiktok, connection.person, oak, "maya.bakes")
        raise errors.AccessTokenInvalidError("The token is invalid.", code=40105)

    with organization_scope(oak), pytest.raises(TikTokUnavailable):
        call_as_creator(connection, call)

    connection.refresh_from_db()
    assert connection.is_live
    assert connection.open_access_token() not in tokens_seen


@pytest.mark.django_db
@pytest.mark.parametrize("code", [40130, 40131])
def test_a_permission_tiktok_says_is_missing_is_looked_into_at_once(
    tiktok, oak, connection, code
) -> None:
    tiktok.control("fail", times=1, path="/tcm/creator/authorized/", code=code)
    with pytest.raises(TikTokRefused):
        profile_as_creator(connection, oak)
    assert grant_checks().get().due_at <= timezone.now()
