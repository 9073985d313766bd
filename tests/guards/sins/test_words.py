"""Sins against the glossary: lines that begin in mid-thought, names of words that were replaced."""

from __future__ import annotations

import pytest

from tests.guards import test_words as words
from tests.guards.sins import caught_by


@caught_by(
    words.test_the_first_line_of_a_docstring_stands_alone, match=r"crm/planted\.py:1: Who may"
)
@pytest.mark.parametrize(
    "text", ['"""Who may enter."""\n', 'def enter():\n    """Who may enter.\n\n    A list."""\n']
)
def test_a_line_that_begins_in_mid_thought(plant_file, text: str) -> None:
    plant_file("crm/planted.py", text)


@caught_by(words.test_no_name_uses_a_word_that_was_replaced, match=r"planted\.\w+:1: ")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("crm/planted.py", "looked_at = 1"),
        ("crm/planted.py", "def put_off(): ..."),
        ("crm/planted.py", "class CrewMember: ..."),
        ("crm/planted.py", "row.stands_since = 1"),
        ("crm/planted.py", "def f(trouble): ..."),
        ("static/planted.css", ".is-fit { color: red }"),
    ],
)
def test_a_name_of_a_replaced_word(plant_file, name: str, text: str) -> None:
    plant_file(name, text)


@caught_by(words.test_no_name_uses_a_word_that_was_replaced, match="looks")
@pytest.mark.parametrize("name", ["crm/services/looks.py", "templates/staff/looks.html"])
def test_a_file_of_a_replaced_word(plant_file, name: str) -> None:
    plant_file(name)
