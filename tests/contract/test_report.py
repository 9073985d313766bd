"""The order report over the wire."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tiktok.client import errors

pytestmark = pytest.mark.contract
DAY = 86_400


def sandbox_day(tiktok) -> date:
    return datetime.fromtimestamp(tiktok.read("clock")["now"], UTC).date()


def test_a_video_is_in_the_report_before_its_review_ends(market, order):
    campaign = order("maya.bakes", "rio.runs")
    video_id = campaign.publish("maya.bakes")
    ids = [each.order_id for each in campaign.created.orders]
    page = market.order_report([*ids, "7310000000000009999"])
    (row,) = page.rows
    assert (row.order_id, row.video_id, row.handle) == (ids[0], video_id, "maya.bakes")
    assert row.daily is None
    assert row.released_at.tzinfo is UTC
    assert (row.released_at.hour, row.released_at.minute) == (0, 0)


def test_on_the_first_day_reach_audience_and_second_views_are_absent(market, order):
    campaign = order("maya.bakes")
    campaign.publish("maya.bakes")
    (row,) = market.order_report([campaign.order_id]).rows
    lagging = (
        "reach",
        "two_seconds_views",
        "six_seconds_views",
        "gender_distribution",
        "age_distribution",
        "country_distribution",
        "locale_distribution",
    )
    assert {name: getattr(row.metrics, name) for name in lagging} == dict.fromkeys(lagging)


def test_three_days_later_every_metric_is_there_and_they_fit_together(tiktok, market, order):
    campaign = order("rio.runs")
    campaign.publish("rio.runs")
    tiktok.control("clock", advance_seconds=3 * DAY)
    (row,) = market.order_report([campaign.order_id]).rows
    numbers = row.metrics
    missing = [name for name in numbers.__struct_fields__ if getattr(numbers, name) is None]
    assert missing == []
    assert numbers.engagement_count == numbers.likes + numbers.comments + numbers.shares
    assert numbers.engagement_rate == pytest.approx(
        numbers.engagement_count / numbers.video_views, abs=1e-5
    )
    assert numbers.average_view_time == pytest.approx(
        numbers.total_play_time / numbers.video_views, abs=1e-3
    )
    assert 0 < numbers.reach <= numbers.video_views
    assert numbers.video_view_retention[0] == 1
    assert list(numbers.video_view_retention) == sorted(numbers.video_view_retention, reverse=True)
    assert numbers.video_view_retention[-1] == pytest.approx(
        numbers.video_completion_rate, abs=0.01
    )
    assert numbers.two_seconds_views >= numbers.six_seconds_views >= numbers.video_completion_rate
    assert numbers.locale_country == "US"
    assert numbers.engagement_rate_benchmark_p25 < numbers.engagement_rate_benchmark_p50
    for name in ("gender", "age", "country", "locale"):
        shares = getattr(numbers, f"{name}_distribution")
        assert sum(share.fraction for share in shares) == pytest.approx(1, abs=0.001)


def test_a_country_without_a_split_by_state_has_none(tiktok, market, order):
    campaign = order("lena.lifts")
    campaign.publish("lena.lifts")
    tiktok.control("clock", advance_seconds=2 * DAY)
    metrics = market.order_report([campaign.order_id]).rows[0].metrics
    assert metrics.country_distribution[0].name == "DE"
    assert metrics.locale_distribution is None


def test_numbers_grow_with_the_sandbox_clock(tiktok, market, order):
    campaign = order("maya.bakes")
    campaign.publish("maya.bakes")
    seen = []
    for _ in range(4):
        metrics = market.order_report([campaign.order_id]).rows[0].metrics
        seen.append((metrics.video_views, metrics.likes, metrics.total_play_time))
        tiktok.control("clock", advance_seconds=DAY)
    assert seen == sorted(seen)
    assert seen[0][0] < seen[1][0] < seen[2][0] < seen[3][0]


def test_the_days_of_a_video_add_up_to_what_it_had_at_midnight(tiktok, market, order):
    campaign = order("maya.bakes")
    campaign.publish("maya.bakes")
    start = sandbox_day(tiktok)
    tiktok.control("clock", advance_seconds=5 * DAY)
    asked = {"start_on": start - timedelta(days=3), "end_on": start + timedelta(days=30)}
    (row,) = market.order_report([campaign.order_id], daily=True, **asked).rows
    days = [each.on for each in row.daily]
    assert days == sorted(days)
    assert start - timedelta(days=1) < days[0] <= start + timedelta(days=1)
    assert days[-1] < sandbox_day(tiktok)
    assert sum(each.video_views for each in row.daily) <= row.metrics.video_views
    assert sum(each.likes for each in row.daily) <= row.metrics.likes
    assert all(each.reach <= each.video_views for each in row.daily)


@pytest.mark.parametrize(("start", "end"), [(None, None), (0, None), (None, 0), (0, -1), (0, 61)])
def test_a_daily_report_needs_a_range_of_at_most_sixty_days(market, order, start, end):
    today = date(2026, 3, 1)
    asked = {
        "start_on": None if start is None else today + timedelta(days=start),
        "end_on": None if end is None else today + timedelta(days=end),
    }
    with pytest.raises(errors.InvalidParameterError, match="_date"):
        market.order_report([order("maya.bakes").order_id], daily=True, **asked)


def test_sixty_days_are_allowed(market, order):
    today = date(2026, 3, 1)
    asked = {"start_on": today, "end_on": today + timedelta(days=60)}
    assert market.order_report([order("maya.bakes").order_id], daily=True, **asked).rows == ()


def test_a_report_comes_in_pages(market, order):
    campaign = order("maya.bakes", video_count=5)
    published = [campaign.publish("maya.bakes") for _ in range(5)]
    pages = [market.order_report([campaign.order_id], page=n, page_size=2) for n in (1, 2, 3, 4)]
    assert [row.video_id for page in pages for row in page.rows] == published
    assert {page.total_pages for page in pages} == {3}
    assert pages[3].rows == ()
    with pytest.raises(errors.InvalidParameterError, match="page_size"):
        market.order_report([campaign.order_id], page_size=101)
