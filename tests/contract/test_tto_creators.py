"""Creators of TikTok One over the wire: what the brand sees, and what a creator shows."""

import time

import pytest

from tests.filming import FilmHost
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, TTO_SCOPES
from tiktok.client import AccountsApi, Search, TtoCreator, TtoMarketplace, errors, paging
from tiktok.client.types import Membership

pytestmark = pytest.mark.contract


def test_membership_is_answered_per_handle_as_it_was_asked(tto):
    assert tto.membership(["maya.bakes", "@TOM_trails", "nosuch"]) == {
        "maya.bakes": Membership.IN,
        "@TOM_trails": Membership.NOT_IN,
        "nosuch": Membership.INVALID,
    }
    with pytest.raises(errors.InvalidParameterError, match="handle_names"):
        tto.membership([f"person{n}" for n in range(21)])


def test_a_public_profile_has_rates_price_and_labels_but_no_country_or_audience(tto):
    profile = tto.public_profile("@maya.bakes")
    assert (profile.handle, profile.display_name) == ("maya.bakes", "Maya Bakes")
    assert profile.followers_count == 184_220
    assert int(profile.creator_id) > 2**53
    assert profile.median_views > 0
    assert 0 < profile.engagement_rate < 1
    assert profile.creator_rate.currency == "GBP"
    assert profile.content_labels
    assert "x-expires=" in profile.profile_image
    assert (profile.country, profile.audience_ages, profile.average_views) == (None, None, None)


@pytest.mark.parametrize(
    ("handle", "error"),
    [("tom_trails", errors.NotInMarketplaceError), ("nosuch", errors.NotFoundError)],
)
def test_who_is_not_in_the_marketplace_has_no_public_answer(tto, handle, error):
    for call in (tto.public_profile, tto.public_videos):
        with pytest.raises(error):
            call(handle)


def test_pages_of_25_public_videos_cover_the_catalogue_once(tto):
    pages = list(
        paging.by_cursor(lambda cursor: tto.public_videos("maya.bakes", cursor=cursor, limit=25))
    )
    videos = [video for page in pages for video in page.videos]
    assert len({video.video_id for video in videos}) == len(videos) >= 12
    times = [video.created_at for video in videos]
    assert times == sorted(times, reverse=True)
    assert all(video.favorites is not None for video in videos)
    with pytest.raises(errors.InvalidParameterError, match="limit"):
        tto.public_videos("maya.bakes", limit=26)


def test_both_dialects_speak_of_the_same_creator(tto, market):
    here, there = tto.public_profile("rio.runs"), market.public_profile("rio.runs")
    assert here.followers_count == there.followers_count
    assert here.videos_count == there.videos_count
    assert here.creator_id == there.creator_id
    newest = tto.public_videos("rio.runs", limit=1).videos[0]
    assert market.public_videos("rio.runs", limit=1).videos[0].video_id == newest.video_id


def test_an_authorized_profile_has_the_audience_and_what_it_lacks_is_absent(creator):
    profile = creator("rio.runs").profile()
    assert (profile.handle, profile.country) == ("rio.runs", "US")
    assert (profile.creator_rate.amount, profile.creator_rate.currency) == (600, "USD")
    for name in ("countries", "genders", "ages", "devices", "usages"):
        shares = getattr(profile, f"audience_{name}")
        assert shares, name
        assert sum(share.fraction for share in shares) == pytest.approx(1, abs=0.01)
    absent = ("average_views", "median_views", "engagement_rate", "completion_rate")
    assert [getattr(profile, name) for name in absent] == [None] * 4
    assert profile.audience_locales is None


def test_authorized_videos_come_ten_at_a_time(creator):
    rio = creator("rio.runs")
    first = rio.videos()
    assert len(first.videos) <= 10
    assert first.has_more
    second = rio.videos(cursor=first.cursor)
    assert second.videos[0].created_at < first.videos[-1].created_at
    wanted = first.videos[2].video_id
    assert [v.video_id for v in rio.videos(video_ids=[wanted]).videos] == [wanted]
    with pytest.raises(errors.InvalidParameterError, match="limit"):
        rio.videos(limit=11)


def test_the_marketplace_reads_authorized_creators_too(tto, connect):
    grant = connect("maya.bakes", TTO_SCOPES)
    profile = tto.authorized_profile(grant.access_token, grant.open_id)
    assert profile.handle == "maya.bakes"
    assert tto.authorized_videos(grant.access_token, grant.open_id, limit=1).videos


def test_a_search_finds_who_fits_and_only_them(tto):
    labels = tto.labels("SEARCH")
    assert labels.content
    assert labels.industry
    search = Search(
        country_codes=("US",), min_followers=20_000, max_followers=400_000, sort_field="FOLLOWERS"
    )
    page = tto.discover(search, page_size=50)
    assert page.creators
    counts = [creator.followers_count for creator in page.creators]
    assert all(20_000 <= count <= 400_000 for count in counts)
    assert counts == sorted(counts, reverse=True)


