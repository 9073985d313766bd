"""The abilities of a marketplace account's dialect in words: its capabilities, each with what follows."""

from __future__ import annotations

from dataclasses import dataclass

from tiktok.client import DIALECTS, Capabilities
from tiktok.enums import Dialect
from tiktok.models import MarketplaceAccount


def capabilities(account: MarketplaceAccount | None) -> Capabilities:
    """The capabilities of this account, and how much of each fits one call. Asks nobody; without an account, `ttcm`'s."""
    return DIALECTS[account.dialect if account else Dialect.TTCM].capabilities


@dataclass(frozen=True)
class Ability:
    """`note`: how it is offered, or what there is instead."""

    name: str
    is_offered: bool
    note: str


# Name, the flag of `Capabilities`, the note where it is set, the note where it is not.
ABILITIES = (
    (
        "Campaign codes",
        "has_campaign_codes",
        "TikTok makes a code for every order; with it a creator ties a video that is out already.",
        "TikTok One has invite links only.",
    ),
    (
        "Requests to tie a published video",
        "has_link_requests",
        "TikTok asks the creator, who answers in the app.",
        "Creator Marketplace has none. The campaign code does it.",
    ),
    (
        "Search of the marketplace, and rankings",
        "has_discovery",
        "On the page Discover, with TikTok's own filters.",
        "Only TikTok One has them.",
    ),
    (
        "Invitations to the marketplace",
        "has_marketplace_invite",
        "Sent from here, for single creators and for many.",
        "TikTok One takes none. Creators join on TikTok's own page.",
    ),
    (
        "Videos published from here",
        "has_publishing",
        "Creators who allow it upload a video with their order; TikTok publishes and ties it in one step.",
        "Creators publish in the TikTok app.",
    ),
    (
        "Average views, engagement and completion rate",
        "has_average_views",
        "Of creators who connected.",
        "TikTok One does not give them. The first two are calculated from the latest videos.",
    ),
    (
        "Audience locales",
        "has_audience_locales",
        "Of creators who connected.",
        "TikTok One does not give them.",
    ),
    (
        "News of tied videos at once",
        "has_linked_video_events",
        "TikTok reports when one is tied to a campaign and when it is published.",
        "Creator Marketplace sends none. Orders are checked every hour.",
    ),
)


def abilities(dialect: str) -> list[Ability]:
    """The abilities of an account of this dialect, and why it lacks the others."""
    offer = DIALECTS[dialect].capabilities
    flagged = [
        Ability(name, is_offered := getattr(offer, flag), yes if is_offered else no)
        for name, flag, yes, no in ABILITIES
    ]
    return [
        *flagged,
        Ability("What to make", True, f"Up to {offer.description_length:,} characters."),
    ]


def sends_events(dialect: str) -> bool:
    """Does TikTok tell of tied videos by itself?"""
    return DIALECTS[dialect].capabilities.has_linked_video_events
