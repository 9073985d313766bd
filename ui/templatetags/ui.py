"""The closed set of components and filters for pages (built in to every template).

Each component has a keyword-only signature, so a page with an unknown attribute does not compile, and a template of
its own in templates/components/. The few that a list renders hundreds of times (icon, badge, avatar, ago) are formatted
here instead. `/components/` shows all of them in every state.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from ui.bidi import isolated
from ui.templatetags import charts, formats

register = template.Library()

register.filter("isolate", isolated, is_safe=True)
register.filter("number", formats.number)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("duration", formats.duration)
register.filter("money", formats.money)


@register.filter
def add_name(text: str, name: object) -> str:
    """The text and, isolated, a name."""
    return f"{text}{isolated(name)}"


register.simple_tag(formats.ago, name="ago")
register.simple_tag(formats.clock, name="clock")

BADGE_KINDS = frozenset({"success", "warning", "danger", "info", "neutral", "tiktok"})
STAT_FORMATS: dict[str, Callable[[Any], str]] = {
    "compact": formats.compact,
    "number": formats.number,
    "percent": formats.percent,
    "duration": formats.duration,
    "money": formats.cents,
    "text": str,
}
TOAST_KINDS = {"error": "danger", "debug": "info"}


def component(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)


def trimmed(content: str) -> SafeString:
    return mark_safe(content.strip())  # noqa: S308 - a rendered block


def one_of(value: str, allowed: Any, what: str) -> str:
    if value not in allowed:
        raise template.TemplateSyntaxError(f"{what} {value!r} is not one of {sorted(allowed)}")
    return value


# --- small things, rendered many times ---------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, *, label: str = "", size: str = "") -> SafeString:
    """An icon of the vendored sprite; decoration unless it has a label. size: "", "sm", "lg"."""
    meaning = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        mark_safe(meaning),  # noqa: S308 - escaped above
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def badge(text: str, *, kind: str = "neutral", icon: str = "", title: str = "") -> SafeString:
    """A short state or label. kind: success, warning, danger, info, neutral, tiktok."""
    one_of(kind, BADGE_KINDS, "badge kind")
    return format_html(
        '<span class="badge-label is-{}"{}>{}{}</span>',
        kind,
        format_html(' title="{}"', title) if title else "",
        globals()["icon"](icon) if icon else "",
        text,
    )


@register.simple_tag
def avatar(
    *, name: str, url: str | None = "", size: str = "md", shape: str = "round"
) -> SafeString:
    """A picture, or the initials where there is none or it does not load. size: sm, md, lg; shape: round, square, logo."""
    words = [word for word in name.replace("@", " ").split() if word]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    # Not text: a button's name would have to hold it (WCAG 2.5.3).
    picture = (
        format_html(
            '<img src="{}" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer">',
            url,
        )
        if url
        else ""
    )
    return format_html(
        '<span class="face face-{} face-{} tint-{}" data-initials="{}" aria-hidden="true">{}</span>',
        size,
        shape,
        zlib.crc32(name.encode()) % 6,
        initials,
        picture,
    )


# --- structure of a page -----------------------------------------------------------------------------------------
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
def nav_link(
    context: Context, *, href: str, label: str, icon: str, exact: bool = False, below: str = ""
) -> SafeString:
    """An entry of the main navigation, marked when the current page is it or (not `exact`) lies below it, or `below`."""
    request = context.get("request")
    path = request.path if request else ""
    is_current = path == href or (not exact and path.startswith(below or href))
    return component("nav_link", href=href, label=label, icon=icon, is_current=is_current)


@register.simple_tag(takes_context=True)
def account_tabs(context: Context) -> SafeString:
    """Between the pages of one's own sign-in: second factor, password, e-mail."""
    pages = {
        "mfa_index": ("Two-factor", "shield"),
        "account_change_password": ("Password", "lock"),
        "account_email": ("E-mail", "mail"),
    }
    items = [
        {"label": label, "href": reverse(name), "icon": sign}
        for name, (label, sign) in pages.items()
    ]
    return tabs(context, items=items, label="Your account")


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str, size: str = "md") -> SafeString:  # noqa: A002
    """A native dialog, opened by any element with `data-dialog-open="<id>"`. size: sm, md, lg."""
    return component("dialog", content=content, id=id, title=title, size=size)


@register.simple_block_tag
def dialog_panel(content: str, *, title: str) -> SafeString:
    """What an htmx answer puts into `#dialog-content`: heading, close button, body."""
    return component("dialog_panel", content=content, id="dialog-host", title=title)


