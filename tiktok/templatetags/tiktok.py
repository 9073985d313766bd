"""TikTok's own troubles, and its numbers by their unit."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tiktok.availability import UNREADABLE
from tiktok.enums import Unit
from tiktok.models import Video
from tiktok.queries import NOT_YET, Pause, current_pause, open_incidents
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


@register.inclusion_tag("staff/_service_incidents.html")
def service_incidents() -> dict[str, Any]:
    """A banner for each incident at TikTok that is not over."""
    incidents = open_incidents()
    return {
        "incidents": [{**each, "what": LEVELS.get(each["level"], "trouble")} for each in incidents]
    }


@register.simple_tag(takes_context=True)
def waits_for(context: template.RequestContext) -> Pause | None:
    """The end of the pause in calls to TikTok, for what is due now; found out once a page."""
    of_request = vars(context["request"])
    if PAUSE not in of_request:
        pause = current_pause()
        of_request[PAUSE] = pause if pause and pause.until and not pause.endpoints else None
    return cast("Pause | None", of_request[PAUSE])


@register.simple_tag
def counter(video: Video | None, name: str) -> SafeString:
    """A counter of a listed video, with a mark where it is odd; a missing one with its reason."""
    if video is None:
        return why(NOT_YET)
    value = getattr(video, name)
    if value is None:
        return why(UNREADABLE if name in video.unreadable else NOT_YET)
    flag = video.flags.get(name)
    return format_html("{} {}", remark(flag.label if flag else ""), formats.compact(value))


@register.filter
def stat_format(unit: str) -> str:
    """How {% stat %} shows a number of this unit."""
    return STAT_FORMATS.get(Unit(unit), "text")
