"""What only TikTok One sends: from its wire shapes to the public types."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from . import tto_types
from . import tto_wire as wire
from .answers import label_list, optional_id, page_of
from .normalize import change, count, identifier, instant, limit, money, percent, quantity
from .wire import Creator, Id

_SPELLINGS = {
    "REJECT": tto_types.LinkStatus.REJECTED,
    "APPROVED": tto_types.LinkStatus.APPROVE,
    "REVOKED": tto_types.LinkStatus.REVOKE,
    "BRAND": tto_types.CampaignType.BRAND_LINK,
}


def labels(answer: wire.LabelsAnswer) -> tto_types.Labels:
    """Both kinds of labels."""
    return tto_types.Labels(label_list(answer.industry_labels), label_list(answer.content_labels))


def ranking(answer: wire.RankAnswer) -> tto_types.Ranking:
    """One page of a leaderboard."""
    creators = tuple(ranked(raw) for raw in answer.creators or ())
    return tto_types.Ranking(creators, instant(answer.last_updated_at), *page_of(answer.page_info))


def ranked(raw: wire.Ranked) -> tto_types.RankedCreator:
    """The only answer whose rates are percent, and whose handle is called `handle`."""
    handle = identifier(raw.handle or raw.handle_name)
    return tto_types.RankedCreator(
        handle=handle,
        display_name=raw.display_name or handle,
        profile_image=raw.profile_image or None,
        country=raw.country or None,
        ranking_change=change(raw.ranking_change),
        score=quantity(raw.score),
        followers_count=count(raw.number_of_followers),
        follower_growth=change(raw.follower_growth),
        branded_content_video_views=count(raw.branded_content_video_views),
        branded_content_engagement_rate=percent(raw.branded_content_engagement_rate),
        total_video_views=count(raw.total_video_views),
        engagement_rate=percent(raw.engagement_rate),
        starting_price=money(raw.starting_price, raw.starting_price_currency),
        industry_labels=label_list(raw.industry_labels),
        content_labels=label_list(raw.content_labels),
    )


def found_page(answer: wire.DiscoverAnswer) -> tto_types.FoundPage:
    """One page of hits."""
    creators = tuple(found(raw) for raw in answer.creators or ())
    return tto_types.FoundPage(creators, *page_of(answer.page_info))


def found(raw: Creator) -> tto_types.FoundCreator:
    """One hit."""
    return tto_types.FoundCreator(
        handle=identifier(raw.handle_name),
        display_name=raw.display_name or raw.handle_name,
        profile_image=raw.profile_image or None,
        followers_count=count(raw.followers_count),
        following_count=count(raw.following_count),
        likes_count=count(raw.likes_count),
        videos_count=count(raw.videos_count),
    )


def brand_profile(raw: wire.Brand) -> tto_types.BrandProfile:
    """A brand; its industry goes by two names."""
    industry = raw.brand_industry_id if raw.brand_industry is None else raw.brand_industry
    return tto_types.BrandProfile(
        brand_profile_id=identifier(raw.brand_profile_id),
        brand_name=raw.brand_name or None,
        brand_industry_id=optional_id(industry),
        brand_website=raw.brand_website or None,
        logo_url=raw.logo_url or None,
        tiktok_account_url=raw.tiktok_account_url or None,
    )


def brand_profile_page(answer: wire.BrandsAnswer) -> tto_types.BrandProfilePage:
    """One page of brands."""
    brands = tuple(brand_profile(raw) for raw in answer.brands or ())
    return tto_types.BrandProfilePage(brands, *page_of(answer.page_info))


def campaign(raw: wire.Campaign) -> tto_types.Campaign:
    """A campaign from any of the three calls that return one."""
    return tto_types.Campaign(
        campaign_id=identifier(raw.campaign_id),
        campaign_type=word(raw.campaign_type or tto_types.CampaignType.CAMPAIGN),
        brand_name=raw.brand_name or None,
        brand_profile_id=optional_id(raw.brand_profile_id),
        campaign_name=raw.campaign_name or None,
        campaign_description=raw.campaign_description or None,
        anchor_id=optional_id(raw.anchor_id),
        advertiser_ids=ids(raw.advertiser_ids),
        handles=tuple(raw.handle_names or ()),
        failed_handles=tuple(raw.failed_handle_names or ()),
        video_ids=ids(raw.video_ids),
        country_codes=tuple(raw.country_codes or ()),
        invite_link=raw.invite_link or None,
        spark_days=limit(raw.spark_ads_requested_authorization_days),
        created_at=instant(raw.create_time),
        updated_at=instant(raw.update_time),
        direct_messages=direct_messages(raw.dm_info),
    )


def campaign_page(answer: wire.CampaignsAnswer) -> tto_types.CampaignPage:
    """One page of campaigns."""
    campaigns = tuple(campaign(raw) for raw in answer.campaigns or ())
    page, total_pages = page_of(answer.page_info)
    return tto_types.CampaignPage(campaigns, page, total_pages, direct_messages(answer.dm_info))


def direct_messages(raw: dict[str, object] | str | None) -> tto_types.DirectMessages | None:
    """An object, an object written into a string, or words nobody documented: None."""
    try:
        read = msgspec.json.decode(raw) if isinstance(raw, str) else raw
        return None if not read else msgspec.convert(read, tto_types.DirectMessages, strict=False)
    except msgspec.MsgspecError:
        return None


def link_request(raw: wire.Link) -> tto_types.LinkRequest:
    """A link request as the brand sees it."""
    return tto_types.LinkRequest(
        video_id=identifier(raw.video_id),
        status=word(raw.status),
        campaign_id=optional_id(raw.campaign_id),
        campaign_type=word(raw.campaign_type) if raw.campaign_type else None,
        link_request_id=optional_id(raw.link_request_id),
        number_of_requests=limit(raw.number_of_requests),
        last_reminded_at=instant(raw.last_reminded_timestamp),
    )


def link_request_page(answer: wire.LinksAnswer) -> tto_types.LinkRequestPage:
    """One page of link requests."""
    requests = tuple(link_request(raw) for raw in answer.video_infos or ())
    return tto_types.LinkRequestPage(requests, *page_of(answer.page_info))


def pending_links(answer: wire.AskedLinksAnswer) -> tto_types.PendingLinks:
    """What the creator is asked to link."""
    return tto_types.PendingLinks(
        optional_id(answer.campaign_id),
        limit(answer.spark_authorization_days),
        tuple(
            (identifier(raw.video_id), identifier(raw.link_request_id))
            for raw in answer.link_requests or ()
        ),
    )


def word(text: str) -> str:
    """A word of TikTok's in the one spelling we use; an unknown word as it came."""
    return _SPELLINGS.get(text, text)


def ids(raw: Iterable[Id] | None) -> tuple[str, ...]:
    """A list of ids as text."""
    return tuple(identifier(each) for each in raw or ())
