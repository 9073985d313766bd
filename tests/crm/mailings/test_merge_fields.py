"""Merge fields: found, refused with their place, filled; nothing else in a text means more than its words."""

from __future__ import annotations

import pytest

from crm.policies.merge_fields import (
    FIELDS,
    fields_in,
    filled,
    filled_paragraphs,
    problems,
)

VALUES = dict.fromkeys(FIELDS, "x") | {"influencer": "Maya & Co", "handle": "@maya"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello {{ nmae }}", "Line 1, character 7: there is no field “nmae”."),
        ("a\nb {{ influencer", "Line 2, character 3: “{{” is not a whole field."),
        ("influencer }}", "Line 1, character 12: “}}” is not a whole field."),
        ("{{ influencer.email }}", "Line 1, character 1: “{{ influencer.email }}” is not a whole"),
        ("{{ influencer|upper }}", "Line 1, character 1: “{{ influencer|upper }}” is not a whole"),
        ("{{}}", "Line 1, character 1: “{{}}” is not a whole field."),
        ("{% if x %}", "Line 1, character 1: “{%” is not a whole field."),
        (
            "https://x.example/{{ handle }}",
            "Line 1, character 1: a field cannot be part of a link.",
        ),
        ("www.x.example/{{ handle }}", "Line 1, character 1: a field cannot be part of a link."),
    ],
)
def test_what_is_no_field_is_refused_with_its_place(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_every_problem_is_said_in_the_order_of_the_text() -> None:
    places = [said.partition(":")[0] for said in problems("{{ a }}\n{{ b }} {{ influencer }} %}")]
    assert places == ["Line 1, character 1", "Line 2, character 1", "Line 2, character 26"]


def test_all_fields_may_be_used_with_or_without_blanks() -> None:
    text = " ".join([*(f"{{{{ {name} }}}}" for name in FIELDS), "{{influencer}}"])
    assert problems(text) == []
    assert fields_in(text, "") == set(FIELDS)
    assert filled("{{influencer}}: {{  handle }}", VALUES) == "Maya & Co: @maya"


def test_a_value_is_never_read_again() -> None:
    values = VALUES | {"influencer": "{{ handle }}"}
    assert filled("{{ influencer }}", values) == "{{ handle }}"


def test_html_has_paragraphs_line_breaks_links_and_nothing_of_the_writer_s_own() -> None:
    text = "Hi <b>{{ influencer }}</b>\r\nsee https://x.example/a\r\n\r\n  \nBye\n".replace(
        "\r", ""
    )
    assert filled_paragraphs(text, VALUES) == [
        (
            "Hi &lt;b&gt;Maya &amp; Co&lt;/b&gt;<br>"
            'see <a href="https://x.example/a">https://x.example/a</a>'
        ),
        "Bye",
    ]


def test_an_address_in_a_value_does_not_become_a_link() -> None:
    values = VALUES | {"influencer": "https://evil.example <i>"}
    (paragraph,) = filled_paragraphs("Hi {{ influencer }}", values)
    assert paragraph == "Hi https://evil.example &lt;i&gt;"
