"""TikTok's own troubles, and its numbers by their unit."""

from __future__ import annotations

from typing import Any

from django import template

from tiktok.enums import Unit
from tiktok.queries import standing_incidents

register = template.Library()

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
    incidents = standing_incidents()
    return {
        "incidents": [{**each, "what": LEVELS.get(each["level"], "trouble")} for each in incidents]
    }


@register.filter
def stat_format(unit: str) -> str:
    """How {% stat %} shows a number of this unit."""
    return STAT_FORMATS.get(Unit(unit), "text")
