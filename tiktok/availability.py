"""The two availability matrices of the product, as data. Pages, API, exports and reports read them here and nowhere else.

A cell says whether a number exists for a kind of account (or for the way a post came into its campaign) and, where it
does not, why, in words the reader can act on. Unavailable is never 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_noop as _

from tiktok.enums import (
    AccountKind,
    AccountMetric,
    Availability,
    Dialect,
    PostMetric,
    PostTie,
    Unit,
)

ASK_TO_AUTHENTICATE = "Ask the influencer to authenticate this account."
INVITE_TO_MARKETPLACE = "TikTok gives this only for marketplace creators. Invite the account to the Creator Marketplace."
SEND_AN_ORDER = "Send an order: TikTok reports this only for posts tied to one."
AUTHENTICATE_OR_ORDER = "Ask the influencer to authenticate this account, or send an order."
NOT_FROM_OLD_SOURCE = _("The old data source never had this.")
NOT_FROM_TIKTOK_ONE = _("Not provided by TikTok One.")
UNREADABLE = _(
    "TikTok sent this in a form that could not be read. It is asked for again by itself."
)
NOT_TRACKED = "TikTok no longer lets us track this account. Invite it to the Creator Marketplace or ask the influencer to connect it."


@dataclass(frozen=True)
class Cell:
    """One cell of a matrix. `reason` is empty unless the metric is unavailable."""

    availability: Availability
    reason: str = ""

    @cached_property
    def is_shown(self) -> bool:
        return self.availability != Availability.UNAVAILABLE


AVAILABLE = Cell(Availability.AVAILABLE)
COMPUTED = Cell(Availability.COMPUTED)


def _without(reason: str) -> Cell:
    return Cell(Availability.UNAVAILABLE, reason)


_MARKETPLACE_INSIGHT = (  # audience locales, completion rate, creator rate, average views
    _without(NOT_FROM_OLD_SOURCE),
    _without(INVITE_TO_MARKETPLACE),
    AVAILABLE,
    _without(ASK_TO_AUTHENTICATE),
)
_AUDIENCE = (_without(NOT_FROM_OLD_SOURCE), AVAILABLE, AVAILABLE, _without(ASK_TO_AUTHENTICATE))
_PROFILE = (AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE)

_ACCOUNT_COLUMNS = (
    AccountKind.LEGACY,
    AccountKind.AUTHENTICATED_NON_TTCM,
    AccountKind.AUTHENTICATED_TTCM,
    AccountKind.NOT_AUTHENTICATED_TTCM,
)
_ACCOUNT_ROWS: dict[AccountMetric, tuple[Cell, Cell, Cell, Cell]] = {
    AccountMetric.AUDIENCE_LOCALES: _MARKETPLACE_INSIGHT,
    AccountMetric.COMPLETION_RATE: _MARKETPLACE_INSIGHT,
    AccountMetric.CREATOR_RATE: _MARKETPLACE_INSIGHT,
    AccountMetric.AVERAGE_VIEWS: _MARKETPLACE_INSIGHT,
    AccountMetric.ENGAGEMENT_RATE: (AVAILABLE, *_MARKETPLACE_INSIGHT[1:]),
    AccountMetric.AUDIENCE_COUNTRIES: _AUDIENCE,
    AccountMetric.AUDIENCE_GENDERS: _AUDIENCE,
    AccountMetric.AUDIENCE_AGES: _AUDIENCE,
    AccountMetric.PROFILE_IMAGE: _PROFILE,
    AccountMetric.USER_NAME: _PROFILE,
    AccountMetric.DISPLAY_NAME: _PROFILE,
    AccountMetric.FOLLOWER_COUNT: _PROFILE,
    AccountMetric.LIKE_COUNT: _PROFILE,
    AccountMetric.VIDEO_COUNT: _PROFILE,
    AccountMetric.CREATOR_ID: (_without(NOT_FROM_OLD_SOURCE), AVAILABLE, AVAILABLE, AVAILABLE),
}

_COUNTERS = (AVAILABLE, AVAILABLE, AVAILABLE)
_ENGAGEMENT = (AVAILABLE, AVAILABLE, _without(AUTHENTICATE_OR_ORDER))
_REPORT = (AVAILABLE, _without(SEND_AN_ORDER), _without(SEND_AN_ORDER))

_POST_COLUMNS = (PostTie.ORDER, PostTie.AUTHENTICATED, PostTie.NOT_AUTHENTICATED)
_POST_ROWS: dict[PostMetric, tuple[Cell, Cell, Cell]] = {
    PostMetric.VIDEO_VIEWS: _COUNTERS,
    PostMetric.LIKES: _COUNTERS,
    PostMetric.COMMENTS: _COUNTERS,
    PostMetric.SHARES: _COUNTERS,
    PostMetric.TOTAL_ENGAGEMENTS: _ENGAGEMENT,
    PostMetric.ENGAGEMENT_RATE: _ENGAGEMENT,
    PostMetric.REACH: _REPORT,
    PostMetric.TOTAL_PLAY_TIME: _REPORT,
    PostMetric.AVERAGE_PLAY_TIME: _REPORT,
    PostMetric.VIDEO_COMPLETION_RATE: _REPORT,
    PostMetric.VIDEO_VIEW_RETENTION: _REPORT,
    PostMetric.RETENTION_PER_SECOND: _REPORT,
    PostMetric.AUDIENCE_AGE: _REPORT,
    PostMetric.AUDIENCE_GENDER: _REPORT,
    PostMetric.AUDIENCE_GEOGRAPHY: _REPORT,
    PostMetric.AUDIENCE_COUNTRY: _REPORT,
}

ACCOUNT_MATRIX: dict[AccountMetric, dict[AccountKind, Cell]] = {
    metric: {
        **dict(zip(_ACCOUNT_COLUMNS, row, strict=True)),
        AccountKind.UNSUPPORTED: _without(NOT_TRACKED),
    }
    for metric, row in _ACCOUNT_ROWS.items()
}
POST_MATRIX: dict[PostMetric, dict[PostTie, Cell]] = {
    metric: dict(zip(_POST_COLUMNS, row, strict=True)) for metric, row in _POST_ROWS.items()
}
# What the dialect that an account is read in does not give, whatever the matrix says.
ACCOUNT_BY_DIALECT: dict[str, dict[AccountMetric, Cell]] = {
    Dialect.TTCM: {},
    Dialect.TTO: {
        AccountMetric.AUDIENCE_LOCALES: _without(NOT_FROM_TIKTOK_ONE),
        AccountMetric.COMPLETION_RATE: _without(NOT_FROM_TIKTOK_ONE),
        AccountMetric.AVERAGE_VIEWS: COMPUTED,
        AccountMetric.ENGAGEMENT_RATE: COMPUTED,
    },
}


def account_cell(metric: AccountMetric, kind: AccountKind, dialect: str = "") -> Cell:
    """The matrix's cell, as the dialect in which TikTok told of the account can fill it (empty: nothing told yet).

    What the dialect never gives is not given for asking either: nobody is sent to authenticate for it.
    """
    cell = ACCOUNT_MATRIX[metric][kind]
    own = ACCOUNT_BY_DIALECT.get(dialect, {}).get(metric)
    if own is None or kind in {AccountKind.LEGACY, AccountKind.UNSUPPORTED}:
        return cell
    return own if cell.is_shown or not own.is_shown else cell


ACCOUNT_UNITS: dict[AccountMetric, Unit] = {
    AccountMetric.FOLLOWER_COUNT: Unit.COUNT,
    AccountMetric.LIKE_COUNT: Unit.COUNT,
    AccountMetric.VIDEO_COUNT: Unit.COUNT,
    AccountMetric.AVERAGE_VIEWS: Unit.COUNT,
    AccountMetric.ENGAGEMENT_RATE: Unit.FRACTION,
    AccountMetric.COMPLETION_RATE: Unit.FRACTION,
    AccountMetric.CREATOR_RATE: Unit.MONEY,
    AccountMetric.AUDIENCE_COUNTRIES: Unit.SHARES,
    AccountMetric.AUDIENCE_GENDERS: Unit.SHARES,
    AccountMetric.AUDIENCE_AGES: Unit.SHARES,
    AccountMetric.AUDIENCE_LOCALES: Unit.SHARES,
    AccountMetric.PROFILE_IMAGE: Unit.TEXT,
    AccountMetric.USER_NAME: Unit.TEXT,
    AccountMetric.DISPLAY_NAME: Unit.TEXT,
    AccountMetric.CREATOR_ID: Unit.TEXT,
}
# TikTok's names of fields, and the metrics here that are missing when such a field cannot be read.
METRICS_OF_FIELD: dict[str, tuple[str, ...]] = {
    "followers_count": (AccountMetric.FOLLOWER_COUNT,),
    "likes_count": (AccountMetric.LIKE_COUNT,),
    "videos_count": (AccountMetric.VIDEO_COUNT,),
    "creator_price": (AccountMetric.CREATOR_RATE,),
    "currency": (AccountMetric.CREATOR_RATE,),
    "engagement_count": (PostMetric.TOTAL_ENGAGEMENTS,),
    "average_view_time": (PostMetric.AVERAGE_PLAY_TIME,),
    "video_view_retention": (PostMetric.VIDEO_VIEW_RETENTION, PostMetric.RETENTION_PER_SECOND),
    "lifetime_gender_distribution": (PostMetric.AUDIENCE_GENDER,),
    "lifetime_top_age_distribution": (PostMetric.AUDIENCE_AGE,),
    "lifetime_top_country_distribution": (PostMetric.AUDIENCE_COUNTRY,),
    "most_popular_country_state_distribution": (PostMetric.AUDIENCE_GEOGRAPHY,),
    "audience_genders_distribution": (PostMetric.AUDIENCE_GENDER,),
    "audience_age_distribution": (PostMetric.AUDIENCE_AGE,),
    "audience_countries_distribution": (PostMetric.AUDIENCE_COUNTRY,),
    "audience_locale_distribution": (PostMetric.AUDIENCE_GEOGRAPHY,),
}


def unreadable_metrics(
    fields: Iterable[str], *, replaced: Collection[str], kept: Collection[str] = ()
) -> list[str]:
    """The metrics that are missing because TikTok's `fields` could not be read.

    `replaced`: what the sync that met them tells; what an earlier one could not read of the rest (`kept`) stands.
    """
    found = {metric for field in fields for metric in METRICS_OF_FIELD.get(field, (field,))}
    return sorted((found & set(replaced)) | (set(kept) - set(replaced)))


# How we calculate what the dialect does not give; {videos} is how many of the latest videos went in.
LATEST_VIDEOS, FEWEST_VIDEOS = 30, 5
COMPUTED_DEFINITIONS: dict[AccountMetric, str] = {
    AccountMetric.AVERAGE_VIEWS: "Views of the latest {videos} videos ÷ {videos}.",
    AccountMetric.ENGAGEMENT_RATE: "(Likes + comments + shares) ÷ views, over the latest {videos} videos.",
}
TOO_FEW_VIDEOS = f"Calculated from the latest videos, once TikTok has listed {FEWEST_VIDEOS}."

POST_UNITS: dict[PostMetric, Unit] = {
    PostMetric.VIDEO_VIEWS: Unit.COUNT,
    PostMetric.LIKES: Unit.COUNT,
    PostMetric.COMMENTS: Unit.COUNT,
    PostMetric.SHARES: Unit.COUNT,
    PostMetric.TOTAL_ENGAGEMENTS: Unit.COUNT,
    PostMetric.ENGAGEMENT_RATE: Unit.FRACTION,
    PostMetric.REACH: Unit.COUNT,
    PostMetric.TOTAL_PLAY_TIME: Unit.SECONDS,
    PostMetric.AVERAGE_PLAY_TIME: Unit.SECONDS,
    PostMetric.VIDEO_COMPLETION_RATE: Unit.FRACTION,
    PostMetric.VIDEO_VIEW_RETENTION: Unit.FRACTION,
    PostMetric.RETENTION_PER_SECOND: Unit.CURVE,
    PostMetric.AUDIENCE_AGE: Unit.SHARES,
    PostMetric.AUDIENCE_GENDER: Unit.SHARES,
    PostMetric.AUDIENCE_GEOGRAPHY: Unit.SHARES,
    PostMetric.AUDIENCE_COUNTRY: Unit.SHARES,
}
POST_DEFINITIONS: dict[PostMetric, str] = {
    PostMetric.VIDEO_VIEWS: "Times the video was viewed, replays not counted.",
    PostMetric.LIKES: "Likes so far.",
    PostMetric.COMMENTS: "Comments so far.",
    PostMetric.SHARES: "Shares so far.",
    PostMetric.TOTAL_ENGAGEMENTS: "Likes + comments + shares.",
    PostMetric.ENGAGEMENT_RATE: "Engagements ÷ video views.",
    PostMetric.REACH: "TikTok's estimate of unique viewers. Follows a day later.",
    PostMetric.TOTAL_PLAY_TIME: "All time anyone watched this video.",
    PostMetric.AVERAGE_PLAY_TIME: "Total play time ÷ video views.",
    PostMetric.VIDEO_COMPLETION_RATE: "Share of views that reached the end.",
    PostMetric.VIDEO_VIEW_RETENTION: "Share of viewers still watching half-way through.",
    PostMetric.RETENTION_PER_SECOND: "Share still watching at each second.",
    PostMetric.AUDIENCE_AGE: "Viewers by age.",
    PostMetric.AUDIENCE_GENDER: "Viewers by gender.",
    PostMetric.AUDIENCE_GEOGRAPHY: "Viewers by state or region of the top country.",
    PostMetric.AUDIENCE_COUNTRY: "Viewers by country.",
}
