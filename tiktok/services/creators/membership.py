"""Marketplace membership: who is in which of the organization's markets, and who is tracked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction

from jobs.services.queue import make_due, wake
from tiktok.client import DIALECTS
from tiktok.client.paging import chunks
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import NoMarketplaceAccount, TikTokProblem
from tiktok.models import Creator, MarketplaceAccount
from tiktok.policies import rolled_up
from tiktok.queries import connected_accounts
from tiktok.services.creators.markets import keep_memberships
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.polls.kinds import CADENCE, register_poll

log = structlog.get_logger()

HANDLES_PER_CALL = min(dialect.capabilities.membership_batch for dialect in DIALECTS.values())
ASK_AGAIN = timedelta(hours=1)  # for the accounts that could not ask


@dataclass(frozen=True)
class Membership:
    """TikTok's answers about one handle, by the marketplace account that asked: markets differ.

    `is_whole`: no account of the organization was left without TikTok's answer.
    """

    answers: Mapping[MarketplaceAccount, MarketplaceStatus]
    is_whole: bool = True

    @property
    def status(self) -> MarketplaceStatus:
        """The status for the organization: in any market counts at once, all else once every account has been answered."""
        status = rolled_up(self.answers.values())
        if self.is_whole or status == MarketplaceStatus.IN:
            return status
        return MarketplaceStatus.UNKNOWN

    @property
    def market(self) -> MarketplaceAccount | None:
        """The first account whose market it is in."""
        inside = (each for each, status in self.answers.items() if status == MarketplaceStatus.IN)
        return next(inside, None)


NOBODY_KNOWS = Membership({})


# --- asked -------------------------------------------------------------------------------------------------------
def read_memberships(handles: Sequence[str]) -> dict[str, Membership]:
    """Ask for every connected account which handles are in its market (`/tcm/creator/status/get/`, 20 a call).

    Writes nothing. An account that cannot ask leaves its answers out. Raises TikTokProblem if none can.
    """
    found: dict[str, dict[MarketplaceAccount, MarketplaceStatus]] = defaultdict(dict)
    problems, accounts = list[TikTokProblem](), _accounts()
    for account in accounts:
        try:
            for handle, status in _asked(account, handles):
                found[handle][account] = status
        except TikTokProblem as problem:
            log.warning("membership.account_left_out", account=account.pk, problem=str(problem))
            problems.append(problem)
    if len(problems) == len(accounts):
        raise problems[0]
    return {handle: Membership(said, is_whole=not problems) for handle, said in found.items()}


def find_membership(handle: str) -> Membership | None:
    """Ask about one handle for a person who waits: the accounts one after the other, until it is in a market.

    The accounts that were not asked ask later. None: TikTok answered, but not about this handle. Raises TikTokProblem if it
    is in no market, as far as TikTok answers, and one of the accounts could not ask.
    """
    said: dict[MarketplaceAccount, MarketplaceStatus] = {}
    first_problem = None
    for account in _accounts():
        try:
            answer = dict(_asked(account, [handle])).get(handle)
        except TikTokProblem as problem:
            first_problem = first_problem or problem
            continue
        if answer is not None:
            said[account] = answer
        if answer == MarketplaceStatus.IN:
            return Membership(said)
    if first_problem:
        raise first_problem
    return Membership(said) if said else None


def _accounts() -> list[MarketplaceAccount]:
    accounts = list(connected_accounts())
    if not accounts:
        raise NoMarketplaceAccount
    return accounts


def _asked(
    account: MarketplaceAccount, handles: Sequence[str]
) -> Iterator[tuple[str, MarketplaceStatus]]:
    tiktok = marketplace(account)
    for batch in chunks(handles, HANDLES_PER_CALL):
        with tiktok_call():
            found = tiktok.membership(batch)
        for handle, status in found.items():
            yield handle, MarketplaceStatus(str(status.value).lower())


def refresh_membership(
    creators: Iterable[Creator], *, progress: Callable[[int], None] = lambda done: None
) -> set[int]:
    """Look these creators up again and keep the answers; `progress` hears how many are done after each batch.

    Returns the keys of those about whom an account could not ask. Raises TikTokProblem if none of them can.
    """
    done, open_ids = 0, set[int]()
    for batch in chunks(list(creators), HANDLES_PER_CALL):
        answers = read_memberships([creator.handle for creator in batch])
        _keep(batch, answers)
        open_ids |= {
            each.pk for each in batch if not answers.get(each.handle, NOBODY_KNOWS).is_whole
        }
        done += len(batch)
        progress(done)
    return open_ids


# --- kept --------------------------------------------------------------------------------------------------------
def _keep(creators: Sequence[Creator], answers: Mapping[str, Membership]) -> None:
    """Track creators who have joined, and check those who have left daily like the invited: people come back."""
    answered = [creator for creator in creators if creator.handle in answers]
    was_in = {creator.pk for creator in answered if creator.is_in_marketplace}
    was_out = {creator.pk for creator in answered if _is_known_to_be_out(creator)}
    with transaction.atomic():
        keep_memberships({each: answers[each.handle].answers for each in answered})
        is_in = {creator.pk for creator in answered if creator.is_in_marketplace}
        make_due(PollKind.PROFILE, *(was_out & is_in))
        wake(PollKind.MEMBERSHIP, *(was_in - is_in), after=CADENCE[PollKind.MEMBERSHIP])


def _is_known_to_be_out(creator: Creator) -> bool:
    is_unknown = creator.marketplace_status == MarketplaceStatus.UNKNOWN
    return bool(creator.invited_at) if is_unknown else not creator.is_in_marketplace


@transaction.atomic
def track_creator(handle: str, membership: Membership | None) -> Creator:
    """The creator with this handle in the organization in scope, made if new; its profile and videos are due now.

    `membership`: TikTok's answers, which are kept; None leaves what is known.
    """
    creator, _ = Creator.objects.get_or_create(handle=handle.lower())
    if membership is not None:
        keep_memberships({creator: membership.answers})
    make_due(PollKind.PROFILE, creator.pk)
    make_due(PollKind.VIDEOS, creator.pk)
    return creator


def _refresh_memberships(creator_ids: Sequence[int]) -> dict[int, timedelta | None]:
    open_ids = refresh_membership(Creator.objects.filter(pk__in=creator_ids))
    return dict.fromkeys(open_ids, ASK_AGAIN)


register_poll(PollKind.MEMBERSHIP, _refresh_memberships)
