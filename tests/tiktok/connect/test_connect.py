"""A creator connects TikTok through the sandbox's consent page, and lets go of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone

from crm.models import Influencer, SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event, InfluencerLogin, Organization
from tenancy.scope import organization_scope
from tests.connecting import (
    SESSION,
    a_person,
    an_organization,
    connect,
    consent,
    finish,
    somebody_waits,
)
from tests.factories.crm import an_authenticated_account
from tiktok.enums import (
    AccountKind,
    AttemptOutcome,
    ConnectionState,
    MarketplaceStatus,
    Source,
)
from tiktok.errors import ConnectDenied, ConnectRefused, NoMarketplaceAccount, TikTokUnavailable
from tiktok.models import (
    ConnectAttempt,
    Connection,
    Consent,
    Creator,
    CreatorSnapshot,
    Video,
    VideoQuarter,
)
from tiktok.queries import account_metrics, kind_of
from tiktok.queries.consents import CONSENT_VERSION
from tiktok.services.connect import connections
from tiktok.services.connect import disconnect as disconnecting
from tiktok.services.connect.connect import start_connect
from tiktok.services.connect.disconnect import disconnect, withdraw_consent
from tiktok.services.creators import profiles, videos
from tiktok.services.creators.consents import connection_of
from tiktok.services.grants import attempts

pytestmark = pytest.mark.django_db


@pytest.fixture
def elm() -> Organization:
    return an_organization("Elm")


def verbs(organization: Organization) -> list[str]:
    with organization_scope(organization):
        return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def creator_of(organization: Organization, handle: str) -> Creator:
    with organization_scope(organization):
        return Creator.objects.get(handle=handle)


LONG = "m" * 65


def test_an_account_that_tiktok_names_too_long_is_the_one_that_was_asked_for(
    tiktok, oak, monkeypatch
) -> None:
    person = a_person("maya@example.com", oak)
    answer = consent(tiktok, person, oak, "maya.bakes", expected_handle="maya.bakes")
    tiktok.control("switches", spoilt_fields={"handle_name": LONG})
    finish(answer, person)
    assert creator_of(oak, "maya.bakes").follower_count is not None


def test_a_sync_that_names_an_account_too_long_keeps_its_name_and_brings_its_numbers(
    tiktok, oak
) -> None:
    connect(tiktok, a_person("maya@example.com", oak), oak, "maya.bakes")
    tiktok.control("switches", spoilt_fields={"handle_name": LONG})
    with organization_scope(oak):
        creator = Creator.objects.get(handle="maya.bakes")
        Creator.objects.update(follower_count=None)
        assert profiles.refresh_insights(creator)
        assert Creator.objects.get(handle="maya.bakes").follower_count is not None


def test_an_account_that_nobody_can_name_is_refused_in_words(tiktok, oak) -> None:
    person = a_person("maya@example.com", oak)
    answer = consent(tiktok, person, oak, "maya.bakes")
    tiktok.control("switches", spoilt_fields={"handle_name": LONG})
    with pytest.raises(ConnectRefused, match="could not be read"):
        finish(answer, person)
    assert not Connection.objects.exists()


def is_granted_at(tiktok, handle: str) -> bool:
    """Does TikTok itself still know a grant of this creator to us?"""
    try:
        tiktok.control("expire", handle=handle)
    except AssertionError as refusal:
        assert "has not consented" in str(refusal)  # noqa: PT017 -- the control plane's word for no
        return False
    return True


# --- it works ----------------------------------------------------------------------------------------------------
def test_a_connected_account_is_authenticated_and_has_audience_data_at_once(
    tiktok, oak, maya
) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")

    assert (connection.person, connection.handle) == (maya, "maya.bakes")
    assert connection.state == ConnectionState.ACTIVE
    creator = creator_of(oak, "maya.bakes")
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.AUTHENTICATED_TTCM
        numbers = {m.key: m for m in account_metrics(creator, AccountKind.AUTHENTICATED_TTCM)}
        assert [m.key for m in numbers.values() if m.value is None] == [
            "audience_locales"  # TikTok gives these for US creators only
        ]
        assert numbers["audience_countries"].source == "ttcm_authorized"
        consents = Consent.objects.filter(creator=creator).values_list(
            "connection", "text_version", "withdrawn_at"
        )
        assert list(consents) == [(connection.pk, CONSENT_VERSION, None)]
        account = SocialAccount.objects.get(creator=creator)
        assert (account.influencer.person, account.account_type) == (maya, "tiktok_creator")
    assert verbs(oak)[-1] == "connection.connected"
    assert ConnectAttempt.objects.get().outcome == AttemptOutcome.CONNECTED


def test_an_account_outside_the_marketplace_is_authenticated_too(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "tom_trails")

    creator = creator_of(oak, "tom_trails")
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.AUTHENTICATED_NON_TTCM
    assert creator.marketplace_status == MarketplaceStatus.NOT_IN
    assert creator.audience_countries


def test_the_tokens_stand_sealed_and_the_state_only_as_a_digest(tiktok, oak, maya) -> None:
    url = start_connect(maya, oak, session_key=SESSION)
    assert verbs(oak)[-1] == Verb.CONNECTION_STARTED
    state = parse_qs(urlsplit(url).query)["state"][0]
    finish(tiktok.consent(url, "maya.bakes"), maya)

    connection = Connection.objects.get()
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(c::text, ' ') || string_agg(a::text, ' ')"
            " FROM tiktok_connection c, tiktok_connectattempt a"
        )
        dump = cursor.fetchone()[0]
    for secret in (
        connection.open_access_token(),
        connection.open_refresh_token(),
        state,
        SESSION,
    ):
        assert len(secret) > 16
        assert secret not in dump
    assert len(state) == 43


def test_connecting_again_keeps_one_connection_one_consent_and_the_newest_tokens(
    tiktok, oak, maya
) -> None:
    first = connect(tiktok, maya, oak, "maya.bakes")
    second = connect(tiktok, maya, oak, "maya.bakes")

    assert second.pk == first.pk
    assert second.open_refresh_token() != first.open_refresh_token()
    with organization_scope(oak):
        assert Consent.objects.count() == 1
        assert SocialAccount.objects.count() == 1
        assert Influencer.objects.count() == 1


def test_one_account_in_two_organizations_is_one_connection_with_two_consents(
    tiktok, oak, elm, maya
) -> None:
    first = connect(tiktok, maya, oak, "maya.bakes")
    second = connect(tiktok, maya, elm, "maya.bakes")

    assert second.pk == first.pk
    assert InfluencerLogin.objects.filter(user=maya).count() == 2
    for organization in (oak, elm):
        with organization_scope(organization):
            assert Consent.objects.filter(withdrawn_at=None).count() == 1
            assert Influencer.objects.get().person == maya


def test_whoever_the_brand_did_not_know_becomes_an_influencer_with_their_name_at_tiktok(
    tiktok, oak
) -> None:
    stranger = a_person("new@example.com")
    connect(tiktok, stranger, oak, "maya.bakes")
    with organization_scope(oak):
        row = Influencer.objects.get()
        assert (row.name, row.email, row.person) == ("Maya Bakes", "new@example.com", stranger)


@pytest.mark.parametrize(
    ("before", "after"), [("Maya B.", "Maya B."), ("maya.bakes", "Maya Bakes")]
)
def test_the_row_with_their_e_mail_is_theirs_and_a_handle_for_a_name_gives_way(
    tiktok, oak, before, after
) -> None:
    with organization_scope(oak):
        row = Influencer.objects.create(name=before, email="Maya@Example.com")
    maya = a_person("maya@example.com")
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        rows = Influencer.objects.values_list("pk", "person", "name")
        assert list(rows) == [(row.pk, maya.pk, after)]


def test_the_account_staff_added_becomes_the_persons_own(tiktok, oak) -> None:
    maya = a_person("maya@example.com")
    with organization_scope(oak):
        creator = Creator.objects.create(handle="maya.bakes", marketplace_status="in")
        row = Influencer.objects.create(name="Maya B.")
        SocialAccount.objects.create(
            influencer=row,
            network="tiktok",
            account_type="tiktok_creator",
            handle="maya.bakes",
            creator=creator,
        )

    connect(tiktok, maya, oak, "maya.bakes")

    with organization_scope(oak):
        assert list(Influencer.objects.values_list("pk", "person")) == [(row.pk, maya.pk)]
        assert SocialAccount.objects.get().influencer_id == row.pk


def test_an_account_of_another_row_moves_to_the_row_of_the_person_who_proved_it(
    tiktok, oak, maya
) -> None:
    with organization_scope(oak):
        creator = Creator.objects.create(handle="maya.bakes")
        SocialAccount.objects.create(
            influencer=Influencer.objects.create(name="Somebody"),
            network="tiktok",
            account_type="tiktok_creator",
            handle="maya.bakes",
            creator=creator,
        )

    connect(tiktok, maya, oak, "maya.bakes")

    with organization_scope(oak):
        assert SocialAccount.objects.get().influencer.person == maya


def test_whoever_proves_to_own_an_account_takes_over_nobody_elses_influencer(
    tiktok, oak, maya
) -> None:
    with organization_scope(oak):
        row = Influencer.objects.get(person=maya)
        SocialAccount.objects.create(
            influencer=row,
            network="tiktok",
            account_type="tiktok_creator",
            handle="rio.runs",
            creator=Creator.objects.create(handle="rio.runs"),
        )
    rio = a_person("rio@example.com", name="Rio")

    connect(tiktok, rio, oak, "rio.runs")

    with organization_scope(oak):
        row.refresh_from_db()
        assert (row.person, row.name) == (maya, "Maya")
        assert SocialAccount.objects.get().influencer == Influencer.objects.get(person=rio)


def test_a_membership_nobody_can_tell_just_now_does_not_refuse_the_connection(
    tiktok, oak, maya
) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    tiktok.control("fail", times=9, path="/tcm/creator/status/get/", code=50000)

    finish(answer, maya)

    creator = creator_of(oak, "maya.bakes")
    assert creator.marketplace_status == MarketplaceStatus.UNKNOWN
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.AUTHENTICATED_NON_TTCM


# --- it is refused -----------------------------------------------------------------------------------------------
def test_an_organization_without_a_marketplace_account_cannot_be_connected_to(maya) -> None:
    bare = Organization.objects.create(name="Bare", slug="bare")
    with pytest.raises(NoMarketplaceAccount):
        start_connect(maya, bare, session_key=SESSION)
    assert not ConnectAttempt.objects.exists()


def refused(answer, person, oak, reason, **session) -> None:
    with pytest.raises(ConnectRefused) as refusal:
        finish(answer, person, **session)
    assert str(refusal.value) == reason
    assert not Connection.objects.exists()
    with organization_scope(oak):
        event = Event.objects.order_by("pk").last()
        assert (event.verb, event.texts["reason"]) == ("connection.refused", reason)
        assert not Consent.objects.exists()


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000, "<script>alert(1)</script>"])
def test_a_missing_or_wrong_state_is_refused(tiktok, oak, maya, state) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    refused({**answer, "state": state}, maya, oak, attempts.UNKNOWN_STATE)


def test_a_state_of_another_session_is_refused_and_still_serves_its_own(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    refused(answer, maya, oak, attempts.OTHER_SESSION, session_key="another")
    assert finish(answer, maya).is_live


def test_a_state_of_another_person_is_refused(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    refused(answer, a_person("eve@example.com", oak), oak, attempts.OTHER_PERSON)


def test_an_answer_that_comes_too_late_is_refused(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    ConnectAttempt.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(answer, maya, oak, attempts.TOO_LATE)


def test_the_attempt_lives_for_ten_minutes(oak, maya) -> None:
    start_connect(maya, oak, session_key=SESSION)
    attempt = ConnectAttempt.objects.get()
    assert abs(attempt.expires_at - attempt.created_at - timedelta(minutes=10)) < timedelta(
        seconds=1
    )


def test_an_answer_is_used_once(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    connection = finish(answer, maya)
    with pytest.raises(ConnectRefused, match="used already"):
        finish(answer, maya)
    assert verbs(oak)[-1] == "connection.refused"
    connection.refresh_from_db()
    assert connection.is_live


@pytest.mark.django_db(transaction=True)
def test_of_one_answer_that_comes_eight_times_at_once_one_is_believed(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")

    def come(_: int) -> str:
        try:
            return finish(answer, maya).state
        except ConnectRefused as refusal:
            return str(refusal)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        came = sorted(pool.map(come, range(8)))

    assert came == sorted(["active", *[attempts.USED] * 7])
    assert tiktok.read("stats")["calls"]["/tt_user/oauth2/token/"] == 1
    assert verbs(oak).count("connection.connected") == 1
    assert verbs(oak).count("connection.refused") == 7


@pytest.mark.parametrize("defect", [ZeroDivisionError, OperationalError])
def test_a_defect_of_ours_ends_the_trip_too_and_keeps_nothing_at_tiktok(
    tiktok, oak, maya, monkeypatch, defect
) -> None:
    def fail(*args: object) -> None:
        raise defect

    answer = consent(tiktok, maya, oak, "maya.bakes")
    monkeypatch.setattr(connections, "keep_consent", fail)
    with pytest.raises(defect):
        finish(answer, maya)
    trip = ConnectAttempt.objects.get()
    assert (trip.outcome, trip.reason) == (AttemptOutcome.REFUSED, attempts.BROKEN)
    assert verbs(oak)[-1] == "connection.refused"
    assert not Connection.objects.exists()
    assert not is_granted_at(tiktok, "maya.bakes")


def test_a_code_of_another_attempt_is_refused_when_it_was_used(tiktok, oak, maya) -> None:
    first = consent(tiktok, maya, oak, "maya.bakes")
    second = consent(tiktok, maya, oak, "maya.bakes")
    finish(first, maya)
    with pytest.raises(ConnectRefused, match="no longer accepts"):
        finish({**second, "code": first["code"]}, maya)
    assert ConnectAttempt.objects.get(outcome="refused").reason == attempts.OLD_CODE


def test_an_answer_without_a_code_is_refused(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    refused({"state": answer["state"]}, maya, oak, attempts.NO_CODE)


def test_tiktoks_words_in_an_error_are_never_repeated(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    hostile = {"state": answer["state"], "error": "<img src=x onerror=alert(1)>"}
    refused(hostile, maya, oak, attempts.NO_CODE)


def test_a_creator_who_says_no_is_believed(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes", allow=False)
    assert answer["error"] == "access_denied"
    with pytest.raises(ConnectDenied):
        finish(answer, maya)
    assert ConnectAttempt.objects.get().outcome == AttemptOutcome.DENIED
    assert verbs(oak)[-1] == "connection.denied"
    assert not Connection.objects.exists()


def test_another_account_than_the_expected_one_is_refused_and_let_go_at_tiktok(
    tiktok, oak, maya
) -> None:
    answer = consent(tiktok, maya, oak, "rio.runs", expected_handle="@Maya.Bakes")
    refused(
        answer,
        maya,
        oak,
        "You signed in at TikTok as @rio.runs, but @maya.bakes was asked for. Switch accounts at TikTok and try again.",
    )
    assert not is_granted_at(tiktok, "rio.runs")


def test_a_refused_account_that_cannot_be_let_go_at_tiktok_is_refused_for_its_own_reason(
    tiktok, oak, maya, caplog
) -> None:
    answer = consent(tiktok, maya, oak, "rio.runs", expected_handle="maya.bakes")
    tiktok.control("fail", times=9, path="/tt_user/oauth2/revoke/", code=50000)
    refused(
        answer,
        maya,
        oak,
        "You signed in at TikTok as @rio.runs, but @maya.bakes was asked for. Switch accounts at TikTok and try again.",
    )
    assert "connect.not_revoked" in caplog.text
    assert is_granted_at(tiktok, "rio.runs")


@pytest.mark.parametrize("code", [40102, 40105])
def test_a_token_that_is_dead_on_arrival_is_refused(tiktok, oak, maya, code) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    tiktok.control("fail", times=1, path="/tcm/creator/authorized/", code=code)
    refused(answer, maya, oak, attempts.OLD_CODE)


def test_the_expected_account_is_taken(tiktok, oak, maya) -> None:
    assert connect(tiktok, maya, oak, "maya.bakes", expected_handle="@Maya.Bakes").is_live


def test_another_handle_than_a_known_one_is_added(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    connect(tiktok, maya, oak, "rio.runs")
    with organization_scope(oak):
        handles = SocialAccount.objects.order_by("handle").values_list(
            "handle", "influencer__person"
        )
        assert list(handles) == [("maya.bakes", maya.pk), ("rio.runs", maya.pk)]


def test_an_account_that_another_person_connected_is_refused(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    eve = a_person("eve@example.com", oak)
    with pytest.raises(ConnectRefused, match="connected here by another person"):
        connect(tiktok, eve, oak, "maya.bakes")
    connection = Connection.objects.get()
    assert (connection.person, connection.is_live) == (maya, True)


def test_an_account_that_was_disconnected_may_be_connected_by_another_person(
    tiktok, oak, maya
) -> None:
    disconnect(connect(tiktok, maya, oak, "maya.bakes"), actor=maya)
    agent = a_person("agent@example.com", oak)
    connection = connect(tiktok, agent, oak, "maya.bakes")
    assert (connection.person, connection.is_live) == (agent, True)
    with organization_scope(oak):
        assert Consent.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.parametrize("state", [ConnectionState.EXPIRED, ConnectionState.MISSING_SCOPE])
def test_a_dead_connection_does_not_keep_the_account_from_its_owner(
    tiktok, oak, maya, state
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    Connection.objects.update(state=state)
    owner = a_person("owner@example.com", oak)
    connection = connect(tiktok, owner, oak, "maya.bakes")
    assert (connection.person, connection.is_live) == (owner, True)


def test_withheld_scopes_are_named_and_no_token_is_kept(tiktok, oak, maya) -> None:
    connection = connect(
        tiktok, maya, oak, "maya.bakes", scopes=("user.info.basic", "biz.creator.info")
    )
    assert connection.state == ConnectionState.MISSING_SCOPE
    assert connection.state_reason == "Not granted: your audience, your videos."
    assert (connection.sealed_access_token, connection.sealed_refresh_token) == ("", "")
    assert not is_granted_at(tiktok, "maya.bakes")
    attempt = ConnectAttempt.objects.get()
    assert (attempt.outcome, attempt.reason) == (
        AttemptOutcome.REFUSED,
        "Not granted: your audience, your videos.",
    )
    with organization_scope(oak):
        assert not Consent.objects.exists()
    assert verbs(oak)[-1] == "connection.refused"


def test_withholding_scopes_later_ends_what_stood_and_granting_them_revives_it(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    connection = connect(tiktok, maya, oak, "maya.bakes", scopes=("user.info.basic",))
    creator = creator_of(oak, "maya.bakes")
    assert (connection.state, connection.handle) == ("missing_scope", "maya.bakes")
    assert creator.audience_countries is None
    assert Verb.CONNECTION_MISSING_SCOPE in verbs(oak)
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.NOT_AUTHENTICATED_TTCM

    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.AUTHENTICATED_TTCM


def test_when_tiktok_cannot_be_reached_nothing_is_kept(tiktok, oak, maya) -> None:
    answer = consent(tiktok, maya, oak, "maya.bakes")
    tiktok.control("fail", times=9, path="/tcm/creator/authorized/", code=50000)
    with pytest.raises(TikTokUnavailable):
        finish(answer, maya)
    assert not Connection.objects.exists()
    assert ConnectAttempt.objects.get().outcome == AttemptOutcome.REFUSED
    assert not is_granted_at(tiktok, "maya.bakes")


# --- it ends -----------------------------------------------------------------------------------------------------
AUTHORIZED_ONLY = (
    "average_views", "engagement_rate", "completion_rate", "creator_rate_amount", "audience_countries",
    "audience_genders", "audience_ages", "audience_locales",
)  # fmt: skip


def test_disconnecting_ends_the_grant_at_tiktok_and_deletes_what_came_through_it(
    tiktok, oak, elm, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    connection = connect(tiktok, maya, elm, "maya.bakes")

    disconnect(connection, actor=maya)

    assert not is_granted_at(tiktok, "maya.bakes")
    connection.refresh_from_db()
    assert (connection.state, connection.sealed_access_token) == ("revoked", "")
    assert connection.sealed_refresh_token == ""
    for organization in (oak, elm):
        creator = creator_of(organization, "maya.bakes")
        assert [getattr(creator, name) for name in AUTHORIZED_ONLY] == [None] * 8
        assert creator.follower_count == 184_220  # public in the marketplace
        with organization_scope(organization):
            assert kind_of(creator) == AccountKind.NOT_AUTHENTICATED_TTCM
            assert not Consent.objects.filter(withdrawn_at=None).exists()
            facts = CreatorSnapshot.objects.values_list(
                "follower_count", "average_views", "details"
            )
            assert list(facts) == [(184_220, None, None)]
        assert verbs(organization)[-1] == "connection.revoked"


def test_of_an_account_outside_the_marketplace_only_the_handle_is_left(tiktok, oak, maya) -> None:
    disconnect(connect(tiktok, maya, oak, "tom_trails"), actor=maya)
    creator = creator_of(oak, "tom_trails")
    assert (creator.follower_count, creator.display_name, creator.profile_source) == (None, "", "")
    with organization_scope(oak):
        assert kind_of(creator) == AccountKind.UNSUPPORTED
        assert not CreatorSnapshot.objects.exists()


def test_disconnecting_when_tiktok_cannot_be_reached_changes_nothing(tiktok, oak, maya) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    tiktok.control("fail", times=9, path="/tt_user/oauth2/revoke/", code=50000)
    with pytest.raises(TikTokUnavailable):
        disconnect(connection, actor=maya)
    connection.refresh_from_db()
    assert connection.is_live


def test_disconnecting_twice_and_after_a_revocation_at_tiktok_is_harmless(
    tiktok, oak, maya
) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    tiktok.control("revoke", handle="maya.bakes")
    disconnect(connection, actor=maya)
    before = verbs(oak)
    disconnect(connection, actor=maya)
    assert connection.state == ConnectionState.REVOKED
    assert verbs(oak) == before


def test_a_reconnect_that_came_while_disconnecting_stands(tiktok, oak, maya, monkeypatch) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    revoke = disconnecting.revoke

    def slow(token: str, *, must: bool) -> None:
        revoke(token, must=must)
        connect(tiktok, maya, oak, "maya.bakes")

    monkeypatch.setattr(disconnecting, "revoke", slow)
    with pytest.raises(TikTokUnavailable):
        disconnect(connection, actor=maya)
    connection.refresh_from_db()
    assert connection.is_live
    assert is_granted_at(tiktok, "maya.bakes")
    with organization_scope(oak):
        assert Consent.objects.get().withdrawn_at is None


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_the_creator_reconnects_waits_and_then_counts(
    tiktok, oak, maya, monkeypatch
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        consent_row = Consent.objects.get()
    answer, keep_consent = consent(tiktok, maya, oak, "maya.bakes"), connections.keep_consent

    def withdraw() -> None:
        with organization_scope(oak):
            withdraw_consent(consent_row, actor=maya)
        database.close()

    with ThreadPoolExecutor(1) as pool:
        withdrawals = []

        def slow(*args: object) -> Consent:
            withdrawals.append(pool.submit(withdraw))
            while not somebody_waits():
                time.sleep(0.01)
            return keep_consent(*args)

        monkeypatch.setattr(connections, "keep_consent", slow)
        finish(answer, maya)
        withdrawals[0].result(timeout=20)

    with organization_scope(oak):
        assert Consent.objects.get().withdrawn_at is not None
        assert Creator.objects.get().audience_countries is None


def test_an_account_is_read_only_through_the_consent_to_it(tiktok, oak, maya) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        other = Creator.objects.create(handle="rio.runs")
        assert connection_of(Creator.objects.get(handle="maya.bakes")) == connection
        assert connection_of(other) is None


def test_withdrawing_one_organization_leaves_the_other_one_its_view(tiktok, oak, elm, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    connection = connect(tiktok, maya, elm, "maya.bakes")
    with organization_scope(oak):
        active = Consent.objects.get()
        withdraw_consent(active, actor=maya)
        withdraw_consent(active, actor=maya)

    assert verbs(oak).count("consent.withdrawn") == 1
    assert creator_of(oak, "maya.bakes").audience_countries is None
    assert creator_of(elm, "maya.bakes").audience_countries
    connection.refresh_from_db()
    assert connection.is_live
    with organization_scope(oak):
        assert kind_of(creator_of(oak, "maya.bakes")) == AccountKind.NOT_AUTHENTICATED_TTCM
    with organization_scope(elm):
        assert kind_of(creator_of(elm, "maya.bakes")) == AccountKind.AUTHENTICATED_TTCM


@pytest.mark.parametrize("handle", ["maya.bakes", "tom_trails"])
def test_a_sync_under_way_brings_nothing_back_that_a_withdrawal_has_deleted(
    tiktok, oak, maya, monkeypatch, handle
) -> None:
    connect(tiktok, maya, oak, handle)
    call = profiles.call_as_creator

    def slow(connection, ask):
        answer = call(connection, ask)
        if active := Consent.objects.filter(withdrawn_at=None).first():
            withdraw_consent(active, actor=maya)
        return answer

    monkeypatch.setattr(profiles, "call_as_creator", slow)
    monkeypatch.setattr(videos, "call_as_creator", slow)
    with organization_scope(oak):
        profiles.refresh_insights(Creator.objects.get())
        assert Creator.objects.get().audience_countries is None
        assert not CreatorSnapshot.objects.exclude(average_views=None).exists()
    connect(tiktok, maya, oak, handle)
    with organization_scope(oak):
        videos.refresh_videos(Creator.objects.get())
        assert not Video.objects.filter(counts_source=Source.AUTHORIZED).exists()


def test_withdrawing_takes_the_days_that_only_the_authorization_told(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "tom_trails")
    with organization_scope(oak):
        videos.refresh_videos(Creator.objects.get())
        video = Video.objects.filter(counts_source=Source.AUTHORIZED).first()
        day = timezone.now() - timedelta(days=200)
        for source, moment in (
            (Source.AUTHORIZED, day),
            (Source.ORDER_REPORT, day - timedelta(days=1)),
        ):
            VideoQuarter.objects.create(
                video_id=video.pk,
                begins_on=day.date(),
                source=source,
                fetched_at=[moment],
                video_views=[7],
            )
        withdraw_consent(Consent.objects.get(), actor=maya)

        assert list(VideoQuarter.objects.values_list("source", flat=True)) == [Source.ORDER_REPORT]


def test_withdrawing_a_consent_over_which_nothing_came_keeps_the_public_numbers(oak, maya) -> None:
    with organization_scope(oak):
        creator = an_authenticated_account(creator__follower_count=7).creator
        withdraw_consent(Consent.objects.get(), actor=maya)
        creator.refresh_from_db()
        assert creator.follower_count == 7
        assert kind_of(creator) == AccountKind.NOT_AUTHENTICATED_TTCM
