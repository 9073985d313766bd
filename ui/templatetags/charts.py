"""Turn the series of a view into what a chart draws and a table that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypedDict

from ui.templatetags.formats import duration, number, percent

Point = tuple[Any, Any]


class Series(TypedDict, total=False):
    """`points` are (x, y): x a date, a moment or (retention) a second; y a number, or None where nothing is known.
    `colour`: which of the colours of charts, where it is not the first."""

    name: str
    points: Sequence[Point]
    benchmark: bool
    colour: int


class Kind(StrEnum):
    LINE = "line"
    AREA = "area"
    BAR = "bar"
    RETENTION = "retention"
    SHARE = "share"


def plain(x: Any) -> Any:
    return x.isoformat() if isinstance(x, date) else x


def readable(x: date) -> str:
    """`5 Oct 2026`, of a moment `5 Oct 2026 12:00 UTC`."""
    day = f"{x.day} {x:%b %Y}"
    return f"{day} {x.astimezone(UTC):%H:%M} UTC" if isinstance(x, datetime) else day


def payload(kind: Kind, series: Sequence[Series], label: str, unit: str) -> dict[str, Any]:
    """The data that static/js/charts.js reads."""
    return {
        "kind": kind,
        "label": label,
        "unit": unit,
        "series": [
            {
                "name": line["name"],
                "benchmark": line.get("benchmark", False),
                **({"colour": line["colour"]} if "colour" in line else {}),
                "points": [[plain(x), None if y is None else float(y)] for x, y in line["points"]],
            }
            for line in series
        ],
    }


def beside(marks: Sequence[Point], gaps: Sequence[tuple[Any, Any]]) -> dict[str, list[list[Any]]]:
    """Marks and gaps beside the series of a drawing over dates, for static/js/charts.js; nothing where there is none."""
    found = {
        "marks": [[plain(x), count] for x, count in marks],
        "gaps": [[plain(first), plain(last)] for first, last in gaps],
    }
    return {name: rows for name, rows in found.items() if rows}


def table(kind: Kind, series: Sequence[Series]) -> list[tuple[str, list[str]]]:
    """Rows (x, one cell per series) in order of x; a missing value is `—`."""
    columns = [dict(line["points"]) for line in series]
    xs = sorted({x for column in columns for x in column})
    show_x = duration if kind is Kind.RETENTION else readable
    show_y = percent if kind is Kind.RETENTION else number
    return [(show_x(x), [show_y(column.get(x)) for column in columns]) for x in xs]


def is_drawn(series: Sequence[Series]) -> bool:
    """Is there a line to draw: two known points in one series?"""
    return any(len(_known(line)) > 1 for line in series)


def lone(kind: Kind, series: Sequence[Series], unit: str) -> str:
    """The sentence in place of a chart that has no two points in any series, empty where it has none at all."""
    show_x = duration if kind is Kind.RETENTION else readable
    show_y = percent if kind is Kind.RETENTION else number
    points = [(line["name"], *_known(line)[0]) for line in series if _known(line)]
    said = ", ".join(
        f"{name} {show_y(y)} {unit}".strip() + f" ({show_x(x)})" for name, x, y in points
    )
    return f"{said}. The chart begins with the second reading." if said else ""


def _known(line: Series) -> list[Point]:
    return [(x, y) for x, y in line["points"] if y is not None]


def shares(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars of an audience distribution; a full one is everybody. A label may be a code: `name_of` region or language."""
    return [
        {
            "label": row["label"],
            "name_of": row.get("name_of", ""),
            "percent": percent(row["share"]),
            "width": f"{float(row['share'] or 0) * 100:.1f}",
        }
        for row in rows
    ]


def summary(series: Sequence[Series], unit: str, kind: Kind) -> str:
    """One sentence per series for people who do not see the drawing."""
    parts = []
    for line in series:
        known = [y for _, y in line["points"] if y is not None]
        if not known:
            parts.append(f"{line['name']}: no data")
            continue
        show = percent if kind is Kind.RETENTION else number
        parts.append(
            f"{line['name']}: {len(known)} points, from {show(known[0])} to {show(known[-1])} {unit}".strip()
        )
    return "; ".join(parts)
