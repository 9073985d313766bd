"""Keys are read from what a browser sends, and left out where they can be none."""

from __future__ import annotations

import pytest

from ui.keys import key_in, keys_in


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7", 7), ("9" * 18, 10**18 - 1), ("", None), ("-7", None), ("7.0", None), (" 7", None), ("٧", None),
        ("²", None), ("9" * 19, None), ("1,2", None),
    ],
)  # fmt: skip
def test_a_key_is_digits_that_the_database_can_hold(text: str, key: int | None) -> None:
    assert key_in(text) == key


def test_several_keys_stand_in_values_of_their_own_or_between_commas_each_once() -> None:
    assert keys_in(["3,1", "", "3", "x,2"]) == [3, 1, 2]
