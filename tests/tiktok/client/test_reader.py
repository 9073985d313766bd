"""One odd field costs one field: what is around it, beside it and below it is read as if nothing was."""

from __future__ import annotations

import copy
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiktok.client.test_brand_and_accounts import VIDEO as OWN_VIDEO
from tests.tiktok.client.test_tto_report import VIDEO as REPORTED
from tiktok.client import accounts_answers, answers, ttcm_answers, tto_answers, tto_report_answers
from tiktok.client.decoding import decoded
from tiktok.client.reader import MOST_NOTES, Row
from tiktok.client.redaction import LONGEST_SHOWN
from tiktok.client.types import Share

POST = {
    "video_id": "7455000000000000011",
    "create_time": "1767434400000",
    "caption": "3-step brioche",
    "embed_url": "https://www.tiktok.com/player/v1/7455000000000000011",
    "likes": 2210,
    "comments": 84,
    "shares": 130,
    "video_views": 39500,
    "engagement_rate": 0.06,
    "caption_hashtags": ["baking"],
}
CREATOR = {
    "handle_name": "maya.bakes",
    "display_name": "Maya Bakes",
    "creator_id": "7212345678901234567",
    "followers_count": 184220,
    "likes_count": 3920114,
    "median_views": 41250,
    "engagement_rate": 0.0714,
    "creator_price": 450,
    "currency": "GBP",
    "audience_countries": [{"country": "GB", "percentage": 0.61}],
    "industry_labels": [{"label_id": "18000000000", "label_name": "Household Products"}],
}
CAMPAIGN = {
    "campaign_id": "7460000000000000101",
    "campaign_name": "Oakmill spring loaf",
    "brand_name": "Oakmill",
    "handle_names": ["maya.bakes"],
    "video_ids": ["7455000000000000012"],
    "country_codes": ["GB"],
    "invite_link": "https://www.tiktok.com/t/ZSbx0001/",
    "create_time": "2026-01-05 11:00:00",
}
LINK = {
    "video_id": "7455000000000000011",
    "campaign_id": "7460000000000000101",
    "status": "APPROVE",
    "number_of_requests": 1,
    "last_reminded_timestamp": "2026-01-08T09:00:00Z",
}
ORDER = {
    "order_id": "7310000000000000021",
    "handle_name": "maya.bakes",
    "campaign_code": "QW7-44Z",
    "invite_link": "https://www.tiktok.com/t/ZSbx0009/",
    "video_ids": ["7311000000000000001"],
    "quota": {"current_video_count": 1, "per_creator_video_limit": 2, "total_video_limit": 400},
}
INSIGHT = {
    "dimensions": {"order_id": "731", "video_id": "745", "handle_name": "maya.bakes"},
    "metrics": {
        "video_views": 16000,
        "likes": 960,
        "reach": 14120,
        "total_play_time": 126400,
        "video_view_retention": [1, 1.02, 0.6],
        "lifetime_gender_distribution": [{"gender": "FEMALE", "percentage": 0.7}],
        "daily_stats": [{"date": "2026-01-03", "views": 5, "likes": 1}],
    },
}
# The list's name, a row of it, what reads the answer, what names its rows, and where a row says which one it is.
PAGES = [
    ("posts", POST, answers.video_page, "videos", ("video_id",)),
    ("creators", CREATOR, tto_answers.found_page, "creators", ("handle_name",)),
    ("campaigns", CAMPAIGN, tto_answers.campaign_page, "campaigns", ("campaign_id",)),
    ("video_infos", LINK, tto_answers.link_request_page, "requests", ("video_id",)),
    ("orders", ORDER, ttcm_answers.order_page, "orders", ("order_id",)),
    ("insights", INSIGHT, ttcm_answers.report_page, "rows", ("dimensions", "order_id")),
    ("videos", OWN_VIDEO, accounts_answers.video_page, "videos", ("item_id",)),
    (
        "videos",
        REPORTED,
        lambda row: tto_report_answers.campaign_report(row, "7", "GB"),
        "videos",
        ("video_info", "video_id"),
    ),
]
# Where one field of TikTok's says two things of ours.
TWINS = {"locale_country": "locale_distribution", "display_name": "handle"}

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "-", "N/A", "1,234", "0", -1, 1e300, [None], {}, {"a": [1]}, [[]], "[1"]),
)


