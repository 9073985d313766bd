"""P3: calls to TikTok for a day of tracked accounts and their posts, counted at the sandbox, against one call for each number."""

from __future__ import annotations

import math
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from benchmarks.measure import Figure
from benchmarks.tiktok import Sandbox, sandbox
from benchmarks.world import World
from jobs.enums import Lane
from jobs.models import Work
from jobs.services.pool import pump_once
from jobs.services.queue import make_due
from tenancy.scope import organization_scope, required_organization_id
from tiktok.enums import Dialect, MarketplaceStatus, PollKind
from tiktok.models import Creator, MarketplaceAccount, Video
from tiktok.sandbox.world import ACCOUNT_ID, APP_ID, BRAND_TOKEN, TTO_ACCOUNT_ID
from tiktok.services.creators.membership import Membership, track_creator
from tiktok.services.creators.videos import LATEST_VIDEOS
from tiktok.services.facts.snapshots import CREATOR_NUMBERS
from tiktok.services.gateway import marketplace

ACCOUNT_IDS = {Dialect.TTCM: ACCOUNT_ID, Dialect.TTO: TTO_ACCOUNT_ID}
TRACKED, INVITED = 5, 40
COUNTERS = 4  # of a post: views, likes, comments, shares


def figures(world: World) -> Iterator[Figure]:
    with sandbox() as tiktok:
        settings.TIKTOK_BASE_URL, settings.TIKTOK_APP_ID = tiktok.url, APP_ID
        settings.TIKTOK_REQUESTS_PER_SECOND, settings.TIKTOK_REQUESTS_PER_MINUTE = 1000, 60_000
        settings.TIKTOK_SPECIAL_REQUESTS_PER_SECOND = 1000
        settings.TIKTOK_SPECIAL_REQUESTS_PER_MINUTE = 60_000
        for dialect, account_id in ACCOUNT_IDS.items():
            organization = world.empty(f"calls-{dialect}")
            with organization_scope(organization):
                account = MarketplaceAccount(dialect=dialect, tiktok_account_id=account_id)
                account.set_token(BRAND_TOKEN)
                account.save()
                yield from _accounts(tiktok, account)
                yield _memberships(tiktok, dialect)


def _accounts(tiktok: Sandbox, account: MarketplaceAccount) -> Iterator[Figure]:
    """Profile and latest videos of creators, and the videos' share of it."""
    for number in range(TRACKED):
        tiktok.ask("creator", handle=f"calls_{number}", membership="IN")
        track_creator(f"calls_{number}", Membership({account: MarketplaceStatus.IN}))
    calls = _calls_of_a_round(tiktok)
    pages = sum(count for path, count in calls.items() if "/video/" in path)
    posts = list(Video.objects.values_list("creator", flat=True))
    largest = marketplace().capabilities.public_video_page
    fewest = sum(
        math.ceil(min(posts.count(creator), LATEST_VIDEOS) / largest) for creator in set(posts)
    )
    plain = TRACKED * len(CREATOR_NUMBERS) + len(posts) * COUNTERS
    yield _figure(
        f"{account.dialect}, a tracked account-day",
        sum(calls.values()) / TRACKED,
        plain / TRACKED,
        (TRACKED + fewest) / TRACKED,
    )
    yield _figure(
        f"{account.dialect}, a tracked post-day", pages / len(posts), COUNTERS, fewest / len(posts)
    )


def _memberships(tiktok: Sandbox, dialect: Dialect) -> Figure:
    creators = [Creator.objects.create(handle=f"invited_{number}") for number in range(INVITED)]
    make_due(PollKind.MEMBERSHIP, *(creator.pk for creator in creators))
    calls = sum(_calls_of_a_round(tiktok, kind=PollKind.MEMBERSHIP).values())
    largest = marketplace().capabilities.membership_batch
    return _figure(f"{dialect}, an invited account-day", calls / INVITED, 1, 1 / largest)


def _calls_of_a_round(tiktok: Sandbox, **polls: PollKind) -> dict[str, int]:
    """Count the calls that all due polls make once."""
    tiktok.ask("stats")
    own = Work.objects.filter(organization=required_organization_id(), **polls)
    own.update(due_at=timezone.now())
    while pump_once(Lane.POLLS):
        pass
    return dict(tiktok.read("stats")["calls"])


def _figure(what: str, calls: float, plain: float, fewest: float) -> Figure:
    """The bar is the fewest calls that the largest pages allow."""
    bar = math.ceil(fewest / plain * 10_000) / 10_000
    return Figure("P3", what, f"{calls:.2f} calls", f"{plain:.2f} calls", calls / plain, bar)
