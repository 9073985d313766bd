"""Reads of the CRM, by subject."""

from crm.queries.accounts import (
    CHOSEN_AT_ONCE,
    AccountPanel,
    AccountView,
    account_panel,
    account_view,
    accounts_with_facts,
    creators_of_kind,
    needs_reconnect,
    tiktok_account,
    tiktok_account_by_id,
    tiktok_accounts_by_id,
)
from crm.queries.influencers import (
    SORTS,
    InfluencerRow,
    influencer_by_id,
    influencer_page,
    influencer_row,
)
from crm.queries.invitations import invitations_without_account
from crm.queries.live import influencer_live
from crm.queries.merging import merged_into
from crm.queries.search import found, with_address
from crm.queries.timeline import influencer_timeline

__all__ = [
    "CHOSEN_AT_ONCE",
    "SORTS",
    "AccountPanel",
    "AccountView",
    "InfluencerRow",
    "account_panel",
    "account_view",
    "accounts_with_facts",
    "creators_of_kind",
    "found",
    "influencer_by_id",
    "influencer_live",
    "influencer_page",
    "influencer_row",
    "influencer_timeline",
    "invitations_without_account",
    "merged_into",
    "needs_reconnect",
    "tiktok_account",
    "tiktok_account_by_id",
    "tiktok_accounts_by_id",
    "with_address",
]
