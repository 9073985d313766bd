"""Columns by name, and what a mapping file may say."""

from __future__ import annotations

import pytest

from tiktok.errors import NotALegacyExport
from tiktok.services.legacy.columns import ColumnMapping, check_fields, fields_of, read_mapping

PLAIN = ColumnMapping()


def test_columns_mean_what_their_names_say() -> None:
    names = ["User Name", "post_id", "PlayCount", "stats.diggCount", "colour", "createTime"]
    assert fields_of(names, PLAIN) == {
        "User Name": "handle",
        "post_id": "video_id",
        "PlayCount": "views",
        "stats.diggCount": "likes",
        "createTime": "posted_at",
    }


def test_in_a_table_without_posts_likes_and_videos_are_the_accounts() -> None:
    assert fields_of(["handle", "likes", "Videos"], PLAIN) == {
        "handle": "handle",
        "likes": "account_likes",
        "Videos": "account_videos",
    }


def test_a_column_called_as_its_field_counts_before_another() -> None:
    assert fields_of(["id", "video_id", "handle"], PLAIN) == {
        "video_id": "video_id",
        "handle": "handle",
    }


@pytest.mark.parametrize("others", [["nickname", "followerCount"], ["url"], ["desc", "createTime"]])
def test_an_id_beside_nothing_that_only_posts_have_is_asked_about(others) -> None:
    names = ["id", "uniqueId", *others]
    found = fields_of(names, PLAIN)
    assert "id" not in found
    with pytest.raises(NotALegacyExport, match="The column “id” may name posts or accounts"):
        check_fields(names, found, PLAIN)
    for key in ("", "video_id"):
        mapping = read_mapping({"columns": {"id": key}})
        found = fields_of(names, mapping)
        assert found.get("id", "") == key
        check_fields(names, found, mapping)


def test_an_id_beside_numbers_of_posts_is_theirs() -> None:
    found = fields_of(["id", "uniqueId", "plays"], PLAIN)
    assert found == {"id": "video_id", "uniqueId": "handle", "plays": "views"}
    check_fields(found, found, PLAIN)


def test_in_a_table_of_accounts_with_ids_likes_are_the_accounts() -> None:
    assert fields_of(["id", "handle", "likes"], PLAIN) == {"handle": "handle", "likes": "account_likes"}  # fmt: skip


def test_a_timestamp_means_nothing_by_its_name() -> None:
    assert fields_of(["handle", "timestamp"], PLAIN) == {"handle": "handle"}


def test_two_columns_of_one_field_are_refused_until_a_mapping_says_which_counts() -> None:
    names = ["username", "account", "video_id"]
    with pytest.raises(NotALegacyExport, match="“username” and “account” both mean handle"):
        fields_of(names, PLAIN)
    chosen = fields_of(names, read_mapping({"columns": {"Username": ""}}))
    assert chosen == {"account": "handle", "video_id": "video_id"}


def test_a_mapping_says_what_no_name_says() -> None:
    mapping = read_mapping({"columns": {"Aufrufe": "views", "Konto": "handle", "likes": "likes"}})
    assert fields_of(["Konto", "AUFRUFE", "likes"], mapping) == {
        "Konto": "handle",
        "AUFRUFE": "views",
        "likes": "likes",
    }


def test_a_mapping_names_handles_in_any_spelling() -> None:
    assert read_mapping({"handles": {"@Old.Name": "new.name"}}).handles == {"old.name": "new.name"}


def test_a_mapping_names_one_time_for_the_whole_file() -> None:
    assert read_mapping({"collected_at": "2025-05-22"}).collected_at == "2025-05-22"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], r"must be an object with “columns”, “handles” or “collected_at”\.$"),
        ({"column": {}}, "Unknown: column"),
        ({"columns": []}, "“columns” of the mapping file must be an object of texts"),
        ({"columns": {"a": 1}}, "“columns” of the mapping file must be an object of texts"),
        ({"columns": {"a": "colour"}}, "maps “a” to “colour”. Fields are: handle, "),
        ({"collected_at": "May"}, "“collected_at” of the mapping file, “May”, is not a time like"),
        (
            {"collected_at": ["2025-05-22"]},
            "“collected_at” of the mapping file, “.*”, is not a time like",
        ),
        ({"handles": {"a b": "c"}}, "names “a b”, which is no handle"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(content, message) -> None:
    with pytest.raises(NotALegacyExport, match=message):
        read_mapping(content)


def test_a_table_of_neither_accounts_nor_posts_is_refused() -> None:
    check_fields(["url"], {"url": "url"}, PLAIN)
    with pytest.raises(NotALegacyExport, match=r"The file has the columns: name, colour\. Name"):
        check_fields(["name", "colour"], {}, PLAIN)
