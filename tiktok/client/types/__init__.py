"""Types that the client returns: frozen, one unit per field whatever the dialect sends.

Ids are strings. Instants are aware and UTC. Rates and shares are fractions (0.25 is 25 %). Durations
are seconds. What TikTok did not send is None, never 0; ``unreadable`` names (in TikTok's words) the fields that
were sent and could not be read.
"""

from .creators import InviteResult, Membership, Profile, Video, VideoPage
from .grants import Grant, TokenInfo
from .orders import (
    CreatedOrder,
    CreatedOrders,
    OrderPage,
    OrderState,
    Quota,
    SparkAuthorization,
    SparkStatus,
    VideoReview,
)
from .reports import DailyMetrics, Part, ReportMetrics, ReportPage, ReportRow
from .values import Label, Money, Share

__all__ = [
    "CreatedOrder",
    "CreatedOrders",
    "DailyMetrics",
    "Grant",
    "InviteResult",
    "Label",
    "Membership",
    "Money",
    "OrderPage",
    "OrderState",
    "Part",
    "Profile",
    "Quota",
    "ReportMetrics",
    "ReportPage",
    "ReportRow",
    "Share",
    "SparkAuthorization",
    "SparkStatus",
    "TokenInfo",
    "Video",
    "VideoPage",
    "VideoReview",
]
