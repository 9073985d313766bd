"""Accounts of influencers: added by handle or address; those on TikTok synced on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import IntegrityError, transaction

from crm.enums import Network
from crm.errors import AccountConnected, AccountGone, AccountHere, InfluencerGone
from crm.models import AwaitedAccount, Influencer, SocialAccount
from crm.policies import is_invited, tiktok_handle
from crm.policies.addresses import AccountAddress, account_name
from crm.policies.spellings import ACCOUNT_TYPES
from crm.queries import account_at, influencer_now, is_hidden, tiktok_account
from crm.services.connections.asking import await_account
from crm.services.merging.finding import check_for_duplicates
from crm.signals import removing
from jobs.services.queue import JUST_NOW, claim_now, finished_at, note_finished, once_more
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope
from tenancy.services.events import record
from tiktok.enums import MarketplaceStatus, PollKind, Source
from tiktok.errors import TikTokProblem, TikTokUnavailable
from tiktok.models import Creator
from tiktok.policies import is_supported, may_be_added_by_staff
from tiktok.queries import active_consents, kind_of
from tiktok.services.creators.handles import find_renamed, follow_handle
from tiktok.services.creators.membership import (
    Membership,
    find_membership,
    refresh_membership,
    track_creator,
)
from tiktok.services.creators.profiles import refresh_insights, refresh_profile
from tiktok.services.creators.removal import remove_creators
from tiktok.services.creators.videos import refresh_videos

log = structlog.get_logger()


class AddOutcome(StrEnum):
    ADDED = "added"
    PRESENT = "present"
    NOT_IN_MARKETPLACE = "not_in_marketplace"
    NO_SUCH_ACCOUNT = "no_such_account"


@dataclass(frozen=True)
class AddResult:
    """The outcome of adding a handle. There is an account when it was added or present already."""

    outcome: AddOutcome
    handle: str
    status: MarketplaceStatus = MarketplaceStatus.UNKNOWN
    account: SocialAccount | None = None
    is_invited: bool = False


def add_tiktok_account(
    handle: str,
    *,
    actor: User | None,
    influencer: Influencer | None = None,
    group_id: int | None = None,
) -> AddResult:
    """Add a marketplace account, to `influencer` or to a new one of this group named after it, and track it from now on.

    `handle` is what somebody typed: `@name` or a profile's address. Of anything but an account in the marketplace nothing
    is saved than that it is awaited of `influencer`; of whoever they were merged into while TikTok was asked. Raises
    HandleNotReadable, InfluencerGone, and a TikTokProblem when TikTok cannot be asked; then, too, nothing is saved.
    """
    handle = tiktok_handle(handle)
    if present := tiktok_account(handle):
        return AddResult(AddOutcome.PRESENT, handle, account=present)
    membership = find_membership(handle)
    if membership is None:  # TikTok answered, but not for this handle
        raise TikTokUnavailable
    status = membership.status
    if status == MarketplaceStatus.INVALID:
        return AddResult(AddOutcome.NO_SUCH_ACCOUNT, handle, status)
    if not may_be_added_by_staff(status):
        asked = Creator.objects.filter(handle=handle).values_list("invited_at", flat=True)
        invited = is_invited(status, asked.first())
        with transaction.atomic():
            if owner := _still_here(influencer):
                await_account(owner, handle, status)
        return AddResult(AddOutcome.NOT_IN_MARKETPLACE, handle, status, is_invited=invited)
    follow_renamed({handle: membership}, actor=actor)
    if present := tiktok_account(handle):
        return AddResult(AddOutcome.PRESENT, handle, status, present)
    try:
        with transaction.atomic():
            owner = _still_here(influencer)
            account, creator = keep_account(
                handle, membership, influencer=owner, group_id=group_id, actor=actor
            )
    except IntegrityError:  # somebody else added it meanwhile
        return AddResult(AddOutcome.PRESENT, handle, status, tiktok_account(handle))
    _sync_for_the_first_time(account, creator)
    return AddResult(AddOutcome.ADDED, handle, status, account)


def _still_here(influencer: Influencer | None) -> Influencer | None:
    """The influencer, or whoever they were merged into, locked so that nobody deletes them; None for none. Raises InfluencerGone."""
    if influencer is None:
        return None
    found = influencer_now(influencer.pk, rows=Influencer.objects.select_for_update(of=("self",)))
    if found is None:
        raise InfluencerGone
    return found


def follow_renamed(answers: Mapping[str, Membership], *, actor: User | None) -> None:
    """Before these handles are added: let accounts that are here under earlier ones have those that TikTok names now, and be
    tracked again. Raises TikTokProblem."""
    wanted = [handle for handle, said in answers.items() if may_be_added_by_staff(said.status)]
    with groups_scope(None):  # whoever sees them, they are here
        present = set(
            Creator.objects.filter(handle__in=wanted, account__isnull=False).values_list(
                "handle", flat=True
            )
        )
        for handle in wanted:
            if handle in present:
                continue
            if creator := find_renamed(handle, through=answers[handle].market, actor=actor):
                _track_renamed(creator, handle, answers[handle], actor)


@transaction.atomic
def _track_renamed(
    creator: Creator, handle: str, membership: Membership, actor: User | None
) -> None:
    if creator.handle != handle:  # it is taken by one that was invited, and is nobody's account
        stubs = Creator.objects.filter(handle=handle, account=None).values_list("pk", flat=True)
        remove_creators(list(stubs), actor=actor)
        follow_handle(creator, handle, actor=actor)
    track_creator(handle, membership)


@transaction.atomic
def keep_account(
    handle: str,
    membership: Membership,
    *,
    influencer: Influencer | None,
    actor: User | None,
    group_id: int | None = None,
) -> tuple[SocialAccount, Creator]:
    """Write an account that TikTok has confirmed: of `influencer`, else of who awaits it, else of a new one."""
    creator = track_creator(handle, membership)
    awaited = AwaitedAccount.objects.select_related("influencer").filter(handle=handle).first()
    owner = influencer or (awaited.influencer if awaited else None)
    account = SocialAccount.objects.create(
        influencer=owner or Influencer.objects.create(name=handle, group_id=group_id),
        network=Network.TIKTOK,
        account_type=ACCOUNT_TYPES[Network.TIKTOK],
        handle=handle,
        creator=creator,
    )
    if awaited:
        awaited.delete()
    name_after_profile(account.influencer, creator)
    record(Verb.ACCOUNT_ADDED, account, actor=actor, influencer=account.influencer_id)
    check_for_duplicates(account.influencer_id)
    return account, creator


def add_other_account(
    address: AccountAddress,
    *,
    actor: User | None,
    influencer: Influencer | None = None,
    group_id: int | None = None,
) -> AddResult:
    """Add an account that is not on TikTok, to `influencer` or to a new one of this group named after it.

    Nobody is asked whether there is such an account. One that is here already stays where it is.
    """
    present = account_at(address)
    if present is None and not is_hidden(address):
        try:
            with transaction.atomic():
                account = _keep_other(address, influencer, group_id, actor)
        except IntegrityError:  # somebody else added it meanwhile
            present = account_at(address)
        else:
            return AddResult(AddOutcome.ADDED, address.handle, account=account)
    return AddResult(AddOutcome.PRESENT, address.handle, account=present)


def demand_free(address: AccountAddress) -> None:
    """See that nobody has this account. Raises AccountHere, with the name of whoever has it if the member sees them."""
    present = account_at(address)
    if present or is_hidden(address):
        shown = account_name(address.network, address.handle)
        raise AccountHere(shown, present.influencer.name if present else "")


def _keep_other(
    address: AccountAddress, influencer: Influencer | None, group_id: int | None, actor: User | None
) -> SocialAccount:
    owner = influencer or Influencer.objects.create(name=address.handle, group_id=group_id)
    account = SocialAccount.objects.create(
        influencer=owner,
        network=address.network,
        account_type=ACCOUNT_TYPES[address.network],
        handle=address.handle,
    )
    record(Verb.ACCOUNT_ADDED, account, actor=actor, influencer=owner.pk)
    check_for_duplicates(owner.pk)
    return account


@transaction.atomic
def remove_account(account: SocialAccount, *, actor: User | None) -> None:
    """Remove an account with its numbers; of one on TikTok all that was read. Raises AccountInUse for one of campaigns,
    AccountConnected for one that its creator shares, and AccountGone where somebody else has removed it."""
    # Locked before all else: what others hang on it is seen here, or comes too late to be written.
    rows = SocialAccount.objects.select_for_update(of=("self",)).select_related("influencer")
    locked = rows.filter(pk=account.pk).first()
    if locked is None:
        raise AccountGone(str(account))
    creators = list(Creator.objects.select_for_update().filter(pk=locked.creator_id or 0))
    if active_consents().filter(creator__in=creators).exists():
        raise AccountConnected(str(locked))
    removing.send(SocialAccount, account=locked)
    texts = {"handle": locked.handle, "network": locked.get_network_display()}
    record(Verb.ACCOUNT_REMOVED, locked.influencer, actor=actor, texts=texts)
    locked.delete()
    if creators:
        remove_creators([each.pk for each in creators], actor=actor)


def _sync_for_the_first_time(account: SocialAccount, creator: Creator) -> None:
    """Numbers at once. If TikTok does not give them now, the account's polls are due anyway."""
    try:
        _sync(creator)
    except TikTokProblem as problem:
        log.warning("account.first_look_put_off", account=account.pk, problem=str(problem))
    account.influencer.refresh_from_db()


