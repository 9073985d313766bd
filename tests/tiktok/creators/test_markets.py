"""Markets differ: membership is known for each marketplace account, and what TikTok is asked goes through the right one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.services.queue import make_due
from tenancy.scope import organization_scope
from tests.branding import SECOND_ACCOUNT_ID, a_member, connect
from tests.factories.creators import track_creator, two_markets
from tests.working import all_polls, pump
from tiktok.enums import AccountState, MarketplaceStatus, PollKind
from tiktok.errors import SealBroken, TikTokUnavailable
from tiktok.models import Creator, CreatorMembership, MarketplaceAccount
from tiktok.policies import rolled_up
from tiktok.queries import account_for, connected_accounts, markets_of, memberships_by_market
from tiktok.services.brands.accounts import (
    connect_marketplace_account,
    disconnect_marketplace_account,
)
from tiktok.services.creators.invitations import (
    batches,
    invite_creators,
    invites_through_tiktok,
)
from tiktok.services.creators.markets import forget_memberships, keep_memberships
from tiktok.services.creators.membership import (
    find_membership,
    read_memberships,
    refresh_membership,
)
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.creators.videos import refresh_videos

pytestmark = pytest.mark.django_db
IN, NOT_IN, INVITED, INVALID, UNKNOWN = (
    MarketplaceStatus.IN,
    MarketplaceStatus.NOT_IN,
    MarketplaceStatus.INVITED,
    MarketplaceStatus.INVALID,
    MarketplaceStatus.UNKNOWN,
)
STATUS = {"home": "/tcm/creator/status/get/", "abroad": "/tto/tcm/creator/status/get/"}


@pytest.fixture
def markets(tiktok, oak) -> tuple[MarketplaceAccount, MarketplaceAccount]:
    """Oak's account in use and another; maya.bakes is in the market of the other alone."""
    home, abroad = two_markets(tiktok, oak)
    tiktok.control(
        "creator", handle="maya.bakes", membership="NOT_IN", account=home.tiktok_account_id
    )
    return home, abroad


@pytest.fixture
def home(markets) -> MarketplaceAccount:
    return markets[0]


@pytest.fixture
def abroad(markets) -> MarketplaceAccount:
    return markets[1]


@pytest.fixture(autouse=True)
def _in_oak(oak):
    with organization_scope(oak):
        yield


def calls(tiktok) -> dict[str, int]:
    return tiktok.read("stats")["calls"]


def rows(creator: Creator) -> dict[int, str]:
    return dict(creator.memberships.values_list("account_id", "status"))


# --- asked -------------------------------------------------------------------------------------------------------
def test_every_account_is_asked_twenty_a_call_and_one_market_is_enough(
    tiktok, home, abroad
) -> None:
    tiktok.control("stats")
    answers = read_memberships(["maya.bakes", "tom_trails", *(f"somebody{n}" for n in range(19))])

    assert answers["maya.bakes"].answers == {home: NOT_IN, abroad: IN}
    assert answers["maya.bakes"].status == IN
    assert answers["maya.bakes"].market == abroad
    assert (answers["tom_trails"].status, answers["tom_trails"].market) == (NOT_IN, None)
    assert calls(tiktok) == {STATUS["home"]: 2, STATUS["abroad"]: 2}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([], UNKNOWN),
        ([INVALID, INVALID], INVALID),
        ([INVALID, NOT_IN], NOT_IN),
        ([NOT_IN, INVITED, INVALID], INVITED),
        ([INVITED, NOT_IN, IN], IN),
    ],
)
def test_a_status_of_several_markets_is_the_weightiest(said, status) -> None:
    assert rolled_up(said) == status


def test_whoever_waits_for_a_handle_hears_the_first_market_that_it_is_in(
    tiktok, home, abroad
) -> None:
    tiktok.control("stats")
    assert find_membership("rio.runs").answers == {home: IN}
    assert calls(tiktok) == {STATUS["home"]: 1}
    assert find_membership("maya.bakes").answers == {home: NOT_IN, abroad: IN}


def test_an_account_that_cannot_ask_leaves_the_answers_of_the_others(tiktok, home, abroad) -> None:
    tiktok.control("fail", times=9, path=STATUS["abroad"], http_status=502)
    answers = read_memberships(["rio.runs", "tom_trails"])

    assert answers["rio.runs"].status == IN
    assert answers["tom_trails"].answers == {home: NOT_IN}
    assert answers["tom_trails"].status == UNKNOWN  # it may be in the market that did not answer


def test_whoever_waits_hears_a_market_or_why_it_is_not_known(tiktok, home, abroad) -> None:
    MarketplaceAccount.objects.filter(pk=home.pk).update(sealed_token="broken")
    assert find_membership("maya.bakes").answers == {abroad: IN}
    with pytest.raises(SealBroken):
        find_membership("tom_trails")


def test_nobody_is_answered_where_no_account_can_ask(tiktok, home, abroad) -> None:
    tiktok.control("fail", times=99, path="/status/get/", http_status=502)
    with pytest.raises(TikTokUnavailable):
        read_memberships(["maya.bakes"])
    with pytest.raises(TikTokUnavailable):
        refresh_membership([Creator.objects.create(handle="maya.bakes")])
    assert CreatorMembership.objects.count() == 0


