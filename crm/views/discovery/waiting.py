"""A page of Discover that waits for TikTok, and the way back to what was searched for."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from crm.views.frame import address
from tenancy.access import OrganizationRequest
from tiktok.services.creators import discovery
from ui.keys import key_in

PAGES = ("discover", "rankings")
# A page asks every two seconds for an answer that takes long; so often, then it says that there is none.
MOST_WAITS = 30
TAKES_TOO_LONG = "TikTok has not answered within a minute. Nothing was changed; try again."


def waiting(request: OrganizationRequest, reply: discovery.Reply[Any]) -> dict[str, Any]:
    """The address at which a page asks again while the answer is on its way, how often it has, and why there will be none."""
    waits, problem = key_in(request.POST.get("waited", "")) or 0, reply.problem
    if reply.is_coming and waits >= MOST_WAITS:
        problem = discovery.Problem(discovery.ProblemKind.FAILED, TAKES_TOO_LONG)
    return {
        "here": request.get_full_path(),
        "problem": problem,
        "is_coming": reply.is_coming and problem is None,
        "waits": waits,
        "next_wait": waits + 1,
    }


def back_to(request: OrganizationRequest, given: QueryDict) -> str:
    """The page that somebody came from, with what they searched for."""
    page = given.get("from", "")
    if page not in PAGES:
        return address(request, "discover")
    query = QueryDict(given.get("query", "").removeprefix("?")[:8000]).urlencode()
    return f"{address(request, page)}?{query}" if query else address(request, page)
