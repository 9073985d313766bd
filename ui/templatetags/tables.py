"""Tables, their sorted headers and their pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from ui.components import component, one_of
from ui.rows import RowsNode

register = template.Library()


@register.tag
def rows(parser: Parser, token: Token) -> RowsNode:
    """`{% rows row in page.rows %} … {% endrows %}`: a loop over what a list shows, compiled (`ui.rows`)."""
    names, _, sequence = token.contents.removeprefix("rows ").partition(" in ")
    nodes = parser.parse(("endrows",))
    parser.delete_first_token()
    return RowsNode(
        [name.strip() for name in names.split(",")], parser.compile_filter(sequence), False, nodes
    )


@register.simple_block_tag
def data_table(
    content: str,
    *,
    caption: str,
    wide: bool = False,
    id: str = "",  # noqa: A002 - reads as the attribute it becomes
    phone: str = "",
    compact: bool = False,
) -> SafeString:
    """A `<table>` around its `<thead>` and `<tbody>`. `wide`: scrolls in both directions with a sticky first column.

    `phone="rows"`: on phones a row shows its cells of the class `m`, those of `m-wide` below, and no heading.
    """
    one_of(phone, {"", "rows"}, "way of tables on phones")
    return component(
        "data_table",
        content=content,
        caption=caption,
        wide=wide,
        id=id,
        phone=phone,
        compact=compact,
    )


def with_query(request: HttpRequest | None, **changes: str | None) -> str:
    """The current query string with some parameters replaced (None: left out)."""
    if request is None:
        return "?"
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def sort_header(
    context: Context,
    *,
    label: str,
    field: str,
    numeric: bool = False,
    descending: bool = False,
    unit: str = "",
    current: str = "",
    target: str = "",
) -> SafeString:
    """A `<th>` whose link sorts by `?sort=field` (`-field` descending; numbers, and what says so, begin descending).

    `current` is the order in force when the address names none; `target` a CSS selector to swap by htmx.
    """
    request = context.get("request")
    order = (request.GET.get("sort") if request else "") or current
    rises, falls = order == field, order == f"-{field}"
    following = field if falls or not (numeric or descending or rises) else f"-{field}"
    return component(
        "sort_header",
        label=label,
        unit=unit,
        numeric=numeric,
        target=target,
        href=with_query(request, sort=following, cursor=None),
        direction="ascending" if rises else "descending" if falls else "",
    )


@register.simple_tag(takes_context=True)
def keyset_pager(context: Context, *, page: Any, target: str = "", noun: str = "") -> SafeString:
    """Links to the pages before and after; `page` has `previous_cursor` and `next_cursor` (None at an end)."""
    request = context.get("request")
    earlier, later = page.previous_cursor, page.next_cursor
    return component(
        "keyset_pager",
        previous=with_query(request, cursor=earlier) if earlier else "",
        next=with_query(request, cursor=later) if later else "",
        target=target,
        noun=noun,
    )
