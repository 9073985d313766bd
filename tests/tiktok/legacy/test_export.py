"""Reading the old source's export: every row is understood or refused with line and reason; a wrong file is refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiktok.errors import NotALegacyExport
from tiktok.services.legacy.export import LegacyPost, RefusedRow, read_export

NOW = datetime(2026, 1, 5, tzinfo=UTC)
HEADER = "handle,followers,video_id,caption,hashtags,posted_at,collected_at,duration,views,likes,comments,shares,saves,url\n"
ROW = (
    'dune.c4b3a79,1.4M,7499446218112634119,Khắc chế 🤷‍♀️,"a, b",2025-05-01 12:01:30,2025-05-22 04:17:48,00:55,'
    "541.2K,140,,2870,8184,https://www.tiktok.com/@dune.c4b3a79/video/7499446218112634119\n"
)


def read(tmp_path: Path, text: str | bytes) -> list[LegacyPost | RefusedRow]:
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
        ("ann.b,7499446218112634119,1\0", "contains a NUL character"),
        ("ann.b,7499446218112634119,99999999B", "views “99999999B” is too large to be a count"),
        ("ann.b,7499446218112634119,-5", "views “-5” is not a count"),
        ("ann.b,7499446218112634119", "has 2 columns instead of 3"),
        ("ann.b,7499446218112634119,1,2", "has 4 columns instead of 3"),
        (
            "an\N{KELVIN SIGN},7499446218112634119,1",
            "handle “an\N{KELVIN SIGN}” is not a TikTok handle",
        ),
        (
            "ann.b,7499446218112634119,1.234M",
            "views “1.234M” can be read as 1,234,000 or 1,234,000,000",
        ),
        ("ann.b,7499446218112634119,65099.5", "views “65099.5” is not a whole number"),
        (
            "ann.b,123456,1",
            "posted_at is empty, and the time in video_id 123456 is before TikTok existed",
        ),
        (
            "ann.b,9999999999999999999,1",
            "posted_at is empty, and the time in video_id 9999999999999999999 lies in the future",
        ),
        (
            "ann.b,7499446218112630000,1",
            "video_id 7499446218112630000 looks rounded by a spreadsheet, and no url says which video it is",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_line_and_reason(
    tmp_path, row, reason
) -> None:
    good = "maya.b,7499446218112634120,5"
    rows = read(tmp_path, f"handle,video_id,views\n{good}\n{row}\n")
    assert isinstance(rows[0], LegacyPost)
    assert rows[1:] == [RefusedRow(3, reason)]


def test_an_address_elsewhere_and_a_wrong_time_are_refused(tmp_path) -> None:
    text = (
        "handle,video_id,url,posted_at\nann.b,7499446218112634119,javascript:alert(1),\n"
        "ann.b,7499446218112634119,,yesterday\n"
        "ann.b,7499446218112634119,,9999-12-31T23:59:59-01:00\n"
        "ann.b,7499446218112634119,,9999-12-31 23:59:59\n"
    )
    assert [row.reason for row in read(tmp_path, text) if isinstance(row, RefusedRow)] == [
        "url “javascript:alert(1)” is not an address at TikTok",
        "posted_at “yesterday” is not a time like 2025-05-01 12:01:30",
        "posted_at “9999-12-31T23:59:59-01:00” is not a time like 2025-05-01 12:01:30",
        "posted_at “9999-12-31 23:59:59” lies in the future",
    ]


@pytest.mark.parametrize(
    "text",
    ["20250501123", "2025-W18-4", "2025-05-01 12", "45778.5", "1746100890", "2025-05-01x12:00:00", "0001-01-01 00:00+23:00"],
)  # fmt: skip
def test_a_time_written_in_another_way_is_refused(tmp_path, text) -> None:
    [row] = read(tmp_path, f"handle,video_id,collected_at\nann.b,7499446218112634119,{text}\n")
    assert isinstance(row, RefusedRow)
    assert "is not a time like" in row.reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.tiktok.com/@ann.b/video/7499446218112630000", "video_id 7499446218112634119 and url name two videos"),
        ("https://m.tiktok.com/v/7499446218112634118.html", "video_id 7499446218112634119 and url name two videos"),
        ("https://www.tiktok.com/%40ann.b/photo/749", "video_id 7499446218112634119 and url name two videos"),
        ("https://www.tiktok.com/@maya.b/video/7499446218112634119", "handle “ann.b” and url name two accounts"),
        ("https://www.tiktok.com.example/@ann.b", "url “https://www.tiktok.com.example/@ann.b” is not an address at TikTok"),
        ("https://ann@www.tiktok.com/@ann.b", "url “https://ann@www.tiktok.com/@ann.b” is not an address at TikTok"),
        ("https://www.tiktok.com/ @ann.b", "url “https://www.tiktok.com/ @ann.b” is not an address at TikTok"),
        ("https://[", "url “https://[” is not an address at TikTok"),
        ("https://www.tiktok.com/t/" + "Z" * 500, "url “https://www.tiktok.com/t/" + "Z" * 35 + "” is longer than 500 characters"),
    ],
)  # fmt: skip
def test_an_address_that_says_something_else_than_its_row_refuses_the_row(
    tmp_path, url, reason
) -> None:
    rows = read(tmp_path, f"handle,video_id,url\nann.b,7499446218112634119,{url}\n")
    assert rows == [RefusedRow(2, reason)]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.tiktok.com/@Ann.B/video/7499446218112630000?lang=en",
        "https://m.tiktok.com/v/7499446218112630000.html",
    ],
)
def test_an_address_that_agrees_proves_an_id_that_syncs_rounded(tmp_path, url) -> None:
    [post] = read(tmp_path, f"handle,video_id,url\n@ann.b,7499446218112630000,{url}\n")
    assert isinstance(post, LegacyPost)
    assert (post.tiktok_video_id, post.url) == ("7499446218112630000", url)


def test_an_address_that_names_no_video_proves_no_id_that_looks_rounded(tmp_path) -> None:
    short = "https://www.tiktok.com/t/ZTx/"
    rows = read(
        tmp_path,
        f"handle,video_id,url\nann.b,7499446218112634119,{short}\nann.b,7499446218112630000,{short}\n",
    )
    assert (rows[0].url, rows[1]) == (
        short,
        RefusedRow(
            3,
            "video_id 7499446218112630000 looks rounded by a spreadsheet, and no url says which video it is",
        ),
    )


def test_an_empty_line_is_no_row_and_counts_as_a_line(tmp_path) -> None:
    first, second = read(
        tmp_path, "handle,video_id\nann.b,7499446218112634119\n\nann.b,7499446218112634120\n"
    )
    assert (first.line, second.line) == (2, 4)


def test_rows_whose_ids_a_spreadsheet_rounded_alike_are_each_refused_for_it(tmp_path) -> None:
    rows = read(
        tmp_path,
        "handle,video_id,url\n"
        "ann.b,7499446218112630000,https://www.tiktok.com/@ann.b/video/7499446218112634119\n"
        "ann.b,7499446218112630000,https://www.tiktok.com/@ann.b/video/7499446218112634120\n",
    )
    reason = "video_id 7499446218112630000 and url name two videos"
    assert rows == [RefusedRow(2, reason), RefusedRow(3, reason)]


def test_a_column_settles_the_marks_of_its_own_values_only(tmp_path) -> None:
    rows = read(
        tmp_path,
        "handle,video_id,views,likes\n"
        "ann.b,7499446218112634119,1.234M,1.234M\n"
        "ann.b,7499446218112634120,1.9M,7\n",
    )
    assert rows[0] == RefusedRow(2, "likes “1.234M” can be read as 1,234,000 or 1,234,000,000")
    text = (
        "handle,video_id,views\nann.b,7499446218112634119,1.234M\nann.b,7499446218112634120,1.9M\n"
    )
    assert [row.views for row in read(tmp_path, text) if isinstance(row, LegacyPost)] == [
        1_234_000,
        1_900_000,
    ]


def test_the_same_post_twice_is_refused_the_second_time(tmp_path) -> None:
    rows = read(tmp_path, HEADER + ROW + ROW)
    assert rows[1] == RefusedRow(3, "video_id 7499446218112634119 stands on line 2 already")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"handle,video_id,colour\n", "unknown column “colour”"),
        (b"handle;video_id\n", "unknown column “handle;video_id”"),
        (b"handle,views\n", "column “video_id” is missing"),
        (b"handle,video_id,handle\n", "a column stands twice"),
        (
            "handle,video_id,caption\nann.b,7499446218112634119,\nann.b,7499446218112634120,café\n".encode(
                "latin-1"
            ),
            "^Line 3 is not UTF-8 text",
        ),
        (
            (
                "handle,video_id,caption\r"
                + "ann.b,7499446218112634119,x\r" * 5_000
                + "ann.b,1,日本\r"
            ).encode("shift-jis"),
            "^Line 5002 is not UTF-8 text",
        ),
        (
            'handle,video_id,caption\r\nann.b,7,"two\r\nlines"\r\nann.b,7,café\r\n'.encode(
                "cp1252"
            ),
            "^Line 4 is not UTF-8 text",
        ),
        ("handle,video_id\n".encode("utf-16"), "^Line 1 is not UTF-8 text"),
        ("handle,video_id\n".encode("utf-16-le"), "^Line 1 is not UTF-8 text"),
        (
            b"handle,video_id" + b",views" * 5_000_000 + b"\n",
            "^Line 1 makes a row of more than 1,000,000 characters",
        ),
        (b"," * 5_000_000 + b"\n", "^Line 1 makes a row of more than 1,000,000 characters"),
        (
            b"handle,video_id\n" + b'"x\n",' * 300_000,
            "makes a row of more than 1,000,000 characters",
        ),
        (b'handle,video_id\nann.b,"7499446218112634119\n', "^Line 2 is not well-formed CSV"),
        (b'handle,video_id\n"ann".b,7499446218112634119\n', "is not well-formed CSV"),
        (b"handle,video_id\nann.b," + b"7" * 200_000 + b"\n", "is not well-formed CSV"),
    ],
)
def test_a_file_that_is_no_export_is_refused_and_says_why(tmp_path, content, message) -> None:
    with pytest.raises(NotALegacyExport, match=message):
        read(tmp_path, content)


def test_a_file_is_read_with_a_byte_order_mark_and_any_line_ends(tmp_path) -> None:
    for line_end in ("\n", "\r\n", "\r"):
        text = line_end.join(["\ufeffhandle,video_id,views", "ann.b,7499446218112634119,1.9M", ""])
        [post] = read(tmp_path, text)
        assert isinstance(post, LegacyPost)
        assert (post.line, post.views) == (2, 1_900_000)


def test_a_stream_which_cannot_be_read_twice_is_refused(tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    try:
        with pytest.raises(NotALegacyExport, match="Save the export as a file first"):
            list(read_export(pipe, now=NOW))
    finally:
        os.close(writer)


def test_a_file_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(NotALegacyExport, match="No such file or directory"):
        list(read_export(tmp_path / "none.csv", now=NOW))
