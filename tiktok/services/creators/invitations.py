"""Creators are invited to a market of the organization's accounts, by TikTok's call or some other way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.client import DIALECTS, types
from tiktok.client.paging import chunks
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import CallsUncounted, NoMarketplaceAccount, TikTokProblem, in_our_words
from tiktok.limits import UNCOUNTED_SECONDS
from tiktok.models import Creator, MarketplaceAccount
from tiktok.queries import connected_accounts
from tiktok.services.creators.markets import keep_memberships
from tiktok.services.gateway import order_marketplace, tiktok_call
from tiktok.store import StoreIsDown, key, store

# Longer than an invitation can take, however slow TikTok is.
INVITE_SECONDS = 120
UNDER_WAY = "Somebody else invites it at this moment."
Batches = list[tuple[MarketplaceAccount, Sequence[Creator]]]
NOT_TO_INVITE = frozenset({MarketplaceStatus.IN, MarketplaceStatus.INVITED})


@dataclass
class InviteResult:
    """The outcome of an invitation to the marketplace, by handle: TikTok's answers."""

    in_marketplace: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    problem: str = ""  # why there is no answer for the unanswered
    by_mail: bool = False  # the answers are ours: TikTok has no call that invites


def invite_creators(
    creators: Sequence[Creator], *, actor: User | None, countries: Mapping[int, str] | None = None
) -> InviteResult:
    """Invite these creators to the marketplace (`/tcm/creator/invite/`, 20 a call) and keep each one's answer.

    Each is invited through the account of their country: TikTok's, else that of `countries`, by the creator's primary key;
    else through the one in use.

    Whoever is invited by somebody else at this moment, or was meanwhile, is not invited twice. Raises TikTokProblem if not
    even the first call is answered; trouble with a later one leaves the rest unanswered.
    """
    with _alone_with(creators) as own:
        now = Creator.objects.in_bulk([creator.pk for creator in creators])
        asked = [now[pk] for pk in own if now[pk].marketplace_status not in NOT_TO_INVITE]
        result = _invite(batches(asked, countries or {}), actor)
    for creator in now.values():
        if creator.marketplace_status == MarketplaceStatus.IN and creator not in asked:
            result.in_marketplace.append(creator.handle)
        elif creator.marketplace_status == MarketplaceStatus.INVITED and creator not in asked:
            result.invited.append(creator.handle)
        elif creator.pk not in own:
            result.unanswered.append(creator.handle)
            result.problem = result.problem or UNDER_WAY
    return result


@contextmanager
def _alone_with(creators: Sequence[Creator]) -> Iterator[list[int]]:
    """The keys of those that nobody else invites until the end."""
    names = {creator.pk: key("inviting", creator.pk) for creator in creators}
    try:
        free = [
            pk for pk, name in names.items() if store().set(name, 1, nx=True, ex=INVITE_SECONDS)
        ]
    except StoreIsDown as problem:
        raise CallsUncounted(UNCOUNTED_SECONDS) from problem
    try:
        yield free
    finally:
        with suppress(StoreIsDown):
            for pk in free:
                store().delete(names[pk])


def batches(creators: Sequence[Creator], countries: Mapping[int, str]) -> Batches:
    """The creators with the account that invites them, as many together as it takes in a call. Raises NoMarketplaceAccount."""
    accounts = inviting_accounts() if creators else []
    by_account = defaultdict(list)
    for creator in creators:
        country = creator.country or countries.get(creator.pk, "")
        of_country = (each for each in accounts if country and each.country == country)
        by_account[next(of_country, accounts[0])].append(creator)
    return [
        (account, batch)
        for account, mine in by_account.items()
        for batch in chunks(mine, DIALECTS[account.dialect].capabilities.invite_batch or len(mine))
    ]


def _invite(batches: Batches, actor: User | None) -> InviteResult:
    result = InviteResult()
    for place, (account, batch) in enumerate(batches):
        tiktok = order_marketplace(account)
        try:
            with tiktok_call(creates=True):
                answer = tiktok.invite([creator.handle for creator in batch])
        except TikTokProblem as problem:
            if place == 0:
                raise
            left = (creator for _, rest in batches[place:] for creator in rest)
            result.unanswered = [creator.handle for creator in left]
            result.problem = str(problem)
            break
        result.in_marketplace += answer.in_marketplace
        result.invited += answer.invited
        result.rejected |= {of: in_our_words(why) for of, why in answer.rejected.items()}
        _keep_invitations(batch, account, answer, actor)
    return result


@transaction.atomic
def _keep_invitations(
    creators: Sequence[Creator],
    account: MarketplaceAccount,
    answer: types.InviteResult,
    actor: User | None,
) -> None:
    said = _statuses(creators, answer)
    keep_memberships({creator: {account: status} for creator, status in said.items()})
    for creator in creators:
        status = said.get(creator)
        if status == MarketplaceStatus.IN:
            make_due(PollKind.PROFILE, creator.pk)
        elif status == MarketplaceStatus.INVITED:
            creator.invited_at = timezone.now()
            make_due(PollKind.MEMBERSHIP, creator.pk)
        creator.invite_refusal = in_our_words(answer.rejected.get(creator.handle, ""))[:200]
        creator.save(update_fields=["invited_at", "invite_refusal"])
        is_refused = creator.handle in answer.rejected
        texts = {"refusal": creator.invite_refusal}
        record(Verb.CREATOR_INVITED, creator, actor=actor, texts=texts, is_refused=is_refused)


def _statuses(
    creators: Sequence[Creator], answer: types.InviteResult
) -> dict[Creator, MarketplaceStatus]:
    """The statuses of those who were in already and of those who are invited now."""
    already_in = {
        each: MarketplaceStatus.IN for each in creators if each.handle in answer.in_marketplace
    }
    invited = {
        each: MarketplaceStatus.INVITED for each in creators if each.handle in answer.invited
    }
    return invited | already_in


def inviting_accounts() -> list[MarketplaceAccount]:
    """The connected accounts whose dialect has a call that invites creators, the one in use first; where none has, all.

    Raises NoMarketplaceAccount.
    """
    accounts = list(connected_accounts())
    if not accounts:
        raise NoMarketplaceAccount
    return [each for each in accounts if _can_invite(each)] or accounts


def _can_invite(account: MarketplaceAccount) -> bool:
    return DIALECTS[account.dialect].capabilities.has_marketplace_invite


def invites_through_tiktok() -> bool:
    """Has a connected marketplace account a call that invites creators? Raises NoMarketplaceAccount."""
    return _can_invite(inviting_accounts()[0])


@transaction.atomic
def mark_asked(creator: Creator, *, actor: User | None) -> None:
    """The creator was asked to join some other way than by TikTok's call; looked up daily from now on."""
    creator.invited_at, creator.invite_refusal = timezone.now(), ""
    creator.save(update_fields=["invited_at", "invite_refusal"])
    make_due(PollKind.MEMBERSHIP, creator.pk)
    record(Verb.CREATOR_ASKED_TO_JOIN, creator, actor=actor)
