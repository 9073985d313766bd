"""Every live grant is checked daily: whose it is, what it allows, how long it lasts, and who is told in time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from jobs.models import Work
from tenancy.models import User
from tenancy.scope import organization_scope
from tests.connecting import a_person, an_organization, connect
from tests.mailing import sent_mail
from tests.working import check_due_grants, grant_checks, pump
from tiktok.client import CreatorOAuth, types
from tiktok.enums import AccountKind, ConnectionState
from tiktok.models import ConnectAttempt, Connection, Consent, Creator
from tiktok.policies import warning_due
from tiktok.queries import kind_of
from tiktok.services.connect import checks, reminders
from tiktok.services.connect.disconnect import disconnect, withdraw_consent
from tiktok.services.grants import tokens
from tiktok.services.grants.grants import end_grant
from tiktok.tasks import forget_old_attempts

DAY = timedelta(days=1)
SCOPES = frozenset({"user.info.basic", "biz.creator.info", "biz.creator.insights", "video.list"})


@pytest.fixture
def connection(tiktok, oak) -> Connection:
    return connect(tiktok, a_person("maya@example.com", oak, name="Maya"), oak, "maya.bakes")


def make_due(connection: Connection, **fields) -> None:
    if fields:
        Connection.objects.filter(pk=connection.pk).update(**fields)
    grant_checks().filter(subject_id=connection.pk).update(due_at=timezone.now())


def check_due(connection: Connection, **fields) -> Connection:
    make_due(connection, **fields)
    assert check_due_grants() == 1
    connection.refresh_from_db()
    return connection


def answering(monkeypatch, open_id: str, scopes: frozenset[str] = SCOPES) -> None:
    info = types.TokenInfo(open_id, scopes)
    monkeypatch.setattr(CreatorOAuth, "token_info", lambda self, token: info)


def due_in(connection: Connection) -> timedelta:
    return grant_checks().get(subject_id=connection.pk).due_at - timezone.now()


# --- token_info --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_new_connection_is_due_a_day_later_and_then_daily(tiktok, connection) -> None:
    assert check_due_grants() == 0
    assert DAY - timedelta(minutes=1) < due_in(connection) <= DAY

    check_due(connection)

    assert tiktok.read("stats")["calls"]["/tt_user/token_info/get/"] == 1
    assert timezone.now() - connection.checked_at < timedelta(minutes=1)
    assert DAY - timedelta(minutes=1) < due_in(connection) <= DAY
    assert (connection.state, connection.version) == ("active", 2)


@pytest.mark.django_db
def test_changed_scopes_are_kept(monkeypatch, connection) -> None:
    answering(monkeypatch, connection.open_id, SCOPES | {"user.info.stats"})
    assert check_due(connection).scopes == sorted(SCOPES | {"user.info.stats"})
    assert connection.is_live


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("biz.creator.info", "your profile"),
        ("biz.creator.insights", "your audience"),
        ("video.list", "your videos"),
    ],
)
def test_a_scope_that_was_taken_back_ends_the_grant_with_its_name(
    monkeypatch, oak, connection, scope, words
) -> None:
    answering(monkeypatch, connection.open_id, SCOPES - {scope})
    ended(check_due(connection), oak, "missing_scope", f"Not granted: {words}.")


def ended(connection: Connection, oak, state: str, reason: str) -> None:
    assert (connection.state, connection.state_reason) == (state, reason)
    assert (connection.sealed_access_token, connection.sealed_refresh_token) == ("", "")
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert (creator.audience_countries, creator.insights_fetched_at) == (None, None)
        assert kind_of(creator) == AccountKind.NOT_AUTHENTICATED_TTCM
    assert not grant_checks().exists()  # nobody checks what has ended


@pytest.mark.django_db
def test_a_token_of_another_account_ends_the_grant(monkeypatch, oak, connection) -> None:
    answering(monkeypatch, "somebody-else")
    ended(check_due(connection), oak, "revoked", checks.OTHER_ACCOUNT)


@pytest.mark.django_db
def test_a_grant_that_a_check_ends_is_never_checked_again(monkeypatch, connection) -> None:
    answering(monkeypatch, "somebody-else")
    assert checks.check_due_grants([connection.pk]) == {connection.pk: None}


@pytest.mark.django_db
def test_an_answer_about_a_grant_that_ended_meanwhile_is_not_kept(
    monkeypatch, oak, connection
) -> None:
    def late(self, token):
        ending = Connection.objects.get(pk=connection.pk)
        end_grant(ending, state=ConnectionState.REVOKED, reason="It ended meanwhile.")
        return types.TokenInfo(connection.open_id, SCOPES)

    monkeypatch.setattr(CreatorOAuth, "token_info", late)
    checks.check_grant(connection)
    connection.refresh_from_db()
    assert connection.checked_at is None
    ended(connection, oak, "revoked", "It ended meanwhile.")


@pytest.mark.django_db
def test_a_permission_withdrawn_at_tiktok_is_noticed_though_nobody_calls(
    tiktok, oak, connection
) -> None:
    tiktok.control("revoke", handle="maya.bakes")
    ended(check_due(connection), oak, "revoked", tokens.CONSENT_REVOKED)


@pytest.mark.django_db
def test_an_expired_access_token_is_refreshed_first(tiktok, connection) -> None:
    tiktok.control("expire", handle="maya.bakes")
    assert check_due(connection).is_live
    assert connection.version == 3


@pytest.mark.django_db
def test_a_grant_whose_year_is_over_expires_without_a_call_and_at_that_moment(
    tiktok, oak, connection
) -> None:
    soon = timezone.now() + timedelta(hours=3)
    check_due(connection, refresh_expires_at=soon)
    assert abs(due_in(connection) - (soon - timezone.now())) < timedelta(seconds=1)
    tiktok.control("stats")
    check_due(connection, refresh_expires_at=timezone.now())
    assert tiktok.read("stats")["calls"] == {}
    ended(connection, oak, "expired", tokens.CONSENT_EXPIRED)


@pytest.mark.django_db
def test_thirty_days_before_its_end_a_grant_is_expiring(connection) -> None:
    in_29_days = timezone.now() + timedelta(days=29)
    assert check_due(connection, refresh_expires_at=in_29_days).state == ConnectionState.EXPIRING


@pytest.mark.django_db
def test_tiktok_out_of_reach_changes_nothing_and_is_asked_again_a_minute_later(
    tiktok, connection
) -> None:
    tiktok.control("fail", times=9, path="token_info", code=50000)
    check_due(connection)
    assert (connection.state, connection.checked_at) == ("active", None)
    assert timedelta(seconds=59) < due_in(connection) <= timedelta(minutes=1)
    assert grant_checks().get().postponed_reason == "no_answer"


@pytest.mark.django_db
def test_a_used_up_limit_waits_as_long_as_tiktok_says(tiktok, connection) -> None:
    tiktok.control("fail", times=9, path="token_info", code=40100)
    check_due(connection)
    assert timedelta(minutes=4) < due_in(connection) <= timedelta(minutes=5.5)


@pytest.mark.django_db
def test_a_grant_whose_token_does_not_open_stops_no_other(tiktok, oak, connection, caplog) -> None:
    other = connect(tiktok, connection.person, oak, "rio.runs")
    make_due(connection, sealed_access_token="t9.broken")
    make_due(other)
    assert check_due_grants() == 2
    other.refresh_from_db()
    assert other.checked_at is not None
    assert "seal.broken" in caplog.text


@pytest.mark.django_db
def test_a_creator_who_connects_anew_during_the_sync_keeps_the_new_grant(
    monkeypatch, tiktok, oak, connection
) -> None:
    def late(self, token):
        connect(tiktok, connection.person, oak, "maya.bakes")
        return types.TokenInfo("somebody-else", frozenset())

    monkeypatch.setattr(CreatorOAuth, "token_info", late)
    check_due(connection)
    assert connection.is_live
    assert set(connection.scopes) == SCOPES
    assert due_in(connection) > DAY - timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_two_pumps_sync_after_each_grant_once(tiktok, oak, connection) -> None:
    for handle in ("rio.runs", "lena.lifts", "tom_trails"):
        connect(tiktok, connection.person, oak, handle)
    grant_checks().update(due_at=timezone.now())

    def work() -> None:
        while check_due_grants(calls=1):
            pass
        database.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tiktok.read("stats")["calls"]["/tt_user/token_info/get/"] == 4


@pytest.mark.django_db
def test_a_grant_whose_person_was_deleted_is_looked_after_no_more(oak, connection) -> None:
    make_due(connection)
    with organization_scope(oak):
        Consent.objects.all().delete()
    Connection.objects.all().delete()
    assert check_due_grants() == 1
    assert not grant_checks().exists()


@pytest.mark.django_db
def test_a_doubt_that_the_look_itself_raises_does_not_repeat_it_at_once(tiktok, connection) -> None:
    tiktok.control("fail", times=9, path="token_info", code=40130)
    check_due(connection)
    assert due_in(connection) > timedelta(seconds=50)


# --- mails ahead -------------------------------------------------------------------------------------------------
def days_left(connection: Connection, days: float, **fields) -> None:
    check_due(connection, refresh_expires_at=timezone.now() + timedelta(days=days), **fields)


@pytest.mark.parametrize(
    ("days", "warned", "due"),
    [
        (15, None, None), (14, None, 14), (13.9, 14, None), (7.1, 14, None), (7, 14, 7), (6, 7, None), (1, 7, 1),
        (0.5, 1, None), (0.5, None, 1), (6, None, 7), (0.5, 14, 1), (0, 7, None), (-1, None, None),
    ],
)  # fmt: skip
def test_of_the_mails_ahead_only_the_nearest_is_due(days, warned, due) -> None:
    assert warning_due(timedelta(days=days), warned) == due


@pytest.mark.django_db
def test_a_mail_goes_14_7_and_1_days_ahead_each_once(connection) -> None:
    counts = []
    for days in (14.01, 13.99, 8, 7.01, 6.99, 2, 0.99, 0.5):
        days_left(connection, days)
        counts.append(len(sent_mail()))
    assert counts == [0, 1, 1, 1, 2, 2, 3, 3]
    assert connection.warned_days == 1


@pytest.mark.django_db
def test_the_sync_is_due_at_the_moment_of_the_next_mail(connection) -> None:
    days_left(connection, 14.5)
    assert round(due_in(connection) / timedelta(hours=1)) == 12
    days_left(connection, 7.25, warned_days=14)
    assert round(due_in(connection) / timedelta(hours=1)) == 6
    assert sent_mail() == []


@pytest.mark.django_db
def test_the_mail_says_what_ends_when_for_whom_and_how_it_goes_on(
    tiktok, oak, connection, settings
) -> None:
    elm, ash = an_organization("Elm & <Sons>"), an_organization("Ash")
    connect(tiktok, connection.person, elm, "maya.bakes")
    connect(tiktok, connection.person, ash, "maya.bakes")
    with organization_scope(ash):
        withdraw_consent(Consent.objects.get(), actor=connection.person)
    ends_at = timezone.now() + timedelta(days=5)
    check_due(connection, refresh_expires_at=ends_at)

    [message] = sent_mail()
    assert message.to == ["maya@example.com"]
    day = f"{ends_at.day} {ends_at:%B %Y}"
    assert message.subject == f"Your TikTok permission for @maya.bakes ends on {day}"
    html = message.alternatives[0].content
    for text in (message.body, html):
        for part in (
            "Hello Maya",
            "@maya.bakes",
            f"{ends_at.day} {ends_at:%b %Y, %H:%M} UTC",
            "Oak",
            "Reconnect",
        ):
            assert part in text
        assert f"{settings.PUBLIC_URL}/me/" in text
        assert "Ash" not in text
    assert "- Elm & <Sons>" in message.body
    assert ">Elm &amp; &lt;Sons&gt;</li>" in html


@pytest.mark.django_db
def test_a_person_without_a_name_is_greeted_by_the_handle(connection) -> None:
    User.objects.update(name="")
    days_left(connection, 7)
    assert "Hello @maya.bakes," in sent_mail()[0].body


@pytest.mark.django_db
def test_the_mail_names_nobody_who_sees_another_account_of_the_person(
    tiktok, oak, connection
) -> None:
    elm = an_organization("Elm")
    connect(tiktok, connection.person, elm, "rio.runs")
    days_left(connection, 7)
    [message] = sent_mail()
    assert "- Oak" in message.body
    assert "Elm" not in message.body


@pytest.mark.django_db
def test_a_mail_about_the_earlier_deadline_does_not_count_for_the_new_one(
    monkeypatch, connection
) -> None:
    def late(*args, **values):
        Connection.objects.update(connected_at=timezone.now(), warned_days=None)

    monkeypatch.setattr(reminders, "queue_message", late)
    days_left(connection, 7)
    assert connection.warned_days is None


@pytest.mark.django_db
def test_connecting_again_moves_the_deadline_and_begins_anew(tiktok, oak, connection) -> None:
    days_left(connection, 1)
    connect(tiktok, connection.person, oak, "maya.bakes")
    connection.refresh_from_db()
    assert (connection.state, connection.warned_days) == ("active", None)
    days_left(connection, 1)
    assert len(sent_mail()) == 2


@pytest.mark.django_db
def test_a_mail_server_that_is_down_loses_no_mail_and_sends_none_twice(
    connection, settings
) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "mail.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    days_left(connection, 7)
    assert connection.warned_days == 7
    assert sent_mail() == []

    settings.EMAIL_BACKEND = working
    Work.objects.filter(kind="mail").update(due_at=timezone.now())
    check_due(connection)
    check_due(connection)
    assert [message.to for message in sent_mail()] == [["maya@example.com"]]


@pytest.mark.django_db
def test_tiktok_out_of_reach_keeps_no_mail_back(tiktok, connection) -> None:
    tiktok.control("fail", times=9, path="token_info", code=50000)
    days_left(connection, 7)
    assert (len(sent_mail()), connection.warned_days) == (1, 7)


@pytest.mark.django_db
def test_nobody_is_mailed_whom_nobody_sees_and_nobody_whose_grant_has_ended(
    tiktok, oak, connection
) -> None:
    with organization_scope(oak):
        withdraw_consent(Consent.objects.get(), actor=connection.person)
    days_left(connection, 7)
    tiktok.control("revoke", handle="maya.bakes")
    days_left(connection, 1)
    disconnect(connection, actor=connection.person)
    assert sent_mail() == []


# --- the pump ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_pump_of_the_polls_looks_after_grants(connection) -> None:
    make_due(connection)
    pump()
    connection.refresh_from_db()
    assert connection.checked_at is not None


@pytest.mark.django_db
def test_trips_to_tiktok_are_forgotten_after_thirty_days(connection) -> None:
    person = connection.person
    recent = ConnectAttempt.objects.get()
    old = ConnectAttempt.objects.create(
        state_digest="old",
        person=person,
        organization=recent.organization,
        expires_at=timezone.now(),
    )
    ConnectAttempt.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    ConnectAttempt.objects.filter(pk=recent.pk).update(
        created_at=timezone.now() - timedelta(days=29)
    )
    forget_old_attempts()
    assert list(ConnectAttempt.objects.all()) == [recent]
