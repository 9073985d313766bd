"""Decode what only TikTok One sends into the public types."""

from __future__ import annotations

from . import tto_types
from .answers import labels as label_list
from .answers import page_of
from .reader import Row

_SPELLINGS = {
    "REJECT": tto_types.LinkStatus.REJECTED,
    "APPROVED": tto_types.LinkStatus.APPROVE,
    "REVOKED": tto_types.LinkStatus.REVOKE,
    "BRAND": tto_types.CampaignType.BRAND_LINK,
}


def labels(answer: Row) -> tto_types.Labels:
    """Both kinds of labels."""
    return tto_types.Labels(
        label_list(answer, "industry_labels"), label_list(answer, "content_labels")
    )


def ranking(answer: Row) -> tto_types.Ranking:
    """One page of a leaderboard."""
    creators = answer.rows("creators", ranked)
    return tto_types.Ranking(creators, answer.instant("last_updated_at"), *page_of(answer))


def ranked(raw: Row) -> tto_types.RankedCreator:
    """The only answer whose rates are percent, and whose handle is called `handle`."""
    handle = raw.identifier("handle", "handle_name")
    return tto_types.RankedCreator(
        handle=handle,
        display_name=raw.text("display_name") or handle,
        profile_image=raw.text("profile_image"),
        country=raw.text("country"),
        ranking_change=raw.change("ranking_change"),
        score=raw.quantity("score"),
        followers_count=raw.count("number_of_followers"),
        follower_growth=raw.change("follower_growth"),
        branded_content_video_views=raw.count("branded_content_video_views"),
        branded_content_engagement_rate=raw.percent("branded_content_engagement_rate"),
        total_video_views=raw.count("total_video_views"),
        engagement_rate=raw.percent("engagement_rate"),
        starting_price=raw.money("starting_price", "starting_price_currency"),
        industry_labels=label_list(raw, "industry_labels"),
        content_labels=label_list(raw, "content_labels"),
    )


def found_page(answer: Row) -> tto_types.FoundPage:
    """One page of hits."""
    creators = answer.rows("creators", found)
    return tto_types.FoundPage(creators, *page_of(answer))


def found(raw: Row) -> tto_types.FoundCreator:
    """One hit."""
    handle = raw.identifier("handle_name")
    return tto_types.FoundCreator(
        handle=handle,
        display_name=raw.text("display_name") or handle,
        profile_image=raw.text("profile_image"),
        followers_count=raw.count("followers_count"),
        following_count=raw.count("following_count"),
        likes_count=raw.count("likes_count"),
        videos_count=raw.count("videos_count"),
    )


def brand_profile(raw: Row) -> tto_types.BrandProfile:
    """A brand; its industry goes by two names."""
    return tto_types.BrandProfile(
        brand_profile_id=raw.identifier("brand_profile_id"),
        brand_name=raw.text("brand_name"),
        brand_industry_id=raw.optional_id("brand_industry", "brand_industry_id"),
        brand_website=raw.text("brand_website"),
        logo_url=raw.text("logo_url"),
        tiktok_account_url=raw.text("tiktok_account_url"),
    )


def brand_profile_page(answer: Row) -> tto_types.BrandProfilePage:
    """One page of brands."""
    brands = answer.rows("brands", brand_profile)
    return tto_types.BrandProfilePage(brands, *page_of(answer))


def campaign(raw: Row) -> tto_types.Campaign:
    """A campaign from any of the three calls that return one."""
    return tto_types.Campaign(
        campaign_id=raw.identifier("campaign_id"),
        campaign_type=word(raw.text("campaign_type") or tto_types.CampaignType.CAMPAIGN),
        brand_name=raw.text("brand_name"),
        brand_profile_id=raw.optional_id("brand_profile_id"),
        campaign_name=raw.text("campaign_name"),
        campaign_description=raw.text("campaign_description"),
        anchor_id=raw.optional_id("anchor_id"),
        advertiser_ids=raw.ids("advertiser_ids"),
        handles=raw.texts("handle_names"),
        failed_handles=raw.texts("failed_handle_names"),
        video_ids=raw.ids("video_ids"),
        country_codes=raw.texts("country_codes"),
        invite_link=raw.text("invite_link"),
        spark_days=raw.limit("spark_ads_requested_authorization_days"),
        created_at=raw.instant("create_time"),
        updated_at=raw.instant("update_time"),
        direct_messages=direct_messages(raw),
    )


