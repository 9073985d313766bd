"""Accounts in a row of the list of influencers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.safestring import SafeString

from crm.models import SocialAccount
from crm.policies import Badge
from crm.queries.influencers import InfluencerRow
from ui.bidi import isolated
from ui.markup import joined, markup
from ui.templatetags.labels import badge


def more(names: Sequence[str], kind: str = "muted") -> SafeString:
    """How many more there are, whose names it says where one points at it."""
    return markup('<span class="{}" title="{}">+{}</span>', kind, ", ".join(names), len(names))


def first_account(row: InfluencerRow) -> SafeString:
    """The main account's badge, and how many more accounts there are."""
    others = [*(view.account for view in row.accounts[1:]), *row.others]
    if row.main is None:
        return all_accounts(row) if len(others) < 2 else _of_others(others)
    shown = _status(row.main.badge)
    return markup("{} {}", shown, more([_named(each) for each in others])) if others else shown


def _of_others(others: Sequence[SocialAccount]) -> SafeString:
    first, *rest = others
    network = badge(first.get_network_display())
    return markup("{} {} {}", isolated(first), network, more([_named(each) for each in rest]))


def _named(account: SocialAccount) -> str:
    return f"{isolated(account)} ({account.get_network_display()})"


def all_accounts(row: InfluencerRow) -> SafeString:
    """Every account with its badge, one below the other."""
    shown = [_status(view.badge) for view in row.accounts]
    if len(shown) > 1:
        shown = [
            markup("{} {}", isolated(view.account), drawn)
            for view, drawn in zip(row.accounts, shown, strict=True)
        ]
    shown += [
        markup("{} {}", isolated(each), badge(each.get_network_display())) for each in row.others
    ]
    return joined("<br>", shown or [SafeString('<span class="muted">No account yet</span>')])


@lru_cache(maxsize=500)
def _status(status: Badge) -> SafeString:
    return markup(
        '<span class="status is-{}{}" title="{}">{}</span>',
        status.kind,
        " is-half" if status.is_half else "",
        status.title,
        status.text,
    )
