"""Numbers of accounts that are not on TikTok: each reading is kept, with its source and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from crm.enums import ReadingSource
from crm.models import AccountReading, Import, SocialAccount
from crm.queries.readings import latest_numbers


def load_readings(states: dict[int, dict[str, Any]], keys: set[str]) -> None:
    """The latest numbers of each account: {handle: number} by field."""
    networks = {key.partition(".")[0] for key in keys}
    accounts = list(SocialAccount.objects.filter(influencer_id__in=states, network__in=networks))
    latest = latest_numbers([account.pk for account in accounts])
    for account in accounts:
        for key in keys:
            network, _, number = key.partition(".")
            if network == account.network:
                read = latest.get(account.pk, {}).get(number)
                numbers = states[account.influencer_id].setdefault(key, {})
                numbers[account.handle] = read.value if read else None


def save_readings(
    changes: Mapping[int, Mapping[str, Any]],
    handles: Mapping[tuple[int, str], str],
    parent: Import,
) -> None:
    """Keep what a file says of accounts as readings of now; the earlier ones stay."""
    numbers: dict[tuple[int, str], dict[str, Any]] = defaultdict(dict)
    for pk, values in changes.items():
        for key, value in values.items():
            network, _, number = key.partition(".")
            numbers[pk, network][number] = value
    accounts = {
        (account.influencer_id, account.network, account.handle): account
        for account in SocialAccount.objects.filter(influencer_id__in=changes)
    }
    now = timezone.now()
    AccountReading.objects.bulk_create(
        AccountReading(
            account=accounts[pk, network, handles[pk, network]],
            source=ReadingSource.IMPORT,
            read_at=now,
            imported_by=parent,
            **values,
        )
        for (pk, network), values in numbers.items()
    )
