"""What an error report may carry to Sentry."""

from __future__ import annotations

from typing import Any


def without_query(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Query strings hold authorization codes, cursors and searched names; they stay here."""
    request = event.get("request", {})
    request.pop("query_string", None)
    request["url"] = request.get("url", "").partition("?")[0]
    return event
