"""Creators are invited to the marketplace: by TikTok where its API can, else by an e-mail with TikTok's own page."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from crm.errors import EmailNeeded
from crm.models import Influencer, SocialAccount
from crm.policies import tiktok_handle, was_invited_lately
from crm.services.connections.asking import QUIET
from crm.services.influencers import name_in_mail
from crm.services.mailings.ties import tie_mail
from mail.errors import MailProblem
from mail.services.outbox import queue_message
from tenancy.models import Organization, User
from tenancy.scope import required_organization_id
from tiktok.errors import NoMarketplaceAccount, OutcomeUnknown, TikTokProblem
from tiktok.models import Creator
from tiktok.services.creators.invitations import (
    InviteResult,
    invite_creators,
    invites_through_tiktok,
    mark_asked,
)
from ui.bidi import isolated
from ui.languages import written_in

NO_ADDRESS = "no e-mail address is known. Add one to the creator and invite again."


def invites_by_mail() -> bool:
    """Does an invitation go out by our own e-mail, since no connected marketplace account can invite?"""
    try:
        return not invites_through_tiktok()
    except NoMarketplaceAccount:
        return False


def invite_influencer_accounts(
    accounts: Sequence[SocialAccount], *, actor: User | None
) -> InviteResult:
    """Invite these accounts to the marketplace; those in it or invited already are not asked again.

    Raises TikTokProblem if TikTok gives no answer at all; who is left without one stands in the result.
    """
    if invites_by_mail():
        return _mail_all(accounts, actor)
    creators = [account.creator for account in accounts if account.creator]
    countries = {account.creator_id or 0: account.influencer.country for account in accounts}
    return invite_creators(creators, actor=actor, countries=countries)


def invite_handle(handle: str, *, actor: User | None, email: str = "") -> InviteResult:
    """Invite an account that stands in no influencer's profile. It is looked up daily, and can be added once it is in.

    `email` is needed where the invitation goes by e-mail. Raises HandleNotReadable, EmailNeeded, MailProblem; and
    TikTokProblem, then nothing is saved unless the invitation may have been made.
    """
    handle, by_mail = tiktok_handle(handle), invites_by_mail()
    if by_mail and not email:
        raise EmailNeeded
    creator, is_new = Creator.objects.get_or_create(handle=handle)
    try:
        if by_mail:
            if not was_invited_lately(creator.invited_at, timezone.now()):
                _mail(creator, email, f"@{handle}", actor)
            return InviteResult(invited=[handle], by_mail=True)
        return invite_creators([creator], actor=actor)
    except OutcomeUnknown:
        raise
    except (TikTokProblem, MailProblem):
        if is_new:
            creator.delete()
        raise


# --- by e-mail ---------------------------------------------------------------------------------------------------
def _mail_all(accounts: Sequence[SocialAccount], actor: User | None) -> InviteResult:
    result = InviteResult(by_mail=True)
    for account in accounts:
        creator, address = account.creator, account.influencer.mail_address
        if creator is None:
            continue
        if creator.is_in_marketplace:
            result.in_marketplace.append(creator.handle)
        elif was_invited_lately(creator.invited_at, timezone.now()):
            result.invited.append(creator.handle)
        elif not address:
            result.rejected[creator.handle] = NO_ADDRESS
        else:
            _mail_one(account, creator, address, result, actor)
    return result


def _mail_one(
    account: SocialAccount,
    creator: Creator,
    address: str,
    result: InviteResult,
    actor: User | None,
) -> None:
    try:
        name = name_in_mail(account.influencer, creator.handle)
        _mail(creator, address, name, actor, influencer=account.influencer)
    except MailProblem as problem:
        result.rejected[creator.handle] = str(problem)
    else:
        result.invited.append(creator.handle)


@transaction.atomic
def _mail(
    creator: Creator,
    address: str,
    name: str,
    actor: User | None,
    influencer: Influencer | None = None,
) -> None:
    """Raises MailProblem; then nothing is noted."""
    organization = Organization.objects.get(pk=required_organization_id())
    values = {
        "name": name,
        "handle": creator.handle,
        "organization": organization.name,
        "link": settings.TIKTOK_JOIN_URL,
    }
    with translation.override(written_in(influencer.reads_in if influencer else "")):
        names = {"who": isolated(organization), "handle": isolated(creator.handle)}
        message, is_news = queue_message(
            "crm_join_marketplace",
            to=address,
            subject=gettext("%(who)s invites @%(handle)s to TikTok One") % names,
            values=values,
            intent=f"join:{creator.pk}:{address}",
            again_after=QUIET,
            is_bulk=True,
        )
    if is_news:
        mark_asked(creator, actor=actor)
        if influencer is not None:
            tie_mail(message, influencer.pk)
