"""Rows of the list of influencers.

What depends on the page or on a column is found out once; what is left for each row is to put its values into their places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from crm.policies.columns import CellKind, Column
from crm.policies.fields import shown_value
from crm.queries.cells import METRICS, Cell, campaigns_of, cell_reader, growth, own_value
from crm.queries.influencers import InfluencerRow
from crm.templatetags.account_cells import all_accounts, first_account, more
from crm.templatetags.crm import no_account
from crm.views.frame import address
from crm.views.remedies import remedy_for
from tiktok.templatetags.tiktok import metric_number, next_sync
from ui.bidi import isolated
from ui.markup import breaking, escaped, joined, markup
from ui.templatetags import formats
from ui.templatetags.labels import person, remark

register = template.Library()
SHOWN = 2  # tags or campaigns of a row; of a compact one, which has one line, the first
Context = template.RequestContext
# What stands inside a cell of a row.
Drawn = Callable[[InfluencerRow], SafeString | str]


@register.simple_tag(takes_context=True)
def influencer_rows(
    context: Context, rows: Sequence[InfluencerRow], columns: Sequence[Column]
) -> SafeString:
    """The rows of a page: whom each is about, and a cell for each column."""
    head = _head(context)
    main = next((column.key for column in columns if column.kind.is_number), "")
    cells = [
        (f'<td class="{_classes(column, is_main=column.key == main)}">', _drawn(context, column))
        for column in columns
    ]
    return SafeString("\n".join([_row(row, head, cells) for row in rows]))


def _row(row: InfluencerRow, head: Drawn, cells: Sequence[tuple[str, Drawn]]) -> str:
    shown = "".join([f"{opening}{escaped(drawn(row))}</td>" for opening, drawn in cells])
    return f"<tr>{head(row)}{shown}</tr>"


def _head(context: Context) -> Drawn:
    """The box that selects the row, for those who may act, and the name over the handle, else the e-mail address."""
    request, pattern = context["request"], '<th scope="row" class="m">{0}</th>'
    if context.get("may_edit"):
        pattern = (
            '<td class="tight"><input class="form-check-input" type="checkbox" name="ids" value="{1}" data-pick'
            f' aria-label="Select {{2}}"></td>{pattern}'
        )

    def drawn(row: InfluencerRow) -> SafeString:
        of, account = row.influencer, row.first_account
        whom = person(
            name=of.name,
            href=address(request, "influencer", of.pk),
            note=account or of.email,
            url=row.picture,
        )
        return markup(pattern, whom, of.pk, isolated(of.name))

    return drawn


def _drawn(context: Context, column: Column) -> Drawn:
    if made := MADE.get(column.key):
        return made(context, column)
    return DRAWN.get(column.key) or _plain(column)


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


def _own(column: Column, row: InfluencerRow) -> SafeString | str:
    """The value of an organization's own field, as the profile shows it."""
    value = own_value(column, row)
    return isolated(shown_value(column.field_kind, value)) if value else ""


def _plain(column: Column) -> Drawn:
    if column.field_id:
        return partial(_own, column)
    read, kind = cell_reader(column), column.kind
    return lambda row: plain(read(row), kind)


def plain(value: Cell, kind: CellKind) -> SafeString | str:
    """A value that has no drawing of its own; nothing for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return formats.ago(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, str):
        return isolated(value)
    return formats.percent(value) if kind == CellKind.PERCENT else formats.number(value)


def _is_compact(context: Context) -> bool:
    layout = context.get("layout")
    return layout is not None and layout.is_compact


def _accounts(context: Context, column: Column) -> Drawn:
    return first_account if _is_compact(context) else all_accounts


def _number(context: Context, column: Column) -> Drawn:
    """A number of the main account with its marks; a missing one with its reason and, for who may act, the remedy."""
    shown, elsewhere, request = METRICS[column.key], _plain(column), context["request"]

    def drawn(row: InfluencerRow) -> SafeString | str:
        if row.main is None:
            return elsewhere(row) or no_account(context, row.influencer)
        metric = row.main.metric(shown)
        if metric.value is not None:
            return metric_number(metric)
        remedy = remedy_for(request, metric.reason, row.main.account, row.influencer.name)
        return metric_number(metric, remedy_label=remedy.label, remedy_href=remedy.href)

    return drawn


def _followers(context: Context, column: Column) -> Drawn:
    """In all digits, with the change."""
    missing = _number(context, column)

    def drawn(row: InfluencerRow) -> SafeString | str:
        view = row.main
        if view is None or view.followers.value is None:
            return missing(row)
        marks, change = remark(view.followers.flag_text), growth(row)
        shown = markup("{} {}", marks, formats.number(view.followers.value))
        return markup("{}<br>{}", shown, delta(change)) if change else shown

    return drawn


def _growth(row: InfluencerRow) -> SafeString | str:
    change = growth(row)
    return "" if change is None else delta(change)


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


def _code(kind: str, name: str) -> Drawn:
    """A country or language, which the browser names in the reader's language."""

    def drawn(row: InfluencerRow) -> SafeString | str:
        code = getattr(row.influencer, name)
        return markup('<span data-name-of="{}">{}</span>', kind, code) if code else ""

    return drawn


def _tags(context: Context, column: Column) -> Drawn:
    most = 1 if _is_compact(context) else SHOWN

    def drawn(row: InfluencerRow) -> SafeString:
        tags = row.influencer.packed_tags  # type: ignore[attr-defined]  # added by `facts_of`
        shown = [
            markup('<span class="tag is-{}">{}</span>', tag["color"], isolated(tag["name"]))
            for tag in tags[:most]
        ]
        if rest := tags[most:]:
            shown.append(more([tag["name"] for tag in rest], "tag"))
        return joined(" ", shown)

    return drawn


def _campaigns(context: Context, column: Column) -> Drawn:
    """The latest campaigns by name, and how many more there are."""
    slug = context["request"].organization.slug
    most, between = (1, " ") if _is_compact(context) else (SHOWN, "<br>")

    def drawn(row: InfluencerRow) -> SafeString:
        campaigns = campaigns_of(row)
        shown = [
            markup(
                '<a href="{}">{}</a>',
                reverse("campaigns:campaign", args=[slug, each["id"]]),
                isolated(each["name"]),
            )
            for each in campaigns[:most]
        ]
        if rest := campaigns[most:]:
            shown.append(more([isolated(each["name"]) for each in rest]))
        return joined(between, shown)

    return drawn


def _updated(context: Context, column: Column) -> Drawn:
    is_compact = _is_compact(context)

    def drawn(row: InfluencerRow) -> SafeString:
        if row.main is None:
            return no_account(context, row.influencer)
        sync = row.main.sync
        at = formats.ago(sync.at) if sync.at else "Not updated yet"
        if is_compact:
            return markup("{}", at)
        return markup("{}\n<br>{}", at, next_sync(context, sync))

    return drawn


def _email(row: InfluencerRow) -> SafeString | str:
    email = row.influencer.email
    return markup('<a href="mailto:{}">{}</a>', email, breaking(email)) if email else ""


# Columns that are more than their value; what some of them draw depends on the page.
DRAWN: dict[str, Drawn] = {
    "growth": _growth,
    "country": _code("region", "country"),
    "language": _code("language", "language"),
    "email": _email,
}
MADE: dict[str, Callable[[Context, Column], Drawn]] = {
    **dict.fromkeys(METRICS, _number),
    "account": _accounts,
    "followers": _followers,
    "updated": _updated,
    "tags": _tags,
    "campaigns": _campaigns,
}
