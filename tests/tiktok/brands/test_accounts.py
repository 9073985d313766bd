"""The organization's own TikTok accounts after they are connected: checked every day, chosen, let go of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.services.queue import make_due
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.branding import SECOND_ACCOUNT_ID, a_member, connect
from tests.sandbox_process import BRAND_TOKEN, TTO_ACCOUNT_ID
from tests.working import all_polls, pump
from tiktok.enums import AccountState, Dialect, PollKind
from tiktok.errors import (
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.models import Creator, MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.brands import accounts
from tiktok.services.brands.abilities import Ability, abilities, sends_events
from tiktok.services.brands.accounts import (
    DISCONNECTED_HERE,
    ENDED_AT_TIKTOK,
    NOT_LISTED,
    check_marketplace_account,
    choose_marketplace_account,
    connect_marketplace_account,
    disconnect_marketplace_account,
)
from tiktok.services.creators.membership import read_memberships
from tiktok.services.grants.keys import Rotation, rotate_token_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(elm):
    return a_member(elm)


@pytest.fixture
def tto(tiktok, elm, ada) -> MarketplaceAccount:
    """Elm's TikTok One account; one of the older kind came with the same permission."""
    return connect(tiktok, ada, elm).accounts[0]


@pytest.fixture
def ttcm(elm, tto) -> MarketplaceAccount:
    with organization_scope(elm):
        return MarketplaceAccount.objects.get(dialect=Dialect.TTCM)


@pytest.fixture
def _in_elm(elm, tto):
    with organization_scope(elm):
        yield


def token_of(account: MarketplaceAccount) -> str:
    return account.open_token()


def subscriptions(tiktok) -> dict[str, str]:
    """Entity → account of what stands at TikTok."""
    reported = tiktok.read("webhooks")["subscriptions"]
    return {each["entity"]: each["account_id"] for each in reported}


def events_about(account: MarketplaceAccount) -> list[tuple[str, str | None]]:
    rows = Event.objects.filter(
        object_type="tiktok.marketplaceaccount", object_id=str(account.pk)
    ).order_by("pk")
    return [(row.verb, row.actor and row.actor.email) for row in rows]


def work_through_polls() -> None:
    all_polls().update(due_at=timezone.now())
    while pump():
        pass


# --- checked -----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_in_elm")
def test_the_daily_check_describes_the_account_anew(tiktok, tto) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    MarketplaceAccount.objects.update(
        name="Of old", country="", state_reason="TikTok refused: x", described_at=long_ago
    )
    work_through_polls()
    tto.refresh_from_db()
    assert (tto.name, tto.country, tto.state_reason) == ("Harbour Goods", "GB", "")
    assert timezone.now() - tto.described_at < timedelta(minutes=1)
    poll = all_polls().get(kind="marketplace", subject_id=tto.pk)
    assert timedelta(hours=23) < poll.due_at - timezone.now() <= timedelta(days=1)


@pytest.mark.usefixtures("_in_elm")
def test_a_day_costs_three_calls_for_tiktok_one_and_two_for_the_older_kind(
    tiktok, tto, ttcm
) -> None:
    for account, cost in ((tto, 3), (ttcm, 2)):
        tiktok.control("stats")
        make_due(PollKind.MARKETPLACE, account.pk)
        pump()
        assert tiktok.read("stats")["total"] == cost


@pytest.mark.usefixtures("_in_elm")
def test_a_lost_subscription_is_made_again(tiktok, tto) -> None:
    lost = tto.subscription_id
    app = {"app_id": "7390000000000000001", "secret": "sandbox-secret"}
    tiktok.api("POST", "/subscription/unsubscribe/", subscription_id=lost, **app)
    assert "TCM_VIDEOS" not in subscriptions(tiktok)
    tiktok.control("fail", times=1, path="/subscription/subscribe/", code=40001)
    with pytest.raises(TikTokRefused):
        check_marketplace_account(tto)
    assert tto.subscription_id == ""

    check_marketplace_account(tto)

    assert subscriptions(tiktok)["TCM_VIDEOS"] == TTO_ACCOUNT_ID
    assert tto.subscription_id not in {"", lost}


