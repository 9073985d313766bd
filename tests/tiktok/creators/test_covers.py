"""A cover is shown at TikTok's address for as long as TikTok answers there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tiktok.models import Video
from tiktok.policies import still_answers

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PICTURE = "https://p16.tiktokcdn.com/cover.jpeg"


@pytest.mark.parametrize(
    ("query", "answers"),
    [
        ("", True),
        ("?x-expires=1795953601&x-signature=s", True),
        ("?x-signature=s&x-expires=1795953600", False),
        ("?x-expires=1700000000", False),
        ("?x-expires=soon", True),
    ],
)
def test_an_address_answers_until_the_second_that_it_names(query: str, answers: bool) -> None:
    assert NOW.timestamp() == 1795953600
    assert still_answers(PICTURE + query, NOW) is answers


@pytest.mark.parametrize(
    ("address", "cover"),
    [(PICTURE, PICTURE), ("", ""), (f"{PICTURE}?x-expires=1700000000", "")],
)
def test_an_expired_cover_is_not_asked_for(address: str, cover: str) -> None:
    assert Video(thumbnail_url=address).cover == cover
