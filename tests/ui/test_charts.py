"""Charts before they are drawn."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template

from ui.templatetags.charts import shares


def test_a_bar_is_as_long_as_its_share_of_everybody() -> None:
    rows = [{"label": "Female", "share": 0.488}, {"label": "Male", "share": 0.512}]
    assert [row["width"] for row in shares(rows)] == ["48.8", "51.2"]
    assert shares([{"label": "GB", "share": None}])[0]["width"] == "0.0"


def rendered(points: list[tuple[object, float | None]], kind: str = "line") -> str:
    source = '{% load figures %}{% chart id="c" kind=kind data=data label="Followers" empty="None yet." %}'
    data = [{"name": "Followers", "points": points}]
    return Template(source).render(Context({"kind": kind, "data": data}))


def test_a_chart_of_two_points_is_drawn_and_has_a_sentence_in_its_place_until_then() -> None:
    html = rendered([(date(2026, 10, 5), 7), (date(2026, 10, 6), None), (date(2026, 10, 7), 9)])
    assert 'data-chart="c-data"' in html
    assert '<p class="chart-wait">The table below has the same numbers.</p></div>' in html
    assert "<script src" not in html


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([(date(2026, 10, 5), 7_100)], "Followers 7,100 (5 Oct 2026). The chart begins with the second reading."),
        ([(date(2026, 10, 5), 7), (date(2026, 10, 6), None)], "Followers 7 (5 Oct 2026). The chart begins with the second reading."),
        ([(date(2026, 10, 5), None)], "None yet."),
        ([], "None yet."),
    ],
)  # fmt: skip
def test_fewer_than_two_points_are_a_sentence(points, sentence) -> None:
    html = rendered(points)
    assert sentence in html
    assert "data-chart" not in html
