"""The drawing of a post's retention. It is as wide as its seconds and 1 high; what must not be stretched stands at shares of both."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from campaigns.queries.retention import Drop, Retention

register = template.Library()
TICK_STEPS = (1, 2, 4, 5, 10, 15, 30, 60, 120, 300, 600)  # seconds
MOST_TICKS = 5  # beside the first; more do not fit on a phone


@register.filter
def curve_points(curve: Sequence[float]) -> str:
    """The points of a curve of shares."""
    return " ".join(f"{second},{1 - share:.4f}" for second, share in enumerate(curve))


@register.filter
def band_points(retention: Retention) -> str:
    """The outline between the lower and the upper quarter: there above, and back below."""
    back = [f"{second},{1 - share:.4f}" for second, share in enumerate(retention.low)]
    return " ".join([curve_points(retention.high), *reversed(back)])


@register.filter
def second_ticks(retention: Retention) -> list[tuple[str, str, int]]:
    """The marks of the axis: place, anchor and second; the first and the last second always have one."""
    last = retention.seconds
    step = next((each for each in TICK_STEPS if last <= each * MOST_TICKS), last)
    inner = [second for second in range(step, last, step) if last - second >= 0.75 * step]
    return [
        ("0%", "start", 0),
        *((f"{second / last:.2%}", "middle", second) for second in inner),
        ("100%", "end", last),
    ]


@register.filter
def drop_places(retention: Retention) -> list[tuple[str, str]]:
    """The places on the curve at which most viewers have left."""
    return [
        (f"{each.second / retention.seconds:.2%}", f"{1 - retention.curve[each.second]:.2%}")
        for each in retention.drops
    ]


@register.filter
def drop_text(drop: Drop) -> str:
    """A loss of viewers in points of a hundred, beside the campaign's median: −29 points, median −34."""
    beside = "" if drop.median is None else f", median {drop.median}"
    return f"{drop.points} points{beside}".replace("-", "\N{MINUS SIGN}")
