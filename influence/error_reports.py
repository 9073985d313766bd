"""The content that an error report may carry to Sentry."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from influence.request_log import shown_path


def without_secrets(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Query strings, of our addresses and of those we called, hold codes, cursors, names and our app's secret; paths
    hold keys of links, so does the address of the page before, bodies what people typed. They stay here."""
    request = event.get("request", {})
    for name in ("query_string", "data"):
        request.pop(name, None)
    request["headers"] = {
        name: value
        for name, value in request.get("headers", {}).items()
        if name.lower() != "referer"
    }
    address = urlsplit(request.get("url", ""))
    request["url"] = f"{address.scheme}://{address.netloc}{shown_path(unquote(address.path))}"
    for crumb in (event.get("breadcrumbs") or {}).get("values", ()):
        (crumb.get("data") or {}).pop("http.query", None)
    return event
