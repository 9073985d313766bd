"""The old source is left: its export, the marketplace's memberships, the purge."""

from __future__ import annotations

import time

from campaigns.services.legacy.cutting_over import cut_over
from campaigns.services.legacy.importing import import_legacy_export
from campaigns.services.legacy.planning import make_plan
from influence.demo.figures import check
from influence.demo.story import Story
from jobs.enums import Lane
from jobs.services.pool import pump_once
from jobs.services.queue import is_waiting
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import NotALegacyExport
from tiktok.models import Creator
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.rows import creators_of_unknown_membership, legacy_rows


def import_export(story: Story) -> None:
    result = import_legacy_export(
        story.export, campaign_name="Posts before the release", actor=story.world.owner
    )
    story.figures.imported_posts, story.figures.imported_accounts = result.kept, result.accounts
    story.figures.rejected_rows = result.refused_count
    story.say(f"   {result}")
    for row in result.refused[:5]:
        story.say(f"     line {row.line}: {row.reason}")
    if not result.kept:
        raise NotALegacyExport("No row of the file is a post of the old source.")


def read_memberships(story: Story) -> None:
    waiting = list(creators_of_unknown_membership())
    refresh_membership(waiting)
    by_status = [creator.marketplace_status for creator in waiting]
    story.figures.membership_in = by_status.count(MarketplaceStatus.IN)
    story.figures.membership_not_in = by_status.count(MarketplaceStatus.NOT_IN)
    story.figures.membership_invalid = by_status.count(MarketplaceStatus.INVALID)
    check(len(waiting) == story.figures.membership_in + story.figures.membership_not_in
          + story.figures.membership_invalid, "TikTok answered for every handle")  # fmt: skip
    story.say(
        f"   {len(waiting):,} handles: {story.figures.membership_in:,} in the marketplace, "
        f"{story.figures.membership_not_in:,} not, {story.figures.membership_invalid:,} unknown to TikTok"
    )


def leave_the_old_source(story: Story) -> None:
    plan = make_plan(actor=story.world.owner)
    story.say(
        f"   Plan: {plan.tracked:,} accounts stay, {plan.lost:,} become unsupported, "
        f"{plan.posts:,} posts will be hidden"
    )
    for line in plan.lines:
        if line["rows"]:
            story.say(f"     {line['rows']:>7,} rows: {line['what']}")
    story.figures.legacy_rows_before = sum(legacy_rows().values())
    story.figures.posts_hidden = cut_over(plan, actor=story.world.owner)
    receipt = run_purge(start_purge(actor=story.world.owner))
    story.figures.legacy_rows_left = sum(legacy_rows().values())
    check(story.figures.legacy_rows_left == 0, "the re-scan finds no legacy row")
    story.say(
        f"   {story.figures.posts_hidden:,} posts hidden; receipt {receipt.digest[:16]}…: re-scan found 0 legacy rows"
    )
    while is_waiting(*PollKind.values):  # the worker helps
        if not pump_once(Lane.POLLS):
            time.sleep(0.2)
    supported = Creator.objects.filter(marketplace_status=MarketplaceStatus.IN)
    tracked = supported.filter(profile_source="ttcm_public", follower_count__isnull=False).count()
    check(tracked == supported.count(), "every supported account has TikTok's own data")
    story.say(
        f"   {tracked:,} supported accounts show TikTok's own numbers, {plan.lost:,} their error"
    )
