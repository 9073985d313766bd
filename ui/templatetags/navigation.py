"""Ways between pages: navigation, tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ui import languages
from ui.components import component

register = template.Library()


@register.simple_tag(takes_context=True)
def tabs(
    context: Context, *, items: Sequence[Mapping[str, Any]], label: str = "Sections"
) -> SafeString:
    """Links between the pages of one object. An item: `label`, `href`, and at will `count`, `icon`, `current`."""
    request = context.get("request")
    path = request.path if request else ""
    return component(
        "tabs",
        label=label,
        items=[{"current": item["href"].split("?")[0] == path, **item} for item in items],
    )


@register.simple_tag(takes_context=True)
def language_switch(context: Context) -> SafeString:
    """The language of this page, and links to it in the others."""
    code = get_language() or settings.LANGUAGE_CODE
    return component(
        "language_switch",
        code=code,
        own_name=settings.PAGE_LANGUAGES[code],
        languages=languages.choice(context["request"]),
    )


@register.simple_tag(takes_context=True)
def part_switch(
    context: Context, *, name: str, choices: Mapping[str, str], chosen: str, part: str, label: str
) -> SafeString:
    """Links that show a part of the page (its id) otherwise, by one parameter of the address; `chosen`: what is shown now."""
    asked = context["request"].GET.copy()
    items = []
    for value, words in choices.items():
        asked[name] = value
        is_chosen = value == chosen
        items.append({"href": f"?{asked.urlencode()}", "label": words, "is_chosen": is_chosen})
    return component("part_switch", items=items, part=part, label=label)


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    *,
    href: str,
    label: str,
    icon: str,
    exact: bool = False,
    below: str = "",
    is_wide: bool = False,
) -> SafeString:
    """An entry of the main navigation, marked when the current page is it or (not `exact`) lies below it, or `below`.
    `is_wide`: not in the bar of phones."""
    request = context.get("request")
    path = request.path if request else ""
    is_current = path == href or (not exact and path.startswith(below or href))
    return _nav_link(href, label, icon, is_current=is_current, is_wide=is_wide)


@lru_cache(maxsize=500)
def _nav_link(href: str, label: str, icon: str, *, is_current: bool, is_wide: bool) -> SafeString:
    return component(
        "nav_link", href=href, label=label, icon=icon, is_current=is_current, is_wide=is_wide
    )


@register.simple_tag(takes_context=True)
def account_tabs(context: Context) -> SafeString:
    """Between the pages of one's own sign-in: second factor, password, e-mail."""
    pages = {
        "mfa_index": ("Second factor", "shield"),
        "account_change_password": ("Password", "lock"),
        "account_email": ("E-mail", "mail"),
    }
    items = [
        {"label": label, "href": reverse(name), "icon": sign}
        for name, (label, sign) in pages.items()
    ]
    return tabs(context, items=items, label="Your account")
