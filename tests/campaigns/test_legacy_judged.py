"""Rows of the old source that contradict others, or what is known: refused, and nothing of them is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campaigns.services.legacy import scanning
from crm.models import Influencer
from tenancy.scope import organization_scope
from tests.factories.legacy import bring_in
from tiktok.errors import NotALegacyExport
from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot
from tiktok.services.legacy.columns import ColumnMapping

pytestmark = pytest.mark.django_db

FIRST = 7499446218112634119
ID, OTHER = str(FIRST), str(FIRST + 2)
ACCOUNTS = "handle,collected_at,followers,likes,videos,engagement_rate\n"


def fates(result) -> tuple[int, int, int, int]:
    return result.new, result.updated, result.unchanged, result.refused_count


def reasons(result) -> list[tuple[int, str]]:
    return list(result.refused.values_list("line", "reason"))


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("followers", "2K,20K,31,4.2%"), ("account_likes", "1K,21K,31,4.2%"), ("account_videos", "1K,20K,32,4.2%"), ("engagement_rate", "1K,20K,31,4.3%")],
)  # fmt: skip
@pytest.mark.parametrize("is_split", [False, True], ids=["one slice", "two slices"])
def test_another_number_of_an_account_for_the_same_moment_is_refused(
    oak, tmp_path, monkeypatch, name, numbers, is_split
) -> None:
    if is_split:
        monkeypatch.setattr(scanning, "READ_ROWS", 1)
    same = "ann.b,2024-03-01,1K,20K,31,4.2%\n"
    with organization_scope(oak):
        result = bring_in(tmp_path, ACCOUNTS + same + f"ann.b,2024-03-01,{numbers}\n" + same)
        said = f"line 2 has another number in {name} of @ann.b" if not is_split else f"another number in {name} of @ann.b is kept"  # fmt: skip
        assert (result.kept, reasons(result)) == (2, [(3, f"{said} for the same moment")])
        again = bring_in(tmp_path, ACCOUNTS + f"ann.b,2024-03-01,{numbers}\n")
        assert reasons(again) == [
            (2, f"another number in {name} of @ann.b is kept for the same moment")
        ]
        assert Creator.objects.get().follower_count == 1_000
        assert CreatorSnapshot.objects.get().follower_count == 1_000


def test_rows_that_tell_different_numbers_of_an_account_do_not_contradict_each_other(
    oak, tmp_path
) -> None:
    rows = "ann.b,2024-03-01,1K,,,\nann.b,2024-03-01,1K,20K,,\nann.b,2024-03-01 09:00,2K,,,\ntom_t,2024-03-01,3K,,,\n"
    with organization_scope(oak):
        assert reasons(bring_in(tmp_path, ACCOUNTS + rows)) == []


def test_a_row_that_names_no_account_is_judged_by_that_of_its_post(oak, tmp_path) -> None:
    head = "handle,video_id,collected_at,followers,views\n"
    with organization_scope(oak):
        bring_in(tmp_path, head + f"ann.b,{ID},2025-05-02,10,1\n")
        result = bring_in(tmp_path, head + f",{ID},2025-05-02,11,1\n,{ID},2025-05-02,10,1\n")
        assert (fates(result), reasons(result)) == (
            (0, 0, 1, 1),
            [(2, "another number in followers of @ann.b is kept for the same moment")],
        )


def test_a_row_without_numbers_hides_no_contradiction_below_it(oak, tmp_path) -> None:
    rows = "".join(f"ann.b,{ID},2025-05-02,{views}\n" for views in ("", "10", "11"))
    with organization_scope(oak):
        result = bring_in(tmp_path, "handle,video_id,collected_at,views\n" + rows)
        assert reasons(result) == [
            (4, f"line 3 has other numbers of video_id {ID} for the same moment")
        ]
        assert Video.objects.get().video_views == 10


# --- what columns and times may mean ---
def test_ids_of_accounts_invent_no_posts(oak, tmp_path) -> None:
    table = f"id,uniqueId,nickname,followerCount,scrapedAt\n{ID},ann.b,Ann,1500,2025-05-02\n"
    with organization_scope(oak):
        with pytest.raises(NotALegacyExport, match="The column “id” may name posts or accounts"):
            bring_in(tmp_path, table)
        assert not Influencer.objects.exists()

        result = bring_in(tmp_path, table, mapping=ColumnMapping({"id": ""}))
        assert (fates(result), result.unmapped) == ((1, 0, 0, 0), ["id"])
        assert (Creator.objects.get().follower_count, Video.objects.exists()) == (1_500, False)


def test_a_history_by_timestamps_is_no_list_of_dates_of_publishing(oak, tmp_path) -> None:
    rows = f"video_id,handle,timestamp,views\n{ID},ann.b,2025-09-01,10\n{ID},ann.b,2025-09-02,20\n"
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, rows)) == (0, 0, 0, 2)
        mapping = ColumnMapping({"timestamp": "collected_at"})
        assert fates(bring_in(tmp_path, rows, mapping=mapping)) == (1, 1, 0, 0)
        assert Video.objects.get().published_at == datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)


def test_a_file_without_times_comes_in_as_of_the_time_that_its_mapping_names_and_twice_changes_nothing(
    oak, tmp_path
) -> None:
    table = f"handle,video_id,views,followers\nann.b,{ID},10,1K\n"
    newer = f"handle,video_id,views,followers,collected_at\nann.b,{ID},20,2K,2025-06-01\n"
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, newer)) == (1, 0, 0, 0)
        assert fates(bring_in(tmp_path, table)) == (0, 0, 0, 1)
        mapping = ColumnMapping(collected_at="2025-05-22")
        assert fates(bring_in(tmp_path, table, mapping=mapping)) == (0, 1, 0, 0)
        assert fates(bring_in(tmp_path, table, mapping=mapping)) == (0, 0, 1, 0)
        assert (Video.objects.get().video_views, Creator.objects.get().follower_count) == (20, 2_000)  # fmt: skip
        assert VideoSnapshot.objects.count() == CreatorSnapshot.objects.count() == 2


def test_one_rate_above_1_says_that_its_whole_column_may_be_percentages(
    oak, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(scanning, "SCANNED_ROWS", 1)
    head = "handle,collected_at,er\n"
    with organization_scope(oak):
        rows = "ann.b,2024-03-01,0.9\ntom_t,2024-03-01,3\nzoe.z,2024-03-01,4.2%\n"
        assert reasons(bring_in(tmp_path, head + rows)) == [
            (2, "engagement_rate “0.9” may be a percentage, as others of its column are. Write 4.2% or 0.042"),
            (3, "engagement_rate “3” is no fraction. Write 4.2% or 0.042"),
        ]  # fmt: skip
        assert Creator.objects.get().engagement_rate == 0.042
        assert reasons(bring_in(tmp_path, head + "ann.b,2024-03-01,0.9\n")) == []
