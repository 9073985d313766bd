"""How numbers, shares, lengths of time and moments read on a page. Plain functions; `ui` registers them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _

from ui.markup import markup

MISSING = "—"
NBSP = "\N{NO-BREAK SPACE}"
NOTHING, MINUTE, MONTH = timedelta(0), timedelta(minutes=1), timedelta(days=30)
# Seconds of a unit, and how a length of time in it is said that has gone by or is to come.
UNITS = (
    (
        86400,
        ngettext_lazy("%(count)s day ago", "%(count)s days ago", "count"),
        ngettext_lazy("in %(count)s day", "in %(count)s days", "count"),
    ),
    (
        3600,
        ngettext_lazy("%(count)s hour ago", "%(count)s hours ago", "count"),
        ngettext_lazy("in %(count)s hour", "in %(count)s hours", "count"),
    ),
    (
        60,
        ngettext_lazy("%(count)s minute ago", "%(count)s minutes ago", "count"),
        ngettext_lazy("in %(count)s minute", "in %(count)s minutes", "count"),
    ),
)
CLOCKS_DIFFER = timedelta(seconds=5)  # so much a moment that has passed may seem to lie ahead
Number = int | float | Decimal
SIZES: tuple[tuple[int, str], ...] = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


def is_missing(value: Any) -> bool:
    return value is None or value == ""


def number(value: Number | None) -> str:
    """`1234567` → `1,234,567`; at most two decimals; None → `—`, never 0."""
    if value is None or is_missing(value):
        return MISSING
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    return _written(text)


def _written(text: str) -> str:
    """Digits with the signs of the reader's language: `1,234.5` → `1.234,5` in German."""
    return text.translate(_signs(get_language()))


@lru_cache
def _signs(language: str | None) -> dict[int, str]:
    point = get_format("DECIMAL_SEPARATOR", language)
    return str.maketrans({",": get_format("THOUSAND_SEPARATOR", language), ".": point, "-": "−"})


def short(value: Number) -> str:
    """`541213` → `541.2K`."""
    magnitude = abs(float(value))
    for size, letter in SIZES:
        # 999,950 reads 1M, not 1000K.
        if magnitude >= 1000 and magnitude >= size * 0.99995:
            return _written(f"{float(value) / size:.1f}".rstrip("0").rstrip(".")) + letter
    return number(value)


def compact(value: Number | None) -> str:
    """`541213` → `541.2K`, the exact number in the title."""
    if value is None or is_missing(value):
        return MISSING
    if abs(float(value)) < 1000:
        return number(value)
    return markup('<span title="{}">{}</span>', number(value), short(value))


def percent(value: Number | None, digits: int = 1) -> str:
    """A fraction: `0.031` → `3.1 %`. What is less than the last digit says is no zero: `0.0002` → `< 0.1 %`."""
    if value is None or is_missing(value):
        return MISSING
    share, least = float(value) * 100, 10.0**-digits
    if 0 < share < least / 2:
        return f"<{NBSP}{_written(f'{least:.{digits}f}')}{NBSP}%"
    return _written(f"{share:,.{digits}f}") + f"{NBSP}%"


def cents(value: Number) -> str:
    """An amount of money without its currency: `1200` → `1,200.00`."""
    return _written(f"{value:,.2f}")


def digits(value: Decimal, *, least: int = 0) -> str:
    """Every digit that is kept, at least so many behind the point: `1200.5` → `1,200.5`, with two `1,200.50`."""
    exact = value.normalize()
    behind = max(least, -int(exact.as_tuple().exponent))
    return _written(f"{exact:,.{behind}f}")


def money(amount: Number | None, currency: str) -> str:
    """`1200, "EUR"` → `1,200.00 EUR`."""
    return MISSING if amount is None else f"{cents(amount)}{NBSP}{currency}"


def duration(seconds: Number | None) -> str:
    """Seconds: `12.4` → `12.4 s`, `200` → `3 min 20 s`, `19000` → `5 h 16 min`, above 100 h → `1,234 h`."""
    if seconds is None or is_missing(seconds):
        return MISSING
    if seconds < 60:
        return f"{number(round(float(seconds), 1))}{NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min" + (f" {rest}{NBSP}s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    if hours >= 100:
        return f"{number(hours)}{NBSP}h"
    return f"{hours}{NBSP}h" + (f" {minutes}{NBSP}min" if minutes else "")


def _said(delta: timedelta) -> tuple[str, str]:
    """A positive length of time in its largest unit: gone by, and to come."""
    seconds = int(delta.total_seconds())
    size, gone, ahead = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    count = {"count": max(seconds // size, 1)}
    return str(gone % count), str(ahead % count)


def day(moment: date) -> str:
    """A day, or that of a moment: `2 Dec 2026`."""
    return date_format(moment, "SHORT_DATE_FORMAT")


def relative(moment: datetime, now: datetime) -> str:
    """`2 hours ago`, `in 3 days`; a date when it is more than 30 days away."""
    delta = now - moment
    if -CLOCKS_DIFFER < delta < MINUTE:
        return _("just now")
    if abs(delta) > MONTH:
        return day(moment)
    return _said(delta)[0] if delta > NOTHING else _said(-delta)[1]


def too_soon(done_at: datetime | None, pause: timedelta) -> str:
    """The answer to a refresh that may be repeated after `pause` only; `done_at` is None while one is under way."""
    if done_at is None:
        return "Being checked now. This page shows the result by itself."
    passed = min(
        max(int((timezone.now() - done_at).total_seconds()), 0), int(pause.total_seconds())
    )
    rest = max(int(pause.total_seconds()) - passed, 1)
    return f"Checked {passed} s ago. You can refresh again in {rest} s."


def ago(moment: datetime | None) -> str:
    """A `<time>` that reads `2 hours ago` and carries the exact moment in UTC; None → `—`."""
    if moment is None:
        return MISSING
    exact = moment.astimezone(UTC)
    return _time(exact, relative(exact, timezone.now()))


def clock(moment: datetime) -> str:
    """A `<time>` of today that reads `14:05 UTC`."""
    exact = moment.astimezone(UTC)
    return _time(exact, f"{exact:%H:%M}{NBSP}UTC")


def at_time(moment: datetime) -> str:
    """A `<time>` that reads `1 Dec 2026, 08:30 UTC`; static/js/ui.js tells it in the browser's zone."""
    exact = moment.astimezone(UTC)
    return _time(exact, f"{exact.day} {exact:%b %Y, %H:%M}{NBSP}UTC", " data-own-time")


def _time(exact: datetime, text: str, more: str = "") -> str:
    written = exact.isoformat(timespec="seconds")
    title = f"{written[:10]} {written[11:16]} UTC"
    return SafeString(f'<time datetime="{written}" title="{title}"{more}>{text}</time>')


def due(day: date | None) -> str:
    """The day until which something is to be done: `Overdue since 3 Nov`, `Today`, `Tomorrow`, `4 Dec`; empty for None."""
    if day is None:
        return ""
    today = timezone.now().date()
    written = f"{day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")
    if day < today:
        return markup('<span class="is-danger">{}</span>', f"Overdue since {written}")
    near = {0: "Today", 1: "Tomorrow"}
    return near.get((day - today).days, written)
