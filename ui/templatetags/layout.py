"""The frame of a page: header, cards, dialogs, and what stands where nothing is."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ui.components import component, trimmed
from ui.live import Live

register = template.Library()


@register.simple_block_tag
def page_header(
    content: str, *, title: str, subtitle: str = "", back: str = "", back_label: str = "Back"
) -> SafeString:
    """The page's only `<h1>`; the block holds its actions."""
    return component(
        "page_header",
        content=trimmed(content),
        title=title,
        subtitle=subtitle,
        back=back,
        back_label=back_label,
    )


@register.simple_tag
def live(state: Live | None, *, url: str = "") -> SafeString:
    """Attributes of an element with an id that brings itself up to date while its `Live` says that more is to come; from
    this page, or from the one at `url`."""
    if not state or not state.is_under_way:
        return SafeString("")
    source = format_html(' data-live-from="{}"', url) if url else ""
    return format_html('data-live="{}"{}', state.version, source)


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    subtitle: str = "",
    action_label: str = "",
    action_href: str = "",
    flush: bool = False,
    id: str = "",  # noqa: A002 - reads as the attribute it becomes
) -> SafeString:
    """A surface with an optional heading and one link beside it; `flush` for a table that touches the edges."""
    return component(
        "card",
        content=content,
        title=title,
        subtitle=subtitle,
        action_label=action_label,
        action_href=action_href,
        flush=flush,
        id=id,
    )


@register.simple_block_tag
def fold(
    content: str,
    *,
    title: str,
    action_label: str = "",
    action_href: str = "",
    action_key: str = "",
    is_open: bool = False,
    id: str = "",  # noqa: A002 - reads as the attribute it becomes
) -> SafeString:
    """A card beside the page's content that is folded on phones, unless it `is_open`; its action opens a dialog, by
    `action_key` too (static/js/keys.js)."""
    return component(
        "fold",
        content=content,
        title=title,
        action_label=action_label,
        action_href=action_href,
        action_key=action_key,
        is_open=is_open,
        id=id,
    )


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str, size: str = "md") -> SafeString:  # noqa: A002 - reads as the attribute it becomes
    """A native dialog, opened by any element with `data-dialog-open="<id>"`. size: sm, md, lg."""
    return component("dialog", content=content, id=id, title=title, size=size)


@register.simple_block_tag
def dialog_panel(content: str, *, title: str) -> SafeString:
    """The content that an htmx answer puts into `#dialog-content`: heading, close button, body."""
    return component("dialog_panel", content=content, id="dialog-host", title=title)


@register.simple_block_tag
def empty_state(
    content: str, *, title: str, icon: str = "list", text: str = "", is_page: bool = False
) -> SafeString:
    """Nothing here yet: says what would be here; the block holds the way to the first one. `is_page`: titles the page."""
    return component(
        "empty_state", content=trimmed(content), title=title, icon=icon, text=text, is_page=is_page
    )


@register.simple_tag
def loading_state(*, rows: int = 3, label: str = "") -> SafeString:
    """A skeleton of as many rows as are awaited."""
    return _loading_state(rows, label or _("Loading…"))


@lru_cache(maxsize=50)
def _loading_state(rows: int, label: str) -> SafeString:
    return component("loading_state", rows=range(rows), label=label)


@register.simple_block_tag
def error_state(content: str, *, title: str, text: str = "", reference: str = "") -> SafeString:
    """Something failed: what, what was kept, what to do; `reference` is a request id to quote."""
    return component(
        "error_state", content=trimmed(content), title=title, text=text, reference=reference
    )
