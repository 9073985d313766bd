"""What an error report may carry to Sentry."""

from __future__ import annotations

from typing import Any


def without_secrets(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Query strings, of our addresses and of those we called, hold codes, cursors, names and our app's secret; bodies
    hold what people typed. They stay here."""
    request = event.get("request", {})
    for name in ("query_string", "data"):
        request.pop(name, None)
    request["url"] = request.get("url", "").partition("?")[0]
    for crumb in (event.get("breadcrumbs") or {}).get("values", ()):
        (crumb.get("data") or {}).pop("http.query", None)
    return event
