"""Membership as it is written down: one row for each marketplace account, and the status that follows from a creator's rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from jobs.services.queue import wake
from tiktok.client.paging import chunks
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator, CreatorMembership, MarketplaceAccount
from tiktok.policies import rolled_up
from tiktok.queries import connected_accounts, is_released
from tiktok.services.creators.backfill import begin_to_collect

Answers = Mapping[MarketplaceAccount, MarketplaceStatus]
CREATORS_AT_ONCE = 1_000


@transaction.atomic
def keep_memberships(answers: Mapping[Creator, Answers]) -> None:
    """Keep what TikTok answered about these creators, and the status that follows; an answer takes the place of an earlier
    one of its account.

    What was said to accounts that are connected no longer goes with it. Accounts that have not asked yet ask soon. Before the
    organization's cut-over, TikTok's own data is collected from now on of whoever has joined.
    """
    creators, now = {creator.pk: creator for creator in answers}, timezone.now()
    was_in = {creator.pk for creator in _lock(creators) if creator.is_in_marketplace}
    rows = CreatorMembership.objects.filter(creator__in=creators)
    rows.exclude(account__in=connected_accounts().order_by().values("pk")).delete()
    CreatorMembership.objects.bulk_create(
        [
            CreatorMembership(creator=creator, account=account, status=status, checked_at=now)
            for creator, said in answers.items()
            for account, status in said.items()
        ],
        update_conflicts=True,
        unique_fields=["organization", "creator", "account"],
        update_fields=["status", "checked_at"],
    )
    for creator in creators.values():
        creator.marketplace_checked_at = now
    _roll_up(creators, "marketplace_checked_at")
    joined = {pk for pk, creator in creators.items() if creator.is_in_marketplace} - was_in
    if joined and not is_released():
        begin_to_collect(joined)
    ask_further_accounts(creators)


def _lock(creator_ids: Iterable[int]) -> list[Creator]:
    """One writer at a time for one creator's rows."""
    return list(Creator.objects.select_for_update().filter(pk__in=list(creator_ids)).order_by("pk"))


def _roll_up(creators: Mapping[int, Creator], *fields: str) -> None:
    """Write the status that follows from the rows of these creators, who are locked, and the fields named."""
    said: dict[int, list[str]] = defaultdict(list)
    rows = CreatorMembership.objects.filter(creator__in=creators)
    for pk, status in rows.values_list("creator_id", "status"):
        said[pk].append(status)
    for pk, creator in creators.items():
        creator.marketplace_status = rolled_up(said[pk])
    Creator.objects.bulk_update(creators.values(), ["marketplace_status", *fields])


def ask_further_accounts(creator_ids: Collection[int]) -> None:
    """Let those of these creators be looked up daily about whom an account of several has not asked yet."""
    accounts = list(connected_accounts())
    if len(accounts) < 2:
        return
    rows = CreatorMembership.objects.filter(creator__in=creator_ids, account__in=accounts)
    known = Counter(rows.values_list("creator_id", flat=True))
    wake(PollKind.MEMBERSHIP, *(pk for pk in creator_ids if known[pk] < len(accounts)))


@transaction.atomic
def forget_memberships(account: MarketplaceAccount) -> None:
    """Forget what TikTok said to an account that was let go of, and write the status that follows for each creator.

    While no other account is connected, the last answers stand: nobody can ask for newer ones.
    """
    if not connected_accounts().exclude(pk=account.pk).exists():
        return
    rows = CreatorMembership.objects.filter(account=account)
    for part in chunks(list(rows.values_list("creator_id", flat=True)), CREATORS_AT_ONCE):
        _lock(part)
        rows.filter(creator__in=part).delete()
        creators = Creator.objects.in_bulk(part)
        was_in = {pk for pk, creator in creators.items() if creator.is_in_marketplace}
        _roll_up(creators)
        left = {pk for pk in was_in if not creators[pk].is_in_marketplace}
        wake(PollKind.MEMBERSHIP, *left)
        ask_further_accounts(part)
