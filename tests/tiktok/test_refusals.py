"""A refusal of TikTok's is shown with the names that people give to things, not with those of the wire."""

from __future__ import annotations

import re

import pytest

from tests.guards import sources
from tiktok.errors import FIELD_WORDS, TikTokRefused, in_our_words

SAID = re.compile(r'invalid\(f?"([^"]+)"')
NAME = re.compile(r"[a-z]+_[a-z_]+")


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        ("handle_names: None of the handles exists.", "Creators: None of the handles exists."),
        ("campaign_code: No remaining orders.", "Campaign code: No remaining orders."),
        ("end_date: Must not be before start_date.", "Last day: Must not be before first day."),
        ("some_new_field: Missing.", "Some new field: Missing."),
        ("action: No more than 2 reminders can be sent.", "No more than 2 reminders can be sent."),
        ("Country-Code: GB is not a country of this campaign.", "Country: GB is not a country of this campaign."),
        ("Handle tom_trails is not a marketplace creator.", "Handle tom_trails is not a marketplace creator."),
        ("injected fault", "injected fault"),
        ("", ""),
    ],
)  # fmt: skip
def test_fields_are_named_as_people_say_them(wire: str, said: str) -> None:
    assert in_our_words(wire) == said
    assert str(TikTokRefused(wire)) == f"TikTok refused: {said}"


def test_no_refusal_that_is_known_shows_a_name_of_the_wire() -> None:
    texts = {
        text.replace("{name}", "handle_names")
        .replace("{missing}", "open_id")
        .replace("{name}", "handle_names")
        for path in (sources.ROOT / "tiktok" / "sandbox").rglob("*.py")
        for text in SAID.findall(path.read_text())
    }
    assert len(texts) > 40
    assert [text for text in texts if NAME.search(re.sub(r"{[^}]*}", "", in_our_words(text)))] == []
    assert not [word for word in FIELD_WORDS.values() if "_" in word]
