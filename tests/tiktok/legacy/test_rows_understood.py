"""Rows of the old source: each is understood or refused with line and reason; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tiktok.services.legacy.export import UNKNOWN, LegacyRow, Reading, RefusedRow, is_percentage

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ID = "7499446218112634119"
ROUNDED = "7499446218112630000"
COLLECTED = datetime(2025, 5, 22, 4, 17, 48, tzinfo=UTC)


def understood(proven: str = ".", handles: dict[str, str] | None = None, **row: str):
    marks = {name: {proven} for name in ("views", "followers", "engagement_rate")}
    return Reading(NOW, marks if proven else {}, handles or {}).understand(2, row)


def test_counts_scripts_and_empty_fields_are_understood() -> None:
    assert understood(
        handle="@Dune.C4",
        followers="1.4M",
        display_name="Dune 🌵",
        account_likes="12K",
        account_videos="31",
        engagement_rate="4.2%",
        account_image="avatars/dune.png",
        video_id=ID,
        caption="Khắc chế 🤷‍♀️",
        posted_at="2025-05-01 12:01:30",
        collected_at="2025-05-22 04:17:48",
        views="541.2K",
        likes="140",
        comments="",
        shares="2870",
        image="https://cdn.example/1.jpg",
        campaign="Spring",
    ) == LegacyRow(
        line=2,
        handle="dune.c4",
        collected_at=COLLECTED,
        display_name="Dune 🌵",
        followers=1_400_000,
        account_likes=12_000,
        account_videos=31,
        engagement_rate=0.042,
        account_image="avatars/dune.png",
        tiktok_video_id=ID,
        url=f"https://www.tiktok.com/@dune.c4/video/{ID}",
        caption="Khắc chế 🤷‍♀️",
        posted_at=datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC),
        views=541_200,
        likes=140,
        comments=None,
        shares=2_870,
        image="https://cdn.example/1.jpg",
        campaign="Spring",
    )


def test_a_row_of_an_account_alone_needs_no_post() -> None:
    row = understood(handle="ann.b", followers="12", collected_at="2025-05-22")
    assert (row.handle, row.followers, row.tiktok_video_id, row.posted_at) == (
        "ann.b",
        12,
        "",
        None,
    )
    assert (row.collected_at, row.campaign) == (datetime(2025, 5, 22, tzinfo=UTC), None)


def test_a_row_of_a_known_post_needs_no_account() -> None:
    row = understood(video_id=ID, views="5", collected_at="2025-05-22")
    assert (row.handle, row.url, row.views) == ("", "", 5)


def test_an_address_alone_names_account_and_post() -> None:
    row = understood(url=f"https://www.tiktok.com/@Ann.B/video/{ID}?lang=en")
    assert (row.handle, row.tiktok_video_id) == ("ann.b", ID)


def test_a_handle_that_a_mapping_names_is_the_one_that_it_has_now() -> None:
    row = understood(handles={"old.name": "new.name"}, handle="old.name", video_id=ID)
    assert (row.handle, row.url) == ("new.name", f"https://www.tiktok.com/@new.name/video/{ID}")


@pytest.mark.parametrize(
    ("text", "count"),
    [("2870", 2870), ("1.9M", 1_900_000), ("1,234", 1234), ("2B", 2_000_000_000), ("3.25k", 3250), ("", None)],
)  # fmt: skip
def test_a_count_reads_as_the_old_source_showed_it(text, count) -> None:
    assert (
        understood(handle="ann.b", views=text, video_id=ID, collected_at="2025-05-22").views
        == count
    )


@pytest.mark.parametrize(
    ("text", "rate"), [("4.2%", 0.042), ("3.2 %", 0.032), ("0.042", 0.042), ("", None)]
)
def test_a_rate_is_a_fraction_or_says_that_it_is_a_percentage(text, rate) -> None:
    row = understood(handle="ann.b", engagement_rate=text, collected_at="2025-05-22")
    assert row.engagement_rate == rate


@pytest.mark.parametrize(("text", "rate"), [("0.9", None), ("1", None), ("4.2%", 0.042), ("0", 0)])
def test_beside_rates_above_1_every_rate_must_say_that_it_is_a_percentage(text, rate) -> None:
    row = {"handle": "ann.b", "engagement_rate": text, "collected_at": "2025-05-22"}
    found = Reading(NOW, {}, {}, has_percentages=True).understand(2, row)
    if rate is None:
        reason = f"engagement_rate “{text}” may be a percentage, as others of its column are. Write 4.2% or 0.042"
        assert found == RefusedRow(2, reason)
    else:
        assert found.engagement_rate == rate


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("4.2", True), ("4,2", True), ("1.234", True), ("1,234", True), ("4", True), ("0.9", False), ("1", False), ("4.2%", False), ("high", False)],
)  # fmt: skip
def test_a_rate_above_1_without_a_sign_is_in_percentage_points(text, is_one) -> None:
    assert is_percentage(text) == is_one


# --- numbers and the time they were seen at ---
@pytest.mark.parametrize("name", ["followers", "views", "engagement_rate"])
def test_numbers_that_no_time_belongs_to_are_refused(name) -> None:
    row = {"handle": "ann.b", "video_id": ID, name: "0"}
    assert understood(**row) == RefusedRow(
        2,
        "has numbers, and no collected_at says when they were seen. Fill it in, or name one time for the whole file in the mapping "
        'file: "collected_at": "2025-05-22"',
    )


def test_numbers_of_a_file_that_has_one_time_are_of_that_time() -> None:
    reading = Reading(NOW, {}, {}, collected_at="2025-05-22 04:17:48")
    assert reading.understand(2, {"handle": "ann.b", "followers": "12"}).collected_at == COLLECTED
    own = reading.understand(2, {"handle": "ann.b", "followers": "12", "collected_at": "2025-06-01"})  # fmt: skip
    assert own.collected_at == datetime(2025, 6, 1, tzinfo=UTC)


def test_of_texts_without_a_time_it_is_not_known_when_they_were_seen() -> None:
    row = understood(handle="ann.b", display_name="Ann")
    assert row.collected_at == row.seen_at == UNKNOWN < datetime(2014, 1, 1, tzinfo=UTC)
    post = understood(handle="ann.b", video_id=ID, caption="One")
    assert (post.collected_at, post.seen_at) == (UNKNOWN, post.posted_at)  # no earlier
    timed = understood(handle="ann.b", video_id=ID, collected_at="2025-05-22")
    assert timed.seen_at == timed.collected_at


@pytest.mark.parametrize("text", ["2025-04-30", "2025-04-29 12:01:30", "2025-06-01 12:01:30"])
def test_a_post_is_published_about_when_its_id_was_made(text) -> None:
    posted_at = understood(handle="ann.b", video_id=ID, posted_at=text).posted_at
    assert posted_at == datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2025-04-29 12:01:29", "2025-06-01 12:01:31"])
def test_a_time_of_publishing_far_from_that_of_the_id_is_refused(text) -> None:
    assert understood(handle="ann.b", video_id=ID, posted_at=text) == RefusedRow(
        2,
        f"posted_at “{text}” lies far from 2025-05-01, the day in video_id {ID}. Where it is the time of the numbers, call the column "
        "collected_at",
    )


def test_an_id_that_carries_no_time_goes_with_any() -> None:
    row = understood(handle="ann.b", video_id="123456", posted_at="2025-05-01")
    assert row.posted_at == datetime(2025, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1746100890", datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)),
        ("1746100890123", datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)),
        ("2025-05-01T14:01:30+02:00", datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)),
        ("2025-05-01T12:01:30.000Z", datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)),
        ("2025-05-01", datetime(2025, 5, 1, tzinfo=UTC)),
        ("", datetime(2025, 5, 1, 12, 1, 30, tzinfo=UTC)),  # the time inside its id
    ],
)
def test_a_time_is_read_as_iso_or_as_seconds(text, moment) -> None:
    assert understood(handle="ann.b", video_id=ID, posted_at=text).posted_at == moment


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"handle": "ann b"}, "handle “ann b” is not a TikTok handle"),
        ({"handle": "an\N{KELVIN SIGN}"}, "handle “an\N{KELVIN SIGN}” is not a TikTok handle"),
        ({"views": "7"}, "names neither an account nor a post"),
        ({"handle": "ann.b", "video_id": "seven"}, "video_id “seven” is not a TikTok video id"),
        ({"handle": "ann.b", "caption": "1\0"}, "caption contains a NUL character"),
        ({"handle": "ann.b", "caption": "é\0"}, "caption contains a NUL or half a character"),
        ({"handle": "ann.b", "caption": "\ud83d"}, "caption contains a NUL or half a character"),
        ({"handle": "ann.b", "views": "lots", "video_id": ID}, "views “lots” is not a count"),
        ({"handle": "ann.b", "followers": "-5"}, "followers “-5” is not a count"),
        ({"handle": "ann.b", "followers": "99999999B"}, "followers “99999999B” is too large to be a count"),
        ({"handle": "ann.b", "followers": "9" * 20}, f"followers “{'9' * 20}” is too large to be a count"),
        ({"handle": "ann.b", "followers": "65099.5"}, "followers “65099.5” is not a whole number"),
        ({"handle": "ann.b", "likes": "1.234M", "video_id": ID}, "likes “1.234M” can be read as 1,234,000 or 1,234,000,000"),
        ({"handle": "ann.b", "engagement_rate": "4.2"}, "engagement_rate “4.2” is no fraction. Write 4.2% or 0.042"),
        ({"handle": "ann.b", "engagement_rate": "high"}, "engagement_rate “high” is not a number"),
        ({"handle": "ann.b", "video_id": "123456"}, "posted_at is empty, and the time in video_id 123456 is before TikTok existed"),
        ({"handle": "ann.b", "video_id": "9" * 19}, f"posted_at is empty, and the time in video_id {'9' * 19} lies in the future"),
        ({"handle": "ann.b", "video_id": ROUNDED}, f"video_id {ROUNDED} looks rounded by a spreadsheet, and no url says which video it is"),
        ({"handle": "ann.b", "image": "i" * 1_001}, f"image “{'i' * 60}” is longer than 1,000 characters"),
        ({"handle": "ann.b", "video_id": ID, "campaign": "c" * 121}, f"campaign “{'c' * 60}” is longer than 120 characters"),
        ({"url": "https://www.tiktok.com/@a/video/12345678"}, "url “https://www.tiktok.com/@a/video/12345678” names no account or video that TikTok could have"),
        ({"url": "https://www.tiktok.com/@ann.b/video/x"}, "url “https://www.tiktok.com/@ann.b/video/x” names no account or video that TikTok could have"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_understood_is_refused_with_line_and_reason(row, reason) -> None:
    assert understood("", **row) == RefusedRow(2, reason)


@pytest.mark.parametrize(
    "text",
    ["20250501123", "2025-W18-4", "2025-05-01 12", "45778.5", "174610089", "2025-05-01x12:00:00", "0001-01-01 00:00+23:00", "yesterday", "9999-12-31T23:59:59-01:00"],
)  # fmt: skip
def test_a_time_written_in_another_way_is_refused(text) -> None:
    row = understood(handle="ann.b", collected_at=text)
    assert row == RefusedRow(2, f"collected_at “{text}” is not a time like 2025-05-01 12:01:30")


def test_a_time_in_the_future_is_refused() -> None:
    row = understood(handle="ann.b", collected_at="9999-12-31 23:59:59")
    assert row == RefusedRow(2, "collected_at “9999-12-31 23:59:59” lies in the future")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"https://www.tiktok.com/@ann.b/video/{ROUNDED}", f"video_id {ID} and url name two videos"),
        ("https://m.tiktok.com/v/7499446218112634118.html", f"video_id {ID} and url name two videos"),
        ("https://www.tiktok.com/%40ann.b/photo/749", f"video_id {ID} and url name two videos"),
        (f"https://www.tiktok.com/@maya.b/video/{ID}", "handle “ann.b” and url name two accounts"),
        ("https://www.tiktok.com.example/@ann.b", "url “https://www.tiktok.com.example/@ann.b” is not an address at TikTok"),
        ("https://ann@www.tiktok.com/@ann.b", "url “https://ann@www.tiktok.com/@ann.b” is not an address at TikTok"),
        ("https://www.tiktok.com/ @ann.b", "url “https://www.tiktok.com/ @ann.b” is not an address at TikTok"),
        ("javascript:alert(1)", "url “javascript:alert(1)” is not an address at TikTok"),
        ("https://[", "url “https://[” is not an address at TikTok"),
        ("https://www.tiktok.com/t/" + "Z" * 500, "url “https://www.tiktok.com/t/" + "Z" * 35 + "” is longer than 500 characters"),
    ],
)  # fmt: skip
def test_an_address_that_says_something_else_than_its_row_refuses_the_row(url, reason) -> None:
    assert understood(handle="ann.b", video_id=ID, url=url) == RefusedRow(2, reason)


@pytest.mark.parametrize(
    "url",
    [f"https://www.tiktok.com/@Ann.B/video/{ROUNDED}?lang=en", f"https://m.tiktok.com/v/{ROUNDED}.html"],
)  # fmt: skip
def test_an_address_that_agrees_proves_an_id_that_looks_rounded(url) -> None:
    row = understood(handle="@ann.b", video_id=ROUNDED, url=url)
    assert (row.tiktok_video_id, row.url) == (ROUNDED, url)


def test_an_address_that_names_no_video_proves_no_id_that_looks_rounded() -> None:
    short = "https://www.tiktok.com/t/ZTx/"
    assert understood(handle="ann.b", video_id=ID, url=short).url == short
    assert isinstance(understood(handle="ann.b", video_id=ROUNDED, url=short), RefusedRow)
