"""Filters and order that an address of Published Posts asks for, and addresses that ask for others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict

from campaigns.enums import PostOrigin
from campaigns.models import OTHER_NETWORKS, Campaign
from campaigns.queries.network_posts import NETWORK_SORTABLE
from campaigns.queries.published import (
    NEWEST,
    SORTABLE,
    PostsAsked,
    chosen_name,
    post_choices,
)
from campaigns.views.frame import address, campaign_or_404
from crm.countries import COUNTRIES
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.dialogs import form_answer
from ui.keys import key_in
from ui.templatetags.charts import readable

FIELDS = {
    "network": "Network", "creator": "Creator", "order": "Order", "origin": "Origin", "market": "Market",
    "published": "Published",
}  # fmt: skip
OF_TAB = {
    "published_posts": ("creator", "order", "origin", "market", "published"),
    "network_posts": ("network", "creator", "origin", "market", "published"),
    "all_posts": ("creator", "market", "published"),
}


def asked_in(given: QueryDict, *, sortable: Collection[str] = SORTABLE) -> PostsAsked:
    """The wish that the address says; what it cannot mean is left out, orders that the list does not have, too."""
    sort = given.get("sort", "")
    origin, market = given.get("origin", ""), given.get("market", "")
    network = given.get("network", "")
    return PostsAsked(
        search=given.get("q", "").replace("\0", "")[:100].strip(),
        network=network if network in OTHER_NETWORKS else "",
        creator=key_in(given.get("creator", "")),
        order=key_in(given.get("order", "")),
        origin=origin if origin in PostOrigin else "",
        market=market if market in COUNTRIES else "",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        sort=sort if sort.removeprefix("-") in sortable else NEWEST,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def query_of(asked: PostsAsked, **others: object) -> str:
    """The query string that asks for the same, with these in place of its own; None: not narrowed by that."""
    wish: dict[str, object] = dict(asked.fields) | others
    if asked.sort != NEWEST:
        wish.setdefault("sort", asked.sort)
    query = QueryDict(mutable=True)
    for name, value in wish.items():
        if value:
            query[name] = str(value)
    return query.urlencode()


def list_in(given: QueryDict) -> str:
    """The name of the list that an address or a form is about."""
    tab = given.get("tab", "")
    return tab if tab in OF_TAB else "published_posts"


def sortable_in(tab: str) -> Collection[str]:
    """The orders that a list knows."""
    return NETWORK_SORTABLE if tab == "network_posts" else SORTABLE


def chips_of(
    request: OrganizationRequest,
    campaign: Campaign,
    asked: PostsAsked,
    tab: str = "published_posts",
) -> list[dict[str, str]]:
    """The filters of the bar: those in force with their values, and those that may be added."""
    here = address(request, tab, campaign.pk)
    choose = address(request, "posts_filter", campaign.pk)
    chips = []
    for field in OF_TAB[tab]:
        label = FIELDS[field]
        names = ("since", "until") if field == "published" else (field,)
        chips.append(
            {
                "label": label,
                "value": _value(asked, field),
                "edit": f"{choose}?{query_of(asked, field=field, tab=tab)}",
                "remove": f"{here}?{query_of(asked.without(*names))}",
            }
        )
    return chips


def _value(asked: PostsAsked, field: str) -> str:
    """The value of a filter in words; empty where the list is not narrowed by it."""
    if field == "published":
        days = [readable(day) if day else "" for day in (asked.since, asked.until)]
        return "" if days == ["", ""] else f"{days[0] or '…'} – {days[1] or '…'}"
    value = getattr(asked, field)
    return (chosen_name(field, value) or "gone") if value else ""


@staff_page(Permission.READ)
def posts_filter(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose a value of one filter; without scripts, too, each choice is an address of the list."""
    campaign, tab = campaign_or_404(pk), list_in(request.GET)
    asked = asked_in(request.GET, sortable=sortable_in(tab))
    field = request.GET.get("field", "")
    if field not in FIELDS:
        raise Http404("No such filter.")
    here = address(request, tab, campaign.pk)
    back = f"{here}?{query_of(asked)}"
    is_other = tab == "network_posts"
    choices = [] if field == "published" else post_choices(campaign, field, of_networks=is_other)
    context: dict[str, Any] = {
        "title": FIELDS[field],
        "body": "staff/campaigns/posts/filter.html",
        "back": back,
        "here": here,
        "asked": asked,
        "choices": [
            (
                label,
                f"{here}?{query_of(asked, **{field: value})}",
                str(getattr(asked, field)) == value,
            )
            for value, label in choices
        ],
        "is_published": field == "published",
    }
    return form_answer(request, **context)
