"""The eight steps of the story. Every one works on the real services and checks itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from influence.demo.accounts import add_accounts, connect_influencer
from influence.demo.figures import Figures
from influence.demo.migration import import_export, leave_the_old_source, read_memberships
from influence.demo.orders import run_campaign, run_tiktok_one
from influence.demo.rest_api import read_api
from influence.demo.story import Story

STEPS: dict[str, Callable[[Story], None]] = {
    "Import the old source's export": import_export,
    "Look up every handle in TikTok's marketplace, 20 a call": read_memberships,
    "Plan, cut over, purge, prove": leave_the_old_source,
    "Staff add TikTok accounts": add_accounts,
    "An influencer signs in and connects TikTok": connect_influencer,
    "Orders: by link, by code, and a post by hand": run_campaign,
    "Another organization, on TikTok One: TikTok tells of the video by itself": run_tiktok_one,
    "The same numbers over the REST API": read_api,
}


def tell(story: Story) -> Figures:
    """Take all steps, inside the scope of the story's organization. Raises StoryBroken, NotALegacyExport."""
    started = time.monotonic()
    for number, (title, take) in enumerate(STEPS.items(), 1):
        with story.step(number, title):
            take(story)
    story.figures.api_calls = story.creators.calls()
    story.figures.seconds = round(time.monotonic() - started, 1)
    return story.figures