@pytest.mark.usefixtures("_in_elm")
def test_a_dead_token_disconnects_every_account_that_stands_on_it_and_no_other(
    tiktok, elm, tto, ttcm
) -> None:
    other = connect_marketplace_account(
        "Another permission", tiktok_account_id="1", token=BRAND_TOKEN, actor=None
    )
    tiktok.control("brand/revoke", token=token_of(tto))

    work_through_polls()

    for account in (tto, ttcm):
        account.refresh_from_db()
        assert (account.state, account.state_reason) == (
            AccountState.DISCONNECTED,
            ENDED_AT_TIKTOK,
        )
        assert (account.sealed_token, account.subscription_id) == ("", "")
        assert events_about(account)[-1] == ("marketplace_account.ended", None)
        poll = all_polls().get(kind="marketplace", subject_id=account.pk)
        assert poll.stopped_reason == ENDED_AT_TIKTOK
    other.refresh_from_db()
    assert other.is_connected
    assert marketplace_account() == other


@pytest.mark.usefixtures("_in_elm")
def test_whatever_call_meets_the_dead_token_the_account_says_so_soon(tiktok, tto, ttcm) -> None:
    tiktok.control("brand/revoke", token=token_of(tto))
    choose_marketplace_account(ttcm, actor=a_member(tto.organization, name="bea"))
    with pytest.raises(MarketplaceAccessEnded, match="renew it in Settings"):
        read_memberships(["maya.bakes"])
    pump()
    tto.refresh_from_db()
    assert tto.state == AccountState.DISCONNECTED
    with pytest.raises(NoMarketplaceAccount, match="connect one in Settings"):
        read_memberships(["maya.bakes"])


@pytest.mark.usefixtures("_in_elm")
def test_without_an_account_syncs_wait_an_hour_each_and_connecting_resumes_them(
    tiktok, elm, ada, tto
) -> None:
    creator = Creator.objects.create(handle="maya.bakes", marketplace_status="in")
    tiktok.control("brand/revoke", token=token_of(tto))
    make_due(PollKind.PROFILE, creator.pk)
    check_quietly(tto)

    pump()

    poll = all_polls().get(kind="profile")
    assert timedelta(minutes=59) < poll.due_at - timezone.now() <= timedelta(minutes=61)
    connect(tiktok, ada, elm)
    pump()
    poll.refresh_from_db()
    assert poll.last_finished_at is not None


def check_quietly(account: MarketplaceAccount) -> None:
    with pytest.raises(MarketplaceAccessEnded):
        check_marketplace_account(account)


@pytest.mark.usefixtures("_in_elm")
def test_a_refused_check_is_said_and_the_next_good_one_takes_it_back(tiktok, tto) -> None:
    tiktok.control("fail", times=1, path="/tto/oauth2/info/", code=40001)
    with pytest.raises(TikTokRefused):
        check_marketplace_account(tto)
    assert tto.is_connected
    assert tto.state_reason.startswith("TikTok refused: ")
    check_marketplace_account(tto)
    assert tto.state_reason == ""


@pytest.mark.usefixtures("_in_elm")
def test_a_check_that_tiktok_does_not_answer_changes_nothing_and_is_postponed(tiktok, tto) -> None:
    before = MarketplaceAccount.objects.values().get(pk=tto.pk)
    tiktok.control("fail", times=9, path="/tto/oauth2/info/", code=50000)
    make_due(PollKind.MARKETPLACE, tto.pk)
    pump()
    assert MarketplaceAccount.objects.values().get(pk=tto.pk) == before
    wait = all_polls().get(kind="marketplace", subject_id=tto.pk).due_at - timezone.now()
    assert timedelta(0) < wait <= timedelta(minutes=1)


@pytest.mark.usefixtures("_in_elm")
def test_an_older_account_that_tiktok_no_longer_names_says_so(tiktok, ttcm) -> None:
    check_marketplace_account(ttcm)
    assert ttcm.state_reason == ""
    MarketplaceAccount.objects.filter(pk=ttcm.pk).update(tiktok_account_id="1")
    ttcm.refresh_from_db()
    check_marketplace_account(ttcm)
    assert (ttcm.is_connected, ttcm.state_reason) == (True, NOT_LISTED)


