"""The TikTok half of the cut-over, and of its reversal. Both run in the transaction of their caller."""

from __future__ import annotations

import json
from collections import deque
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from jobs.services.queue import begin, make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.errors import MigrationRefused
from tiktok.models import Creator, LegacyMigration, LegacyProfile, PurgeRun
from tiktok.policies import account_kind, is_supported
from tiktok.queries import authenticated
from tiktok.services.creators.anonymous import ERASED
from tiktok.services.grants.grants import FORGOTTEN

NO_MIGRATION = "This organization has no data of the old source."
CUT_OVER = "The organization has cut over already."
NOT_CUT_OVER = "The organization has not cut over: there is nothing to reverse."
PURGE_BEGUN = "The purge has begun: what is deleted cannot come back, and the cut-over can no longer be reversed."
# What TikTok's own data takes the place of; a handle and an id are no source's.
PROFILE = (
    "display_name", "profile_image", "bio", "country", "follower_count", "like_count", "video_count", "average_views",
    "engagement_rate", "completion_rate", "creator_rate_amount", "creator_rate_currency", "audience_countries",
    "audience_genders", "audience_ages", "audience_locales", "profile_source", "profile_dialect", "profile_fetched_at",
    "insights_fetched_at", "absurd", "unreadable", "calculated_average_views", "calculated_engagement_rate",
    "calculated_videos", "calculated_at",
)  # fmt: skip
KEEP = """
INSERT INTO tiktok_legacyprofile (organization_id, creator_id, source, profile)
SELECT creator.organization_id, creator.id, 'legacy',
    (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(creator)) WHERE key = ANY(%s))
FROM tiktok_creator creator
JOIN tiktok_legacymigration migration ON migration.organization_id = creator.organization_id AND migration.id = %s
"""
# The latest that TikTok itself has told, collected beside the old source; names and pictures follow with the next sync.
SHOW_OWN = """
UPDATE tiktok_creator creator SET
    display_name = CASE WHEN creator.profile_source = 'legacy' THEN '' ELSE creator.display_name END,
    profile_image = CASE WHEN creator.profile_source = 'legacy' THEN '' ELSE creator.profile_image END,
    bio = CASE WHEN creator.profile_source = 'legacy' THEN '' ELSE creator.bio END,
    engagement_rate = CASE WHEN creator.profile_source = 'legacy' THEN NULL ELSE creator.engagement_rate END,
    follower_count = own.follower_count, like_count = own.like_count, video_count = own.video_count,
    profile_source = coalesce(own.source, ''), profile_fetched_at = own.fetched_at,
    absurd = CASE WHEN creator.profile_source = 'legacy' THEN 0 ELSE creator.absurd & ~7 END | (coalesce(own.absurd, 0) & 7)
FROM tiktok_creator latest
JOIN tiktok_legacymigration migration ON migration.organization_id = latest.organization_id AND migration.id = %s
LEFT JOIN LATERAL (
    SELECT source, fetched_at, follower_count, like_count, video_count, absurd FROM tiktok_creatorsnapshot fact
    WHERE fact.organization_id = latest.organization_id AND fact.creator_id = latest.id AND fact.source <> 'legacy'
    ORDER BY fact.bucket_at DESC, fact.fetched_at DESC LIMIT 1
) own ON true
WHERE creator.id = latest.id AND creator.organization_id = latest.organization_id
    AND (
        latest.profile_source = 'legacy'
        OR own.fetched_at IS NOT NULL AND (latest.profile_fetched_at < own.fetched_at) IS NOT FALSE
    )
"""
PUT_BACK = f"""
UPDATE tiktok_creator creator SET ({", ".join(PROFILE)}) = (
    SELECT {", ".join(PROFILE)} FROM jsonb_populate_record(NULL::tiktok_creator, %s::jsonb || kept.profile)
)
FROM tiktok_legacyprofile kept
JOIN tiktok_legacymigration migration ON migration.organization_id = kept.organization_id AND migration.id = %s
WHERE kept.organization_id = creator.organization_id AND kept.creator_id = creator.id
"""  # noqa: S608 -- our own names


def lock_migration() -> LegacyMigration:
    """The organization's migration, for this transaction alone. Raises MigrationRefused where there is none."""
    migration = LegacyMigration.objects.select_for_update().first()
    if migration is None:
        raise MigrationRefused(NO_MIGRATION)
    return migration


def _lock_creators() -> None:
    """Wait until nobody forgets what an authorization supplied; whoever does so later forgets what is kept, or put back, too."""
    locked = Creator.objects.select_for_update(no_key=True).order_by("pk").values_list("pk")
    deque(locked.iterator(), maxlen=0)


def release_creators(migration: LegacyMigration, *, plan_digest: str, actor: User | None) -> None:
    """TikTok's own data takes the place of the old source's. The migration is locked, and has not cut over."""
    _lock_creators()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(PROFILE), migration.pk])
        cursor.execute(SHOW_OWN, [migration.pk])
    migration.cut_over_at = timezone.now()
    migration.purge_from = migration.cut_over_at + timedelta(hours=migration.purge_wait_hours)
    migration.plan_digest = plan_digest
    migration.asked_at = migration.asked_by = None
    migration.save()
    supported = _begin_tracking()
    record(Verb.LEGACY_CUT_OVER, migration, actor=actor, supported=supported)


def _begin_tracking() -> int:
    """Sync every supported account at once, but for those that were erased. Returns how many there are."""
    named = Creator.objects.exclude(handle__startswith=ERASED)
    judged = named.annotate(is_authenticated=authenticated())
    supported, connected = [], []
    rows = judged.values_list("pk", "marketplace_status", "is_authenticated")
    for pk, status, is_authenticated in rows.iterator():
        if is_supported(account_kind(status, is_authenticated=is_authenticated, is_released=True)):
            supported.append(pk)
        if is_authenticated:
            connected.append(pk)
    make_due(PollKind.PROFILE, *supported)
    make_due(PollKind.INSIGHTS, *connected)
    begin(PollKind.VIDEOS, *supported)
    return len(supported)


def check_purge_may_begin(migration: LegacyMigration) -> None:
    """Let a purge begin. Raises MigrationRefused while the organization wants it to wait."""
    if migration.purge_from and timezone.now() < migration.purge_from:
        begins = f"{migration.purge_from:%-d %b %Y, %H:%M}"
        raise MigrationRefused(
            f"The purge waits, as the organization wants it: it begins {begins} (UTC) at the earliest."
        )


def take_release_back(*, actor: User | None) -> LegacyMigration:
    """The old source's data is on show again, and profiles are as they were. TikTok's facts stay, hidden.

    Returns the migration with the time of the cut-over that is reversed (not saved). Raises MigrationRefused, and once the purge has begun always.
    """
    migration = lock_migration()
    if migration.cut_over_at is None:
        raise MigrationRefused(NOT_CUT_OVER)
    if PurgeRun.objects.exists():
        raise MigrationRefused(PURGE_BEGUN)
    LegacyMigration.objects.filter(pk=migration.pk).update(
        cut_over_at=None, purge_from=None, plan_digest=""
    )
    _lock_creators()
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK, [json.dumps(FORGOTTEN), migration.pk])
    LegacyProfile.objects.all().delete()
    record(Verb.LEGACY_REVERSED, migration, actor=actor)
    return migration
