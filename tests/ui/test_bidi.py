"""A name turns nothing round but itself: neither the sentence it stands in nor the subject of a mail."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from ui.bidi import isolated, isolated_lines

STEERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("name", ["Maya", "Łucja Đạt", "Мария", "真央", "O’Brien 😀", ""])
def test_what_turns_nothing_round_stays_as_it_is(name: str) -> None:
    assert isolated(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\u202eevil", "\u2068evil\u2069"),
        ("ev\u2069\u202dil", "\u2068evil\u2069"),
        ("مايا", "\u2068مايا\u2069"),
        ("Noa נועה 3", "\u2068Noa נועה 3\u2069"),
        ("two\u2029مايا", "\u2068two مايا\u2069"),
    ],
)
def test_a_name_is_closed_in_without_what_steers(name: str, shown: str) -> None:
    assert isolated(name) == shown


@given(st.text(st.sampled_from([*STEERING, *"aא ع1-\n\u2029"]), max_size=20))
def test_no_name_can_open_or_close_anything_outside_itself(name: str) -> None:
    inside = isolated(name).removeprefix("\u2068").removesuffix("\u2069")
    assert not set(inside) & set(STEERING)
    assert "\n" not in inside
    assert "\u2029" not in inside


def test_the_lines_of_a_text_stay_apart_and_none_turns_another_one_round() -> None:
    assert isolated_lines("One\r\n\n\u202eevil\nTwo") == "One\n\n\u2068evil\u2069\nTwo"
    template = engines["django"].from_string("{{ text|isolate_lines|linebreaksbr }}")
    assert template.render({"text": "<b>\nمايا"}) == "&lt;b&gt;<br>\u2068مايا\u2069"


def test_templates_isolate_and_escape() -> None:
    template = engines["django"].from_string(
        "<p>{{ name|isolate }} is here</p>{{ 'For '|add_name:name }}"
    )
    shown = template.render({"name": "<b>\u202eevil"})
    safe = "\u2068&lt;b&gt;evil\u2069"
    assert shown == f"<p>{safe} is here</p>For {safe}"


def test_no_template_runs_the_lines_of_a_text_together() -> None:
    flat = [
        p.name for p in Path("templates").rglob("*.html") if "isolate|linebreaks" in p.read_text()
    ]
    assert flat == [], "a text of several lines is printed as {{ text|isolate_lines|linebreaksbr }}"
