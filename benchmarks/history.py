"""P13: the room that three years of history take, from what a quarter takes here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.utils import timezone

from benchmarks.measure import Figure
from benchmarks.world import World
from tenancy.scope import organization_scope
from tiktok.services.facts.days import days_begin_before, move_slice
from tiktok.services.facts.months import prepare_past_months

MOST_VIDEOS = 4_000
ACCOUNTS, VIDEOS, DAYS = 100_000, 3_000_000, 3 * 365
BAR_GB = 250
# A month stays by the hour until its last day is 90 days old.
DAYS_BY_HOUR = 90 + 31
# A quarter is written month by month: the room of two stands free for the versions of the next one.
DAYS_REWRITTEN = 2 * 91
# One video of an account is an order's and has all numbers, audience and retention; they change once a week.
FILL = """
INSERT INTO tiktok_videosnapshot (
    organization_id, video_id, source, bucket_at, fetched_at, video_views, likes, comments, shares,
    total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate, details
)
SELECT %(organization)s, video, CASE WHEN of_order THEN 'order_report' ELSE 'ttcm_public' END, date_trunc('hour', at), at,
    views, views / 12, views / 250, views / 600,
    CASE WHEN of_order THEN views / 11 END, CASE WHEN of_order THEN 1.0 / 11 + random() / 1000 END,
    CASE WHEN of_order THEN views * 4 / 5 END, CASE WHEN of_order THEN views * 7.31 END,
    CASE WHEN of_order THEN 7.31 + random() / 10 END, CASE WHEN of_order THEN 0.2 + random() / 100 END,
    CASE WHEN of_order AND extract(isodow FROM at) = 1 THEN %(details)s::jsonb END
FROM (
    SELECT video, video %% 30 = 0 AS of_order, day + make_interval(secs => 20000 + random() * 3000) AS at,
        ((1000 + video %% 977 * 613) * (1 + extract(doy FROM day) / 400))::bigint + (random() * 99)::bigint AS views
    FROM generate_series(1, %(videos)s) video,
        generate_series(%(begins)s, %(ends)s - interval '1 day', interval '1 day') day
) reading
"""
ACCOUNT_DAYS = """
INSERT INTO tiktok_creatorsnapshot (
    organization_id, creator_id, source, bucket_at, fetched_at, follower_count, like_count, video_count
)
SELECT %(organization)s, creator, 'ttcm_public', day, day + make_interval(secs => 20000 + random() * 3000),
    10000 + creator * 13, 900000 + creator * 131, 140
FROM generate_series(1, %(accounts)s) creator,
    generate_series(%(begins)s, %(ends)s - interval '1 day', interval '1 day') day
"""
SIZE = """
SELECT sum(pg_total_relation_size(relid))
FROM (SELECT relid FROM pg_partition_tree(%(table)s) UNION SELECT %(table)s::regclass) tables
"""
DETAILS = (
    '{"retention": [' + ", ".join(f"{1 / (1 + n / 9):.4f}" for n in range(40)) + '], "audience_age": ['
    '{"name": "18-24", "fraction": 0.412}, {"name": "25-34", "fraction": 0.337}, {"name": "35+", "fraction": 0.251}], '
    '"audience_country": [{"name": "GB", "fraction": 0.61}, {"name": "DE", "fraction": 0.39}]}'
)  # fmt: skip


def figures(world: World) -> Iterator[Figure]:
    videos = max(30, min(MOST_VIDEOS, world.rows // 5))
    organization_id = world.empty("history").pk
    *months, ends = _quarter()
    prepare_past_months(months)
    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        admin.execute("SET timezone = 'UTC'")
        by_day = _bytes(admin, "tiktok_videoquarter")
        by_hour = account = 0.0
        for begins, until in zip(months, [*months[1:], ends], strict=True):
            by_hour, account = _fill(admin, organization_id, videos, begins, until)
            with organization_scope(organization_id):
                while move_slice():
                    pass
        admin.execute("VACUUM FULL tiktok_videoquarter")
        by_day = (_bytes(admin, "tiktok_videoquarter") - by_day) / (
            videos * (ends - months[0]).days
        )
    days = DAYS - DAYS_BY_HOUR + DAYS_REWRITTEN
    room = VIDEOS * (DAYS_BY_HOUR * by_hour + days * by_day) + ACCOUNTS * DAYS * account
    yield Figure(
        "P13",
        f"disk, {ACCOUNTS:,} accounts of 30 videos, 3 years ({by_hour:.0f} B an hour, {by_day:.0f} B a day)",
        f"{room / 1e9:,.0f} GB",
        f"{BAR_GB} GB",
        room / 1e9 / BAR_GB,
        1.0,
    )


def _quarter() -> list[datetime]:
    """The first days of the months of the last quarter that is kept by day, and of the month that follows it."""
    ends = days_begin_before(timezone.now())
    ends = ends.replace(month=(ends.month - 1) // 3 * 3 + 1)
    months = [ends]
    for _ in range(3):
        months.append((months[-1] - timedelta(days=1)).replace(day=1, tzinfo=UTC))
    return months[::-1]


def _fill(
    admin: psycopg.Connection[Any],
    organization_id: int,
    videos: int,
    begins: datetime,
    ends: datetime,
) -> tuple[float, float]:
    """A month's readings of posts and accounts. Returns the bytes that a row of each takes, with its indexes."""
    values = {
        "organization": organization_id, "videos": videos, "accounts": max(1, videos // 30),
        "begins": begins, "ends": ends, "details": DETAILS,
    }  # fmt: skip
    taken = []
    for statement, table in (
        (FILL, "tiktok_videosnapshot"),
        (ACCOUNT_DAYS, "tiktok_creatorsnapshot"),
    ):
        before = _bytes(admin, table)
        rows = admin.execute(statement, values).rowcount
        taken.append((_bytes(admin, table) - before) / rows)
    return taken[0], taken[1]


def _bytes(admin: psycopg.Connection[Any], table: str) -> float:
    row = admin.execute(SIZE, {"table": table}).fetchone()
    assert row is not None
    return float(row[0])