def read(page, name, rows):
    row = Row({name: rows, "page_info": {"page": 1}})
    return getattr(page(row), name_of(page)), row.notes


def name_of(page):
    return next(attribute for _, _, read, attribute, _ in PAGES if read is page)


def leaves(value, path=()):
    """Every single value of a result by where it stands; a list is one value."""
    reported = msgspec.to_builtins(value)
    if not isinstance(reported, dict) or path[-1:] == ("views_by_source",):
        return {path: reported}
    return {
        where: leaf
        for key, each in reported.items()
        if key != "unreadable"
        for where, leaf in leaves(each, (*path, key)).items()
    }


def places(value, path=()):
    """Every place of an answer where something stands that could be something else."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))


def replaced(row, place, odd):
    row = copy.deepcopy(row)
    at = row
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = odd
    return row


@pytest.mark.parametrize(("name", "row", "page", "attribute", "identity"), PAGES)
@settings(max_examples=50)
@given(data=st.data())
def test_whatever_stands_in_one_field_the_others_and_the_other_rows_survive(
    name, row, page, attribute, identity, data
):
    good, _ = read(page, name, [row])
    place = data.draw(
        st.sampled_from(
            [p for p in places(row) if p != identity[: len(p)] and p != ("dimensions", "video_id")]
        )
    )
    odd = replaced(row, place, data.draw(junk))
    (before, found, after), _ = read(page, name, [row | {"n": 1}, odd | {"n": 2}, row | {"n": 3}])
    assert (before, after) == (good[0], good[0])
    reported, known = leaves(found), leaves(good[0])
    differing = {
        path[-1] for path in reported.keys() | known.keys() if reported.get(path) != known.get(path)
    }
    differing -= {twin for twin, other in TWINS.items() if other in differing}
    is_whole_object = isinstance(value_at(row, place), dict)
    assert len(differing) <= 1 or is_whole_object, differing


def value_at(row, place):
    for key in place:
        row = row[key]
    return row


@pytest.mark.parametrize(("name", "row", "page", "attribute", "identity"), PAGES)
@pytest.mark.parametrize("nothing", [None, [], {}, "", "absent"])
def test_a_list_that_is_absent_null_or_empty_is_an_empty_page(
    name, row, page, attribute, identity, nothing
):
    fields = {} if nothing == "absent" else {name: nothing}
    answer = Row(fields)
    assert getattr(page(answer), attribute) == ()
    assert answer.notes == []


@pytest.mark.parametrize(("name", "row", "page", "attribute", "identity"), PAGES)
@pytest.mark.parametrize("odd", [None, "", [], {"a": 1}, True, 7.5])
def test_a_row_that_does_not_say_which_one_it_is_is_left_out_and_told(
    name, row, page, attribute, identity, odd
):
    rows, notes = read(page, name, [row, replaced(row, identity, odd), None, row | {"n": 2}])
    assert len(rows) == 2
    assert {note.field for note in notes if note.field == f"{name}[]"} == {f"{name}[]"}
    assert all(note.why for note in notes)


def test_a_row_that_tiktok_repeats_is_one() -> None:
    row = Row({"posts": [POST, POST, POST | {"likes": 7}]})
    assert [video.likes for video in answers.video_page(row).videos] == [2210, 7]


def test_what_could_not_be_read_is_named_with_its_text_and_without_secrets():
    row = Row(
        {
            "posts": [
                POST | {"likes": "N/A", "comments": "1,234", "shares": 1.5},
                {"auth_code": "#c0de", "caption": "x" * 1000},
            ]
        }
    )
    (video,) = answers.video_page(row).videos
    assert (video.likes, video.comments, video.shares, video.video_views) == (None,) * 3 + (39500,)
    assert video.unreadable == {"likes", "comments", "shares"}
    reported = {note.field: note for note in row.notes}
    assert reported["posts[].likes"].raw == '"N/A"'
    assert reported["posts[]"].why == "video_id is missing"
    assert "c0de" not in repr(row.notes)
    assert all(len(note.raw) <= LONGEST_SHOWN + 1 for note in row.notes)


def test_of_an_answer_that_is_odd_throughout_not_everything_is_told():
    row = Row({"posts": [{"n": n} for n in range(5000)]})
    assert answers.video_page(row).videos == ()
    assert len(row.notes) == MOST_NOTES


def test_nothing_of_an_answer_that_holds_tokens_is_told():
    row = Row({"expires_in": "the-t0ken"}, is_secret=True)
    assert row.limit("expires_in") is None
    assert [(note.field, note.raw) for note in row.notes] == [("expires_in", "***")]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\\ud83d"}', {"a": "�"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\\\\ud83d"}', {"a": "\\ud83d"}),
        (b'{"a": "x\\u0000y"}', {"a": "xy"}),
        (b'{"a": NaN, "b": 2}', {"a": "NaN", "b": 2}),
        (b'{"a": "\xff"}', {"a": "�"}),
        (b'{"a": "\x01"}', {"a": "\x01"}),
        (b'{"a": 12345678901234567890123}', {"a": 12345678901234567890123}),
    ],
)
def test_json_is_read_as_tiktok_writes_it(body, read):
    assert decoded(body) == read


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_one_kind_of_error(body):
    with pytest.raises(ValueError, match=r"\w"):
        decoded(body)


def test_a_nul_that_is_not_even_escaped_costs_no_text():
    assert decoded(b'{"caption": "half\x00full"}') == {"caption": "halffull"}


@pytest.mark.parametrize("empty", [None, "", {}])
def test_an_empty_object_is_as_good_as_none(empty):
    page = {"posts": [], "page_info": empty, "cursor": 40, "has_more": 1.0}
    found = answers.video_page(Row(page))
    assert (found.cursor, found.has_more) == (40, True)
    price = {"creator_rate": empty, "creator_price": "12.50", "currency": "eur"}
    assert str(answers.price(Row(price)).amount) == "12.50"


def test_text_and_numbers_stand_for_each_other():
    row = Row({"a": 7, "b": "7", "c": "7.0", "d": 7.0, "e": "true", "f": 0})
    assert row.text("a") == "7"
    assert (row.count("b"), row.count("c"), row.count("d")) == (7, 7, 7)
    assert (row.flag("e"), row.flag("f")) == (True, False)
    assert row.unreadable == frozenset()


def test_a_list_may_stand_in_a_text():
    row = Row({"curve": "[1, 0.71]", "ids": '["1", 2]', "part": '{"a": 5}'})
    assert row.retention("curve") == (1.0, 0.71)
    assert row.ids("ids") == ("1", "2")
    assert row.row("part").count("a") == 5


def test_a_share_below_zero_costs_that_share():
    reported = [{"age": "18-24", "percentage": 0.4}, {"age": "25-34", "percentage": -0.1}]
    row = Row({"audience_ages": reported})
    assert row.shares("audience_ages", key="age") == (Share("18-24", 0.4),)
    assert [note.field for note in row.notes] == ["audience_ages[]"]


def test_a_distribution_of_which_nothing_can_be_read_is_missing_not_empty():
    row = Row({"audience_ages": [{"age": "18-24", "percentage": "many"}]})
    assert row.shares("audience_ages", key="age") is None
    assert row.unreadable == {"audience_ages"}


@pytest.mark.parametrize(
    "written",
    [
        [{"gender": "Female", "percentage": 0.75}, {"gender": "MALE", "percentage": 0.25}],
        [{"gender": "FEMALE", "percentage": 75}, {"gender": "male", "percentage": 25}],
        {"female": 0.75, "Male": "0.25"},
        json.dumps([{"gender": "FEMALE", "percentage": 75}, {"gender": "male", "percentage": 25}]),
    ],
)
def test_a_distribution_has_one_shape(written):
    row = Row({"genders": written})
    assert row.shares("genders", key="gender") == (Share("FEMALE", 0.75), Share("MALE", 0.25))


def test_an_absent_distribution_is_not_an_empty_one():
    row = Row({"none": None, "some": []})
    assert (row.shares("none", key="age"), row.shares("some", key="age")) == (None, ())


def test_what_tiktok_has_no_name_for_is_none_in_capitals():
    row = Row({"genders": [{"gender": None, "percentage": 0.28}]})
    assert row.shares("genders", key="gender") == (Share("NONE", 0.28),)
