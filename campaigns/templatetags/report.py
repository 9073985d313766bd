"""The drawings of a report."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns.queries.report_lines import Line
from campaigns.queries.report_posts import Retention
from ui.bidi import isolated
from ui.markup import joined, markup
from ui.plots import curves, scatter
from ui.templatetags.formats import NBSP, compact, money, number, percent, short

register = template.Library()

CORNERS = (
    "Low fee, many views",
    "High fee, many views",
    "Low fee, few views",
    "High fee, few views",
)
NARROW_CORNERS = ("Cheap, strong", "Costly, strong", "Cheap, weak", "Costly, weak")
LENGTHS = ("start", "25 %", "50 %", "75 %", "end")
SMALL = 0.1
LONGEST_NAME = 60  # characters
NARROW = 500  # units, below which words are short
DRAWINGS = "staff/campaigns/report/plots"


@register.filter
def cost(amount: float, currency: str) -> str:
    """An amount with its currency; of less than ten hundredths four decimals."""
    if amount >= SMALL:
        return money(amount, currency)
    return f"{amount:.4f}{NBSP}{currency}"


@register.simple_tag
def line_cells(line: Line, currency: str, *, has_money: bool) -> SafeString:
    """The numbers of a row of the table; a report has up to a hundred rows."""
    values = [
        _videos(line),
        compact(line.views),
        percent(line.engagement_rate),
        percent(line.completion_rate),
    ]
    if has_money:
        values += [money(line.fee or None, currency), money(line.cost_per_mille, currency)]
    return joined("", (markup('<td class="num">{}</td>', value) for value in values))


@register.simple_tag
def line_name(line: Line) -> SafeString:
    """The first cell of a row: its name, and the account or creator behind it."""
    name = line.name if len(line.name) <= LONGEST_NAME else f"{line.name[: LONGEST_NAME - 1]}…"
    note = markup('<span class="report-note">{}</span>', isolated(line.note)) if line.note else ""
    return markup("{}{}", isolated(name), note)


def _videos(line: Line) -> str:
    """The posts, and how many videos were ordered; of other networks nothing is ordered."""
    posts, ordered = number(line.sums.posts), line.ordered
    if not ordered:
        return posts
    if not line.sums.other_posts:
        return f"{posts} of {number(ordered)}"
    pattern = '{}<span class="report-note">{} of {} ordered</span>'
    return markup(pattern, posts, number(line.videos), number(ordered))


@register.simple_tag
def cost_plot(lines: Sequence[Line], currency: str, width: int) -> SafeString:
    """Fee against views of each creator."""
    points = [(isolated(e.name), float(e.fee or 0), float(e.views or 0)) for e in lines]
    plot = scatter(
        points,
        width=width,
        write_x=lambda fee: f"{short(fee)} {currency}",
        write_y=short,
        corners=CORNERS if width > NARROW else NARROW_CORNERS,
    )
    context = {"plot": plot, "label": "Agreed fee against video views of each creator"}
    return render_to_string(f"{DRAWINGS}/scatter.html", context)


@register.simple_tag
def retention_plot(found: Retention, width: int) -> SafeString:
    """Share of viewers who still watch, over the length of the video."""
    plot = curves(
        found.lines,
        width=width,
        compared=("Median", found.median) if found.median else None,
        band=found.band,
        columns=LENGTHS,
        names=("Viewers still watching (%)", "Part of the video that has played (%)"),
    )
    context = {
        "plot": plot,
        "label": "Share of viewers who still watch, over the length of the video",
    }
    return render_to_string(f"{DRAWINGS}/curves.html", context)