def test_a_handle_that_tiktok_does_not_speak_of_is_of_unknown_membership(tiktok, home) -> None:
    tiktok.control("switches", spoilt_fields={"onboarding_status": []})
    assert find_membership("maya.bakes") is None
    assert read_memberships(["maya.bakes"]) == {}


# --- kept --------------------------------------------------------------------------------------------------------
def test_each_answer_is_kept_for_its_account_and_the_creator_is_in(tiktok, home, abroad) -> None:
    creator = Creator.objects.create(handle="maya.bakes")
    assert refresh_membership([creator]) == set()

    creator.refresh_from_db()
    assert creator.marketplace_status == IN
    assert rows(creator) == {home.pk: NOT_IN, abroad.pk: IN}
    assert str(creator.memberships.get(account=abroad)) == (
        f"@maya.bakes at {abroad.name}: In the marketplace"
    )
    tiktok.control(
        "creator", handle="maya.bakes", membership="INVALID", account=abroad.tiktok_account_id
    )
    refresh_membership([creator])
    creator.refresh_from_db()
    assert (creator.marketplace_status, rows(creator)) == (
        NOT_IN,
        {home.pk: NOT_IN, abroad.pk: INVALID},
    )


def test_what_one_account_could_not_ask_is_asked_again_in_an_hour(tiktok, home, abroad) -> None:
    creator = Creator.objects.create(handle="rio.runs")
    make_due(PollKind.MEMBERSHIP, creator.pk)
    tiktok.control("fail", times=9, path=STATUS["abroad"], http_status=502)
    pump()

    creator.refresh_from_db()
    assert (creator.marketplace_status, rows(creator)) == (IN, {home.pk: IN})
    poll = all_polls().get(kind="membership")
    assert timedelta(minutes=59) < poll.due_at - timezone.now() <= timedelta(hours=1)
    tiktok.control("fail", times=0)
    all_polls().filter(kind="membership").update(due_at=timezone.now())
    pump()
    assert rows(creator) == {home.pk: IN, abroad.pk: IN}
    poll.refresh_from_db()
    assert poll.due_at - timezone.now() > timedelta(hours=23)


def test_an_account_that_was_not_asked_yet_asks_soon(tiktok, home, abroad) -> None:
    creator = track_creator("rio.runs", IN)
    poll = all_polls().get(kind="membership", subject_id=creator.pk)
    assert poll.due_at <= timezone.now()
    while pump():
        pass
    assert rows(creator) == {home.pk: IN, abroad.pk: IN}


def test_an_account_that_comes_later_asks_about_everybody_within_a_day(tiktok, oak) -> None:
    creator = track_creator("rio.runs", IN)
    while pump():
        pass
    assert not all_polls().filter(kind="membership").exists()
    home, abroad = two_markets(tiktok, oak)
    all_polls().filter(kind="profile").update(due_at=timezone.now())
    while pump():
        pass
    assert rows(creator) == {home.pk: IN, abroad.pk: IN}


def test_two_accounts_cost_two_calls_for_twenty_a_day(tiktok, home, abroad) -> None:
    invited = [Creator.objects.create(handle=f"somebody{number}") for number in range(20)]
    make_due(PollKind.MEMBERSHIP, *(creator.pk for creator in invited))
    tiktok.control("stats")
    pump()
    assert {path: calls(tiktok)[path] for path in STATUS.values()} == dict.fromkeys(
        STATUS.values(), 1
    )


def test_an_invitation_is_kept_for_the_account_that_invites(tiktok, home, abroad) -> None:
    creator = Creator.objects.create(handle="tom_trails")
    refresh_membership([creator])
    assert invite_creators([creator], actor=None).invited == ["tom_trails"]
    creator.refresh_from_db()
    assert (creator.marketplace_status, rows(creator)) == (
        INVITED,
        {home.pk: INVITED, abroad.pk: NOT_IN},
    )


def test_whoever_is_invited_is_invited_through_an_account_that_can(tiktok, home, abroad) -> None:
    abroad.chosen_at = timezone.now()
    abroad.save()
    assert [each.pk for each in connected_accounts()] == [abroad.pk, home.pk]
    assert invites_through_tiktok()
    creator = Creator.objects.create(handle="tom_trails")
    assert invite_creators([creator], actor=None).invited == ["tom_trails"]
    assert rows(creator)[home.pk] == INVITED


def test_a_creator_is_invited_through_the_account_of_their_country(tiktok, home, abroad) -> None:
    MarketplaceAccount.objects.filter(pk=abroad.pk).update(dialect=home.dialect, country="FR")
    MarketplaceAccount.objects.filter(pk=home.pk).update(country="GB")
    people = {
        handle: Creator.objects.create(handle=handle, country=country)
        for handle, country in (("uk", "GB"), ("fr", "FR"), ("said", ""), ("no", ""), ("us", "US"))
    }
    countries = {people["said"].pk: "FR", people["uk"].pk: "FR"}
    found = {
        account.country: [creator.handle for creator in batch]
        for account, batch in batches(list(people.values()), countries)
    }
    assert found == {"GB": ["uk", "no", "us"], "FR": ["fr", "said"]}


