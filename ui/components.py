"""How a component comes from its template in templates/components/.

Components are the closed set of what pages are made of (ui/templatetags, built in to every template). Each has a
keyword-only signature, so a page with an unknown attribute does not compile. The few that a list renders hundreds of
times (icon, badge, avatar, ago) are formatted in Python instead. `/components/` shows all of them in every state.
"""

from __future__ import annotations

from typing import Any

from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

KINDS = frozenset({"success", "warning", "danger", "info", "neutral", "tiktok"})


def component(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)


def trimmed(content: str) -> SafeString:
    return mark_safe(content.strip())  # noqa: S308 - a rendered block


def one_of(value: str, allowed: Any, what: str) -> str:
    if value not in allowed:
        raise TemplateSyntaxError(f"{what} {value!r} is not one of {sorted(allowed)}")
    return value
