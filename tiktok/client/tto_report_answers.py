"""TikTok One's campaign report, read into the public types."""

from __future__ import annotations

import msgspec

from . import tto_report_types as reports
from . import types
from .answers import days, page_of, part, totals, views_by_source
from .reader import Row

AGES = {"1": "13-17", "2": "18-24", "3": "25-34", "4": "35-44", "5": "45-54", "6": "55+"}
MOST_INTERESTS = 10.0
"""A viewer has several interests, each of which can be everybody's."""


def campaign_report(answer: Row, campaign_id: str, country_code: str) -> reports.CampaignReport:
    """One page; campaign and country are those asked for where the answer leaves them out."""
    page, total_pages = page_of(answer)
    return reports.CampaignReport(
        campaign_id=answer.optional_id("campaign_id") or campaign_id,
        country_code=answer.text("country_code") or country_code,
        campaign_type=answer.text("campaign_type"),
        channel_type=answer.text("campaign_channel_type"),
        videos=answer.rows("videos", report_video),
        page=page,
        total_pages=total_pages,
        listed=answer.length("videos"),
    )


def report_video(raw: Row) -> reports.ReportVideo:
    """One linked video."""
    info, creator = raw.row("video_info"), raw.row("creator_info")
    return reports.ReportVideo(
        video_id=info.identifier("video_id"),
        handle=creator.text("handle_name"),
        display_name=creator.text("display_name"),
        created_at=info.instant("create_time"),
        embed_url=info.text("embed_url"),
        thumbnail_url=info.text("thumbnail_url"),
        spark_code=info.text("authorization_code"),
        metrics=metrics(raw),
        favorites=raw.count("favorites"),
        organic=part(raw, "organic"),
        paid=part(raw, "paid"),
        ads=ads(raw),
        views_by_source=views_by_source(raw),
        devices=raw.shares("audience_device_distribution", key="device"),
        languages=raw.shares("audience_language_distribution", key="language"),
        interests=raw.shares(
            "audience_interest_distribution",
            key="interest_tag",
            is_code=False,
            whole=MOST_INTERESTS,
        ),
        anchor_id=raw.optional_id("anchor_id"),
        anchor_metrics=anchor_metrics(raw.row("anchor_metrics"))
        if raw.has("anchor_metrics")
        else None,
        daily=days(raw),
    )


def metrics(raw: Row) -> types.ReportMetrics:
    """Lifetime totals in the shape both dialects share; ages by band, states only of the US."""
    states = raw.shares("audience_locale_distribution", key="locale", is_code=False)
    return msgspec.structs.replace(
        totals(raw),
        gender_distribution=raw.shares("audience_genders_distribution", key="gender"),
        age_distribution=raw.shares("audience_age_distribution", key="age", words=AGES),
        country_distribution=raw.shares("audience_countries_distribution", key="country"),
        locale_distribution=states,
        locale_country="US" if states else None,
        unreadable=raw.unreadable,
    )


def ads(raw: Row) -> reports.AdMetrics:
    """The numbers of Spark Ads; TikTok types clicks and conversions as fractions of a count."""
    return reports.AdMetrics(
        cost=raw.quantity("ad_cost"),
        cpa=raw.quantity("ad_cpa"),
        cpc=raw.quantity("ad_cpc"),
        cpm=raw.quantity("ad_cpm"),
        ctr=raw.quantity("ad_ctr"),
        cvr=raw.quantity("ad_cvr"),
        roas=raw.quantity("ad_roas"),
        clicks=raw.quantity("ad_clicks"),
        conversions=raw.quantity("ad_conversions"),
        impressions=raw.count("ad_impressions"),
    )


def anchor_metrics(raw: Row) -> reports.AnchorMetrics:
    """How often the anchor was seen and touched."""
    return reports.AnchorMetrics(
        views=raw.count("anchor_views"),
        clicks=raw.count("anchor_clicks"),
        unique_views=raw.count("anchor_unique_views"),
        unique_clicks=raw.count("anchor_unique_clicks"),
    )