# --- read through the right account ------------------------------------------------------------------------------
def test_a_creator_is_read_through_the_account_whose_market_they_are_in(
    tiktok, home, abroad
) -> None:
    maya, rio = (Creator.objects.create(handle=handle) for handle in ("maya.bakes", "rio.runs"))
    refresh_membership([maya, rio])
    assert (account_for(maya), account_for(rio)) == (abroad, home)
    assert markets_of([maya.pk, rio.pk]) == {maya.pk: [abroad], rio.pk: [home, abroad]}
    tiktok.control("stats")
    refresh_profile(maya)
    refresh_videos(maya)
    assert {path.split("/creator/")[0] for path in calls(tiktok)} == {"/tto/tcm"}
    maya.refresh_from_db()
    assert (maya.profile_dialect, maya.follower_count is None) == ("tto", False)
    tiktok.control("stats")
    refresh_profile(rio)
    assert calls(tiktok) == {"/tcm/creator/public/": 1}


def test_a_creator_who_leaves_one_market_is_read_through_another(tiktok, home, abroad) -> None:
    rio = Creator.objects.create(handle="rio.runs")
    refresh_membership([rio])
    tiktok.control(
        "creator", handle="rio.runs", membership="NOT_IN", account=home.tiktok_account_id
    )
    refresh_profile(rio)  # refused, and looked up
    rio.refresh_from_db()
    assert (rio.marketplace_status, account_for(rio)) == (IN, abroad)


def test_where_no_market_is_known_the_account_in_use_asks(home, abroad) -> None:
    assert account_for(Creator.objects.create(handle="rio.runs")) == home


def test_a_page_shows_the_markets_where_there_are_several(tiktok, oak) -> None:
    maya = track_creator("maya.bakes", IN)
    assert memberships_by_market(maya) == []
    home, abroad = two_markets(tiktok, oak)
    assert [
        (each.account, each.status, each.checked_at) for each in memberships_by_market(maya)
    ] == [
        (home, IN, maya.memberships.get().checked_at),
        (abroad, UNKNOWN, None),
    ]


# --- let go of ---------------------------------------------------------------------------------------------------
def test_what_was_said_to_an_account_that_is_disconnected_goes(tiktok, home, abroad) -> None:
    maya, rio = (Creator.objects.create(handle=handle) for handle in ("maya.bakes", "rio.runs"))
    refresh_membership([maya, rio])
    all_polls().filter(kind="membership").delete()

    disconnect_marketplace_account(abroad, actor=None)

    maya.refresh_from_db()
    rio.refresh_from_db()
    assert (maya.marketplace_status, rows(maya)) == (NOT_IN, {home.pk: NOT_IN})
    assert (rio.marketplace_status, rows(rio)) == (IN, {home.pk: IN})
    assert [each.subject_id for each in all_polls().filter(kind="membership")] == [maya.pk]


def test_the_last_answers_stand_while_nobody_can_ask(tiktok, oak) -> None:
    maya = track_creator("maya.bakes", IN)
    account = MarketplaceAccount.objects.get()
    disconnect_marketplace_account(account, actor=None)
    maya.refresh_from_db()
    assert (maya.marketplace_status, rows(maya)) == (IN, {account.pk: IN})

    tiktok.control("switches", legacy_accounts=0)
    (other,) = connect(tiktok, a_member(oak), oak, SECOND_ACCOUNT_ID).accounts
    tiktok.control("creator", handle="maya.bakes", membership="NOT_IN")
    refresh_membership([maya])
    maya.refresh_from_db()
    assert (maya.marketplace_status, rows(maya)) == (NOT_IN, {other.pk: NOT_IN})


# --- the status follows from the rows ----------------------------------------------------------------------------
STATUSES = st.sampled_from([IN, NOT_IN, INVITED, INVALID])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(0, 2), st.integers(0, 1), STATUSES),
        st.tuples(st.just("let go"), st.integers(0, 2)),
        st.tuples(st.just("connect"), st.integers(0, 2)),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_whatever_happens_the_status_follows_from_the_rows(oak, acts) -> None:
    MarketplaceAccount.objects.all().delete()
    accounts = [
        connect_marketplace_account(f"{n}", tiktok_account_id=f"{n}", token=f"{n}", actor=None)
        for n in range(3)
    ]
    Creator.objects.all().delete()
    creators = [Creator.objects.create(handle=f"somebody{n}") for n in range(2)]
    for act, account, *what in acts:
        if act == "say":
            keep_memberships({creators[what[0]]: {accounts[account]: what[1]}})
        else:
            is_there = act == "connect"
            state = AccountState.CONNECTED if is_there else AccountState.DISCONNECTED
            MarketplaceAccount.objects.filter(pk=accounts[account].pk).update(state=state)
            if not is_there:
                forget_memberships(accounts[account])
        for creator in Creator.objects.all():
            assert creator.marketplace_status == rolled_up(rows(creator).values())
