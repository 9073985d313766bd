"""Accounts of influencers."""

from __future__ import annotations

from crm.enums import Network
from crm.models import SocialAccount
from crm.policies.spellings import ACCOUNT_TYPES
from crm.services.imports.meaning.catalog import ACCOUNT
from crm.services.imports.states.sets import Changes, States


def load_accounts(states: States, keys: set[str]) -> None:
    for state in states.values():
        state |= {key: [] for key in keys}
    accounts = SocialAccount.objects.filter(influencer_id__in=states).order_by("pk")
    for pk, network, handle in accounts.values_list("influencer_id", "network", "handle"):
        if (key := f"{ACCOUNT}{network}") in keys:
            states[pk][key].append(handle)


def save_accounts(changes: Changes) -> None:
    """Add accounts. TikTok's come by looking them up, never by writing them."""
    networks = {key.removeprefix(ACCOUNT) for values in changes.values() for key in values}
    rows = SocialAccount.objects.filter(influencer_id__in=changes, network__in=networks)
    there = set(rows.values_list("influencer_id", "network", "handle"))
    wanted = {
        (pk, key.removeprefix(ACCOUNT), handle)
        for pk, values in changes.items() for key, handles in values.items() for handle in handles
    }  # fmt: skip
    SocialAccount.objects.bulk_create(
        SocialAccount(
            influencer_id=pk,
            network=network,
            handle=handle,
            account_type=ACCOUNT_TYPES[Network(network)],
        )
        for pk, network, handle in sorted(wanted - there)
        if network != Network.TIKTOK
    )
