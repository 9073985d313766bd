"""Forms are sent as a browser sends them: with the values that their page was opened with."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from ui.submitting import new_token

VERSION = re.compile(r'name="version" value="([^"]+)"')


def version(answer: Any, nth: int = 0) -> str:
    """The version that a page's form carries; on a page with several, the `nth` of them."""
    found = VERSION.findall(answer.content.decode())
    assert found, "the page carries no version"
    return str(found[nth])


TOKEN = re.compile(r'name="token" value="([^"]+)"')


def token(answer: Any) -> str:
    """The name of the next submission of a page's form."""
    found = TOKEN.search(answer.content.decode())
    assert found, "the form names no submission"
    return found[1]


def fresh() -> dict[str, str]:
    """The field that a form which was opened just now names its submission by."""
    return {"token": new_token()}


def submit(
    client: Client, page: str, data: dict[str, Any], *, to: str = "", **extra: Any
) -> HttpResponse:
    """Open this page and send its form back with these fields, to the page itself or `to` another address."""
    seen = {"version": version(client.get(page))}
    answer: HttpResponse = client.post(to or page, {**data, **seen}, **extra)
    return answer