@pytest.mark.usefixtures("_in_elm")
def test_trouble_with_service_status_is_no_accounts_trouble(tiktok, ttcm) -> None:
    tiktok.control("fail", times=9, path="/subscription/get/", code=40001)
    check_marketplace_account(ttcm)
    assert (ttcm.is_connected, ttcm.state_reason) == (True, "")


@pytest.mark.usefixtures("_in_elm")
def test_a_check_under_way_ends_nothing_that_was_renewed_meanwhile(
    tiktok, elm, ada, tto, monkeypatch
) -> None:
    described = accounts._described

    def slow(account, token):
        monkeypatch.setattr(accounts, "_described", described)
        connect(tiktok, ada, elm)
        tiktok.control("brand/revoke", token=token)
        return described(account, token)

    monkeypatch.setattr(accounts, "_described", slow)
    check_quietly(tto)
    assert tto.is_connected
    assert tto.state_reason == ""


# --- chosen ------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_in_elm")
def test_the_account_chosen_last_is_in_use(ada, tto, ttcm) -> None:
    choose_marketplace_account(ttcm, actor=ada)
    assert marketplace_account() == ttcm
    choose_marketplace_account(tto, actor=ada)
    assert marketplace_account() == tto
    assert events_about(ttcm)[-1] == ("marketplace_account.chosen", ada.email)


@pytest.mark.usefixtures("_in_elm")
def test_a_disconnected_account_cannot_be_chosen(ada, ttcm, tto) -> None:
    MarketplaceAccount.objects.filter(pk=ttcm.pk).update(state=AccountState.DISCONNECTED)
    with pytest.raises(MarketplaceAccessEnded):
        choose_marketplace_account(ttcm, actor=ada)
    assert marketplace_account() == tto


# --- let go ------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_in_elm")
def test_disconnecting_ends_the_permission_at_tiktok_and_all_that_stood_on_it(
    tiktok, ada, tto, ttcm
) -> None:
    token = token_of(tto)

    ended = disconnect_marketplace_account(ttcm, actor=ada)

    assert ended == [tto, ttcm]
    for account in (tto, ttcm):
        account.refresh_from_db()
        assert (account.state, account.state_reason) == (
            AccountState.DISCONNECTED,
            DISCONNECTED_HERE,
        )
        assert (account.sealed_token, account.subscription_id) == ("", "")
        assert events_about(account)[-1] == ("marketplace_account.disconnected", ada.email)
    with pytest.raises(AssertionError, match="No such brand token"):
        tiktok.control("brand/revoke", token=token)
    assert "TCM_VIDEOS" not in subscriptions(tiktok)
    polls = all_polls().filter(kind="marketplace").values_list("stopped_reason", flat=True)
    assert list(polls) == [DISCONNECTED_HERE] * 2
    assert disconnect_marketplace_account(ttcm, actor=ada) == []


@pytest.mark.usefixtures("_in_elm")
def test_an_account_of_another_permission_stays(tiktok, elm, ada, tto, ttcm) -> None:
    second = connect(tiktok, ada, elm, SECOND_ACCOUNT_ID).accounts[0]  # ttcm moves to its token
    assert disconnect_marketplace_account(tto, actor=ada) == [tto]
    for account in (second, ttcm):
        account.refresh_from_db()
        assert account.is_connected
    assert marketplace_account() in {second, ttcm}


@pytest.mark.usefixtures("_in_elm")
@pytest.mark.parametrize(("code", "error"), [(50000, TikTokUnavailable), (40001, TikTokRefused)])
def test_when_tiktok_does_not_end_the_permission_nothing_changes_here(
    tiktok, ada, tto, code, error
) -> None:
    before = list(MarketplaceAccount.objects.order_by("pk").values())
    tiktok.control("fail", times=9, path="/oauth2/revoke_token/", code=code)
    with pytest.raises(error):
        disconnect_marketplace_account(tto, actor=ada)
    assert list(MarketplaceAccount.objects.order_by("pk").values()) == before
    assert subscriptions(tiktok)["TCM_VIDEOS"] == TTO_ACCOUNT_ID


