"""TikTok's own troubles, and its numbers by their unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tiktok.availability import UNREADABLE
from tiktok.enums import Unit
from tiktok.models import Video
from tiktok.queries import NOT_YET, MetricValue, Pause, SyncTimes, current_pause, open_incidents
from tiktok.services.grants.grants import NOT_GRANTED
from ui.markup import joined, markup
from ui.templatetags import formats
from ui.templatetags.labels import remark, why

register = template.Library()

PAUSE = "tiktok_pause"
LEVELS = {"LOW_DISRUPTION": "minor trouble", "MAJOR_DISRUPTION": "a major disruption"}
STAT_FORMATS = {
    Unit.COUNT: "compact",
    Unit.FRACTION: "percent",
    Unit.SECONDS: "duration",
    Unit.MONEY: "money",
}


def _money(price: tuple[formats.Number, str]) -> SafeString:
    """A card of a number may be narrower than an amount: the currency is smaller, and may go below it."""
    amount, currency = price
    return markup('{} <span class="stat-unit">{}</span>', formats.cents(amount), currency)


TEXTS: dict[Unit, Callable[[Any], str]] = {
    Unit.COUNT: formats.compact,
    Unit.FRACTION: formats.percent,
    Unit.SECONDS: formats.duration,
    Unit.MONEY: _money,
}


@register.inclusion_tag("staff/_service_incidents.html")
def service_incidents() -> dict[str, Any]:
    """A banner for each incident at TikTok that is not over."""
    incidents = open_incidents()
    return {
        "incidents": [{**each, "what": LEVELS.get(each["level"], "trouble")} for each in incidents]
    }


def waits_for(context: template.RequestContext) -> Pause | None:
    """The end of the pause in calls to TikTok, for what is due now; found out once a page."""
    of_request = vars(context["request"])
    if PAUSE not in of_request:
        pause = current_pause()
        of_request[PAUSE] = pause if pause and pause.until and not pause.endpoints else None
    return cast("Pause | None", of_request[PAUSE])


@register.simple_tag(takes_context=True)
def next_sync(context: template.RequestContext, sync: SyncTimes) -> str:
    """Say what comes next for a subject, in a list that shows the time of its numbers beside it."""
    if sync.stopped_reason:
        return markup(_("Tracking stopped: {}"), _(sync.stopped_reason))
    if sync.is_under_way:
        return _("Updating now…")
    if sync.postponed_because and sync.next_at:
        until = formats.clock(sync.next_at)
        return markup(_("Postponed until {} because {}."), until, _(sync.postponed_because))
    if sync.next_at:
        return markup(_("Next update {}."), formats.ago(sync.next_at))
    return _due(context) if sync.is_due else ""


def _due(context: template.RequestContext) -> str:
    pause = waits_for(context)
    if pause is None or pause.until is None:
        return _("Next update within minutes.")
    until = formats.clock(pause.until)
    return markup(_("Waits until {} because {}."), until, _(pause.because.label))


@register.simple_tag
def counter(video: Video | None, name: str) -> SafeString:
    """A counter of a listed video, with a mark where it is odd; a missing one with its reason."""
    if video is None:
        return why(NOT_YET)
    value = getattr(video, name)
    if value is None:
        return why(UNREADABLE if name in video.unreadable else NOT_YET)
    flag = video.flags.get(name)
    return markup("{} {}", remark(flag.label if flag else ""), formats.compact(value))


@register.simple_tag
def metric_number(
    metric: MetricValue, *, remedy_label: str = "", remedy_href: str = ""
) -> SafeString:
    """A metric in a list with its marks; a missing one with the reason and, where the reader may act, the remedy."""
    if metric.value is None:
        return why(metric.reason, remedy_label=remedy_label, remedy_href=remedy_href)
    marks = [remark(metric.flag_text)] if metric.flag_text else []
    if metric.is_calculated:
        marks.append(remark(metric.definition, word="calculated"))
    return joined(" ", (*marks, TEXTS[metric.unit](metric.value)))


@register.filter
def ended_because(reason: str) -> str:
    """The stored reason of an ended permission in the reader's language."""
    begin, _sep, end = NOT_GRANTED.partition("%(parts)s")
    if not reason.startswith(begin):
        return _(reason)
    parts = reason.removeprefix(begin).removesuffix(end).split(", ")
    return _(NOT_GRANTED) % {"parts": ", ".join(map(_, parts))}


@register.filter
def stat_format(unit: str) -> str:
    """How {% stat %} shows a number of this unit."""
    return STAT_FORMATS.get(Unit(unit), "text")
