"""An account that changes its handle at TikTok stays one creator here, found by its new name."""

from __future__ import annotations

import pytest

from crm.models import Influencer, SocialAccount
from crm.queries import influencer_page
from crm.services.accounts import AddOutcome, add_tiktok_account
from tenancy.models import Event, Group
from tenancy.scope import groups_scope, organization_scope
from tests.connecting import connect
from tests.working import all_polls
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import ConnectRefused
from tiktok.models import Connection, Consent, Creator
from tiktok.services.creators.handles import follow_handle
from tiktok.services.creators.profiles import refresh_insights

pytestmark = pytest.mark.django_db


def was_called(earlier: str, handle: str = "maya.bakes") -> Creator:
    """Go back to before the account was renamed at TikTok."""
    creator = Creator.objects.get(handle=handle)
    creator.handle = earlier
    creator.save()
    account = SocialAccount.objects.get(creator=creator)
    account.handle = earlier
    account.save()
    Connection.objects.update(handle=earlier)
    return creator


def renamings() -> list[tuple[str, dict[str, str]]]:
    reported = Event.objects.filter(verb__in=["creator.renamed", "creator.handle_taken"])
    return list(reported.order_by("pk").values_list("text__label", "text__detail"))


def test_who_connects_again_under_a_new_handle_is_the_same_creator(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        creator = was_called("maya.cakes")

    connection = connect(tiktok, maya, oak, "maya.bakes", expected_handle="maya.cakes")

    assert connection.handle == "maya.bakes"
    with organization_scope(oak):
        assert Creator.objects.get() == creator
        assert Creator.objects.get().handle == "maya.bakes"
        assert SocialAccount.objects.get().handle == "maya.bakes"
        assert Consent.objects.get(withdrawn_at=None).creator == creator
        assert renamings() == [("@maya.bakes", {"earlier": "maya.cakes"})]
        assert [row.influencer.name for row in influencer_page(search="bakes").rows] == ["Maya"]
        assert influencer_page(search="cakes").rows == []


def test_another_account_than_the_expected_one_is_still_refused(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with pytest.raises(ConnectRefused, match="as @rio"):
        connect(tiktok, maya, oak, "rio.runs", expected_handle="maya.bakes")
    with organization_scope(oak):
        assert renamings() == []


def test_who_was_known_by_tiktoks_number_only_is_recognised_on_connecting(
    tiktok, oak, maya
) -> None:
    with organization_scope(oak):
        added = add_tiktok_account("maya.bakes", actor=None).account
        was_called("maya.cakes")

    connect(tiktok, maya, oak, "maya.bakes")

    with organization_scope(oak):
        assert SocialAccount.objects.get().pk == added.pk
        assert Creator.objects.get().handle == "maya.bakes"


def test_the_daily_sync_follows_a_new_handle_and_what_was_named_after_the_old_one(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        creator = was_called("maya.cakes")
        Influencer.objects.get().save()
        Influencer.objects.update(name="maya.cakes")

        refresh_insights(creator)
        refresh_insights(Creator.objects.get())

        assert (creator.handle, Creator.objects.get().handle) == ("maya.bakes", "maya.bakes")
        assert Influencer.objects.get().name == "maya.bakes"
        assert renamings() == [("@maya.bakes", {"earlier": "maya.cakes"})]


def test_a_handle_another_creator_has_is_said_once_and_both_are_kept(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        creator = was_called("maya.cakes")
        other = Creator.objects.create(handle="maya.bakes")

        refresh_insights(creator)
        refresh_insights(creator)

        assert set(Creator.objects.values_list("pk", "handle")) == {
            (creator.pk, "maya.cakes"),
            (other.pk, "maya.bakes"),
        }
        assert creator.follower_count > 0
        assert renamings() == [("@maya.cakes", {"handle": "maya.bakes"})]

    connect(tiktok, maya, oak, "maya.bakes")

    with organization_scope(oak):
        assert Consent.objects.filter(creator=other, withdrawn_at=None).exists()
        assert len(renamings()) == 1


def test_a_handle_that_becomes_free_is_taken_and_the_dispute_is_over(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        creator = was_called("maya.cakes")
        other = Creator.objects.create(handle="maya.bakes")
        refresh_insights(creator)
        assert Creator.objects.get(pk=creator.pk).disputed_handle == "maya.bakes"
        other.delete()

        refresh_insights(creator)

        kept = Creator.objects.get()
        assert (kept.handle, kept.disputed_handle) == ("maya.bakes", "")


def test_an_account_that_goes_back_to_its_handle_disputes_no_other(oak) -> None:
    with organization_scope(oak):
        creator = Creator.objects.create(handle="maya.cakes", disputed_handle="maya.bakes")
        follow_handle(creator, "Maya.Cakes")
        assert Creator.objects.get().disputed_handle == ""


def test_adding_the_new_handle_of_an_account_that_got_lost_finds_it(tiktok, oak) -> None:
    with organization_scope(oak):
        account = add_tiktok_account("maya.bakes", actor=None).account
        creator = was_called("maya.cakes")
        Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)

        result = add_tiktok_account("@maya.bakes", actor=None)

        assert (result.outcome, result.account) == (AddOutcome.PRESENT, account)
        assert (result.account.handle, result.account.creator) == ("maya.bakes", creator)
        assert Creator.objects.get().is_in_marketplace
        assert all_polls().filter(kind=PollKind.PROFILE, subject_id=creator.pk).exists()


def test_a_renamed_account_whose_new_handle_was_invited_stays_one(tiktok, oak) -> None:
    with organization_scope(oak):
        account = add_tiktok_account("maya.bakes", actor=None).account
        was_called("maya.cakes")
        Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)
        Creator.objects.create(handle="maya.bakes", marketplace_status=MarketplaceStatus.INVITED)

        result = add_tiktok_account("@maya.bakes", actor=None)

        assert (result.outcome, result.account) == (AddOutcome.PRESENT, account)
        assert Creator.objects.get().handle == "maya.bakes"


def test_a_renamed_account_of_somebody_who_is_not_seen_is_renamed_too(tiktok, oak) -> None:
    with organization_scope(oak):
        account = add_tiktok_account("maya.bakes", actor=None).account
        was_called("maya.cakes")
        Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)
        food = Group.objects.create(name="Food", key="food")
        with groups_scope([food.pk]):
            result = add_tiktok_account("@maya.bakes", actor=None, group_id=food.pk)
        assert (result.outcome, result.account) == (AddOutcome.PRESENT, None)
        account.refresh_from_db()
        assert (account.handle, SocialAccount.objects.count()) == ("maya.bakes", 1)


def test_adding_another_account_while_one_is_lost_adds_it(tiktok, oak) -> None:
    with organization_scope(oak):
        add_tiktok_account("maya.bakes", actor=None)
        was_called("maya.cakes")
        Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)

        result = add_tiktok_account("rio.runs", actor=None)

        assert result.outcome == AddOutcome.ADDED
        assert sorted(Creator.objects.values_list("handle", flat=True)) == [
            "maya.cakes",
            "rio.runs",
        ]
        assert renamings() == []


def test_adding_while_tiktok_contradicts_itself_about_the_handle_adds_it(tiktok, oak) -> None:
    with organization_scope(oak):
        add_tiktok_account("maya.bakes", actor=None)
        Creator.objects.update(marketplace_status=MarketplaceStatus.NOT_IN)
        tiktok.control("fail", times=1, path="/tcm/creator/public/", code=40121)

        assert add_tiktok_account("rio.runs", actor=None).outcome == AddOutcome.ADDED