def test_walking_a_search_ends_and_repeats_nobody(tto):
    search = Search(country_codes=("GB",), min_median_views=20_000)
    pages = paging.by_number(
        lambda number: tto.discover(search, page=number, page_size=20), lambda page: page.creators
    )
    handles = [creator.handle for page in pages for creator in page.creators]
    assert handles
    assert len(set(handles)) == len(handles)


def test_every_filter_is_understood(tto):
    label = tto.labels("SEARCH").content[0].label_id
    everything = Search(
        country_codes=("US",),
        state_provinces=("CA",),
        content_label_ids=(label,),
        languages=("en",),
        keyword_search="a",
        min_followers=1,
        max_followers=10**9,
        min_creator_price=0,
        max_creator_price=10**6,
        creator_price_currency="USD",
        min_avg_views=0,
        max_avg_views=10**9,
        min_median_views=0,
        max_median_views=10**9,
        min_engagement_rate=0,
        max_engagement_rate=1,
        follower_country_codes=("US",),
        follower_gender_ratio="FEMALE_50",
        follower_age="25-34",
        sort_field="ENGAGEMENT_RATE",
        sort_order="ASC",
    )
    assert tto.discover(everything).page == 1


def test_a_leaderboard_has_fractions(tto):
    label = tto.labels("RANKING").content[0].label_id
    ranking = tto.rank(label, page_size=100)
    assert ranking.creators
    assert ranking.last_updated_at is not None
    for creator in ranking.creators:
        assert 0 < creator.engagement_rate < 1
        assert creator.handle
    with pytest.raises(errors.InvalidParameterError, match="country_code"):
        tto.rank(label, country_code="GB")


def test_an_account_shows_its_days_and_its_videos_curves(tiktok, client, connect):
    grant = connect("maya.bakes", TTO_SCOPES)
    accounts = AccountsApi(client)
    profile = accounts.profile(grant.access_token, grant.open_id)
    assert profile.username == "maya.bakes"
    assert profile.followers_count > 0
    assert profile.days
    assert sum(share.fraction for share in profile.audience_ages) == pytest.approx(1, abs=0.01)
    assert all(0 < share.fraction <= 1 for share in profile.audience_cities)
    page = accounts.videos(grant.access_token, grant.open_id, limit=20)
    settled = page.videos[-1]
    assert settled.retention[0] == 1
    assert list(settled.retention) == sorted(settled.retention, reverse=True)
    assert 0 < settled.completion_rate <= 1
    assert settled.reach <= settled.video_views
    assert all(0 < share.fraction <= 1 for share in settled.audience_cities)
    assert all(0 < share.fraction <= 1 for share in settled.audience_countries)
    videos = [video for page in _walk(accounts, grant) for video in page.videos]
    assert len({video.video_id for video in videos}) == len(videos)


def _walk(accounts, grant):
    return paging.by_cursor(
        lambda cursor: accounts.videos(grant.access_token, grant.open_id, cursor=cursor)
    )


def test_a_foreign_account_and_a_missing_scope_are_told_apart(client, connect):
    foreign = TtoMarketplace(client, account_id=ACCOUNT_ID, access_token=BRAND_TOKEN)
    with pytest.raises(errors.PermissionDeniedError):
        foreign.membership(["maya.bakes"])
    grant = connect("maya.bakes", ("user.info.basic", "biz.creator.info"))
    with pytest.raises(errors.ScopeMissingError):
        foreign.authorized_videos(grant.access_token, grant.open_id)


def test_a_film_is_published_linked_and_followed(tiktok, client, connect, tto):
    grant = connect("maya.bakes", TTO_SCOPES)
    tiktok.control("switches", publish_seconds=0)
    made = tto.create_campaign(campaign_name="Loaf", handles=["maya.bakes"], brand_name="Oakmill")
    TtoCreator(client, creator_id=grant.open_id, access_token=grant.access_token).join(
        made.invite_link
    )
    accounts, film = AccountsApi(client), FilmHost()
    try:
        share_id = accounts.publish_video(
            grant.access_token, grant.open_id, video_url=film.url, caption="#ad", invite_link=made.invite_link,
        )  # fmt: skip
        until = time.monotonic() + 5
        while True:
            found = accounts.publish_status(grant.access_token, grant.open_id, share_id)
            if found.post_ids:
                break
            assert time.monotonic() < until
    finally:
        film.close()
    assert found.status == "PUBLISH_COMPLETE"
    assert tto.campaigns(campaign_ids=[made.campaign_id]).campaigns[0].video_ids == found.post_ids
    with pytest.raises(errors.NotFoundError):
        accounts.publish_status(grant.access_token, grant.open_id, "v_pub_url~v1.0")
