"""Membership, profiles and videos over the wire."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN
from tiktok.client import TtcmMarketplace, account_ids, errors
from tiktok.client.types import Membership

pytestmark = pytest.mark.contract


def test_the_brands_token_acts_for_its_account(client):
    assert account_ids(client, BRAND_TOKEN) == (ACCOUNT_ID,)


def test_a_brand_with_more_accounts_than_a_page_holds_is_read_to_the_end(tiktok, client, exchanges):
    tiktok.control("switches", legacy_accounts=250)
    found = account_ids(client, BRAND_TOKEN)
    assert (len(set(found)), found[0]) == (250, ACCOUNT_ID)
    assert len(exchanges) == 3


def test_membership_is_answered_per_handle_as_it_was_asked(market):
    assert market.membership(["maya.bakes", "@TOM_trails", "nosuch"]) == {
        "maya.bakes": Membership.IN,
        "@TOM_trails": Membership.NOT_IN,
        "nosuch": Membership.INVALID,
    }


def test_asking_for_nobody_makes_no_call(market, exchanges):
    assert market.membership([]) == {}
    assert exchanges == []


def test_twenty_handles_are_one_call_and_twenty_one_are_refused(market, exchanges):
    assert len(market.membership([f"person{n}" for n in range(20)])) == 20
    assert len(exchanges) == 1
    with pytest.raises(errors.InvalidParameterError, match="handle_names"):
        market.membership([f"person{n}" for n in range(21)])


def test_of_two_thousand_handles_four_tenths_are_in_and_one_tenth_is_invalid(market):
    handles = [f"creator_{n}" for n in range(2000)]
    seen = Counter()
    for start in range(0, 2000, 20):
        seen.update(market.membership(handles[start : start + 20]).values())
    assert 0.36 < seen[Membership.IN] / 2000 < 0.44
    assert 0.46 < seen[Membership.NOT_IN] / 2000 < 0.54
    assert 0.07 < seen[Membership.INVALID] / 2000 < 0.13
    assert sum(seen.values()) == 2000


def test_an_invitation_tells_who_is_in_who_was_invited_and_who_was_refused_why(market):
    result = market.invite(["maya.bakes", "tom_trails", "nosuch"])
    assert result.in_marketplace == ("maya.bakes",)
    assert result.invited == ("tom_trails",)
    assert result.rejected == {"nosuch": "This account does not exist."}
    assert market.membership(["tom_trails"]) == {"tom_trails": Membership.INVITED}


def test_a_creator_who_joins_is_in_from_then_on(tiktok, market):
    tiktok.control("creator", handle="tom_trails", membership="IN")
    assert market.membership(["tom_trails"]) == {"tom_trails": Membership.IN}
    assert market.public_profile("tom_trails").handle == "tom_trails"


def test_a_public_profile_has_counts_and_leaves_out_what_needs_consent(market):
    profile = market.public_profile("@maya.bakes")
    assert (profile.handle, profile.display_name) == ("maya.bakes", "Maya Bakes")
    assert profile.followers_count == 184_220
    assert profile.following_count > 0
    assert profile.likes_count > profile.followers_count
    assert profile.videos_count > 12
    assert len(profile.creator_id) == 19
    assert int(profile.creator_id) > 2**53
    absent = ("country", "average_views", "engagement_rate", "completion_rate", "creator_rate")
    assert {name: getattr(profile, name) for name in absent} == dict.fromkeys(absent)
    assert profile.audience_countries is None


@pytest.mark.parametrize(
    ("handle", "error", "code"),
    [
        ("tom_trails", errors.NotInMarketplaceError, 40121),
        ("nosuch", errors.NotFoundError, 40007),
    ],
)
def test_who_is_not_in_the_marketplace_has_no_public_answer(market, handle, error, code):
    for call in (market.public_profile, market.public_videos):
        with pytest.raises(error) as caught:
            call(handle)
        assert caught.value.code == code
        assert caught.value.request_id
        assert caught.value.endpoint.startswith("/tcm/creator/public/")


def test_pages_of_public_videos_cover_the_back_catalogue_once_newest_first(market):
    seen, cursor = [], 0
    while True:
        page = market.public_videos("maya.bakes", cursor=cursor)
        seen += page.videos
        cursor = page.cursor
        if not page.has_more:
            break
    assert 12 <= len(seen) <= 40
    assert len({video.video_id for video in seen}) == len(seen)
    times = [video.created_at for video in seen]
    assert times == sorted(times, reverse=True)
    assert datetime.now(UTC) - timedelta(days=541) < times[-1] < times[0] <= datetime.now(UTC)


def test_a_public_video_has_counters_that_fit_together(market):
    video = market.public_videos("rio.runs", limit=1).videos[0]
    assert video.engagement_count == video.likes + video.comments + video.shares
    assert video.engagement_rate == pytest.approx(
        video.engagement_count / video.video_views, abs=1e-5
    )
    assert video.embed_url.endswith(video.video_id)
    assert video.caption


def test_videos_asked_by_id_come_alone(market):
    wanted = market.public_videos("maya.bakes").videos[3].video_id
    page = market.public_videos("maya.bakes", video_ids=[wanted])
    assert [video.video_id for video in page.videos] == [wanted]
    assert not page.has_more


def test_a_page_of_eleven_videos_is_refused(market):
    with pytest.raises(errors.InvalidParameterError, match="limit"):
        market.public_videos("maya.bakes", limit=11)


def test_an_authorized_creator_in_the_marketplace_answers_everything(market, connect):
    grant = connect("rio.runs")
    profile = market.authorized_profile(grant.access_token, grant.open_id)
    assert profile.country == "US"
    assert profile.average_views > 0
    assert 0 < profile.engagement_rate < 1
    assert 0 < profile.completion_rate < 1
    assert (profile.creator_rate.amount, profile.creator_rate.currency) == (600, "USD")
    assert [share.name for share in profile.audience_ages] == ["18-24", "25-34", "35+"]
    assert [share.name for share in profile.audience_locales] == ["CA", "TX", "FL"]
    assert [share.name for share in profile.audience_devices] == ["IOS", "ANDROID"]
    assert [share.name for share in profile.audience_usages] == ["ACTIVE", "INACTIVE"]
    for name in ("countries", "genders", "ages", "locales", "devices", "usages"):
        shares = getattr(profile, f"audience_{name}")
        assert sum(share.fraction for share in shares) == pytest.approx(1, abs=0.001)


def test_states_of_the_audience_exist_for_us_creators_only(market, connect):
    grant = connect("maya.bakes")
    profile = market.authorized_profile(grant.access_token, grant.open_id)
    assert profile.average_views is not None
    assert profile.audience_locales is None


def test_an_authorized_creator_outside_the_marketplace_lacks_what_only_it_knows(market, connect):
    grant = connect("tom_trails")
    profile = market.authorized_profile(grant.access_token, grant.open_id)
    assert profile.followers_count == 9_340
    assert profile.likes_count > 0
    assert profile.videos_count > 0
    assert profile.profile_image.startswith("http")
    assert profile.audience_countries[0].name == "GB"
    assert profile.audience_genders
    assert profile.audience_ages
    only_inside = (
        "audience_locales",
        "average_views",
        "engagement_rate",
        "completion_rate",
        "creator_rate",
    )
    assert {name: getattr(profile, name) for name in only_inside} == dict.fromkeys(only_inside)


def test_a_creator_with_a_negotiable_price_has_no_price(tiktok, market, connect):
    handles = (f"creator_{n}" for n in range(200))
    free = next(
        handle
        for handle in handles
        if (who := tiktok.read("creator", handle=handle))["membership"] == "IN"
        and who["rate"] is None
    )
    grant = connect(free)
    assert market.authorized_profile(grant.access_token, grant.open_id).creator_rate is None


def test_authorized_videos_work_outside_the_marketplace_too(market, connect):
    grant = connect("tom_trails")
    page = market.authorized_videos(grant.access_token, grant.open_id, limit=3)
    assert len(page.videos) == 3
    older = market.authorized_videos(grant.access_token, grant.open_id, cursor=page.cursor)
    assert older.videos[0].created_at < page.videos[-1].created_at


def test_one_creators_token_does_not_open_anothers_account(market, connect):
    maya, tom = connect("maya.bakes"), connect("tom_trails")
    with pytest.raises(errors.PermissionDeniedError):
        market.authorized_profile(maya.access_token, tom.open_id)


def test_a_missing_scope_is_told_apart(market, connect):
    grant = connect("maya.bakes", scopes=("user.info.basic", "biz.creator.info"))
    with pytest.raises(errors.ScopeMissingError):
        market.authorized_videos(grant.access_token, grant.open_id)
    profile = market.authorized_profile(grant.access_token, grant.open_id)
    assert profile.followers_count > 0
    assert profile.audience_ages is None


def test_counters_only_grow(tiktok, market):
    wanted = market.public_videos("maya.bakes", limit=1).videos[0]
    tiktok.control("views", video_id=wanted.video_id, add=10_000)
    more = market.public_videos("maya.bakes", video_ids=[wanted.video_id]).videos[0]
    assert more.video_views >= wanted.video_views + 10_000
    assert more.likes > wanted.likes
    tiktok.control("clock", advance_seconds=86_400)
    later = market.public_videos("maya.bakes", video_ids=[wanted.video_id]).videos[0]
    assert later.video_views > more.video_views


def test_a_wrong_token_and_a_foreign_account_are_refused(client):
    stranger = TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token="guess")
    with pytest.raises(errors.AccessTokenInvalidError):
        stranger.membership(["maya.bakes"])
    foreign = TtcmMarketplace(client, account_id="7300000000000000001", access_token=BRAND_TOKEN)
    with pytest.raises(errors.PermissionDeniedError):
        foreign.membership(["maya.bakes"])


def test_a_creators_token_cannot_act_for_the_brand(client, connect):
    token = connect("maya.bakes").access_token
    with pytest.raises(errors.PermissionDeniedError):
        TtcmMarketplace(client, account_id=ACCOUNT_ID, access_token=token).membership(["x"])


def test_videos_that_are_named_come_all_or_not_at_all(market, tto, connect):
    known = [video.video_id for video in tto.public_videos("maya.bakes", limit=25).videos]
    assert len(known) > 10
    found = tto.public_videos("maya.bakes", video_ids=known)
    assert [video.video_id for video in found.videos] == known
    grant = connect("maya.bakes")
    mine = tto.authorized_videos(grant.access_token, grant.open_id, video_ids=known)
    assert [video.video_id for video in mine.videos] == known
    with pytest.raises(errors.InvalidParameterError, match="limit"):
        market.public_videos("maya.bakes", video_ids=known)
    with pytest.raises(errors.InvalidParameterError, match="limit"):
        market.authorized_videos(grant.access_token, grant.open_id, video_ids=known)
    ten = market.authorized_videos(grant.access_token, grant.open_id, video_ids=known[:10])
    assert len(ten.videos) == 10
