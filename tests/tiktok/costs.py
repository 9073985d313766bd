"""The calls that a day of syncing accounts and their posts costs, computed from what a dialect offers.

`docs/tiktok.md` shows these numbers. Orders are counted in `tests/campaigns/test_orders_syncing.py`.
"""

from __future__ import annotations

import math
from fractions import Fraction

from tiktok.client.protocol import Capabilities
from tiktok.services.creators.videos import LATEST_VIDEOS


def memberships_day(offered: Capabilities, accounts: int) -> int:
    """Accounts that were invited to the marketplace and are not in it yet."""
    return math.ceil(accounts / offered.membership_batch)


def profile_day() -> int:
    """One account; no dialect answers for two."""
    return 1


def videos_day(offered: Capabilities, published: int, *, is_authorized: bool = False) -> int:
    """One account with so many videos published; the latest thirty are synced."""
    page = offered.authorized_video_page if is_authorized else offered.public_video_page
    return max(1, math.ceil(min(published, LATEST_VIDEOS) / page))


def post_day(offered: Capabilities, *, is_authorized: bool = False) -> Fraction:
    """One of an account's latest thirty videos."""
    pages = videos_day(offered, LATEST_VIDEOS, is_authorized=is_authorized)
    return Fraction(pages, LATEST_VIDEOS)
