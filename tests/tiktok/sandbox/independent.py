"""Other people's clients of TikTok's API: the names they read and the JSON they can take under each.

Read off two public clients, one in Go with a strict decoder (both generations, Accounts API, tokens, webhooks), one in
TypeScript generated from TikTok One's documentation; where they differ, the documentation decides. Every field may be
absent or null, but an instant may not be null: the strict decoder fails there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TEXT, FLAG, WHOLE, NUMBER = "text", "flag", "whole number", "number"
# A number, or a text that is one; a rate may be empty where there is none.
LOOSE, LOOSE_OR_EMPTY = "number, perhaps as text", "number, perhaps as text or empty"
INSTANT = "instant"  # in any of TikTok's four ways
ANYTHING = "anything"
_DIGITS = re.compile(r"-?\d+(\.\d+)?")
_INSTANT = re.compile(r"\d{10}|\d{13}|\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d|T\d\d:\d\d:\d\d(\.\d+)?Z)?")


def shares(name: str) -> list[dict[str, str]]:
    return [{name: TEXT, "percentage": LOOSE}]


def sides(*names: str) -> dict[str, str]:
    """Totals, and their organic and paid parts."""
    return {f"{name}{side}": LOOSE for name in names for side in ("", "_organic", "_paid")}


TEXTS = [TEXT]
PAGES = {"page": WHOLE, "page_size": WHOLE, "total_number": WHOLE, "total_page": WHOLE}
CURSOR = {"has_more": FLAG, "cursor": LOOSE}
LABELS = [{"label_id": LOOSE, "label_name": TEXT}]
STATUS = {"onboarding_status": [{"handle_name": TEXT, "status": TEXT}]}
POST = {
    **dict.fromkeys(("video_id", "display_name", "thumbnail_url", "embed_url", "caption"), TEXT),
    **dict.fromkeys(("likes", "comments", "shares", "favorites", "video_views"), LOOSE),
    "create_time": INSTANT,
    "caption_hashtags": TEXTS,
    "mentioned_accounts": TEXTS,
    "collaboration_status": TEXT,
}
CREATOR = {
    **dict.fromkeys(("handle_name", "display_name", "profile_image", "bio", "creator_id"), TEXT),
    **dict.fromkeys(("followers_count", "following_count", "likes_count", "videos_count"), LOOSE),
    "median_views": LOOSE,
    "engagement_rate": LOOSE,
    "creator_price": LOOSE,
    "currency": TEXT,
    "creator_rate": {"rate": LOOSE, "currency": TEXT},
    "country_code": TEXT,
    "industry_labels": LABELS,
    "content_labels": LABELS,
    "audience_countries": shares("country"),
    "audience_genders": shares("gender"),
    "audience_ages": shares("age"),
    "audience_devices": shares("device"),
    "audience_usages": shares("usage"),
}
RANKED = {
    **CREATOR,
    **dict.fromkeys(("ranking_change", "handle", "country", "starting_price_currency"), TEXT),
    **dict.fromkeys(("score", "number_of_followers", "total_video_views"), LOOSE),
    **dict.fromkeys(("branded_content_video_views", "branded_content_engagement_rate"), LOOSE),
    **dict.fromkeys(("starting_price", "follower_growth"), LOOSE),
}
BRAND = dict.fromkeys(
    ("brand_profile_id", "brand_name", "brand_industry_id", "brand_industry", "brand_website", "logo_url",
     "tiktok_account_url"), TEXT,
)  # fmt: skip
CAMPAIGN = {
    **dict.fromkeys(("campaign_id", "campaign_type", "brand_profile_id", "brand_name"), TEXT),
    **dict.fromkeys(("campaign_name", "campaign_description", "anchor_id", "invite_link"), TEXT),
    **dict.fromkeys(("handle_names", "failed_handle_names", "video_ids"), TEXTS),
    **dict.fromkeys(("advertiser_ids", "country_codes"), TEXTS),
    "spark_ads_requested_authorization_days": WHOLE,
    "create_time": INSTANT,
    "update_time": INSTANT,
    "dm_info": {"business_account_handle": TEXT, "dm_allowed": FLAG},
}
LINK = {
    **dict.fromkeys(
        ("video_id", "status", "campaign_id", "campaign_type", "link_request_id"), TEXT
    ),
    "last_reminded_timestamp": TEXT,  # ISO 8601; the strict client takes it for a number, and is wrong
    "number_of_requests": LOOSE,
}
ADS = ("clicks", "conversions", "cost", "cpa", "cpc", "cpm", "ctr", "cvr", "impressions", "roas")
EARLY = [f"{side}{n}_seconds_views" for side in ("", "organic_", "paid_") for n in ("two", "six")]
SOURCES = ("for_you", "hashtag", "sound", "personal_profile", "search", "following", "other")
REPORTED = {
    "video_info": {
        **dict.fromkeys(("video_id", "embed_url", "thumbnail_url", "authorization_code"), TEXT),
        "create_time": INSTANT,
    },
    "creator_info": {"display_name": TEXT, "handle_name": TEXT},
    **dict.fromkeys([f"ad_{name}" for name in ADS] + EARLY, LOOSE),
    **sides("video_views", "likes", "comments", "shares", "favorites", "reach", "engagement_rate"),
    **sides("video_completion_rate", "average_view_time"),
    **dict.fromkeys(("engagement_count", "total_play_time"), LOOSE),
    "video_view_retention": [LOOSE],
    # An object in the field list, an array in the example: both are read.
    "video_views_by_source": (
        dict.fromkeys(SOURCES, LOOSE),
        [{"source": TEXT, "video_views": LOOSE}],
    ),
    "audience_genders_distribution": shares("gender"),
    "audience_countries_distribution": shares("country"),
    "audience_age_distribution": shares("age"),
    "audience_device_distribution": shares("device"),
    "audience_locale_distribution": shares("locale"),
    "audience_language_distribution": shares("language"),
    "audience_interest_distribution": shares("interest_tag"),
    "anchor_id": TEXT,
    "anchor_metrics": dict.fromkeys(
        ("anchor_views", "anchor_clicks", "anchor_unique_views", "anchor_unique_clicks"), LOOSE
    ),
    "daily_stats": [
        {
            "date": TEXT,
            **sides("likes", "comments", "shares", "favorites", "engagement_rate"),
            **dict.fromkeys(("views", "video_views_organic", "video_views_paid"), LOOSE),
            **dict.fromkeys(("reach", "video_completion_rate"), LOOSE),
        }
    ],
}
ANCHOR = {
    **dict.fromkeys(("anchor_id", "status", "anchor_type", "anchor_sub_type", "country_code"), TEXT),
    **dict.fromkeys(("anchor_title", "anchor_name", "anchor_sub_title", "thumbnail_url"), TEXT),
    **dict.fromkeys(("pixel_id", "creator_preview_url", "advertiser_preview_url"), TEXT),
    "category_label_id": LOOSE,
    "call_to_action": dict.fromkeys(
        ("landing_page_url", "ios_download_link", "ios_deep_link", "android_download_link",
         "android_deep_link"), TEXT,
    ),
    "coupon_link": {"discount": LOOSE, "coupon_url": TEXT, "coupon_code": TEXT},
}  # fmt: skip
TOKENS = {
    **dict.fromkeys(("access_token", "token_type", "scope", "refresh_token", "open_id"), TEXT),
    **dict.fromkeys(("expires_in", "refresh_token_expires_in"), LOOSE),
}
LEGACY_POST = {
    **dict.fromkeys(("video_id", "caption", "display_name", "embed_url", "thumbnail_url"), TEXT),
    **dict.fromkeys(("likes", "comments", "shares", "video_views", "engagement_count"), WHOLE),
    "engagement_rate": NUMBER,
    "create_time": INSTANT,
}
LEGACY_CREATOR = {
    **dict.fromkeys(("creator_id", "display_name", "handle_name", "profile_image", "bio"), TEXT),
    **dict.fromkeys(("followers_count", "followings_count", "videos_count", "likes_count"), WHOLE),
    "is_on_vacation": FLAG,
    # Misspelt by the strict client.
    "vacation_start_date": TEXT,
    "vacation_end_date": TEXT,
    "creator_rate": {"rate": LOOSE_OR_EMPTY, "currency": TEXT, "is_negotiable_type": FLAG},
    "location": TEXT,
    "topics": TEXTS,
    "creator_badges": TEXTS,
    "audience_countries": shares("country"),
    "audience_genders": shares("gender"),
    "audience_ages": shares("age"),
    "audience_locales": shares("locale"),
    "audience_device": shares("device"),
    "audience_usage": shares("usage"),
    **dict.fromkeys(("average_views", "six_seconds_views_rate", "engagement_rate"), NUMBER),
    "completion_rate": NUMBER,
    **dict.fromkeys(
        ("average_likes", "average_shares", "average_comments", "followers_growth_rate"), NUMBER
    ),
    **dict.fromkeys(
        [f"{name}_benchmark" for name in
         ("average_views", "engagement_rate", "engagements", "completion_rate", "six_seconds_views_rate",
          "followers_growth_rate")], NUMBER,
    ),
    # Skipped by the strict client, spelt out by the documentation.
    "sponsored_video": dict.fromkeys(
        ("avg_views_per_video", "avg_six_seconds_views_per_video", "video_completion_rate", "engagement_rate",
         "recent_videos_likes", "recent_videos_shares", "recent_videos_comments"), NUMBER,
    ),
}  # fmt: skip
ORDER = {
    **dict.fromkeys(("order_id", "handle_name", "campaign_code", "invite_link"), TEXT),
    "video_ids": TEXTS,
    "quota": dict.fromkeys(
        ("current_video_count", "per_creator_video_limit", "total_video_limit"), WHOLE
    ),
}
REVIEW = {
    **dict.fromkeys(("video_id", "video_status", "bind_status", "review_status"), TEXT),
    **dict.fromkeys(("cover_image_url", "reject_reason", "advertiser_operate", "embed_url"), TEXT),
    **dict.fromkeys(("ad_judge_status", "content_judge_status", "music_review_status"), TEXT),
    **dict.fromkeys(("upload_time", "publish_time", "delete_time", "operation_time"), INSTANT),
    **dict.fromkeys(("review_create_time", "music_review_time"), INSTANT),
    **dict.fromkeys(("content_judge_time", "ad_judge_time"), INSTANT),
    "is_advertiser_reject": FLAG,
    "ad_reject_reasons": TEXTS,
}
INSIGHT = {
    "dimensions": dict.fromkeys(
        ("tcm_account_id", "order_id", "order_type", "video_id", "handle_name",
         "video_first_release_time"), TEXT,
    ),
    "metrics": {
        **dict.fromkeys(("engagement_count", "engagement_rate", "video_views", "likes"), LOOSE),
        **dict.fromkeys(("shares", "comments", "reach", "total_play_time"), LOOSE),
        **dict.fromkeys(("average_view_time", "two_seconds_views", "six_seconds_views"), LOOSE),
        **dict.fromkeys(
            [f"{rate}{kind}" for rate in ("engagement_rate", "video_completion_rate")
             for kind in ("", "_benchmark_p25", "_benchmark_p50")], LOOSE,
        ),
        "video_view_retention": [LOOSE],
        "video_views_by_source": REPORTED["video_views_by_source"],
        **dict.fromkeys(("video_views_organic", "video_views_paid"), LOOSE),
        "video_boosted_date": INSTANT,
        "audience_interest_distribution": shares("interest_tag"),
        "lifetime_gender_distribution": shares("gender"),
        "lifetime_top_age_distribution": shares("age"),
        "lifetime_top_country_distribution": shares("country"),
        "lifetime_device_distribution": shares("device"),
        "most_popular_country_state_distribution": {
            "country": TEXT,
            "locale_distribution": shares("locale"),
        },
        "daily_stats": REPORTED["daily_stats"],
    },
}  # fmt: skip
PROFILE = {
    **dict.fromkeys(("profile_image", "username", "profile_deep_link", "display_name"), TEXT),
    "bio_description": TEXT,
    **dict.fromkeys(("is_business_account", "is_verified"), FLAG),
    **dict.fromkeys(("following_count", "followers_count", "total_likes", "videos_count"), WHOLE),
    "metrics": [
        {
            "date": TEXT,
            **dict.fromkeys(
                ("video_views", "unique_video_views", "profile_views", "likes", "comments", "shares",
                 "phone_number_clicks", "lead_submissions", "app_download_clicks", "bio_link_clicks",
                 "email_clicks", "address_clicks", "daily_total_followers", "daily_new_followers",
                 "daily_lost_followers", "followers_count", "engaged_audience"), WHOLE,
            ),
            "audience_activity": [{"hour": LOOSE, "count": WHOLE}],
        }
    ],
    "audience_ages": shares("age"),
    "audience_genders": shares("gender"),
    "audience_countries": shares("country"),
    "audience_cities": shares("city_name"),
}  # fmt: skip
ITEM = {
    **dict.fromkeys(("item_id", "media_type", "thumbnail_url", "share_url", "embed_url"), TEXT),
    "caption": TEXT,
    "is_ad": FLAG,
    **dict.fromkeys(
        ("likes", "comments", "shares", "favorites", "reach", "video_views", "new_followers",
         "profile_views", "website_clicks", "phone_number_clicks", "lead_submissions",
         "app_download_clicks", "email_clicks", "address_clicks"), WHOLE,
    ),
    **dict.fromkeys(("video_duration", "total_time_watched", "average_time_watched"), NUMBER),
    "full_video_watched_rate": NUMBER,
    "create_time": LOOSE,
    "video_view_retention": [{"second": TEXT, "percentage": NUMBER}],
    "impression_sources": [{"impression_source": TEXT, "percentage": NUMBER}],
    "audience_genders": shares("gender"),
    "audience_countries": shares("country"),
    "audience_cities": shares("city_name"),
    "audience_types": [{"type": TEXT, "percentage": NUMBER}],
    "engagement_likes": [{"second": TEXT, "percentage": NUMBER}],
}  # fmt: skip
SUBSCRIPTION = {
    **dict.fromkeys(("app_id", "subscription_id", "subscribe_entity", "callback_url"), TEXT),
    "subscription_detail": {
        "access_token": TEXT,
        "tto_tcm_account_id": TEXT,
        "product_filters": TEXTS,
    },
}
SPARK = {
    **dict.fromkeys(("video_id", "auth_status", "auth_code", "auth_code_status"), TEXT),
    **dict.fromkeys(("num_remaining_request", "requested_authorization_days"), WHOLE),
    **dict.fromkeys(("auth_status_updated_time", "auth_code_start_time", "auth_code_end_time"), INSTANT),
}  # fmt: skip

# `data` of each answer.
ANSWERS: dict[str, dict[str, Any]] = {
    "/tcm/creator/status/get/": {
        "onboarding_status": [{"handler_name": TEXT, "status": TEXT}]
    },  # sic
    "/tcm/creator/invite/": {
        "in_tcm": TEXTS,
        # Flags by the strict client, which would not say whose.
        "invited": TEXTS,
        "rejected": TEXTS,
        "reject_reasons": ANYTHING,
    },
    "/tcm/creator/public/": LEGACY_CREATOR,
    "/tcm/creator/public/video/list/": {"posts": [LEGACY_POST], "page_info": CURSOR},
    "/tcm/creator/authorized/": LEGACY_CREATOR,
    "/tcm/creator/authorized/video/list/": {"posts": [LEGACY_POST], "page_info": CURSOR},
    "/tcm/order/create/v2/": {
        "campaign_code": TEXT,
        "invite_link": TEXT,
        "remaining_orders": WHOLE,
        "orders": [ORDER],
    },
    "/tcm/order/get/v2/": {"orders": [ORDER], "page_info": PAGES},
    "/tcm/video/audit_status/get/": {"audit_status_list": [REVIEW]},
    "/tcm/report/get/v2/": {"insights": [INSIGHT], "page_info": PAGES},
    "/tcm/tt_video/apply/": {},
    "/tcm/tt_video/status/": SPARK,
    "/oauth2/tcm/get/": {"tcm_account_ids": TEXTS, "page_info": PAGES},
    "/oauth2/access_token/": {"access_token": TEXT, "advertiser_ids": TEXTS, "scope": [WHOLE]},
    "/oauth2/revoke_token/": {"app_id": TEXT, "advertiser_ids": TEXTS},
    "/tt_user/oauth2/token/": TOKENS,
    "/tt_user/oauth2/refresh_token/": TOKENS,
    "/tt_user/oauth2/revoke/": {},
    "/tt_user/token_info/get/": {"app_id": TEXT, "scope": TEXT, "creator_id": TEXT},
    "/tto/oauth2/tcm/": {"tto_tcm_account_ids": TEXTS},
    "/tto/oauth2/info/": dict.fromkeys(
        (
            "tto_tcm_account_id",
            "account_name",
            "timezone",
            "country",
            "business_verification_status",
        ),
        TEXT,
    ),
    "/tto/tcm/creator/status/get/": STATUS,
    "/tto/tcm/creator/public/": CREATOR,
    "/tto/tcm/creator/public/video/list/": {"posts": [POST], "page_info": CURSOR},
    "/tto/tcm/creator/discover/": {"creators": [CREATOR], "page_info": PAGES},
    "/tto/tcm/rank/": {"creators": [RANKED], "last_updated_at": INSTANT, "page_info": PAGES},
    "/tto/tcm/category/label/": {"industry_labels": LABELS, "content_labels": LABELS},
    "/tto/tcm/brand/profile/create/": BRAND,
    "/tto/tcm/brand/profile/get/": {"brands": [BRAND], "page_info": PAGES},
    "/tto/tcm/campaign/create/": CAMPAIGN,
    "/tto/tcm/campaign/update/": CAMPAIGN,
    "/tto/tcm/campaign/": {"campaigns": [CAMPAIGN], "page_info": PAGES},
    "/tto/tcm/campaign/link/": LINK,
    "/tto/tcm/campaign/link/status/": {"video_infos": [LINK], "page_info": PAGES},
    "/tto/tcm/report/": {
        **dict.fromkeys(("tto_tcm_account_id", "campaign_id", "country_code"), TEXT),
        **dict.fromkeys(("campaign_type", "campaign_channel_type"), TEXT),
        "videos": [REPORTED],
        "page_info": PAGES,
    },
    "/tto/tcm/anchor/create/": ANCHOR,
    "/tto/tcm/anchor/get/": {"anchors": [ANCHOR], "page_info": PAGES},
    "/tto/tcm/anchor/delete/": {},
    "/tto/creator/authorized/": CREATOR,
    "/tto/creator/authorized/video/list/": {"posts": [POST], **CURSOR},
    "/tto/creator/campaign/join/": {},
    "/tto/creator/campaign/video/link/": {},
    "/tto/creator/link/request/get/": {
        "campaign_id": TEXT,
        "spark_authorization_days": WHOLE,
        "link_requests": [{"video_id": TEXT, "link_request_id": TEXT}],
    },
    "/tto/creator/link/request/confirm/": {},
    "/business/video/publish/": {"share_id": TEXT},
    "/business/publish/status/": {"status": TEXT, "reason": TEXT, "post_ids": TEXTS},
    "/business/get/": PROFILE,
    "/business/video/list/": {"videos": [ITEM], **CURSOR},
    "/subscription/subscribe/": {"subscription_id": TEXT},
    "/subscription/get/": {"subscriptions": [SUBSCRIPTION], "page_info": PAGES},
    "/subscription/unsubscribe/": {"subscription_id": TEXT},
}
# Of no client we know: only our documentation speaks of it.
UNREAD = {"/spark_ad/recommend/"}

_EVENT = {
    **dict.fromkeys(("event_type", "tto_campaign_event_type", "video_id", "handle_name"), TEXT),
    **dict.fromkeys(("campaign_id", "tto_tcm_account_id", "log_id"), TEXT),
    "event_time": INSTANT,
}
_INCIDENT = {
    **dict.fromkeys(
        ("incident_id", "incident_title", "incident_event_type", "incident_level"), TEXT
    ),
    **dict.fromkeys(("incident_start_time", "incident_resolve_time"), INSTANT),
    "incident_products": TEXTS,
    "incident_detail": TEXT,
}
# A delivery of the Subscription API by its `object`.
WEBHOOKS = {
    kind: {"request_id": TEXT, "object": WHOLE, "time": INSTANT, "entry": [entry]}
    for kind, entry in {10: _EVENT, 14: _INCIDENT}.items()
}


def problem(value: Any, kind: Any, place: str = "data") -> Iterator[str]:
    """The places where decoding fails, and the names that no client reads."""
    if isinstance(kind, tuple):
        kind = kind[isinstance(value, list)]
    if value is None and kind != INSTANT:
        return
    if isinstance(kind, dict):
        yield from _object_problem(value, kind, place)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            yield f"{place} is no array"
            return
        for number, each in enumerate(value):
            yield from problem(each, kind[0], f"{place}[{number}]")
    elif not _READS[kind](value):
        yield f"{place} is no {kind}: {value!r}"


def _object_problem(value: Any, kind: dict[str, Any], place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    for name, inner in value.items():
        if name in kind:
            yield from problem(inner, kind[name], f"{place}.{name}")
        else:
            yield f"{place}.{name} is read by nobody"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_loose(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, str) and bool(_DIGITS.fullmatch(value)))


_READS = {
    TEXT: lambda value: isinstance(value, str),
    FLAG: lambda value: isinstance(value, bool),
    WHOLE: lambda value: isinstance(value, int) and not isinstance(value, bool),
    NUMBER: _is_number,
    LOOSE: _is_loose,
    LOOSE_OR_EMPTY: lambda value: value == "" or _is_loose(value),
    INSTANT: lambda value: bool(_INSTANT.fullmatch(str(value))),
    ANYTHING: lambda value: True,
}