@pytest.mark.usefixtures("_in_elm")
def test_a_permission_that_is_over_already_counts_as_ended(tiktok, ada, tto) -> None:
    tiktok.control("brand/revoke", token=token_of(tto))
    assert tto in disconnect_marketplace_account(tto, actor=ada)
    tto.refresh_from_db()
    assert tto.state_reason == DISCONNECTED_HERE


@pytest.mark.usefixtures("_in_elm")
def test_a_subscription_that_cannot_be_cleared_away_does_not_hold_anything_up(
    tiktok, ada, tto
) -> None:
    tiktok.control("fail", times=9, path="/subscription/unsubscribe/", code=50000)
    disconnect_marketplace_account(tto, actor=ada)
    tto.refresh_from_db()
    assert not tto.is_connected


@pytest.mark.usefixtures("_in_elm")
def test_a_subscription_that_has_gone_already_is_cleared_away(tiktok, ada, tto, caplog) -> None:
    app = {"app_id": "7390000000000000001", "secret": "sandbox-secret"}
    tiktok.api("POST", "/subscription/unsubscribe/", subscription_id=tto.subscription_id, **app)
    disconnect_marketplace_account(tto, actor=ada)
    assert "TCM_VIDEOS" not in subscriptions(tiktok)
    assert "marketplace.not_unsubscribed" not in caplog.text


@pytest.mark.usefixtures("_in_elm")
def test_what_was_disconnected_can_be_connected_again(tiktok, elm, ada, tto) -> None:
    disconnect_marketplace_account(tto, actor=ada)
    connect(tiktok, ada, elm)
    tto.refresh_from_db()
    assert (tto.is_connected, tto.state_reason) == (True, "")
    assert subscriptions(tiktok)["TCM_VIDEOS"] == TTO_ACCOUNT_ID
    assert all_polls().get(subject_id=tto.pk).stopped_reason == ""


@pytest.mark.usefixtures("_in_elm")
def test_a_wiped_token_does_not_disturb_the_rotation_of_keys(ada, tto, settings) -> None:
    disconnect_marketplace_account(tto, actor=ada)
    settings.TOKEN_KEYS = ["t2:" + settings.TOKEN_KEYS[0].partition(":")[2], *settings.TOKEN_KEYS]
    assert rotate_token_keys() == Rotation()


# --- what it can do ----------------------------------------------------------------------------------------------
def test_each_dialect_says_what_it_offers_and_what_there_is_instead() -> None:
    offered = {
        dialect: {each.name: each.is_offered for each in abilities(dialect)}
        for dialect in Dialect.values
    }
    only_of_ttcm = [
        "Campaign codes",
        "Invitations to the marketplace",
        "Average views, engagement and completion rate",
        "Audience locales",
    ]
    only_of_tto = [
        "Requests to tie a published video",
        "News of tied videos at once",
        "Videos published from here",
        "Search of the marketplace, and rankings",
    ]
    for name, is_offered in offered["ttcm"].items():
        assert is_offered == (name not in only_of_tto)
    for name, is_offered in offered["tto"].items():
        assert is_offered == (name not in only_of_ttcm)
    assert abilities("tto")[-1] == Ability("What to make", True, "Up to 1,000 characters.")
    news = "News of tied videos at once"
    assert Ability(
        news, False, "Creator Marketplace sends none. Orders are checked every hour."
    ) in abilities("ttcm")
    assert Ability(
        news, True, "TikTok reports when one is tied to a campaign and when it is published."
    ) in abilities("tto")
    assert (sends_events("ttcm"), sends_events("tto")) == (False, True)


@pytest.mark.usefixtures("_in_elm")
def test_the_answer_to_a_check_is_not_kept_on_an_account_that_was_renewed_meanwhile(
    tiktok, elm, ada, tto, monkeypatch
) -> None:
    described = accounts._described

    def slow(account, token):
        monkeypatch.setattr(accounts, "_described", described)
        connect(tiktok, ada, elm)
        return {"name": "Of the token before", "state_reason": "Of the token before"}

    monkeypatch.setattr(accounts, "_described", slow)
    monkeypatch.setattr(accounts, "sends_events", lambda dialect: False)
    check_marketplace_account(tto)

    assert tto.name == "Harbour Goods"
    assert tto.state_reason == ""