def campaign_page(answer: Row) -> tto_types.CampaignPage:
    """One page of campaigns."""
    campaigns = answer.rows("campaigns", campaign)
    page, total_pages = page_of(answer)
    return tto_types.CampaignPage(campaigns, page, total_pages, direct_messages(answer))


def direct_messages(raw: Row) -> tto_types.DirectMessages | None:
    """``dm_info``: an object, an object written into a text, or words nobody documented: None."""
    info = raw.row("dm_info")
    reported = tto_types.DirectMessages(
        info.text("business_account_handle"), info.flag("dm_allowed")
    )
    return None if reported == tto_types.DirectMessages() else reported


def link_request(raw: Row) -> tto_types.LinkRequest:
    """A link request as the brand sees it."""
    return tto_types.LinkRequest(
        video_id=raw.identifier("video_id"),
        status=word(raw.text("status") or ""),
        campaign_id=raw.optional_id("campaign_id"),
        campaign_type=word(raw.text("campaign_type") or "") or None,
        link_request_id=raw.optional_id("link_request_id"),
        number_of_requests=raw.limit("number_of_requests"),
        last_reminded_at=raw.instant("last_reminded_timestamp"),
    )


def link_request_page(answer: Row) -> tto_types.LinkRequestPage:
    """One page of link requests."""
    requests = answer.rows("video_infos", link_request)
    listed = answer.length("video_infos")
    return tto_types.LinkRequestPage(requests, *page_of(answer), listed=listed)


def pending_links(answer: Row) -> tto_types.PendingLinks:
    """The link requests that wait for the creator."""
    return tto_types.PendingLinks(
        answer.optional_id("campaign_id"),
        answer.limit("spark_authorization_days"),
        answer.rows("link_requests", _pending_link),
    )


def _pending_link(raw: Row) -> tuple[str, str]:
    return raw.identifier("video_id"), raw.identifier("link_request_id")


def spark_recommendation(raw: Row) -> tto_types.SparkRecommendation:
    """A video worth boosting; the handle goes by two names."""
    return tto_types.SparkRecommendation(
        video_id=raw.identifier("item_id"),
        level=raw.text("recommendation_level") or "",
        handle=raw.text("creator_handle", "handle_name"),
        embed_url=raw.text("embed_url"),
        thumbnail_url=raw.text("thumbnail_url"),
        created_at=raw.instant("create_time"),
    )


def anchor(raw: Row) -> tto_types.Anchor:
    """One anchor."""
    return tto_types.Anchor(
        anchor_id=raw.identifier("anchor_id"),
        status=raw.text("status") or "",
        anchor_type=raw.text("anchor_type"),
        anchor_sub_type=raw.text("anchor_sub_type"),
        category_label_id=raw.optional_id("category_label_id"),
        country_code=raw.text("country_code"),
        landing_page_url=raw.row("call_to_action").text("landing_page_url"),
        title=raw.text("anchor_title"),
        name=raw.text("anchor_name"),
        thumbnail_url=raw.text("thumbnail_url"),
        creator_preview_url=raw.text("creator_preview_url"),
        advertiser_preview_url=raw.text("advertiser_preview_url"),
    )


def anchor_page(answer: Row) -> tto_types.AnchorPage:
    """One page of anchors."""
    return tto_types.AnchorPage(answer.rows("anchors", anchor), *page_of(answer))


def word(text: str) -> str:
    """A word of TikTok's in the one spelling we use; an unknown word as it came."""
    return _SPELLINGS.get(text, text)
