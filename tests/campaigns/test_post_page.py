"""The page of a post: TikTok's player on demand, retention beside the campaign's and the organization's, parts of numbers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from campaigns.enums import ReviewState
from campaigns.models import Campaign, Order, OrderRequest, Post
from campaigns.queries import post_detail
from campaigns.queries.breakdown import NO_BENCHMARK, NOT_FROM_TTCM, benchmark
from campaigns.queries.growth import gaps_in_words, missing_days
from campaigns.queries.retention import Drop, Retention, retention_of
from campaigns.templatetags.retention import second_ticks
from crm.models import SocialAccount
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tiktok.client.types import Part, ReportMetrics, ReportRow
from tiktok.enums import Dialect, Source
from tiktok.models import MarketplaceAccount, Video
from tiktok.services.orders.reports import store_report

pytestmark = pytest.mark.django_db
CURVE = [1.0, 0.71, 0.55, 0.48, 0.24]


@pytest.fixture
def account(campaign: Campaign) -> SocialAccount:
    return a_participant(campaign, "maya.bakes")


@pytest.fixture
def order(campaign: Campaign, account: SocialAccount) -> Order:
    return an_order(campaign, account)


def tied(order: Order, number: int, curve: list[float] | None) -> Post:
    now = timezone.now()
    video = a_video(order.account, f"74{number}", retention=curve, report_fetched_at=now)
    return a_post(order.campaign, video, order=order)


def found(post: Post) -> Post:
    detail = post_detail(post.campaign, post.pk)
    assert detail is not None
    return detail


@pytest.mark.parametrize(
    ("seconds", "marked"),
    [
        (1, [0, 1]),
        (20, [0, 4, 8, 12, 16, 20]),
        (28, [0, 10, 20, 28]),
        (35, [0, 10, 20, 35]),
        (9_000, [0, 9_000]),
    ],
)
def test_the_seconds_of_a_video_are_marked_so_that_they_find_room(seconds, marked) -> None:
    retention = Retention([1.0] * (seconds + 1))
    assert [second for _, _, second in second_ticks(retention)] == marked


def test_the_player_is_told_where_it_would_come_from_and_nothing_of_tiktok_is_loaded_yet(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    post = tied(order, 1, CURVE)
    answer = viewer.get(f"{base(campaign)}posts/{post.pk}/")
    assert f'data-player="{settings.TIKTOK_PLAYER_URL}741"' in text(answer)
    assert "<iframe" not in text(answer)
    assert "TikTok tells ages and genders apart" in text(answer)
    assert "frame-src https://www.tiktok.com;" in answer["Content-Security-Policy"] + ";"
    Video.objects.update(unlisted_since=timezone.now())
    gone = text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    assert "There is no video to play." in gone
    assert "data-play " not in gone


def test_a_post_without_a_report_says_what_brings_its_retention(
    viewer: Client, campaign: Campaign, account: SocialAccount, order: Order
) -> None:
    by_hand = a_post(campaign, a_video(account, "1", retention=CURVE))
    assert retention_of(found(by_hand)) is None
    page = text(viewer.get(f"{base(campaign)}posts/{by_hand.pk}/"))
    assert (
        "Send an order" in page.split('aria-label="Video and retention"')[1].split("</section>")[0]
    )
    for number, curve in enumerate((None, [], [1.0])):
        assert retention_of(found(tied(order, number, curve))) is None
    asked = tied(order, 9, CURVE)
    Post.objects.filter(pk=asked.pk).update(review_state=ReviewState.LINK_ASKED)
    assert retention_of(found(asked)) is None


def test_drops_half_and_end_are_named_in_words(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    post = tied(order, 1, CURVE)
    retention = retention_of(found(post))
    assert retention is not None
    assert retention.drops == [Drop(1, -29, None), Drop(4, -24, None)]
    assert (retention.half_at, retention.median, retention.low) == (3, [], [])
    page = text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    assert "0:01 · −29 points</button>" in page
    drops = re.findall(r'<circle class="drop" cx="(\S+)" cy="(\S+)"', page)
    assert drops == [("25.00%", "29.00%"), ("100.00%", "76.00%")]
    marks = re.findall(r'<text x="(\S+)" y="12" text-anchor="\w+">(\d+) s<', page)
    assert marks == [("0%", "0"), ("25.00%", "1"), ("50.00%", "2"), ("75.00%", "3"), ("100%", "4")]
    assert "Half of the viewers leave by 0:03. 24.0 % watch to the end." in page
    assert "A campaign median needs 3 posts" in page
    assert "needs 8 that are tied to orders" in page
    steady = retention_of(found(tied(order, 2, [1.0, 0.99, 0.98])))
    assert steady is not None
    assert (steady.half_at, steady.drops) == (None, [])
    other = text(viewer.get(f"{base(campaign)}posts/{Post.objects.get(network_post_id='742').pk}/"))
    assert "More than half of the viewers watch to the end." in other


def test_the_campaigns_median_begins_with_three_posts_and_ends_where_fewer_are_as_long(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    post = tied(order, 1, CURVE)
    tied(order, 2, [1.0, 0.5, 0.4])
    tied(order, 3, [1.0, 0.6, 0.5])
    Post.objects.filter(pk=tied(order, 4, [1.0, 0.1, 0.1]).pk).update(published_since=None)
    retention = retention_of(found(post))
    assert retention is not None
    assert retention.median == [1.0, 0.6, 0.5]
    assert retention.low == []
    assert retention.drops == [Drop(1, -29, -40), Drop(4, -24, None)]
    assert retention.end_median is None
    page = text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    assert "−29 points, median −40" in page
    assert "Too few posts of the campaign are this long." in page
    for number in (5, 6):
        tied(order, number, CURVE)
    whole = retention_of(found(post))
    assert whole is not None
    assert whole.end_median == 0.24


def test_the_middle_half_is_of_eight_posts_of_the_whole_organization(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    post = tied(order, 1, [1.0, 0.1])
    elsewhere = a_campaign("Elsewhere")
    other = an_order(elsewhere, a_participant(elsewhere, "rio"), tiktok_order_id="9")
    for number in range(2, 8):
        tied(other, number, [1.0, number / 10])
    few = retention_of(found(post))
    assert few is not None
    assert (few.low, few.own_posts, few.campaign_posts) == ([], 7, 1)
    tied(other, 8, [1.0, 0.8])
    retention = retention_of(found(post))
    assert retention is not None
    assert retention.low == pytest.approx([1.0, 0.275])
    assert retention.high == pytest.approx([1.0, 0.625])
    assert "Middle half of your posts" in text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))


def report(**more: Any) -> None:
    metrics = ReportMetrics(video_views=1000, engagement_rate=0.1, video_completion_rate=0.3, **more.pop("metrics", {}))  # fmt: skip
    row = ReportRow(
        order_id="8", video_id="741", handle="maya.bakes", released_at=None, metrics=metrics, daily=None, **more
    )  # fmt: skip
    store_report([row], fetched_at=timezone.now())


def through(order: Order, dialect: Dialect) -> None:
    account = MarketplaceAccount.objects.create(
        dialect=dialect, tiktok_account_id=f"{dialect}-1", name="Oaks"
    )
    OrderRequest.objects.filter(pk=order.request_id).update(marketplace_account=account)


def test_what_tiktok_tells_apart_is_shown_apart(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    through(order, Dialect.TTO)
    post = tied(order, 1, CURVE)
    address = f"{base(campaign)}posts/{post.pk}/"
    assert text(viewer.get(address)).count("TikTok has not reported this yet.") >= 2
    report(
        organic=Part(video_views=710, video_completion_rate=0.259),
        paid=Part(video_views=290),
        views_by_source={"for_you": 600, "personal_profile": 300, "new_place": 100, "other": 0},
    )
    page = text(viewer.get(address))
    for words in (
        "For You feed",
        "60.0 %",
        "New place",
        "71.0 %",
        "Paid (Spark Ads)",
        "25.9 % completed",
    ):
        assert words in page, words
    assert page.count(NO_BENCHMARK) == 2
    report()
    assert Video.objects.get(tiktok_video_id="741").breakdown == {}


def test_the_marketplace_gives_benchmarks_and_does_not_tell_paid_views(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    through(order, Dialect.TTCM)
    post = tied(order, 1, CURVE)
    pair = {"engagement_rate_benchmark_p25": 0.021, "engagement_rate_benchmark_p50": 0.048}
    report(metrics={**pair, "video_completion_rate_benchmark_p25": 0.09})
    page = text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    assert "TikTok’s benchmark: P25 2.1 %, P50 4.8 %." in page
    assert page.count("benchmark") == 1
    assert NOT_FROM_TTCM in page
    by_hand = found(a_post(campaign, a_video(order.account, "2")))
    assert benchmark(by_hand, "engagement_rate") == benchmark(found(post), "reach") == ""


def test_source_and_time_are_said_once_where_they_are_equal(
    viewer: Client, campaign: Campaign, order: Order
) -> None:
    post = tied(order, 1, CURVE)
    report()
    address = f"{base(campaign)}posts/{post.pk}/"
    grid = text(viewer.get(address)).split('aria-label="Numbers"')[1].split("</section>")[0]
    assert grid.count("TikTok order report") == 1
    Video.objects.update(counts_source=Source.PUBLIC)
    grid = text(viewer.get(address)).split('aria-label="Numbers"')[1].split("</section>")[0]
    assert grid.count('class="stat-source"') >= 1


def test_a_day_without_a_reading_is_a_gap_with_a_name() -> None:
    def at(day: int) -> dict[str, Any]:
        return {"bucket_at": datetime.fromisoformat(f"2026-11-{day:02}T09:00:00+00:00")}

    facts = [at(day) for day in (1, 2, 5, 7)]
    assert [day.day for day in missing_days(facts)] == [3, 4, 6]
    assert gaps_in_words(facts) == (
        "No numbers from TikTok: 3 Nov 2026 – 4 Nov 2026, 6 Nov 2026. Missing is not zero."
    )
    assert gaps_in_words(facts[:2]) == ""
    many = [at(day) for day in range(1, 30, 2)]
    assert "and 9 more times" in gaps_in_words(many)


def test_the_page_costs_few_queries(viewer: Client, campaign: Campaign, order: Order) -> None:
    post = tied(order, 1, CURVE)
    address = f"{base(campaign)}posts/{post.pk}/"
    viewer.get(address)
    few = queries(viewer, address)
    for number in range(2, 12):
        tied(order, number, CURVE)
    assert queries(viewer, address) == few <= 13
