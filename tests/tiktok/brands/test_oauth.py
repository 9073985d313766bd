"""An organization connects its own TikTok accounts through the sandbox's consent page for brands."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from jobs.models import Work
from tenancy.enums import Role, Verb
from tenancy.models import Event, Membership, Organization
from tenancy.scope import organization_scope
from tests import connecting
from tests.branding import (
    SECOND_ACCOUNT_ID,
    SESSION,
    a_member,
    allow,
    connect,
    finish,
    set_out,
)
from tests.connecting import somebody_waits
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, TTO_ACCOUNT_ID
from tests.working import all_polls
from tiktok.enums import AttemptOutcome, AttemptPurpose, Dialect, PollKind
from tiktok.errors import (
    ConnectDenied,
    ConnectRefused,
    MarketplaceAccessEnded,
    TikTokProblem,
    TikTokUnavailable,
)
from tiktok.models import ConnectAttempt, Connection, MarketplaceAccount
from tiktok.queries import marketplace_account, marketplace_accounts
from tiktok.services.brands import accounts as brand_accounts
from tiktok.services.brands import oauth
from tiktok.services.brands.oauth import start_brand_connect
from tiktok.services.brands.subscriptions import webhook_url
from tiktok.services.connect.connect import start_connect
from tiktok.services.grants import attempts

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(elm):
    """An admin of Elm, which has no TikTok account yet."""
    return a_member(elm)


def accounts_in(organization: Organization) -> list[MarketplaceAccount]:
    with organization_scope(organization):
        return list(marketplace_accounts())


def verbs(organization: Organization) -> list[str]:
    with organization_scope(organization):
        return list(
            Event.objects.exclude(verb="membership.set")
            .order_by("pk")
            .values_list("verb", flat=True)
        )


def calls(tiktok, path: str) -> int:
    return tiktok.read("stats")["calls"].get(path, 0)


def subscribed(tiktok) -> list[tuple[str, str]]:
    reported = tiktok.read("webhooks")["subscriptions"]
    assert {each["callback_url"] for each in reported} <= {webhook_url()}
    return sorted((each["entity"], each["account_id"]) for each in reported)


# --- it works ----------------------------------------------------------------------------------------------------
def test_the_accounts_of_both_dialects_are_kept_described_and_followed(tiktok, elm, ada) -> None:
    done = connect(tiktok, ada, elm)

    assert (done.organization, done.problem) == (elm, "")
    tto, ttcm = done.accounts
    assert (tto.dialect, tto.tiktok_account_id, tto.name) == (
        Dialect.TTO,
        TTO_ACCOUNT_ID,
        "Harbour Goods",
    )
    assert (tto.country, tto.timezone, tto.verification_label) == ("GB", "Europe/London", "Passed")
    assert (ttcm.dialect, ttcm.tiktok_account_id, ttcm.name) == (
        Dialect.TTCM,
        ACCOUNT_ID,
        f"Creator Marketplace {ACCOUNT_ID}",
    )
    for account in done.accounts:
        assert account.is_connected
        assert account.described_at is not None
    assert tto.open_token() == ttcm.open_token()
    assert subscribed(tiktok) == [("API_SERVICE_STATUS", ""), ("TCM_VIDEOS", TTO_ACCOUNT_ID)]
    assert (tto.subscription_id != "", ttcm.subscription_id) == (True, "")
    assert ConnectAttempt.objects.get().outcome == AttemptOutcome.CONNECTED
    assert verbs(elm) == [
        "marketplace_account.started",
        "marketplace_account.connected",
        "marketplace_account.connected",
        "marketplace_account.chosen",
    ]
    polls = all_polls().filter(organization=elm, kind=PollKind.MARKETPLACE)
    assert {poll.subject_id for poll in polls} == {tto.pk, ttcm.pk}
    for poll in polls:
        assert timedelta(hours=23) < poll.due_at - timezone.now() <= timedelta(days=1)


def test_the_first_account_is_in_use_and_it_is_tiktok_ones(tiktok, elm, ada) -> None:
    connect(tiktok, ada, elm, SECOND_ACCOUNT_ID)
    with organization_scope(elm):
        assert marketplace_account().tiktok_account_id == SECOND_ACCOUNT_ID


def test_the_account_in_use_stays_in_use_when_another_is_connected(tiktok, oak) -> None:
    with organization_scope(oak):
        before = marketplace_account()
    connect(tiktok, a_member(oak), oak, SECOND_ACCOUNT_ID)
    with organization_scope(oak):
        assert marketplace_account() == before
    assert len(accounts_in(oak)) == 2  # the older one was among the permission's


def test_one_consent_may_name_several_accounts(tiktok, elm, ada) -> None:
    done = connect(tiktok, ada, elm, TTO_ACCOUNT_ID, SECOND_ACCOUNT_ID)
    assert [account.name for account in done.accounts[:2]] == [
        "Harbour Goods",
        "Harbour & Pine",
    ]
    assert subscribed(tiktok)[1:] == [
        ("TCM_VIDEOS", TTO_ACCOUNT_ID),
        ("TCM_VIDEOS", SECOND_ACCOUNT_ID),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_permission_that_ends_while_its_accounts_are_renewed_ends_none_of_the_new(
    tiktok, elm, ada, monkeypatch
) -> None:
    """The end takes the accounts by their age; TikTok names them in whatever order it likes."""
    accounts = connect(tiktok, ada, elm).accounts
    with organization_scope(elm):
        old = accounts[0].open_token()
    answer = set_out(tiktok, ada, elm)
    find, keep = oauth._account_ids, oauth.connect_marketplace_account

    def end() -> None:
        with organization_scope(elm):
            brand_accounts._end(old, "marketplace_account.ended", reason="It has ended.")
        database.close()

    with ThreadPoolExecutor(1) as pool:
        ends = []

        def slow(*args: object, **fields: object) -> MarketplaceAccount:
            kept = keep(*args, **fields)
            if not ends:
                ends.append(pool.submit(end))
                while not somebody_waits():
                    time.sleep(0.01)
            return kept

        monkeypatch.setattr(oauth, "connect_marketplace_account", slow)
        monkeypatch.setattr(
            oauth, "_account_ids", lambda token: dict(reversed(find(token).items()))
        )
        finish(answer, ada)
        ends[0].result(timeout=20)

    with organization_scope(elm):
        assert {each.state for each in MarketplaceAccount.objects.all()} == {"connected"}


def test_connecting_again_replaces_the_token_and_repeats_no_subscription(tiktok, elm, ada) -> None:
    first = connect(tiktok, ada, elm).accounts[0]
    before = subscribed(tiktok)
    again = connect(tiktok, ada, elm).accounts[0]
    assert (again.pk, again.subscription_id) == (first.pk, first.subscription_id)
    assert again.open_token() != first.open_token()
    assert subscribed(tiktok) == before
    assert len(accounts_in(elm)) == 2


def test_neither_token_nor_state_nor_session_stands_in_a_row_in_clear(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    account = finish(answer, ada).accounts[0]
    with organization_scope(elm), database.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(t::text, ' ') FROM (SELECT m::text FROM tiktok_marketplaceaccount m"
            " UNION ALL SELECT a::text FROM tiktok_connectattempt a"
            " UNION ALL SELECT e::text FROM tenancy_event e"
            " UNION ALL SELECT e::text FROM tenancy_eventtext e) t"
        )
        dump = cursor.fetchone()[0]
    assert "Harbour Goods" in dump
    for secret in (account.open_token(), answer["state"], answer["auth_code"], SESSION):
        assert len(secret) > 10
        assert secret not in dump


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/oauth2/tcm/get/", [Dialect.TTO]),
        ("/tto/oauth2/tcm/", [Dialect.TTCM]),
    ],
)
def test_a_refusal_of_one_list_is_none_of_the_other(tiktok, elm, ada, path, left) -> None:
    answer = set_out(tiktok, ada, elm)
    tiktok.control("fail", times=1, path=path, code=40001)
    assert [account.dialect for account in finish(answer, ada).accounts] == left


def test_an_account_that_cannot_be_described_just_now_is_kept_and_synced_again(
    tiktok, elm, ada
) -> None:
    answer = set_out(tiktok, ada, elm)
    tiktok.control("fail", times=9, path="/tto/oauth2/info/", code=50000)

    done = finish(answer, ada)

    account = done.accounts[0]
    assert done.problem == str(TikTokUnavailable())
    assert (account.is_connected, account.described_at) == (True, None)
    assert account.name == f"TikTok One {TTO_ACCOUNT_ID}"
    assert all_polls().get(subject_id=account.pk).due_at <= timezone.now()


def test_events_that_cannot_be_set_up_do_not_keep_an_account_from_being_connected(
    tiktok, elm, ada
) -> None:
    answer = set_out(tiktok, ada, elm)
    tiktok.control("fail", times=1, path="/subscription/subscribe/", code=40001)

    done = finish(answer, ada)

    account = done.accounts[0]
    assert done.problem.startswith("TikTok refused: ")
    assert (account.is_connected, account.subscription_id) == (True, "")
    assert account.state_reason == done.problem
    assert account.described_at is not None


def test_what_was_postponed_for_want_of_an_account_is_due_again(tiktok, elm, ada) -> None:
    later = timezone.now() + timedelta(hours=1)
    Work.objects.create(organization=elm, kind="profile", subject_id=7, due_at=later, attempts=4)
    connect(tiktok, ada, elm)
    poll = all_polls().get(kind="profile")
    assert (poll.due_at <= timezone.now(), poll.attempts) == (True, 0)


# --- it is refused -----------------------------------------------------------------------------------------------
def refused(answer, person, organization, reason, **session) -> None:
    """Nothing is kept, the sentence is said, and an event says it."""
    with pytest.raises(TikTokProblem) as refusal:
        finish(answer, person, **session)
    assert str(refusal.value) == reason
    assert accounts_in(organization) == []
    with organization_scope(organization):
        event = Event.objects.select_related("text").order_by("pk").last()
    is_denied = isinstance(refusal.value, ConnectDenied)
    verb = Verb.MARKETPLACE_ACCOUNT_DENIED if is_denied else Verb.MARKETPLACE_ACCOUNT_REFUSED
    assert (event.verb, event.texts["reason"]) == (verb, reason)
    assert event.actor == person


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000, "<script>alert(1)</script>"])
def test_a_missing_or_wrong_state_is_refused(tiktok, elm, ada, state) -> None:
    refused({**set_out(tiktok, ada, elm), "state": state}, ada, elm, attempts.UNKNOWN_STATE)


def test_a_state_of_another_session_is_refused_and_still_serves_its_own(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    refused(answer, ada, elm, attempts.OTHER_SESSION, session_key="another")
    assert finish(answer, ada).accounts


def test_a_state_of_another_person_is_refused(tiktok, elm, ada) -> None:
    eve = a_member(elm, Role.OWNER, "eve")
    refused(set_out(tiktok, ada, elm), eve, elm, attempts.OTHER_PERSON)


def test_an_answer_that_comes_too_late_is_refused(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    attempt = ConnectAttempt.objects.get()
    assert attempt.expires_at - attempt.created_at <= timedelta(minutes=10, seconds=1)
    ConnectAttempt.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(answer, ada, elm, attempts.TOO_LATE)


def test_an_answer_is_used_once(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    finish(answer, ada)
    with pytest.raises(ConnectRefused, match="used already"):
        finish(answer, ada)
    assert verbs(elm)[-1] == "marketplace_account.refused"
    assert accounts_in(elm)[0].is_connected


def test_a_code_of_another_attempt_is_refused_when_it_was_used(tiktok, elm, ada) -> None:
    first, second = set_out(tiktok, ada, elm), set_out(tiktok, ada, elm)
    finish(first, ada)
    with pytest.raises(ConnectRefused, match="no longer accepts"):
        finish({**second, "auth_code": first["auth_code"]}, ada)
    assert ConnectAttempt.objects.get(outcome="refused").reason == attempts.OLD_CODE
    assert accounts_in(elm)[0].is_connected


def test_an_answer_without_a_code_is_refused(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    refused({"state": answer["state"]}, ada, elm, attempts.NO_CODE)


def test_tiktoks_words_in_an_error_are_never_repeated(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    hostile = {"state": answer["state"], "error": "<img src=x onerror=alert(1)>"}
    refused(hostile, ada, elm, attempts.NO_CODE)


def test_an_administrator_who_says_no_is_believed(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm, decision="deny")
    refused(answer, ada, elm, attempts.DENIED)
    assert ConnectAttempt.objects.get().outcome == AttemptOutcome.DENIED


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER, None])
def test_who_may_no_longer_manage_tiktok_is_refused_before_the_code_is_used(
    tiktok, elm, ada, role
) -> None:
    answer = set_out(tiktok, ada, elm)
    membership = Membership.objects.filter(user=ada)
    membership.update(role=role) if role else membership.delete()
    refused(answer, ada, elm, oauth.NOT_ALLOWED)
    assert calls(tiktok, "/oauth2/access_token/") == 0


def test_a_permission_without_any_account_is_given_back(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    for path in ("/oauth2/tcm/get/", "/tto/oauth2/tcm/"):
        tiktok.control("fail", times=1, path=path, code=40001)
    refused(answer, ada, elm, oauth.NO_ACCOUNT)
    assert calls(tiktok, "/oauth2/revoke_token/") == 1


def test_a_permission_that_cannot_be_given_back_is_refused_for_its_own_reason(
    tiktok, elm, ada, caplog
) -> None:
    answer = set_out(tiktok, ada, elm)
    for path in ("/oauth2/tcm/get/", "/tto/oauth2/tcm/"):
        tiktok.control("fail", times=1, path=path, code=40001)
    tiktok.control("fail", times=9, path="/oauth2/revoke_token/", code=50000)
    refused(answer, ada, elm, oauth.NO_ACCOUNT)
    assert "brand.not_revoked" in caplog.text


def test_a_permission_that_is_over_before_its_first_check_is_said_and_not_checked_again(
    tiktok, elm, ada, monkeypatch
) -> None:
    first_check = oauth._first_check

    def late(accounts):
        tiktok.control("brand/revoke", token=accounts[0].open_token())
        return first_check(accounts)

    monkeypatch.setattr(oauth, "_first_check", late)
    done = connect(tiktok, ada, elm)
    assert done.problem == str(MarketplaceAccessEnded())
    assert [account.is_connected for account in done.accounts] == [False, False]
    polls = all_polls().filter(organization=elm, kind=PollKind.MARKETPLACE)
    assert {poll.stopped_reason for poll in polls} == {brand_accounts.ENDED_AT_TIKTOK}


@pytest.mark.parametrize("path", ["/oauth2/access_token/", "/tto/oauth2/tcm/", "/oauth2/tcm/get/"])
def test_tiktok_out_of_reach_leaves_nothing_half_done(tiktok, elm, ada, path) -> None:
    answer = set_out(tiktok, ada, elm)
    tiktok.control("fail", times=9, path=path, code=50000)
    refused(answer, ada, elm, str(TikTokUnavailable()))
    assert calls(tiktok, "/oauth2/revoke_token/") == (path != "/oauth2/access_token/")


def test_a_token_that_is_dead_on_arrival_is_refused(tiktok, elm, ada) -> None:
    answer = set_out(tiktok, ada, elm)
    tiktok.control("fail", times=1, path="/tto/oauth2/tcm/", code=40105)
    refused(answer, ada, elm, attempts.OLD_CODE)


def test_a_refused_trip_leaves_the_accounts_that_stand_on_the_same_token_alone(
    tiktok, elm, ada, monkeypatch
) -> None:
    account = connect(tiktok, ada, elm).accounts[0]
    answer = set_out(tiktok, ada, elm)
    monkeypatch.setattr(
        oauth,
        "brand_oauth",
        lambda real=oauth.brand_oauth: _giving(real(), account.open_token()),
    )
    tiktok.control("fail", times=9, path="/oauth2/tcm/get/", code=50000)
    with pytest.raises(TikTokUnavailable):
        finish(answer, ada)
    assert calls(tiktok, "/oauth2/revoke_token/") == 0


def _giving(real, token):
    """TikTok hands out the token that stands already."""

    def exchange(code):
        return type(real.exchange_code(code))(token, (), ())

    class Same:
        exchange_code = staticmethod(exchange)
        account_ids = real.account_ids

    return Same()


def test_a_brands_state_does_not_serve_a_creator(tiktok, oak) -> None:
    person = connecting.a_person("both@example.com", oak)
    Membership.objects.create(organization=oak, user=person, role=Role.ADMIN)
    answer = set_out(tiktok, person, oak)

    with pytest.raises(ConnectRefused) as refusal:
        connecting.finish({**answer, "code": answer["auth_code"]}, person, session_key=SESSION)

    assert str(refusal.value) == attempts.OTHER_PURPOSE
    assert not Connection.objects.exists()
    assert verbs(oak)[-1] == "marketplace_account.refused"
    assert finish(answer, person).accounts  # it is left to whom it was made for


def test_a_creators_state_does_not_serve_a_brand(tiktok, oak) -> None:
    person = connecting.a_person("both@example.com", oak)
    Membership.objects.create(organization=oak, user=person, role=Role.ADMIN)
    url = start_connect(person, oak, session_key=SESSION)
    answer = tiktok.consent(url, "maya.bakes")
    code = allow(tiktok, start_brand_connect(person, oak, session_key=SESSION))["auth_code"]

    with pytest.raises(ConnectRefused) as refusal:
        finish({"state": answer["state"], "auth_code": code}, person)

    assert str(refusal.value) == attempts.OTHER_PURPOSE
    assert verbs(oak)[-1] == "connection.refused"
    (account,) = accounts_in(oak)
    with organization_scope(oak):
        assert account.open_token() == BRAND_TOKEN
    assert connecting.finish(answer, person, session_key=SESSION).is_live


def test_the_attempt_says_whose_account_it_is_for(elm, ada) -> None:
    start_brand_connect(ada, elm, session_key=SESSION)
    assert ConnectAttempt.objects.get().purpose == AttemptPurpose.BRAND
