"""Numbers, names and times as people write them; statistics and charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from ui.bidi import isolated, isolated_lines
from ui.components import component, one_of
from ui.markup import breaking
from ui.richtext import plain_text, shown
from ui.templatetags import charts, formats

register = template.Library()

register.filter("isolate", isolated, is_safe=True)
register.filter("isolate_lines", isolated_lines, is_safe=True)
register.filter("breaking", breaking)
register.filter("rich", shown)
register.filter("rich_as_text", plain_text)
register.filter("number", formats.number)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("duration", formats.duration)
register.filter("money", formats.money)


@register.filter
def add_name(text: str, name: object) -> str:
    """The text and, isolated, a name."""
    return f"{text}{isolated(name)}"


register.simple_tag(formats.ago, name="ago")
register.simple_tag(formats.clock, name="clock")
register.simple_tag(formats.at_time)
register.simple_tag(formats.due, name="due")

STAT_FORMATS: dict[str, Callable[[Any], str]] = {
    "compact": formats.compact,
    "number": formats.number,
    "percent": formats.percent,
    "duration": formats.duration,
    "money": formats.cents,
    "text": str,
}


@register.simple_tag
def stat(  # noqa: PLR0913 - one keyword per thing a number may carry
    *,
    label: str,
    value: Any,
    format: str = "compact",  # noqa: A002 - reads as the attribute it becomes
    unit: str = "",
    hint: str = "",
    source: str = "",
    at: datetime | None = None,
    calculated: bool = False,
    flag: str = "",
    reason: str = "",
    remedy_label: str = "",
    remedy_href: str = "",
) -> SafeString:
    """A number with its unit, source and time. A missing one (None) shows `—`, the reason and the remedy, never 0.

    `flag` says what is odd about it, in a sentence.

    format: compact, number, percent (a fraction), duration (seconds), money (amount, currency), text.
    """
    one_of(format, STAT_FORMATS, "stat format")
    is_missing = formats.is_missing(value)
    if format == "money" and not is_missing:
        value, unit = value
    return component(
        "stat",
        label=label,
        shown=formats.MISSING if is_missing else STAT_FORMATS[format](value),
        is_missing=is_missing,
        unit=unit,
        hint=hint,
        source=source,
        at=at,
        calculated=calculated and not is_missing,
        flag=flag,
        reason=reason,
        remedy_label=remedy_label,
        remedy_href=remedy_href,
    )


@register.simple_tag
def chart(
    *,
    id: str,  # noqa: A002 - reads as the attribute it becomes
    kind: str,
    data: Sequence[Any],
    label: str,
    unit: str = "",
    empty: str = "No data yet",
    marks: charts.Series | None = None,
    gaps: Sequence[tuple[Any, Any]] = (),
) -> SafeString:
    """A drawing with its table. kind: line, area, bar (series over dates), retention (share over seconds), share.

    `marks` are counts that stand above a drawing over dates, and in the table as a column; `gaps` (first, last) are shaded.

    data: `[{"name": …, "points": [(x, y or None), …], "benchmark": False}, …]`; for share `[{"label": …, "share": 0.4}, …]`.
    """
    drawn = charts.Kind(one_of(kind, set(charts.Kind), "chart kind"))
    common = {"id": id, "label": label, "unit": unit, "empty": empty}
    if drawn is charts.Kind.SHARE:
        return component("chart_share", rows=charts.shares(data), **common)
    points = marks["points"] if marks else []
    columns = [*data, marks] if points else data
    rows = charts.table(drawn, columns)
    is_drawn = charts.is_drawn(data)
    return component(
        "chart",
        rows=rows,
        is_drawn=is_drawn,
        lone="" if is_drawn else charts.lone(drawn, data, unit),
        names=[line["name"] for line in columns],
        summary=charts.summary(data, unit, drawn),
        payload=json_script(
            {**charts.payload(drawn, data, label, unit), **charts.beside(points, gaps)},
            f"{id}-data",
        ),
        x_label="Second" if drawn is charts.Kind.RETENTION else "Date",
        **common,
    )
