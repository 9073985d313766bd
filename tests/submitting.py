"""Forms are sent as a browser sends them: with the values that their page was opened with."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

VERSION = re.compile(r'name="version" value="([^"]+)"')


def version(answer: Any) -> str:
    """The version that a page's form carries."""
    found = VERSION.search(answer.content.decode())
    assert found, "the page carries no version"
    return found[1]


def submit(
    client: Client, page: str, data: dict[str, Any], *, to: str = "", **extra: Any
) -> HttpResponse:
    """Open this page and send its form back with these fields, to the page itself or `to` another address."""
    seen = {"version": version(client.get(page))}
    answer: HttpResponse = client.post(to or page, {**data, **seen}, **extra)
    return answer
