"""Membership, profiles and videos: fetched from TikTok, kept with source and time, nothing invented."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tests.factories.creators import track_creator
from tests.working import all_polls, pump
from tiktok.client import TtcmMarketplace, errors
from tiktok.enums import AccountKind, MarketplaceStatus
from tiktok.errors import (
    CallInsideTransaction,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    SealBroken,
    TikTokBusy,
    TikTokUnavailable,
)
from tiktok.models import Creator, CreatorSnapshot, MarketplaceAccount, Video, VideoSnapshot
from tiktok.queries import account_metrics, kind_of
from tiktok.services.creators.invitations import invite_creators
from tiktok.services.creators.membership import read_memberships, refresh_membership
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.creators.videos import refresh_video, refresh_videos, video_pages
from tiktok.services.orders.dialects import ask_to_tie

pytestmark = pytest.mark.django_db


def test_membership_is_looked_up_for_any_number_of_handles_twenty_a_call(oak, tiktok) -> None:
    with organization_scope(oak):
        answers = read_memberships(
            ["maya.bakes", "tom_trails", "nosuch", *(f"somebody{n}" for n in range(42))]
        )

    assert len(answers) == 45
    assert answers["maya.bakes"].status == MarketplaceStatus.IN
    assert answers["tom_trails"].status == MarketplaceStatus.NOT_IN
    assert answers["nosuch"].status == MarketplaceStatus.INVALID
    assert sum(tiktok.read("stats")["calls"].values()) == 3


def test_looking_up_writes_nothing(oak, tiktok) -> None:
    with organization_scope(oak):
        read_memberships(["maya.bakes"])
        assert Creator.objects.count() == 0


def test_without_a_marketplace_account_there_is_a_sentence_that_says_what_to_do(
    elm, tiktok
) -> None:
    with (
        organization_scope(elm),
        pytest.raises(NoMarketplaceAccount, match="An owner or admin can connect one"),
    ):
        read_memberships(["maya.bakes"])


def test_a_tracked_creator_is_due_at_once(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("Maya.Bakes", MarketplaceStatus.IN)
    assert creator.handle == "maya.bakes"
    assert set(all_polls().values_list("kind", "subject_id")) == {
        ("profile", creator.pk),
        ("videos", creator.pk),
    }


def test_a_public_profile_brings_exactly_what_the_matrix_allows(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        refresh_profile(creator)
        metrics = {m.key: m for m in account_metrics(creator, AccountKind.NOT_AUTHENTICATED_TTCM)}

        assert {key for key, metric in metrics.items() if metric.value is not None} == {
            "follower_count", "like_count", "video_count", "profile_image", "user_name", "display_name", "creator_id",
        }  # fmt: skip
        assert {metric.source for metric in metrics.values() if metric.value is not None} == {
            "ttcm_public"
        }
        assert metrics["audience_ages"].reason == "Ask the influencer to authenticate this account."
        [fact] = CreatorSnapshot.objects.all()
        assert (fact.creator_id, fact.follower_count) == (creator.pk, creator.follower_count)


def test_looking_twice_in_a_day_keeps_one_fact(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        refresh_profile(creator)
        refresh_profile(creator)
        assert CreatorSnapshot.objects.count() == 1


def test_an_account_outside_the_marketplace_is_not_asked_for(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("tom_trails", MarketplaceStatus.NOT_IN)
        refresh_profile(creator)
        refresh_videos(creator)
        assert creator.profile_fetched_at is None
    assert tiktok.read("stats")["calls"] == {}


@pytest.mark.parametrize("status", [MarketplaceStatus.NOT_IN, MarketplaceStatus.INVALID])
def test_an_account_that_left_the_marketplace_or_tiktok_is_noticed_by_the_next_sync(
    oak, tiktok, status
) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        tiktok.control("creator", handle="maya.bakes", membership=status.upper())

        refresh_profile(creator)

        creator.refresh_from_db()
        assert creator.marketplace_status == status
        assert kind_of(creator) == AccountKind.UNSUPPORTED


def test_who_left_the_marketplace_is_looked_up_daily_and_tracked_again_when_they_come_back(
    oak, tiktok
) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        tiktok.control("creator", handle="maya.bakes", membership="NOT_IN")
        refresh_profile(creator)
        tiktok.control("creator", handle="maya.bakes", membership="IN")
        membership = all_polls().get(kind="membership", subject_id=creator.pk)
        assert timedelta(hours=23) < membership.due_at - timezone.now() <= timedelta(days=1)

        all_polls().filter(kind="membership").update(due_at=timezone.now())
        pump()
        pump()

        creator.refresh_from_db()
        assert creator.is_in_marketplace
        assert creator.follower_count is not None


def test_contradictory_answers_about_membership_do_not_ask_without_end(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        Creator.objects.update(invited_at=timezone.now())
        all_polls().delete()
        tiktok.control("fail", times=1, path="/tcm/creator/public/", code=40121)

        refresh_profile(Creator.objects.get(pk=creator.pk))

        assert Creator.objects.get(pk=creator.pk).is_in_marketplace
        assert not all_polls().exists()


def test_videos_come_with_counters_and_grow_with_time(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        refresh_videos(creator)
        newest = Video.objects.order_by("-published_at").first()
        before = newest.video_views
        count = Video.objects.count()

        tiktok.control("clock", advance_seconds=86_400)
        refresh_videos(creator)

        newest.refresh_from_db()
        assert newest.video_views > before
        assert Video.objects.count() >= count
        assert newest.total_engagements is None
        assert newest.url == f"https://www.tiktok.com/@maya.bakes/video/{newest.tiktok_video_id}"
        assert VideoSnapshot.objects.filter(video_id=newest.pk).count() == 1


def test_a_single_video_of_an_account_that_may_not_be_read_is_not_asked_for(oak, tiktok) -> None:
    with organization_scope(oak):
        account = an_account("maya.bakes")
        video = a_video(account, "7450000000000000001")
        Creator.objects.update(marketplace_status=MarketplaceStatus.NOT_IN)
        tiktok.control("stats")
        assert not refresh_video(Video.objects.get(pk=video.pk))
        assert tiktok.read("stats")["total"] == 0


def test_an_invitation_keeps_each_creators_own_answer(oak, tiktok) -> None:
    with organization_scope(oak):
        creators = [
            track_creator("maya.bakes", MarketplaceStatus.NOT_IN),
            track_creator("tom_trails", MarketplaceStatus.NOT_IN),
            track_creator("nosuch", MarketplaceStatus.NOT_IN),
        ]
        result = invite_creators(creators, actor=None)

        assert result.in_marketplace == ["maya.bakes"]
        assert result.invited == ["tom_trails"]
        assert list(result.rejected) == ["nosuch"]
        invited = Creator.objects.get(handle="tom_trails")
        assert invited.marketplace_status == MarketplaceStatus.INVITED
        assert all_polls().filter(kind="membership").get().subject_id == invited.pk
        assert Creator.objects.get(handle="nosuch").invite_refusal == result.rejected["nosuch"]
        assert Event.objects.filter(verb="creator.invited").count() == 3


def test_answers_to_invitations_that_came_before_trouble_are_kept_and_told(oak, tiktok) -> None:
    with organization_scope(oak):
        creators = [track_creator(f"creator_{n}", MarketplaceStatus.NOT_IN) for n in range(25)]
        for creator in creators:
            tiktok.control("creator", handle=creator.handle, membership="NOT_IN")
        invite_first = TtcmMarketplace.invite
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                TtcmMarketplace,
                "invite",
                lambda self, handles: (
                    invite_first(self, handles)
                    if len(handles) == 20
                    else (_ for _ in ()).throw(errors.UnreachableError("No answer."))
                ),
            )
            result = invite_creators(creators, actor=None)

        assert len(result.invited) == 20
        assert result.unanswered == [f"creator_{n}" for n in range(20, 25)]
        assert "Please try again" in result.problem or "not known" in result.problem
        assert Creator.objects.filter(marketplace_status="invited").count() == 20


def test_an_invited_creator_who_joined_is_tracked_from_then_on(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("tom_trails", MarketplaceStatus.NOT_IN)
        invite_creators([creator], actor=None)
        tiktok.control("creator", handle="tom_trails", membership="IN")
        all_polls().filter(kind="profile").delete()

        refresh_membership([Creator.objects.get(pk=creator.pk)])

        assert Creator.objects.get(pk=creator.pk).is_in_marketplace
        assert all_polls().filter(kind="profile", subject_id=creator.pk).exists()


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"http_status": 502, "times": 9}, TikTokUnavailable),
        ({"garbage": "html", "times": 9}, TikTokUnavailable),
        ({"code": 50000, "times": 9}, TikTokUnavailable),
        ({"code": 40105, "times": 9}, MarketplaceAccessEnded),
    ],
    ids=["gateway error", "html", "system error", "token revoked"],
)
def test_trouble_at_tiktok_becomes_a_sentence_and_changes_nothing(
    oak, tiktok, fault, problem
) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        tiktok.control("fail", **fault)
        with pytest.raises(problem):
            refresh_profile(creator)
        creator.refresh_from_db()
        assert creator.profile_fetched_at is None
        assert CreatorSnapshot.objects.count() == 0


def test_a_used_up_limit_says_how_long_to_wait(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        tiktok.control("fail", times=9, code=40100)
        with pytest.raises(TikTokBusy) as busy:
            refresh_profile(creator)
    assert busy.value.retry_after > 0


def test_a_call_inside_a_transaction_is_refused(oak, tiktok) -> None:
    with organization_scope(oak), transaction.atomic(), pytest.raises(CallInsideTransaction):
        read_memberships(["maya.bakes"])


def test_the_brand_token_stands_sealed_and_opens_in_its_own_row_only(oak) -> None:
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
        assert account.open_token() == "sandbox-brand-token"
        assert "sandbox-brand-token" not in account.sealed_token
        other = MarketplaceAccount(tiktok_account_id="2", sealed_token=account.sealed_token)
        with pytest.raises(SealBroken):
            other.open_token()


def test_the_latest_thirty_videos_come_in_the_fewest_calls_and_no_more_of_them() -> None:
    assert video_pages(20) == [20, 10]
    assert video_pages(50) == [30]


def test_a_video_whose_permission_ended_meanwhile_is_not_kept(
    oak, tiktok, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organization_scope(oak):
        video = a_video(an_account("maya.bakes"), "7100000001")
        monkeypatch.setattr("tiktok.services.creators.videos.keep_page", lambda *_: False)
        assert refresh_video(video) is False
        assert Video.objects.get().unlisted_since is None


def test_without_a_marketplace_account_no_video_can_be_tied(elm) -> None:
    with organization_scope(elm), pytest.raises(NoMarketplaceAccount):
        ask_to_tie(None, "1", "7100000001")
