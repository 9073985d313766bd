"""Spark Ads recommendations and anchors: from TikTok One's wire shapes to the public types."""

from __future__ import annotations

from . import tto_types
from . import tto_wire as wire
from .answers import optional_id, page_of
from .normalize import identifier, instant


def spark_recommendation(raw: wire.Recommended) -> tto_types.SparkRecommendation:
    """A video worth boosting; the handle goes by two names."""
    return tto_types.SparkRecommendation(
        video_id=identifier(raw.item_id),
        level=raw.recommendation_level or "",
        handle=raw.creator_handle or raw.handle_name or None,
        embed_url=raw.embed_url or None,
        thumbnail_url=raw.thumbnail_url or None,
        created_at=instant(raw.create_time),
    )


def anchor(raw: wire.Anchor) -> tto_types.Anchor:
    """One anchor."""
    action = raw.call_to_action or wire.Action()
    return tto_types.Anchor(
        anchor_id=identifier(raw.anchor_id),
        status=raw.status or "",
        anchor_type=raw.anchor_type or None,
        anchor_sub_type=raw.anchor_sub_type or None,
        category_label_id=optional_id(raw.category_label_id),
        country_code=raw.country_code or None,
        landing_page_url=action.landing_page_url or None,
        title=raw.anchor_title or None,
        name=raw.anchor_name or None,
        thumbnail_url=raw.thumbnail_url or None,
        creator_preview_url=raw.creator_preview_url or None,
        advertiser_preview_url=raw.advertiser_preview_url or None,
    )


def anchor_page(answer: wire.AnchorsAnswer) -> tto_types.AnchorPage:
    """One page of anchors."""
    anchors = tuple(anchor(raw) for raw in answer.anchors or ())
    return tto_types.AnchorPage(anchors, *page_of(answer.page_info))
