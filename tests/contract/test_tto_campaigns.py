"""Campaigns, link requests, the report, Spark Ads and anchors over the wire."""

from datetime import timedelta

import pytest

from tiktok.client import errors, paging
from tiktok.client.tto_types import CampaignType, LinkStatus
from tiktok.client.types import SparkStatus

pytestmark = pytest.mark.contract
DAY = 86_400


@pytest.fixture
def campaign(tiktok, tto):
    """A campaign for creators of two countries, after TikTok has caught up."""
    created = tto.create_campaign(
        campaign_name="Spring loaf [k3]", handles=["maya.bakes", "rio.runs"], brand_name="Oakmill"
    )
    tiktok.control("clock", advance_seconds=60)
    return tto.campaigns(campaign_ids=[created.campaign_id]).campaigns[0]


def newest(tto, handle):
    return tto.public_videos(handle, limit=1).videos[0].video_id


def test_a_creation_tells_who_failed_and_the_campaign_is_found_again(tiktok, tto):
    created = tto.create_campaign(
        campaign_name="Spring loaf [k3]",
        handles=["@maya.bakes", "tom_trails", "nosuch"],
        brand_name="Oakmill",
        campaign_description="One short video.",
        spark_days=30,
    )
    assert set(created.failed_handles) == {"tom_trails", "nosuch"}
    assert created.invite_link.startswith("https://")
    tiktok.control("clock", advance_seconds=60)
    (found,) = tto.campaigns(campaign_ids=[created.campaign_id]).campaigns
    assert found.handles == ("maya.bakes",)
    assert found.country_codes == ("GB",)
    assert (found.campaign_name, found.spark_days) == ("Spring loaf [k3]", 30)
    assert found.created_at == created.created_at
    assert found.invite_link == created.invite_link


def test_a_creation_without_an_answer_is_not_sent_again(tiktok, tto, exchanges):
    tiktok.control("fail", times=1, garbage="truncated", path="/campaign/create/")
    with pytest.raises(errors.TikTokError) as caught:
        tto.create_campaign(campaign_name="Loaf [k9]", handles=["maya.bakes"], brand_name="Oak")
    assert caught.value.outcome_unknown
    assert len(exchanges) == 1
    assert tto.campaigns().campaigns == ()  # the sandbox fails before it acts


def test_pages_of_five_campaigns_cover_all(tto):
    for number in range(7):
        tto.create_campaign(campaign_name=f"N{number}", handles=["maya.bakes"], brand_name="Oak")
    pages = list(
        paging.by_number(lambda number: tto.campaigns(page=number), lambda page: page.campaigns)
    )
    assert [len(page.campaigns) for page in pages] == [5, 2]
    names = {each.campaign_name for page in pages for each in page.campaigns}
    assert names == {f"N{number}" for number in range(7)}
    with pytest.raises(errors.InvalidParameterError, match="page_size"):
        tto.campaigns(page_size=6)


def test_an_update_adds_creators(tiktok, tto, campaign):
    updated = tto.update_campaign(campaign.campaign_id, handles=["zoe.zen", "tom_trails"])
    assert updated.failed_handles == ("tom_trails",)
    assert updated.updated_at >= campaign.created_at
    tiktok.control("clock", advance_seconds=60)
    (found,) = tto.campaigns(campaign_ids=[campaign.campaign_id]).campaigns
    assert set(found.handles) == {"maya.bakes", "rio.runs", "zoe.zen"}


def test_a_brand_link_is_listed_by_its_own_type(tto):
    brand = tto.create_brand_profile(
        brand_name="Oakmill",
        brand_industry_id="27000000000",
        brand_website="https://oakmill.example",
        logo_url="https://oakmill.example/logo.png",
    )
    listed = tto.brand_profiles(brand_profile_ids=[brand.brand_profile_id]).brands
    assert [each.brand_name for each in listed] == ["Oakmill"]
    link = tto.create_brand_link(brand.brand_profile_id)
    assert link.campaign_type == CampaignType.BRAND_LINK
    assert tto.campaigns().campaigns == ()
    (found,) = tto.campaigns(campaign_type=CampaignType.BRAND_LINK).campaigns
    assert found.campaign_id == link.campaign_id


