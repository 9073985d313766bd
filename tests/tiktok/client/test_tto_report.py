"""The campaign report of TikTok One: per country, organic beside paid, two shapes of one field."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.client import tto_report_answers, types
from tiktok.client.reader import Row
from tiktok.client.tto_report_types import AdMetrics, AnchorMetrics, Part
from tiktok.client.types import Share

REPORT = "/tto/tcm/report/"
VIDEO = {
    "video_info": {
        "video_id": "7455000000000000012",
        "create_time": "2026-01-06 09:00:00",
        "embed_url": "https://www.tiktok.com/player/v1/7455000000000000012",
        "thumbnail_url": "https://img.example/t/12.webp",
        "authorization_code": "#c0de",
    },
    "creator_info": {"handle_name": "maya.bakes", "display_name": "Maya Bakes"},
    "video_views": 16000,
    "video_views_organic": 15000,
    "video_views_paid": 1000,
    "likes": 960,
    "likes_organic": None,
    "likes_paid": None,
    "comments": 44,
    "shares": 24,
    "favorites": 90,
    "favorites_organic": 80,
    "engagement_count": 1028,
    "engagement_rate": 0.06425,
    "engagement_rate_organic": 0.06,
    "reach": 14120,
    "reach_paid": 900,
    "total_play_time": 126400,
    "average_view_time": 7.9,
    "video_completion_rate": 0.2,
    "two_seconds_views": 0.66,
    "organic_two_seconds_views": 0.7,
    "paid_six_seconds_views": 0.3,
    "six_seconds_views": 0.41,
    "video_view_retention": [1, 0.71, 0.6],
    "video_views_by_source": [
        {"source": "for_you", "video_views": 14100},
        {"source": "following", "video_views": 1500},
        {"source": "search", "video_views": None},
    ],
    "audience_genders_distribution": [
        {"gender": "FEMALE", "percentage": 0.72},
        {"gender": None, "percentage": 0.28},
    ],
    "audience_age_distribution": [
        {"age": "1", "percentage": 0.05},
        {"age": 2, "percentage": 0.2},
        {"age": "6", "percentage": 0.05},
        {"age": "7", "percentage": 0.7},
    ],
    "audience_countries_distribution": [{"country": "GB", "percentage": 0.68}],
    "audience_locale_distribution": [{"locale": "5332921", "percentage": 0.4}],
    "audience_device_distribution": [{"device": "ios", "percentage": 0.6}],
    "audience_language_distribution": [{"language": "en", "percentage": 0.9}],
    "audience_interest_distribution": [{"interest_tag": 14, "percentage": 0.3}],
    "ad_cost": 12.5,
    "ad_impressions": 2000,
    "ad_roas": 1.5,
    "anchor_id": "3",
    "anchor_metrics": {"anchor_views": 10, "anchor_clicks": 2, "anchor_unique_views": None},
    "daily_stats": [
        {"date": "2026-01-06", "views": 9000, "reach": 8300, "likes": 590, "comments": 26},
        {"date": "2026-01-08", "views": None, "video_views": 7000, "video_views_organic": 6500}
        | {"video_views_paid": 500, "favorites": 3},
    ],
}
EMPTY = {"video_info": {"video_id": "1"}}


def test_a_report_row_is_read_in_full(tto, answers, wire):
    info = {"page": 1, "page_size": 100, "total_number": 1, "total_page": 1}
    answers(
        REPORT,
        {
            "campaign_id": "7460000000000000101",
            "country_code": "GB",
            "campaign_type": "CAMPAIGN",
            "campaign_channel_type": "API_LITE_CAMPAIGN",
            "page_info": info,
            "videos": [VIDEO],
        },
    )
    report = tto.report(
        "7460000000000000101", "GB", start_on=date(2026, 1, 6), end_on=date(2026, 1, 8)
    )
    assert (report.country_code, report.channel_type) == ("GB", "API_LITE_CAMPAIGN")
    (video,) = report.videos
    assert video.metrics == types.ReportMetrics(
        engagement_count=1028,
        engagement_rate=0.06425,
        video_views=16000,
        likes=960,
        shares=24,
        comments=44,
        reach=14120,
        total_play_time=126400.0,
        average_view_time=7.9,
        video_completion_rate=0.2,
        two_seconds_views=0.66,
        six_seconds_views=0.41,
        video_view_retention=(1.0, 0.71, 0.6),
        gender_distribution=(Share("FEMALE", 0.72), Share("NONE", 0.28)),
        age_distribution=(
            Share("13-17", 0.05),
            Share("18-24", 0.2),
            Share("55+", 0.05),
            Share("7", 0.7),
        ),
        country_distribution=(Share("GB", 0.68),),
        locale_distribution=(Share("5332921", 0.4),),
        locale_country="US",
    )
    assert video.created_at == datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert (video.handle, video.favorites, video.anchor_id) == ("maya.bakes", 90, "3")
    assert video.organic == Part(
        video_views=15000, favorites=80, engagement_rate=0.06, two_seconds_views=0.7
    )
    assert video.paid == Part(video_views=1000, reach=900, six_seconds_views=0.3)
    assert video.ads == AdMetrics(cost=12.5, impressions=2000, roas=1.5)
    assert video.anchor_metrics == AnchorMetrics(views=10, clicks=2)
    assert video.views_by_source == {"for_you": 14100, "following": 1500}
    assert video.devices == (Share("IOS", 0.6),)
    assert video.languages == (Share("EN", 0.9),)
    assert video.interests == (Share("14", 0.3),)
    assert video.daily == (
        types.DailyMetrics(
            on=date(2026, 1, 6), video_views=9000, reach=8300, likes=590, comments=26
        ),
        types.DailyMetrics(
            on=date(2026, 1, 8),
            video_views=7000,
            favorites=3,
            organic=Part(video_views=6500),
            paid=Part(video_views=500),
        ),
    )
    assert video.spark_code == "#c0de"
    assert "c0de" not in repr(video)
    assert "c0de" not in repr(report)
    asked = wire.calls[0].request
    assert asked.headers["Country-Code"] == "GB"
    assert asked.headers["Access-Token"] == "brand-t0ken"
    assert asked.params == {
        "tto_tcm_account_id": "7401112223334445556",
        "campaign_id": "7460000000000000101",
        "start_date": "2026-01-06",
        "end_date": "2026-01-08",
        "page": "1",
        "page_size": "100",
    }


@pytest.mark.parametrize("empty", [EMPTY, EMPTY | dict.fromkeys(set(VIDEO) - {"video_info"})])
def test_an_empty_row_has_no_zero_in_it(tto, answers, empty):
    answers(REPORT, {"videos": [empty]})
    report = tto.report("7", "US")
    (video,) = report.videos
    assert (report.campaign_id, report.country_code) == ("7", "US")
    assert video.metrics == types.ReportMetrics()
    assert (video.organic, video.paid, video.ads) == (Part(), Part(), AdMetrics())
    assert (video.views_by_source, video.daily, video.anchor_metrics) == (None, None, None)


@pytest.mark.parametrize(
    "written",
    [
        {"for_you": 5, "Hashtag": "2", "other": None},
        [{"source": "for_you", "video_views": 5}, {"source": "HASHTAG", "video_views": 2.0}],
    ],
)
def test_views_by_source_are_an_object_or_a_list(written):
    row = Row({"video_views_by_source": written})
    assert tto_report_answers.views_by_source(row) == {"for_you": 5, "hashtag": 2}


def test_a_source_that_counts_in_lists_costs_that_source():
    row = Row({"video_views_by_source": {"for_you": [], "other": 3}})
    assert tto_report_answers.views_by_source(row) == {"other": 3}
    assert [note.field for note in row.notes] == ["video_views_by_source[]"]


def test_every_country_is_asked_page_after_page(tto, answers, wire):
    def row(video_id):
        return {"video_info": {"video_id": video_id}}

    for videos in ([row("1")], [row("2")], [], None, [row("3")], []):
        answers(REPORT, {"videos": videos})
    pages = list(tto.report_pages("7", ("US", "CA", "GB")))
    assert [(page.country_code, page.videos[0].video_id) for page in pages] == [
        ("US", "1"),
        ("US", "2"),
        ("GB", "3"),
    ]
    asked = [
        (call.request.headers["Country-Code"], call.request.params["page"]) for call in wire.calls
    ]
    assert asked == [("US", "1"), ("US", "2"), ("US", "3"), ("CA", "1"), ("GB", "1"), ("GB", "2")]


parts = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.none()))


@given(
    st.one_of(
        st.none(),
        st.dictionaries(st.text(max_size=5), parts),
        st.lists(st.dictionaries(st.sampled_from(["source", "video_views", "x"]), parts)),
    )
)
def test_whatever_stands_for_sources_is_counts_or_absent(written):
    read = tto_report_answers.views_by_source(Row({"video_views_by_source": written}))
    assert read is None or all(isinstance(views, int) for views in read.values())


@given(st.dictionaries(st.sampled_from(sorted(VIDEO)), st.one_of(parts, st.just(VIDEO))))
def test_whatever_stands_in_a_row_costs_its_field_alone(fields):
    video = tto_report_answers.report_video(
        Row(VIDEO | fields | {"video_info": VIDEO["video_info"]})
    )
    assert video.video_id == VIDEO["video_info"]["video_id"]
    if "likes" not in fields:
        assert video.metrics.likes == 960
