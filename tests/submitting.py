"""Forms are sent as a browser sends them: with the values that their page was opened with."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

VERSION = re.compile(r'name="version" value="([^"]+)"')


def submit(
    client: Client, page: str, data: dict[str, Any], *, to: str = "", **extra: Any
) -> HttpResponse:
    """Open this page and send its form back with these fields, to the page itself or `to` another address."""
    shown = VERSION.search(client.get(page).content.decode())
    assert shown, f"{page} carries no version"
    answer: HttpResponse = client.post(to or page, {**data, "version": shown[1]}, **extra)
    return answer
