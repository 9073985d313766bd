"""Reads of the CRM, by subject."""

from crm.queries.about import About, influencer_about
from crm.queries.accounts import (
    AccountPanel,
    AccountView,
    account_at,
    account_panel,
    account_view,
    accounts_with_facts,
    creators_of_kind,
    is_hidden,
    other_account_by_id,
    tiktok_account,
    tiktok_account_by_id,
    tiktok_accounts_by_id,
)
from crm.queries.details import custom_fields, lists_by_name, member_choices, tags_by_name
from crm.queries.influencers import (
    MATCH,
    SORTS,
    InfluencerRow,
    archived_page,
    influencer_by_id,
    influencer_page,
    influencer_row,
)
from crm.queries.invitations import invitations_without_account
from crm.queries.live import influencer_live
from crm.queries.merging import influencer_now, merged_into
from crm.queries.search import found, with_address
from crm.queries.tasks import task_page, unread_mentions, waiting_count
from crm.queries.timeline import influencer_timeline

__all__ = [
    "MATCH",
    "SORTS",
    "About",
    "AccountPanel",
    "AccountView",
    "InfluencerRow",
    "account_at",
    "account_panel",
    "account_view",
    "accounts_with_facts",
    "archived_page",
    "creators_of_kind",
    "custom_fields",
    "found",
    "influencer_about",
    "influencer_by_id",
    "influencer_live",
    "influencer_now",
    "influencer_page",
    "influencer_row",
    "influencer_timeline",
    "invitations_without_account",
    "is_hidden",
    "lists_by_name",
    "member_choices",
    "merged_into",
    "other_account_by_id",
    "tags_by_name",
    "task_page",
    "tiktok_account",
    "tiktok_account_by_id",
    "tiktok_accounts_by_id",
    "unread_mentions",
    "waiting_count",
    "with_address",
]