def _sync(creator: Creator) -> None:
    refresh_profile(creator)
    note_finished(PollKind.PROFILE, creator.pk)
    if refresh_insights(creator):
        note_finished(PollKind.INSIGHTS, creator.pk)
    refresh_videos(creator)
    note_finished(PollKind.VIDEOS, creator.pk)


def name_after_profile(influencer: Influencer, creator: Creator) -> None:
    """Give an influencer who is still named after the handle the name that TikTok shows, once that is known."""
    name = name_at_tiktok(creator)
    if name and influencer.name.lower() == creator.handle:
        influencer.name = name
        influencer.save()


def name_at_tiktok(creator: Creator) -> str:
    """The name that TikTok shows; empty while only the old source has named the account: its name would outlive its purge."""
    return "" if creator.profile_source == Source.LEGACY else creator.display_name


def refresh_account(account: SocialAccount) -> bool:
    """Ask TikTok now for membership, and for profile and videos if the account is supported. Raises TikTokProblem.

    False: it is being synced, or was just now; TikTok was not asked.
    """
    if account.creator is None:
        return False
    with claim_now(PollKind.PROFILE, account.creator.pk) as is_mine:
        if is_mine:
            refresh_membership([account.creator])
            if is_supported(kind_of(account.creator)):
                _sync(account.creator)
    return is_mine


def refresh_again(account: SocialAccount) -> datetime | None:
    """A refresh was asked for too soon: TikTok is asked once more as soon as that may be. Returns when the account was
    refreshed; None while it is."""
    if account.creator is None:
        return None
    done_at = finished_at(PollKind.PROFILE, account.creator.pk)
    if done_at is not None:
        for kind in (PollKind.PROFILE, PollKind.VIDEOS):
            once_more(kind, account.creator.pk, at=done_at + JUST_NOW)
    return done_at
