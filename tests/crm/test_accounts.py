"""Adding TikTok accounts, syncing them, inviting them: against the sandbox."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import Influencer, SocialAccount
from crm.services.accounts import AddOutcome, add_tiktok_account, refresh_account, refresh_again
from crm.services.errands import added
from crm.services.invitations import invite_handle, invite_influencer_accounts
from jobs.models import Job
from jobs.services.queue import JUST_NOW, note_finished
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import connect
from tests.factories.crm import CreatorFactory, InfluencerFactory, TikTokAccountFactory
from tests.sandbox_process import Sandbox
from tests.working import all_polls
from tiktok.enums import AccountKind, MarketplaceStatus, PollKind, Source
from tiktok.errors import CallsUncounted, NoMarketplaceAccount, OutcomeUnknown, TikTokUnavailable
from tiktok.models import Creator, MarketplaceAccount, Video
from tiktok.queries import kind_of
from tiktok.signals import connected, named

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("_scope")
def test_a_marketplace_account_is_added_and_tracked_at_once(tiktok: Sandbox) -> None:
    result = add_tiktok_account("https://www.tiktok.com/@Maya.Bakes?lang=en", actor=None)

    assert (result.outcome, result.handle) == (AddOutcome.ADDED, "maya.bakes")
    account = SocialAccount.objects.select_related("influencer", "creator").get()
    assert (account.network, account.account_type) == ("tiktok", "tiktok_creator")
    assert account.influencer.name == "Maya Bakes"
    assert account.influencer.sort_name == "maya bakes"
    assert account.creator
    assert account.creator.follower_count == 184_220
    assert kind_of(account.creator) == AccountKind.NOT_AUTHENTICATED_TTCM
    assert Video.objects.filter(creator=account.creator).exists()
    polls = all_polls().filter(subject_id=account.creator.pk)
    assert {poll.kind for poll in polls} >= {PollKind.PROFILE, PollKind.VIDEOS}
    assert all(poll.last_finished_at for poll in polls)
    event = Event.objects.get(verb="account.added")
    assert event.label == "@maya.bakes"


@pytest.mark.usefixtures("_scope")
def test_an_account_may_be_added_to_an_influencer_who_is_here(tiktok: Sandbox) -> None:
    influencer = InfluencerFactory.create(name="Maya")
    result = add_tiktok_account("maya.bakes", actor=None, influencer=influencer)
    assert result.account
    assert result.account.influencer == influencer
    assert Influencer.objects.get().name == "Maya"


@pytest.mark.usefixtures("_scope")
def test_an_account_that_is_here_is_not_doubled_and_tiktok_is_not_asked(tiktok: Sandbox) -> None:
    present = TikTokAccountFactory.create(creator__handle="maya.bakes")
    tiktok.control("stats")

    result = add_tiktok_account("@MAYA.bakes", actor=None)

    assert (result.outcome, result.account) == (AddOutcome.PRESENT, present)
    assert (Influencer.objects.count(), SocialAccount.objects.count()) == (1, 1)
    assert tiktok.read("stats")["total"] == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_who_add_at_once_make_one_account(tiktok: Sandbox, oak: Organization) -> None:
    outcomes, start = [], threading.Barrier(2)

    def add() -> None:
        start.wait()
        with organization_scope(oak):
            outcomes.append(add_tiktok_account("maya.bakes", actor=None).outcome)
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [AddOutcome.ADDED, AddOutcome.PRESENT]
    with organization_scope(oak):
        assert (Influencer.objects.count(), SocialAccount.objects.count()) == (1, 1)
        assert Event.objects.filter(verb="account.added").count() == 1


@pytest.mark.usefixtures("_scope")
@pytest.mark.parametrize(
    ("handle", "outcome", "status"),
    [
        ("tom_trails", AddOutcome.NOT_IN_MARKETPLACE, MarketplaceStatus.NOT_IN),
        ("nosuch", AddOutcome.NO_SUCH_ACCOUNT, MarketplaceStatus.INVALID),
    ],
)
def test_an_account_outside_the_marketplace_is_refused_and_nothing_is_saved(
    tiktok: Sandbox, handle: str, outcome: AddOutcome, status: MarketplaceStatus
) -> None:
    result = add_tiktok_account(handle, actor=None)
    assert (result.outcome, result.status, result.account) == (outcome, status, None)
    assert not Influencer.objects.exists()
    assert not Creator.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_when_tiktok_cannot_be_reached_nothing_is_saved(settings: Any) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(TikTokUnavailable, match="nothing was saved"):
        add_tiktok_account("maya.bakes", actor=None)
    assert not Influencer.objects.exists()
    assert not Creator.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_an_answer_in_a_word_nobody_knows_is_none_and_nothing_is_saved(
    tiktok: Sandbox,
) -> None:
    tiktok.control("switches", spoilt_fields={"status": "PERHAPS"})
    with pytest.raises(TikTokUnavailable, match="nothing was saved"):
        add_tiktok_account("maya.bakes", actor=None)
    assert not Creator.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_without_a_marketplace_account_the_way_out_is_named(tiktok: Sandbox) -> None:
    MarketplaceAccount.objects.all().delete()
    with pytest.raises(NoMarketplaceAccount, match="An owner or admin can connect one"):
        add_tiktok_account("maya.bakes", actor=None)


@pytest.mark.usefixtures("_scope")
def test_an_account_stays_added_when_its_first_numbers_fail(tiktok: Sandbox) -> None:
    tiktok.control("fail", path="/tcm/creator/public/", times=10, code=50000)
    result = add_tiktok_account("maya.bakes", actor=None)
    assert result.outcome == AddOutcome.ADDED
    assert Influencer.objects.get().name == "maya.bakes"
    polls = all_polls().filter(kind=PollKind.PROFILE)
    assert [poll.last_finished_at for poll in polls] == [None]


@pytest.mark.usefixtures("_scope")
def test_an_unsupported_account_that_joined_is_supported_after_a_refresh(tiktok: Sandbox) -> None:
    account = TikTokAccountFactory.create(
        creator__handle="tom_trails", creator__marketplace_status=MarketplaceStatus.NOT_IN
    )
    refresh_account(account)
    assert kind_of(account.creator) == AccountKind.UNSUPPORTED
    assert account.creator.follower_count is None

    tiktok.control("creator", handle="tom_trails", membership="IN")
    all_polls().update(last_finished_at=timezone.now() - timedelta(minutes=1))
    refresh_account(account)
    assert kind_of(account.creator) == AccountKind.NOT_AUTHENTICATED_TTCM
    assert Creator.objects.get().follower_count == 9_340


def test_a_refresh_of_a_connected_account_brings_its_audience_too_and_once(
    tiktok: Sandbox, oak: Organization, maya: User
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        account = SocialAccount.objects.get()
        Creator.objects.update(audience_countries=None)
        long_ago = timezone.now() - timedelta(days=9)
        all_polls().update(last_finished_at=long_ago, due_at=long_ago)

        assert refresh_account(account)

        assert Creator.objects.get().audience_countries
        insights = all_polls().get(kind=PollKind.INSIGHTS)
        assert insights.last_finished_at > long_ago
        assert insights.due_at > timezone.now() + timedelta(days=6)
        tiktok.control("stats")
        assert not refresh_account(account)  # it was just now
        assert tiktok.read("stats")["total"] == 0


@pytest.mark.usefixtures("_scope")
def test_an_account_of_another_network_is_not_asked_about_at_tiktok(tiktok: Sandbox) -> None:
    account = SocialAccount.objects.create(
        influencer=InfluencerFactory.create(),
        network="instagram",
        account_type="instagram",
        handle="maya.bakes",
    )
    tiktok.control("stats")
    assert not refresh_account(account)
    assert refresh_again(account) is None
    assert tiktok.read("stats")["total"] == 0
    assert not all_polls().exists()


@pytest.mark.usefixtures("_scope")
def test_inviting_twice_asks_tiktok_once(tiktok: Sandbox) -> None:
    account = TikTokAccountFactory.create(
        creator__handle="tom_trails", creator__marketplace_status=MarketplaceStatus.NOT_IN
    )
    assert invite_influencer_accounts([account], actor=None).invited == ["tom_trails"]
    tiktok.control("stats")
    assert invite_influencer_accounts([account], actor=None).invited == ["tom_trails"]
    assert tiktok.read("stats")["total"] == 0
    assert Creator.objects.get().marketplace_status == MarketplaceStatus.INVITED
    assert Event.objects.filter(verb="creator.invited").count() == 1


@pytest.mark.usefixtures("_scope")
def test_while_redis_cannot_say_who_invites_already_nobody_is_invited(
    tiktok: Sandbox, settings: Any
) -> None:
    account = TikTokAccountFactory.create(
        creator__handle="tom_trails", creator__marketplace_status=MarketplaceStatus.NOT_IN
    )
    settings.REDIS_URL = "unix:///nobody/listens.sock"
    tiktok.control("stats")
    with pytest.raises(CallsUncounted):
        invite_influencer_accounts([account], actor=None)
    assert tiktok.read("stats")["total"] == 0
    assert Creator.objects.get().marketplace_status == MarketplaceStatus.NOT_IN


@pytest.mark.usefixtures("_scope")
def test_many_are_invited_at_once_and_each_gets_an_answer(tiktok: Sandbox) -> None:
    accounts = [
        TikTokAccountFactory.create(
            creator__handle=handle, creator__marketplace_status=MarketplaceStatus.UNKNOWN
        )
        for handle in ("maya.bakes", "tom_trails", "nosuch")
    ]
    result = invite_influencer_accounts(accounts, actor=None)
    assert (result.in_marketplace, result.invited) == (["maya.bakes"], ["tom_trails"])
    assert list(result.rejected) == ["nosuch"]


@pytest.mark.usefixtures("_scope")
def test_a_handle_without_profile_can_be_invited_and_is_looked_up_daily(tiktok: Sandbox) -> None:
    assert invite_handle("@tom_trails", actor=None).invited == ["tom_trails"]
    creator = Creator.objects.get()
    assert creator.marketplace_status == MarketplaceStatus.INVITED
    assert all_polls().get().kind == PollKind.MEMBERSHIP
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_an_invitation_that_did_not_reach_tiktok_leaves_nothing(settings: Any) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(TikTokUnavailable):
        invite_handle("tom_trails", actor=None)
    assert not Creator.objects.exists()


@pytest.mark.usefixtures("_scope")
def test_an_invitation_that_may_have_been_made_keeps_the_account_that_it_may_be_of(
    tiktok: Sandbox,
) -> None:
    tiktok.control("fail", times=1, path="/creator/invite/", applied=True, garbage="truncated")
    with pytest.raises(OutcomeUnknown):
        invite_handle("tom_trails", actor=None)
    assert Creator.objects.get().handle == "tom_trails"


@pytest.mark.usefixtures("_scope")
def test_an_account_that_was_here_stays_when_its_invitation_fails(settings: Any) -> None:
    creator = CreatorFactory.create(
        handle="tom_trails", marketplace_status=MarketplaceStatus.NOT_IN
    )
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(TikTokUnavailable):
        invite_handle("tom_trails", actor=None)
    assert list(Creator.objects.all()) == [creator]


@pytest.mark.usefixtures("_scope")
def test_a_name_given_by_hand_stays_when_the_profile_comes() -> None:
    creator = CreatorFactory.create(handle="rio.runs")
    TikTokAccountFactory.create(creator=creator, influencer__name="Rio de la Cruz")
    creator.display_name = "Rio"
    creator.save()
    assert Influencer.objects.get().name == "Rio de la Cruz"


def test_connecting_never_takes_over_the_influencer_of_another_person(oak: Organization) -> None:
    with organization_scope(oak):
        theirs = InfluencerFactory(person=User.objects.create_user("tom@example.com"))
        account = TikTokAccountFactory(influencer=theirs)
        maya = User.objects.create_user("maya@example.com", name="Maya")

        connected.send(sender=Creator, creator=account.creator, person=maya)

        account.refresh_from_db()
        theirs.refresh_from_db()
        assert theirs.person.email == "tom@example.com"
        assert account.influencer != theirs
        assert account.influencer.person == maya


def test_a_refresh_that_comes_too_soon_is_made_up_for_when_that_may_be(oak: Organization) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create()
        assert refresh_again(account) is None  # it was never refreshed
        for kind in (PollKind.PROFILE, PollKind.VIDEOS):
            note_finished(kind, account.creator.pk)
        done_at = refresh_again(account)
        polls = all_polls().filter(kind__in=[PollKind.PROFILE, PollKind.VIDEOS])
        assert {poll.due_at for poll in polls} == {done_at + JUST_NOW}


def test_the_account_that_an_errand_added_is_told_from_others_of_the_influencer(
    oak: Organization,
) -> None:
    with organization_scope(oak):
        first = TikTokAccountFactory.create()
        second = TikTokAccountFactory.create(influencer=first.influencer)
        link = ["crm:influencer", str(second), second.influencer_id]
        outcome = {"key": "added", "count": 1, "links": [link], "text": second.handle}
        result = added(Job(outcome=[outcome]))
    assert (result.outcome, result.account) == (AddOutcome.ADDED, second)


@pytest.mark.parametrize(
    ("source", "name"), [(Source.LEGACY, "maya.bakes"), (Source.PUBLIC, "Maya from there")]
)
@pytest.mark.parametrize("act", ["connected", "named"])
def test_only_tiktok_s_name_of_an_account_becomes_the_influencer_s(
    oak: Organization, source: Source, name: str, act: str
) -> None:
    """A name that the old source gave would outlive the purge."""
    with organization_scope(oak):
        creator = CreatorFactory(
            handle="maya.bakes", display_name="Maya from there", profile_source=source
        )
        account = TikTokAccountFactory(creator=creator, influencer__name="maya.bakes")
        person = User.objects.create_user("maya@example.com")
        if act == "connected":
            connected.send(sender=Creator, creator=creator, person=person)
        else:
            named.send(sender=Creator, creator=creator)

        account.influencer.refresh_from_db()
        assert account.influencer.name == name