def test_a_link_request_is_approved_by_its_creator_and_shows_in_the_campaign(
    tto, creator, campaign
):
    maya, video_id = creator("maya.bakes"), newest(tto, "maya.bakes")
    request = tto.send_link_request(campaign.campaign_id, video_id)
    assert (request.status, request.number_of_requests) == (LinkStatus.IN_REVIEW, 1)
    pending = maya.pending_links(campaign.invite_link)
    assert pending.campaign_id == campaign.campaign_id
    ((asked, link_request_id),) = pending.requests
    assert asked == video_id
    maya.approve_link(link_request_id)
    (answered,) = tto.link_requests(campaign_ids=[campaign.campaign_id]).requests
    assert (answered.status, answered.link_request_id) == (LinkStatus.APPROVE, link_request_id)
    (found,) = tto.campaigns(campaign_ids=[campaign.campaign_id]).campaigns
    assert found.video_ids == (video_id,)


def test_a_rejected_and_a_revoked_request_read_in_one_spelling(tto, creator, campaign):
    maya = creator("maya.bakes")
    first, second = (video.video_id for video in tto.public_videos("maya.bakes", limit=2).videos)
    tto.send_link_request(campaign.campaign_id, first)
    ((_, link_request_id),) = maya.pending_links(campaign.invite_link).requests
    maya.reject_link(link_request_id)
    tto.send_link_request(campaign.campaign_id, second)
    assert tto.revoke_link_request(campaign.campaign_id, second).status == LinkStatus.REVOKE
    found = tto.link_requests(handles=["maya.bakes"]).requests
    assert {each.video_id: each.status for each in found} == {
        first: LinkStatus.REJECTED,
        second: LinkStatus.REVOKE,
    }
    with pytest.raises(errors.InvalidParameterError):
        tto.revoke_link_request(campaign.campaign_id, second)


def test_a_reminder_waits_a_day_and_there_are_two(tiktok, tto, campaign):
    video_id = newest(tto, "maya.bakes")
    tto.send_link_request(campaign.campaign_id, video_id)
    with pytest.raises(errors.InvalidParameterError):
        tto.remind_link_request(campaign.campaign_id, video_id)
    for sent in (2, 3):
        tiktok.control("clock", advance_seconds=DAY + 60)
        reminded = tto.remind_link_request(campaign.campaign_id, video_id)
        assert reminded.number_of_requests == sent
    tiktok.control("clock", advance_seconds=DAY + 60)
    with pytest.raises(errors.InvalidParameterError):
        tto.remind_link_request(campaign.campaign_id, video_id)


def test_a_creator_who_is_not_invited_cannot_join(tto, creator, campaign):
    with pytest.raises(errors.PermissionDeniedError):
        creator("zoe.zen").join(campaign.invite_link)


@pytest.fixture
def linked(tiktok, tto, creator, campaign):
    """One video of each creator in the campaign, by their own hands."""
    ids = {}
    for handle in ("maya.bakes", "rio.runs"):
        ids[handle] = newest(tto, handle)
        one = creator(handle)
        one.join(campaign.invite_link)
        one.link_video(campaign.invite_link, ids[handle])
    return ids


def test_the_report_is_read_country_by_country(tiktok, tto, campaign, linked):
    tiktok.control("clock", advance_seconds=3 * DAY)
    pages = list(tto.report_pages(campaign.campaign_id, campaign.country_codes))
    found = {video.video_id: page.country_code for page in pages for video in page.videos}
    assert found == {linked["maya.bakes"]: "GB", linked["rio.runs"]: "US"}
    for page in pages:
        for video in page.videos:
            metrics = video.metrics
            assert metrics.engagement_count == metrics.likes + metrics.comments + metrics.shares
            assert metrics.engagement_rate == pytest.approx(
                metrics.engagement_count / metrics.video_views, abs=1e-4
            )
            assert metrics.video_view_retention[0] == 1
            assert 0 < metrics.reach <= metrics.video_views
            assert all("-" in share.name or "+" in share.name for share in metrics.age_distribution)
            assert sum(video.views_by_source.values()) <= metrics.video_views
            assert video.devices
            assert video.daily is None
            in_us = page.country_code == "US"
            assert (metrics.locale_country == "US") is in_us
            assert (metrics.locale_distribution is not None) is in_us


