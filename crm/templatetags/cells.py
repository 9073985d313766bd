"""Cells of the list of influencers, one function for each column that is more than its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from crm.policies import Badge
from crm.policies.columns import CellKind, Column
from crm.queries.cells import Cell, cell, metric_of
from crm.queries.influencers import InfluencerRow
from crm.templatetags.crm import no_account
from crm.views.remedies import remedy_for
from tiktok.templatetags.tiktok import metric_number, next_sync
from ui.bidi import isolated
from ui.markup import escaped, joined, markup
from ui.templatetags import formats
from ui.templatetags.labels import badge, remark

register = template.Library()
SHOWN_TAGS = 2
Context = template.RequestContext


@register.simple_tag(takes_context=True)
def cells(context: Context, row: InfluencerRow, columns: Sequence[Column]) -> SafeString:
    """The cells of a row behind its name."""
    main = next((column.key for column in columns if column.kind.is_number), "")
    return SafeString("".join([_cell(context, row, column, main) for column in columns]))


@register.simple_tag
def note_of(row: InfluencerRow) -> str:
    """The line below a name: the handle, else the e-mail address."""
    accounts = [view.account for view in (row.main,) if view] or row.others
    return str(accounts[0]) if accounts else row.influencer.email


def _cell(context: Context, row: InfluencerRow, column: Column, main: str) -> str:
    drawn = DRAWN.get(column.key)
    inside = drawn(context, row, column) if drawn else plain(cell(row, column), column.kind)
    return f'<td class="{_classes(column, is_main=column.key == main)}">{escaped(inside)}</td>'


@lru_cache(maxsize=200)
def _classes(column: Column, *, is_main: bool) -> str:
    """On phones a row has its name and main number, and the badges below; the rest is in the profile."""
    is_sync = column.key == "updated"
    is_short = column.kind in {CellKind.DAY, CellKind.MOMENT} and not is_sync
    return " ".join(
        name
        for name, is_true in (
            ("num", column.kind.is_number),
            ("m", is_main),
            ("m-wide", column.key == "account"),
            ("nowrap", is_short),
            ("origin", is_sync),
            ("wordy", column.kind == CellKind.TEXT and bool(column.field_id)),
        )
        if is_true
    )


def plain(value: Cell, kind: CellKind) -> SafeString | str:
    """A value that has no drawing of its own; nothing for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return formats.ago(value)
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, str):
        return isolated(value)
    return formats.percent(value) if kind == CellKind.PERCENT else formats.number(value)


def _account(context: Context, row: InfluencerRow, column: Column) -> SafeString:
    shown = [_status(view.badge) for view in row.accounts]
    if len(shown) > 1:
        shown = [
            markup("{} {}", isolated(view.account), drawn)
            for view, drawn in zip(row.accounts, shown, strict=True)
        ]
    shown += [_other(each.get_network_display(), str(each)) for each in row.others]
    if not shown:
        return SafeString('<span class="muted">No account yet</span>')
    return SafeString("<br>".join(shown))


@lru_cache(maxsize=500)
def _status(status: Badge) -> SafeString:
    return markup(
        '<span class="status is-{}{}" title="{}">{}</span>',
        status.kind,
        " is-half" if status.is_half else "",
        status.title,
        status.text,
    )


def _other(network: str, account: str) -> SafeString:
    return markup("{} {}", isolated(account), badge(network))


def _number(context: Context, row: InfluencerRow, column: Column) -> SafeString | str:
    metric = metric_of(row, column.key)
    if metric is None or row.main is None:
        elsewhere = plain(cell(row, column), column.kind)
        return elsewhere or no_account(context, row.influencer)
    remedy = remedy_for(context["request"], metric.reason, row.main.account, row.influencer.name)
    return metric_number(metric, remedy_label=remedy.label, remedy_href=remedy.href)


def _followers(context: Context, row: InfluencerRow, column: Column) -> SafeString | str:
    """In all digits, with the change."""
    view = row.main
    if view is None or view.followers.value is None:
        return _number(context, row, column)
    marks = remark(view.followers.flag_text)
    shown = markup("{} {}", marks, formats.number(view.followers.value))
    return markup("{}<br>{}", shown, delta(view.growth)) if view.growth else shown


def _growth(context: Context, row: InfluencerRow, column: Column) -> SafeString | str:
    growth = row.main.growth if row.main else None
    return "" if growth is None else delta(growth)


def delta(change: float) -> SafeString:
    """A change in thirty days, as a share of what was."""
    way, sign = ("up", "▲") if change > 0 else ("down", "▼")
    share = f"{abs(change) * 100:,.1f}\N{NO-BREAK SPACE}%"
    if share.startswith("0.0"):
        return SafeString("")
    return markup(
        '<span class="delta is-{0}" title="In 30 days"><span class="visually-hidden">{0} </span>'
        '<span aria-hidden="true">{1} </span>{2}</span>',
        way,
        sign,
        share,
    )


def _code(kind: str) -> Drawing:
    """A country or language, which the browser names in the reader's language."""

    def drawn(context: Context, row: InfluencerRow, column: Column) -> SafeString | str:
        code = getattr(row.influencer, column.key)
        return markup('<span data-name-of="{}">{}</span>', kind, code) if code else ""

    return drawn


def _tags(context: Context, row: InfluencerRow, column: Column) -> SafeString:
    tags = row.influencer.packed_tags  # type: ignore[attr-defined]  # added by `facts_of`
    shown = [
        markup('<span class="tag is-{}">{}</span>', tag["color"], isolated(tag["name"]))
        for tag in tags[:SHOWN_TAGS]
    ]
    if rest := tags[SHOWN_TAGS:]:
        names = ", ".join(tag["name"] for tag in rest)
        shown.append(markup('<span class="tag" title="{}">+{}</span>', names, len(rest)))
    return joined(" ", shown)


def _updated(context: Context, row: InfluencerRow, column: Column) -> SafeString:
    if row.main is None:
        return no_account(context, row.influencer)
    sync = row.main.sync
    at = formats.ago(sync.at) if sync.at else "Not updated yet"
    return markup("{}\n<br>{}", at, next_sync(context, sync))


def _email(context: Context, row: InfluencerRow, column: Column) -> SafeString | str:
    email = row.influencer.email
    return markup('<a href="mailto:{0}">{0}</a>', email) if email else ""


Drawing = Callable[[Context, InfluencerRow, Column], SafeString | str]
DRAWN: dict[str, Drawing] = {
    "account": _account,
    "followers": _followers,
    "views": _number,
    "engagement": _number,
    "likes": _number,
    "videos": _number,
    "growth": _growth,
    "country": _code("region"),
    "language": _code("language"),
    "tags": _tags,
    "updated": _updated,
    "email": _email,
}
