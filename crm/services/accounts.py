"""TikTok accounts of influencers: added by handle, looked at anew, invited to the marketplace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.db import IntegrityError, transaction

from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from crm.policies import tiktok_handle
from crm.queries import tiktok_account
from tenancy.models import User
from tenancy.services.audit import record
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.errors import OutcomeUnknown, TikTokProblem, TikTokUnavailable
from tiktok.models import Creator
from tiktok.policies import is_supported, may_be_added_by_staff
from tiktok.queries import kind_of
from tiktok.services.membership import (
    InviteResult,
    invite_creators,
    look_up,
    refresh_membership,
    track_creator,
)
from tiktok.services.polling import look_now, note_look
from tiktok.services.sync import refresh_insights, refresh_profile, refresh_videos

log = structlog.get_logger()


class AddOutcome(StrEnum):
    ADDED = "added"
    PRESENT = "present"
    NOT_IN_MARKETPLACE = "not_in_marketplace"
    NO_SUCH_ACCOUNT = "no_such_account"


@dataclass(frozen=True)
class AddResult:
    """What became of adding a handle. There is an account when it was added or present already."""

    outcome: AddOutcome
    handle: str
    status: MarketplaceStatus = MarketplaceStatus.UNKNOWN
    account: SocialAccount | None = None


def add_tiktok_account(
    handle: str, *, actor: User | None, influencer: Influencer | None = None
) -> AddResult:
    """Add a marketplace account, to `influencer` or to a new one named after it, and track it from now on.

    `handle` is what somebody typed: `@name` or a profile's address. Anything but an account in the marketplace saves
    nothing. Raises HandleNotReadable, and a TikTokProblem when TikTok cannot be asked; then, too, nothing is saved.
    """
    handle = tiktok_handle(handle)
    if present := tiktok_account(handle):
        return AddResult(AddOutcome.PRESENT, handle, account=present)
    status = look_up([handle]).get(handle)
    if status is None:  # TikTok answered, but not for this handle
        raise TikTokUnavailable
    if status == MarketplaceStatus.INVALID:
        return AddResult(AddOutcome.NO_SUCH_ACCOUNT, handle, status)
    if not may_be_added_by_staff(status):
        return AddResult(AddOutcome.NOT_IN_MARKETPLACE, handle, status)
    try:
        account = _keep_account(handle, status, influencer, actor)
    except IntegrityError:  # somebody else added it meanwhile
        return AddResult(AddOutcome.PRESENT, handle, status, _present(handle))
    _look_for_the_first_time(account)
    return AddResult(AddOutcome.ADDED, handle, status, account)


@transaction.atomic
def _keep_account(
    handle: str, status: MarketplaceStatus, influencer: Influencer | None, actor: User | None
) -> SocialAccount:
    creator = track_creator(handle, status)
    account = SocialAccount.objects.create(
        influencer=influencer or Influencer.objects.create(name=handle),
        network=Network.TIKTOK,
        account_type=AccountType.TIKTOK_CREATOR,
        handle=handle,
        creator=creator,
    )
    record("account.added", account, actor=actor, influencer=account.influencer_id)
    return account


def _present(handle: str) -> SocialAccount:
    return SocialAccount.objects.select_related("influencer", "creator").get(
        network=Network.TIKTOK, handle=handle
    )


def _look_for_the_first_time(account: SocialAccount) -> None:
    """Numbers at once. If TikTok does not give them now, the account's polls are due anyway."""
    try:
        _look(account)
    except TikTokProblem as problem:
        log.warning("account.first_look_put_off", account=account.pk, problem=str(problem))
    account.influencer.refresh_from_db()


def _look(account: SocialAccount) -> None:
    creator = account.creator
    if creator is None:
        return
    refresh_profile(creator)
    note_look(PollKind.PROFILE, creator.pk)
    if refresh_insights(creator):
        note_look(PollKind.INSIGHTS, creator.pk)
    _name_after_profile(account.influencer, creator)
    refresh_videos(creator)
    note_look(PollKind.VIDEOS, creator.pk)


def _name_after_profile(influencer: Influencer, creator: Creator) -> None:
    """Who is still named after the handle gets the name TikTok shows."""
    if creator.display_name and influencer.name.lower() == creator.handle:
        influencer.name = creator.display_name
        influencer.save()


def refresh_account(account: SocialAccount) -> bool:
    """Ask TikTok now for membership, and for profile and videos if the account is supported. Raises TikTokProblem.

    False: it is being looked at, or was within the last minute; TikTok was not asked.
    """
    if account.creator is None:
        return False
    with look_now(PollKind.PROFILE, account.creator.pk) as is_mine:
        if is_mine:
            refresh_membership([account.creator])
            if is_supported(kind_of(account.creator)):
                _look(account)
    return is_mine


def invite_influencer_accounts(
    accounts: Sequence[SocialAccount], *, actor: User | None
) -> InviteResult:
    """Invite these accounts to the marketplace; those in it or invited already are not asked again.

    Raises TikTokProblem if TikTok gives no answer at all; who is left without one stands in the result.
    """
    creators = [account.creator for account in accounts if account.creator]
    return _invite(creators, actor)


def invite_handle(handle: str, *, actor: User | None) -> InviteResult:
    """Invite an account that stands in no influencer's profile. It is looked up daily, and can be added once it is in.

    Raises HandleNotReadable; and TikTokProblem, then nothing is saved unless the invitation may have been made.
    """
    creator, is_new = Creator.objects.get_or_create(handle=tiktok_handle(handle))
    try:
        return _invite([creator], actor)
    except OutcomeUnknown:
        raise
    except TikTokProblem:
        if is_new:
            creator.delete()
        raise


def _invite(creators: Sequence[Creator], actor: User | None) -> InviteResult:
    known = Creator.objects.in_bulk([creator.pk for creator in creators])
    asked = [
        creator
        for creator in known.values()
        if creator.marketplace_status not in {MarketplaceStatus.IN, MarketplaceStatus.INVITED}
    ]
    result = invite_creators(asked, actor=actor) if asked else InviteResult()
    for creator in known.values():
        if creator not in asked:
            already = result.in_marketplace if creator.is_in_marketplace else result.invited
            already.append(creator.handle)
    return result
