"""Rows of the old source that tell some numbers of a post or an account only: the others stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campaigns.models import Post
from campaigns.services.legacy import scanning
from campaigns.services.legacy.importing import ImportResult
from tenancy.scope import organization_scope
from tests.factories.legacy import bring_in
from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot

pytestmark = pytest.mark.django_db

ID = "7499446218112634119"
POSTS = "handle,video_id,collected_at,views,likes,comments,shares\n"
ACCOUNTS = "handle,collected_at,followers,account likes,videos,engagement rate\n"
COUNTS = ("video_views", "likes", "comments", "shares")
NUMBERS = ("follower_count", "like_count", "video_count", "engagement_rate")


def fates(result: ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.updated, result.unchanged, result.refused_count


def post(*rows: str) -> str:
    return POSTS + "".join(f"ann.b,{ID},{row}\n" for row in rows)


def account(*rows: str) -> str:
    return ACCOUNTS + "".join(f"ann.b,{row}\n" for row in rows)


def of_hours() -> list[tuple[int | None, ...]]:
    return list(VideoSnapshot.objects.order_by("bucket_at").values_list(*COUNTS))


def of_days() -> list[tuple[float | None, ...]]:
    return list(CreatorSnapshot.objects.order_by("bucket_at").values_list(*NUMBERS))


@pytest.fixture(params=[2_000, 1], ids=["one slice", "a slice each"], autouse=True)
def _slices(request, monkeypatch) -> None:
    monkeypatch.setattr(scanning, "READ_ROWS", request.param)


# --- posts ---
def test_a_later_row_of_a_post_takes_none_of_its_other_numbers(oak, tmp_path) -> None:
    rows = post("2025-05-02 10:00,100,5,,7", "2025-05-03 10:00,120,,2,")
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, rows)) == (1, 1, 0, 0)
        assert Video.objects.values_list(*COUNTS).get() == (120, 5, 2, 7)
        assert of_hours() == [(100, 5, None, 7), (120, None, 2, None)]
        assert fates(bring_in(tmp_path, rows)) == (0, 0, 2, 0)


def test_a_later_row_of_the_same_hour_takes_none_of_its_other_numbers(oak, tmp_path) -> None:
    rows = post("2025-05-02 10:00,100,5,,7", "2025-05-02 10:30,120,,2,")
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, rows)) == (1, 1, 0, 0)
        assert Video.objects.values_list(*COUNTS).get() == (120, 5, 2, 7)
        assert of_hours() == [(120, 5, 2, 7)]
        assert fates(bring_in(tmp_path, rows)) == (0, 0, 2, 0)
        assert of_hours() == [(120, 5, 2, 7)]


def test_rows_of_one_moment_complete_each_other_and_contradict_each_other_where_both_tell(
    oak, tmp_path
) -> None:
    at = "2025-05-02 10:00"
    rows = post(f"{at},100,,,", f"{at},,5,,", f"{at},,6,1,", f"{at},100,5,,3")
    with organization_scope(oak):
        result = bring_in(tmp_path, rows)
        assert fates(result) == (1, 2, 0, 1)
        assert result.refused.get().line == 4
        assert Video.objects.values_list(*COUNTS).get() == (100, 5, None, 3)
        assert of_hours() == [(100, 5, None, 3)]
        assert fates(bring_in(tmp_path, rows)) == (0, 0, 3, 1)


def test_a_later_row_that_tells_all_numbers_replaces_all(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, post("2025-05-02 10:00,1,2,3,4", "2025-05-02 10:30,5,6,0,8"))
        assert Video.objects.values_list(*COUNTS).get() == (5, 6, 0, 8)
        assert of_hours() == [(5, 6, 0, 8)]


def test_what_is_odd_about_a_number_is_said_while_that_number_stays(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, post("2025-05-01 10:00,100,5,,"))
        bring_in(tmp_path, post("2025-05-02 10:00,90,5,,"))
        assert Video.objects.get().falling == 1
        bring_in(tmp_path, post("2025-05-03 10:00,,6,,"))
        assert Video.objects.get().falling == 1
        bring_in(tmp_path, post("2025-05-04 10:00,95,,,"))
        assert (Video.objects.get().falling, Video.objects.get().likes) == (0, 6)


# --- accounts ---
def test_a_later_row_of_the_same_day_takes_none_of_the_others_of_an_account(oak, tmp_path) -> None:
    rows = account("2024-03-01 10:00,1K,20K,,4.2%", "2024-03-01 12:00,2K,,31,")
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, rows)) == (1, 1, 0, 0)
        assert Creator.objects.values_list(*NUMBERS).get() == (2_000, 20_000, 31, 0.042)
        assert of_days() == [(2_000, 20_000, 31, 0.042)]
        assert fates(bring_in(tmp_path, rows)) == (0, 0, 2, 0)
        assert of_days() == [(2_000, 20_000, 31, 0.042)]


def test_a_row_of_another_day_tells_of_that_day_only_what_it_tells(oak, tmp_path) -> None:
    rows = account("2024-03-01 10:00,1K,20K,,", "2024-03-02 10:00,2K,,,")
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, rows)) == (1, 1, 0, 0)
        assert of_days() == [(1_000, 20_000, None, None), (2_000, None, None, None)]
        assert Creator.objects.values_list(*NUMBERS).get() == (2_000, 20_000, None, None)


def test_an_earlier_row_of_a_day_that_is_known_changes_nothing(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, account("2024-03-01 12:00,2K,,,"))
        assert fates(bring_in(tmp_path, account("2024-03-01 10:00,1K,,,"))) == (0, 0, 1, 0)
        assert of_days() == [(2_000, None, None, None)]


# --- without a time ---
UNTIMED_POST = f"handle,video_id,caption\nann.b,{ID},Old words\n"
UNTIMED_ACCOUNT = "handle,nickname,avatar\nann.b,Ann of old,https://p16.tiktokcdn.com/ann.jpeg\n"


def test_texts_of_a_post_whose_time_is_not_known_stand_aside_for_any_that_have_one(
    oak, tmp_path
) -> None:
    with organization_scope(oak):
        first = bring_in(tmp_path, UNTIMED_POST)
        assert (fates(first), first.untimed) == ((1, 0, 0, 0), 1)
        video, listed = Video.objects.get(), Post.objects.get()
        assert (video.counts_fetched_at, video.counted_at) == (video.published_at, None)
        assert listed.published_since == listed.published_at == video.published_at

        timed = bring_in(
            tmp_path,
            f"handle,video_id,caption,collected_at,views\nann.b,{ID},New words,2025-05-22,100\n",
        )
        assert (fates(timed), timed.untimed) == ((0, 1, 0, 0), 0)
        assert fates(bring_in(tmp_path, UNTIMED_POST)) == (0, 0, 1, 0)
        video = Video.objects.get()
        assert (video.caption, video.video_views) == ("New words", 100)
        assert video.counted_at == video.counts_fetched_at == datetime(2025, 5, 22, tzinfo=UTC)


def test_texts_of_a_post_whose_time_is_not_known_fill_what_is_missing(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, post("2025-05-22,100,,,"))
        assert fates(bring_in(tmp_path, UNTIMED_POST)) == (0, 1, 0, 0)
        assert Video.objects.values_list("caption", "video_views").get() == ("Old words", 100)


def test_texts_of_an_account_whose_time_is_not_known_stand_aside_for_any_that_have_one(
    oak, tmp_path
) -> None:
    shown = ("display_name", "profile_fetched_at", "follower_count")
    with organization_scope(oak):
        first = bring_in(tmp_path, UNTIMED_ACCOUNT)
        assert (fates(first), first.untimed) == ((1, 0, 0, 0), 1)
        assert Creator.objects.values_list(*shown).get() == ("Ann of old", None, None)
        timed = "handle,nickname,collected_at,followers\nann.b,Ann of May,2025-05-22,7\n"
        assert fates(bring_in(tmp_path, timed)) == (0, 1, 0, 0)
        assert fates(bring_in(tmp_path, UNTIMED_ACCOUNT)) == (0, 0, 1, 0)
        at = datetime(2025, 5, 22, tzinfo=UTC)
        assert Creator.objects.values_list(*shown).get() == ("Ann of May", at, 7)


def test_texts_of_an_account_whose_time_is_not_known_fill_what_is_missing(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, account("2025-05-22,7,,,"))
        assert fates(bring_in(tmp_path, UNTIMED_ACCOUNT)) == (0, 1, 0, 0)
        creator = Creator.objects.get()
        assert (creator.display_name, creator.follower_count) == ("Ann of old", 7)
        assert creator.profile_image == "https://p16.tiktokcdn.com/ann.jpeg"
        assert creator.profile_fetched_at == datetime(2025, 5, 22, tzinfo=UTC)
