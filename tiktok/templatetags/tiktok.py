"""What stands on every page of members about TikTok itself."""

from __future__ import annotations

from typing import Any

from django import template

from tiktok.queries import standing_incidents

register = template.Library()

LEVELS = {"LOW_DISRUPTION": "minor trouble", "MAJOR_DISRUPTION": "a major disruption"}


@register.inclusion_tag("staff/_service_incidents.html")
def service_incidents() -> dict[str, Any]:
    """A banner for each incident at TikTok that is not over."""
    incidents = standing_incidents()
    return {
        "incidents": [{**each, "what": LEVELS.get(each["level"], "trouble")} for each in incidents]
    }
