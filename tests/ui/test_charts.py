"""Charts before they are drawn."""

from __future__ import annotations

from ui.templatetags.charts import shares


def test_a_bar_is_as_long_as_its_share_of_everybody() -> None:
    rows = [{"label": "Female", "share": 0.488}, {"label": "Male", "share": 0.512}]
    assert [row["width"] for row in shares(rows)] == ["48.8", "51.2"]
    assert shares([{"label": "GB", "share": None}])[0]["width"] == "0.0"
