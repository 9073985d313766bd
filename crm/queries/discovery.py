"""Creators whom TikTok shows that are here already."""

from __future__ import annotations

from collections.abc import Iterable

from crm.enums import Network
from crm.queries.accounts import AccountView, account_view, accounts_with_facts
from tiktok.queries import is_released


def accounts_called(handles: Iterable[str]) -> dict[str, AccountView]:
    """The organization's TikTok accounts among these, by handle, as pages show them."""
    accounts = accounts_with_facts().select_related("influencer", "creator")
    here = accounts.filter(network=Network.TIKTOK, handle__in=[name.lower() for name in handles])
    released = is_released()
    return {
        each.handle: account_view(each, each.creator, released=released)
        for each in here
        if each.creator is not None
    }
