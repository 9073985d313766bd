"""The accounts that rows of a file of posts name and that take no part in the campaign: added while the file is looked through."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from campaigns.errors import AccountNotVisible
from campaigns.models import Campaign
from campaigns.services.campaigns import add_participants
from campaigns.services.networks.imports.fates import MISSING
from crm.enums import ImportFate, Network
from crm.models import Import, Influencer, SocialAccount
from crm.policies.addresses import AccountAddress, account_name
from crm.services.accounts import add_other_account
from crm.services.imports.runs import read_otherwise
from tenancy.models import User

MOST_SHOWN = 20


@dataclass(frozen=True)
class MissingAccount:
    """An account that rows name. `account`: it is known already, and only takes no part."""

    network: Network
    handle: str
    account: SocialAccount | None = None

    @property
    def key(self) -> str:
        return f"{self.network}:{self.handle}"

    @property
    def name(self) -> str:
        return account_name(self.network, self.handle)


def missing_accounts(parent: Import) -> list[MissingAccount]:
    """The accounts that rows of the preview need, at most `MOST_SHOWN`, in the order of their names."""
    rows = parent.rows.filter(fate=ImportFate.ERROR, values__has_key=MISSING).order_by()
    pairs = sorted(rows.values_list(f"values__{MISSING}", flat=True).distinct()[:MOST_SHOWN])
    known = SocialAccount.objects.filter(handle__in=[handle for _, handle in pairs])
    found = {(each.network, each.handle): each for each in known.select_related("influencer")}
    return [
        MissingAccount(Network(network), handle, found.get((network, handle)))
        for network, handle in pairs
    ]


@transaction.atomic
def add_missing_account(
    campaign: Campaign,
    parent: Import,
    missing: MissingAccount,
    *,
    influencer: Influencer | None,
    group_id: int | None = None,
    actor: User,
) -> SocialAccount:
    """Let the account take part, and look through the file anew. One that is not known is added to `influencer`, or to a new
    creator named after it. Raises AccountNotVisible, or TableRefused once the file is being written."""
    account = missing.account
    if account is None:
        address = AccountAddress(missing.network, missing.handle)
        added = add_other_account(address, influencer=influencer, group_id=group_id, actor=actor)
        account = added.account
    if account is None:
        raise AccountNotVisible(missing.name)
    add_participants(campaign, [account], actor=actor)
    layout = {name: getattr(parent, name) for name in ("encoding", "delimiter", "decimal_mark")}
    read_otherwise(parent, **layout, actor=actor)
    return account
