"""Telling a person who opens the page from a machine, as far as can be: a scanner of mail, a preview of a link."""

from __future__ import annotations

import re

from django.http import HttpRequest

from ui.live import SEEN

MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|scan|preview|proxy|fetch|monitor|validator|headless|python|curl|wget|libwww"
    r"|okhttp|java/|go-http|node|axios|facebookexternalhit|whatsapp/|slack|telegram|skype|discord|proofpoint|barracuda|mimecast",
    re.IGNORECASE,
)
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_a_person(request: HttpRequest) -> bool:
    """Does this request show the page to somebody? One that loads ahead, or brings a page up to date, does not."""
    if request.method != "GET" or SEEN in request.headers:
        return False
    if any(request.headers.get(name) for name in PURPOSES):
        return False
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    agent = request.headers.get("User-Agent", "")
    return bool(agent) and MACHINES.search(agent) is None