# --- tables ------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def data_table(content: str, *, caption: str, wide: bool = False, id: str = "") -> SafeString:  # noqa: A002
    """A `<table>` around its `<thead>` and `<tbody>`. `wide`: scrolls in both directions with a sticky first column."""
    return component("data_table", content=content, caption=caption, wide=wide, id=id)


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
    unit: str = "",
    current: str = "",
    target: str = "",
) -> SafeString:
    """A `<th>` whose link sorts by `?sort=field` (`-field` descending; numbers begin descending).

    `current` is the order in force when the address names none; `target` a CSS selector to swap by htmx.
    """
    request = context.get("request")
    order = (request.GET.get("sort") if request else "") or current
    ascending, descending = order == field, order == f"-{field}"
    following = field if descending or (not numeric and not ascending) else f"-{field}"
    return component(
        "sort_header",
        label=label,
        unit=unit,
        numeric=numeric,
        target=target,
        href=with_query(request, sort=following, cursor=None),
        direction="ascending" if ascending else "descending" if descending else "",
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


# --- forms -------------------------------------------------------------------------------------------------------
def widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.simple_tag
def form_field(field: BoundField, *, label: str = "", help: str = "", unit: str = "") -> SafeString:  # noqa: A002
    """Label, control, help and errors of one field, tied together; keeps what was typed; any Django widget."""
    if field.is_hidden:
        return mark_safe(str(field))  # noqa: S308 - Django rendered it
    widget, ident = field.field.widget, field.auto_id
    help_text = help or field.help_text
    described = " ".join(
        part
        for part in (
            f"{ident}_helptext" if help_text else "",
            f"{ident}_error" if field.errors else "",
        )
        if part
    )
    classes = [
        widget_class(widget),
        widget.attrs.get("class", ""),
        "is-invalid" if field.errors else "",
    ]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if described:
        attrs["aria-describedby"] = described
    return component(
        "form_field",
        field=field,
        control=field.as_widget(attrs=attrs),
        label=label or field.label,
        help_text=help_text,
        unit=unit,
        is_checkbox=isinstance(widget, forms.CheckboxInput),
        is_group=field.use_fieldset,
    )


@register.simple_tag
def form_errors(form: forms.BaseForm) -> SafeString:
    """What is wrong with the form as a whole, announced when it appears."""
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return component("form_errors", errors=[*form.non_field_errors(), *hidden])


# --- states ------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def empty_state(
    content: str, *, title: str, icon: str = "list", text: str = "", is_page: bool = False
) -> SafeString:
    """Nothing here yet: says what would be here; the block holds the way to the first one. `is_page`: titles the page."""
    return component(
        "empty_state", content=trimmed(content), title=title, icon=icon, text=text, is_page=is_page
    )


@register.simple_tag
def loading_state(*, rows: int = 3, label: str = "Loading…") -> SafeString:
    """A skeleton of as many rows as are awaited."""
    return component("loading_state", rows=range(rows), label=label)


@register.simple_block_tag
def error_state(content: str, *, title: str, text: str = "", reference: str = "") -> SafeString:
    """Something failed: what, what was kept, what to do; `reference` is a request id to quote."""
    return component(
        "error_state", content=trimmed(content), title=title, text=text, reference=reference
    )


@register.simple_tag
def toast(*, text: str, kind: str = "info") -> SafeString:
    """A short message; pages get theirs from django.contrib.messages and `HX-Trigger: {"toast": …}`."""
    return component("toast", text=text, kind=one_of(kind, BADGE_KINDS, "toast kind"))


@register.simple_tag
def toast_for(message: Message) -> SafeString:
    level = message.level_tag
    return component("toast", text=message.message, kind=TOAST_KINDS.get(level, level or "info"))


# --- numbers -----------------------------------------------------------------------------------------------------
@register.simple_tag
def stat(  # noqa: PLR0913 - one keyword per thing a number may carry
    *,
    label: str,
    value: Any,
    format: str = "compact",  # noqa: A002
    unit: str = "",
    hint: str = "",
    source: str = "",
    at: datetime | None = None,
    calculated: bool = False,
    flag: str = "",
    reason: str = "",
    remedy_label: str = "",
    remedy_href: str = "",
) -> SafeString:
    """A number with its unit, source and time. A missing one (None) shows `—`, the reason and the remedy, never 0.

    `flag` says what is odd about it, in a sentence.

    format: compact, number, percent (a fraction), duration (seconds), money (amount, currency), text.
    """
    one_of(format, STAT_FORMATS, "stat format")
    is_missing = formats.is_missing(value)
    if format == "money" and not is_missing:
        value, unit = value
    return component(
        "stat",
        label=label,
        shown=formats.MISSING if is_missing else STAT_FORMATS[format](value),
        is_missing=is_missing,
        unit=unit,
        hint=hint,
        source=source,
        at=at,
        calculated=calculated and not is_missing,
        flag=flag,
        reason=reason,
        remedy_label=remedy_label,
        remedy_href=remedy_href,
    )


@register.simple_tag
def chart(
    *,
    id: str,  # noqa: A002
    kind: str,
    data: Sequence[Any],
    label: str,
    unit: str = "",
    empty: str = "No data yet",
) -> SafeString:
    """A drawing with its table. kind: line, area, bar (series over dates), retention (share over seconds), share.

    data: `[{"name": …, "points": [(x, y or None), …], "benchmark": False}, …]`; for share `[{"label": …, "share": 0.4}, …]`.
    """
    drawn = charts.Kind(one_of(kind, set(charts.Kind), "chart kind"))
    common = {"id": id, "label": label, "unit": unit, "empty": empty}
    if drawn is charts.Kind.SHARE:
        return component("chart_share", rows=charts.shares(data), **common)
    rows = charts.table(drawn, data)
    return component(
        "chart",
        rows=rows,
        names=[line["name"] for line in data],
        summary=charts.summary(data, unit, drawn),
        payload=json_script(charts.payload(drawn, data, label, unit), f"{id}-data"),
        x_label="Second" if drawn is charts.Kind.RETENTION else "Date",
        **common,
    )
