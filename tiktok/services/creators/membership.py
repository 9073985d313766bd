"""Marketplace membership: who is in, who is tracked, who is invited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from jobs.services.queue import make_due, wake
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.client import DIALECTS
from tiktok.client.paging import chunks
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import CallsUncounted, TikTokProblem
from tiktok.limits import UNCOUNTED_SECONDS
from tiktok.models import Creator
from tiktok.services.gateway import marketplace, order_marketplace, tiktok_call
from tiktok.services.polls.kinds import CADENCE, register_poll
from tiktok.store import StoreIsDown, key, store

# Longer than an invitation can take, however slow TikTok is.
INVITE_SECONDS = 120
UNDER_WAY = "Somebody else invites it at this moment."
NOT_TO_INVITE = frozenset({MarketplaceStatus.IN, MarketplaceStatus.INVITED})
HANDLES_PER_CALL = min(dialect.capabilities.membership_batch for dialect in DIALECTS.values())


@dataclass
class InviteResult:
    """The outcome of an invitation to the marketplace, by handle: TikTok's answers."""

    in_marketplace: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    problem: str = ""  # why there is no answer for the unanswered
    by_mail: bool = False  # the answers are ours: TikTok has no call that invites


def read_memberships(handles: Sequence[str]) -> dict[str, MarketplaceStatus]:
    """Ask TikTok which handles are in the marketplace (`/tcm/creator/status/get/`, 20 a call). Writes nothing."""
    answers: dict[str, MarketplaceStatus] = {}
    tiktok = marketplace()
    for batch in chunks(handles, HANDLES_PER_CALL):
        with tiktok_call():
            found = tiktok.membership(batch)
        answers |= {
            handle: MarketplaceStatus(str(status.value).lower()) for handle, status in found.items()
        }
    return answers


def refresh_membership(
    creators: Iterable[Creator], *, progress: Callable[[int], None] = lambda done: None
) -> None:
    """Look these creators up again and keep the answer; `progress` hears how many are done after each call."""
    done = 0
    for batch in chunks(list(creators), HANDLES_PER_CALL):
        answers = read_memberships([creator.handle for creator in batch])
        _keep(batch, answers)
        done += len(batch)
        progress(done)


def _keep(creators: Sequence[Creator], answers: dict[str, MarketplaceStatus]) -> None:
    """Track creators who have joined, and check those who have left daily like the invited: people come back."""
    now = timezone.now()
    answered = [creator for creator in creators if creator.handle in answers]
    was_in = {creator.pk for creator in answered if creator.is_in_marketplace}
    was_out = {creator.pk for creator in answered if _is_known_to_be_out(creator)}
    for creator in answered:
        creator.marketplace_status = answers[creator.handle]
        creator.marketplace_checked_at = now
    with transaction.atomic():
        Creator.objects.bulk_update(answered, ["marketplace_status", "marketplace_checked_at"])
        is_in = {creator.pk for creator in answered if creator.is_in_marketplace}
        make_due(PollKind.PROFILE, *(was_out & is_in))
        wake(PollKind.MEMBERSHIP, *(was_in - is_in), after=CADENCE[PollKind.MEMBERSHIP])


def _is_known_to_be_out(creator: Creator) -> bool:
    is_unknown = creator.marketplace_status == MarketplaceStatus.UNKNOWN
    return bool(creator.invited_at) if is_unknown else not creator.is_in_marketplace


@transaction.atomic
def track_creator(handle: str, status: MarketplaceStatus) -> Creator:
    """The creator with this handle in the organization in scope, made if new; its profile and videos are due now."""
    creator, _ = Creator.objects.get_or_create(handle=handle.lower())
    creator.marketplace_status = status
    creator.marketplace_checked_at = timezone.now()
    creator.save(update_fields=["marketplace_status", "marketplace_checked_at"])
    make_due(PollKind.PROFILE, creator.pk)
    make_due(PollKind.VIDEOS, creator.pk)
    return creator


def invite_creators(creators: Sequence[Creator], *, actor: User | None) -> InviteResult:
    """Invite these creators to the marketplace (`/tcm/creator/invite/`, 20 a call) and keep each one's answer.

    Whoever is invited by somebody else at this moment, or was meanwhile, is not invited twice. Raises TikTokProblem if not
    even the first call is answered; trouble with a later one leaves the rest unanswered.
    """
    with _alone_with(creators) as own:
        now = Creator.objects.in_bulk([creator.pk for creator in creators])
        asked = [now[pk] for pk in own if now[pk].marketplace_status not in NOT_TO_INVITE]
        result = _invite(asked, actor)
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


def _invite(creators: Sequence[Creator], actor: User | None) -> InviteResult:
    result = InviteResult()
    if not creators:
        return result
    tiktok = order_marketplace()
    largest = tiktok.capabilities.invite_batch
    for start in range(0, len(creators), largest):
        batch = creators[start : start + largest]
        try:
            with tiktok_call(creates=True):
                answer = tiktok.invite([creator.handle for creator in batch])
        except TikTokProblem as problem:
            if start == 0:
                raise
            result.unanswered = [creator.handle for creator in creators[start:]]
            result.problem = str(problem)
            break
        result.in_marketplace += answer.in_marketplace
        result.invited += answer.invited
        result.rejected |= answer.rejected
        _keep_invitations(batch, answer.in_marketplace, answer.invited, answer.rejected, actor)
    return result


@transaction.atomic
def _keep_invitations(
    creators: Sequence[Creator],
    already_in: Sequence[str],
    invited: Sequence[str],
    rejected: dict[str, str],
    actor: User | None,
) -> None:
    for creator in creators:
        if creator.handle in already_in:
            creator.marketplace_status = MarketplaceStatus.IN
            make_due(PollKind.PROFILE, creator.pk)
        elif creator.handle in invited:
            creator.marketplace_status = MarketplaceStatus.INVITED
            creator.invited_at = timezone.now()
            make_due(PollKind.MEMBERSHIP, creator.pk)
        creator.invite_refusal = rejected.get(creator.handle, "")[:200]
        creator.save(update_fields=["marketplace_status", "invited_at", "invite_refusal"])
        is_refused = creator.handle in rejected
        texts = {"refusal": creator.invite_refusal}
        record(Verb.CREATOR_INVITED, creator, actor=actor, texts=texts, is_refused=is_refused)


def invites_through_tiktok() -> bool:
    """Has the marketplace account in use a call that invites creators? Raises NoMarketplaceAccount."""
    return marketplace().capabilities.has_marketplace_invite


@transaction.atomic
def mark_asked(creator: Creator, *, actor: User | None) -> None:
    """The creator was asked to join some other way than by TikTok's call; looked up daily from now on."""
    creator.invited_at, creator.invite_refusal = timezone.now(), ""
    creator.save(update_fields=["invited_at", "invite_refusal"])
    make_due(PollKind.MEMBERSHIP, creator.pk)
    record(Verb.CREATOR_ASKED_TO_JOIN, creator, actor=actor)


def _refresh_memberships(creator_ids: Sequence[int]) -> None:
    refresh_membership(Creator.objects.filter(pk__in=creator_ids))


register_poll(PollKind.MEMBERSHIP, _refresh_memberships)
