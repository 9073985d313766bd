"""Reading the old source's export: every row is understood or rejected with line and reason; a wrong file is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiktok.services.legacy.export import LegacyPost, NotALegacyExport, RejectedRow, read_export

NOW = datetime(2026, 1, 5, tzinfo=UTC)
HEADER = "handle,followers,video_id,caption,hashtags,posted_at,collected_at,duration,views,likes,comments,shares,saves,url\n"
ROW = (
    'dune.c4b3a79,1.4M,7499446218112634119,Khắc chế 🤷‍♀️,"a, b",2025-05-01 12:01:30,2025-05-22 04:17:48,00:55,'
    "541.2K,140,,2870,8184,https://www.tiktok.com/@dune.c4b3a79/video/7499446218112634119\n"
)


def read(tmp_path: Path, text: str | bytes) -> list[LegacyPost | RejectedRow]:
    file = tmp_path / "export.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_export(file, now=NOW))


def test_counts_scripts_and_empty_fields_are_understood(tmp_path) -> None:
    assert read(tmp_path, HEADER + ROW) == [
        LegacyPost(
            line=2,
            handle="dune.c4b3a79",
            followers=1_400_000,
            tiktok_video_id="7499446218112634119",
            caption="Khắc chế 🤷‍♀️",
            posted_at=datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC),
            collected_at=datetime(2025, 5, 22, 4, 17, 48, tzinfo=UTC),
            views=541_200,
            likes=140,
            comments=None,
            shares=2870,
            url="https://www.tiktok.com/@dune.c4b3a79/video/7499446218112634119",
        )
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2870", 2870),
        ("1.9M", 1_900_000),
        ("1,234", 1234),
        ("2B", 2_000_000_000),
        ("3.25k", 3250),
        ("", None),
    ],
)
def test_a_count_reads_as_the_old_source_showed_it(tmp_path, text, count) -> None:
    [post] = read(tmp_path, f'handle,video_id,views\nann.b,7499446218112634119,"{text}"\n')
    assert isinstance(post, LegacyPost)
    assert post.views == count


def test_a_post_without_a_time_takes_the_time_inside_its_id(tmp_path) -> None:
    [post] = read(tmp_path, "handle,video_id\nann.b,7499446218112634119\n")
    assert isinstance(post, LegacyPost)
    assert post.posted_at == datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)
    assert post.collected_at == NOW


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ann b,7499446218112634119,1", "handle “ann b” is not a TikTok handle"),
        ("ann.b,seven,1", "video_id “seven” is not a TikTok video id"),
        ("ann.b,7499446218112634119,lots", "views “lots” is not a count"),
        ("ann.b,7499446218112634119,99999999B", "views “99999999B” is too large to be a count"),
        ("ann.b,7499446218112634119,-5", "views “-5” is not a count"),
        ("ann.b,7499446218112634119", "has 2 columns instead of 3"),
        ("ann.b,7499446218112634119,1,2", "has 4 columns instead of 3"),
    ],
)
def test_a_row_that_cannot_be_understood_is_rejected_with_line_and_reason(
    tmp_path, row, reason
) -> None:
    good = "maya.b,7499446218112634120,5"
    rows = read(tmp_path, f"handle,video_id,views\n{good}\n{row}\n")
    assert isinstance(rows[0], LegacyPost)
    assert rows[1:] == [RejectedRow(3, reason)]


def test_an_address_elsewhere_and_a_wrong_time_are_rejected(tmp_path) -> None:
    text = (
        "handle,video_id,url,posted_at\nann.b,7499446218112634119,javascript:alert(1),\n"
        "ann.b,7499446218112634119,,yesterday\n"
        "ann.b,7499446218112634119,,9999-12-31T23:59:59-01:00\n"
        "ann.b,7499446218112634119,,9999-12-31 23:59:59\n"
    )
    assert [row.reason for row in read(tmp_path, text) if isinstance(row, RejectedRow)] == [
        "url “javascript:alert(1)” is not an address at TikTok",
        "posted_at “yesterday” is not a time like 2025-05-01 12:01:30",
        "posted_at “9999-12-31T23:59:59-01:00” is not a time like 2025-05-01 12:01:30",
        "posted_at “9999-12-31 23:59:59” lies in the future",
    ]


def test_the_same_post_twice_is_rejected_the_second_time(tmp_path) -> None:
    rows = read(tmp_path, HEADER + ROW + ROW)
    assert rows[1] == RejectedRow(3, "video_id 7499446218112634119 stands on line 2 already")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"handle,video_id,colour\n", "unknown column “colour”"),
        (b"handle;video_id\n", "unknown column “handle;video_id”"),
        (b"handle,views\n", "column “video_id” is missing"),
        (b"handle,video_id,handle\n", "a column stands twice"),
        (
            "handle,video_id,caption\nann.b,7499446218112634119,café\n".encode("latin-1"),
            "is not UTF-8 text",
        ),
        ("handle,video_id\n".encode("utf-16"), "is not UTF-8 text"),
        (b'handle,video_id\nann.b,"7499446218112634119\n', "is not well-formed CSV"),
        (b'handle,video_id\n"ann".b,7499446218112634119\n', "is not well-formed CSV"),
        (b"handle,video_id\nann.b," + b"7" * 200_000 + b"\n", "is not well-formed CSV"),
    ],
)
def test_a_file_that_is_no_export_is_refused_and_says_why(tmp_path, content, message) -> None:
    with pytest.raises(NotALegacyExport, match=message):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(NotALegacyExport, match="No such file or directory"):
        list(read_export(tmp_path / "none.csv", now=NOW))
