"""The campaign report: from TikTok One's wire shapes to the public types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from . import tto_report_types as reports
from . import tto_report_wire as wire
from . import types
from .answers import days, optional_id, page_of, totals
from .normalize import count, distribution, identifier, instant, quantity, share
from .wire import Shares

AGES = {"1": "13-17", "2": "18-24", "3": "25-34", "4": "35-44", "5": "45-54", "6": "55+"}


def campaign_report(
    answer: wire.ReportAnswer, campaign_id: str, country_code: str
) -> reports.CampaignReport:
    """One page; campaign and country are those asked for where the answer leaves them out."""
    page, total_pages = page_of(answer.page_info)
    return reports.CampaignReport(
        campaign_id=optional_id(answer.campaign_id) or campaign_id,
        country_code=answer.country_code or country_code,
        campaign_type=answer.campaign_type or None,
        channel_type=answer.campaign_channel_type or None,
        videos=tuple(report_video(raw) for raw in answer.videos or ()),
        page=page,
        total_pages=total_pages,
    )


def report_video(raw: wire.Video) -> reports.ReportVideo:
    """One linked video."""
    info, creator = raw.video_info, raw.creator_info or wire.CreatorInfo()
    return reports.ReportVideo(
        video_id=identifier(info.video_id),
        handle=creator.handle_name or None,
        display_name=creator.display_name or None,
        created_at=instant(info.create_time),
        embed_url=info.embed_url or None,
        thumbnail_url=info.thumbnail_url or None,
        spark_code=info.authorization_code or None,
        metrics=metrics(raw),
        favorites=count(raw.favorites),
        organic=part(raw, "organic"),
        paid=part(raw, "paid"),
        ads=ads(raw),
        views_by_source=views_by_source(raw.video_views_by_source),
        devices=distribution(_texts(raw.audience_device_distribution, "device"), "device"),
        languages=distribution(_texts(raw.audience_language_distribution, "language"), "language"),
        interests=distribution(
            _texts(raw.audience_interest_distribution, "interest_tag"), "interest_tag", codes=False
        ),
        anchor_id=optional_id(raw.anchor_id),
        anchor_metrics=None if raw.anchor_metrics is None else anchor_metrics(raw.anchor_metrics),
        daily=days(raw),
    )


def metrics(raw: wire.Video) -> types.ReportMetrics:
    """Lifetime totals in the shape both dialects share; ages by band, states only of the US."""
    states = distribution(_texts(raw.audience_locale_distribution, "locale"), "locale", codes=False)
    return msgspec.structs.replace(
        totals(raw),
        gender_distribution=distribution(
            _texts(raw.audience_genders_distribution, "gender"), "gender"
        ),
        age_distribution=distribution(_texts(raw.audience_age_distribution, "age", AGES), "age"),
        country_distribution=distribution(
            _texts(raw.audience_countries_distribution, "country"), "country"
        ),
        locale_distribution=states,
        locale_country="US" if states else None,
    )


def part(raw: wire.Split, side: Literal["organic", "paid"]) -> reports.Part:
    """What was seen without advertising, or what it brought: ``likes_paid``, but ``paid_two_seconds_views``."""
    told = msgspec.structs.asdict(raw)
    return reports.Part(
        video_views=count(told[f"video_views_{side}"]),
        likes=count(told[f"likes_{side}"]),
        comments=count(told[f"comments_{side}"]),
        shares=count(told[f"shares_{side}"]),
        favorites=count(told[f"favorites_{side}"]),
        reach=count(told[f"reach_{side}"]),
        engagement_rate=quantity(told[f"engagement_rate_{side}"]),
        average_view_time=quantity(told[f"average_view_time_{side}"]),
        video_completion_rate=share(told[f"video_completion_rate_{side}"]),
        two_seconds_views=share(told[f"{side}_two_seconds_views"]),
        six_seconds_views=share(told[f"{side}_six_seconds_views"]),
    )


def ads(raw: wire.Ads) -> reports.AdMetrics:
    """The numbers of Spark Ads."""
    return reports.AdMetrics(
        cost=quantity(raw.ad_cost),
        cpa=quantity(raw.ad_cpa),
        cpc=quantity(raw.ad_cpc),
        cpm=quantity(raw.ad_cpm),
        ctr=quantity(raw.ad_ctr),
        cvr=quantity(raw.ad_cvr),
        roas=quantity(raw.ad_roas),
        clicks=count(raw.ad_clicks),
        conversions=count(raw.ad_conversions),
        impressions=count(raw.ad_impressions),
    )


def anchor_metrics(raw: wire.AnchorMetrics) -> reports.AnchorMetrics:
    """How often the anchor was seen and touched."""
    return reports.AnchorMetrics(
        views=count(raw.anchor_views),
        clicks=count(raw.anchor_clicks),
        unique_views=count(raw.anchor_unique_views),
        unique_clicks=count(raw.anchor_unique_clicks),
    )


def views_by_source(
    raw: list[dict[str, object]] | dict[str, object] | None,
) -> dict[str, int] | None:
    """Counts from ``{source: n}`` or ``[{"source", "video_views"}]``; sources without a count left out."""
    if raw is None:
        return None
    pairs = (
        list(raw.items())
        if isinstance(raw, dict)
        else [(str(item.get("source")), item.get("video_views")) for item in raw]
    )
    counts = {name.lower(): count(_number(value)) for name, value in pairs}
    return {name: views for name, views in counts.items() if views is not None}


def _number(value: object) -> int | float | str | None:
    if value is None or isinstance(value, int | float | str):
        return value
    raise ValueError("not a number")


def _texts(raw: Shares, key: str, words: Mapping[str, str] | None = None) -> Shares:
    """The names of a distribution as text: codes may be numbers, or stand for words of their own."""
    if not isinstance(raw, list):
        return raw
    known = words or {}
    return [
        item if item.get(key) is None else {**item, key: known.get(name := str(item[key]), name)}
        for item in raw
    ]