def test_a_report_with_a_range_has_days(tiktok, tto, campaign, linked):
    tiktok.control("clock", advance_seconds=3 * DAY)
    start = campaign.created_at.date()
    end = start + timedelta(days=3)
    report = tto.report(campaign.campaign_id, "GB", start_on=start, end_on=end)
    days = [day.on for day in report.videos[0].daily]
    assert days
    assert days == sorted(days)
    assert start <= days[0] <= days[-1] <= end
    with pytest.raises(errors.InvalidParameterError, match="end_date"):
        tto.report(campaign.campaign_id, "GB", start_on=start)


def test_a_report_needs_a_country_of_the_campaign(tto, campaign):
    for country in ("", "DE"):
        with pytest.raises(errors.InvalidParameterError, match="Country-Code"):
            tto.report(campaign.campaign_id, country)


def test_spark_ads_are_asked_for_and_granted(tiktok, tto, linked):
    video_id = linked["maya.bakes"]
    tto.apply_for_spark_ads(video_id, days=30)
    waiting = tto.spark_authorization(video_id)
    assert (waiting.status, waiting.auth_code) == (SparkStatus.WAITING, None)
    tiktok.control("spark", video_id=video_id, accept=True, days=60)
    granted = tto.spark_authorization(video_id)
    assert granted.status == SparkStatus.ACCEPTED
    assert granted.auth_code
    assert granted.auth_code_ends_at > granted.auth_code_starts_at
    assert granted.auth_code not in repr(granted)


def test_videos_worth_boosting_are_of_the_brands_campaigns(tiktok, tto, linked):
    tiktok.control("clock", advance_seconds=2 * DAY)
    recommended = tto.spark_recommendations()
    assert {each.video_id for each in recommended} <= set(linked.values())
    assert all(each.level in {"HIGH", "MEDIUM", "LOW"} for each in recommended)


def test_an_anchor_is_made_from_an_address_or_a_file_and_only_a_draft_is_deleted(tiktok, tto):
    asked = {
        "country_code": "CA",
        "landing_page_url": "https://oakmill.example/",
        "title": "READ_MORE",
        "category_label_id": 12,
    }
    first = tto.create_anchor(**asked, name="Loaf", thumbnail_url="https://oakmill.example/p.png")
    second = tto.create_anchor(
        **asked, name="Bun", thumbnail_file=("p.png", b"\x89PNG\r\n", "image/png")
    )
    found = tto.anchors(anchor_ids=[first.anchor_id, second.anchor_id]).anchors
    assert {each.name: each.status for each in found} == {"Loaf": "IN_REVIEW", "Bun": "IN_REVIEW"}
    with pytest.raises(errors.InvalidParameterError):
        tto.delete_anchor(first.anchor_id)
    tiktok.control("anchor", anchor_id=first.anchor_id, status="DRAFT")
    tto.delete_anchor(first.anchor_id)
    assert [each.anchor_id for each in tto.anchors().anchors] == [second.anchor_id]


def test_every_state_of_the_seeded_world_can_be_read(tiktok, tto):
    seeded = tiktok.control("seed")
    for campaign_type in CampaignType:
        assert tto.campaigns(campaign_type=campaign_type).campaigns
    statuses = {each.status for each in tto.link_requests().requests}
    assert statuses == set(LinkStatus)
    wide = seeded["campaigns"]["multi_country"]
    (campaign,) = tto.campaigns(campaign_ids=[wide]).campaigns
    countries = {page.country_code for page in tto.report_pages(wide, campaign.country_codes)}
    assert {"US", "CA"} <= countries
    sparks = seeded["sparks"]
    with pytest.raises(errors.NotFoundError):
        tto.spark_authorization(sparks.pop("NONE"))
    read = {state: tto.spark_authorization(video) for state, video in sparks.items()}
    assert read["WAITING"].status == SparkStatus.WAITING
    assert read["REJECTED"].status == SparkStatus.REJECTED
    assert read["EXPIRED"].auth_code_status == "EXPIRED"
