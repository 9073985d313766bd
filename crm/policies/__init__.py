"""Predicates and rules of the CRM, by subject."""

from crm.policies.accounts import (
    INVITED,
    NON_TTCM,
    Badge,
    Label,
    account_labels,
    account_status,
    badge_in_list,
    ends_soon,
    is_invited,
    may_be_invited,
    was_invited_lately,
)
from crm.policies.addresses import account_address, account_handle, tiktok_handle

__all__ = [
    "INVITED",
    "NON_TTCM",
    "Badge",
    "Label",
    "account_address",
    "account_handle",
    "account_labels",
    "account_status",
    "badge_in_list",
    "ends_soon",
    "is_invited",
    "may_be_invited",
    "tiktok_handle",
    "was_invited_lately",
]
