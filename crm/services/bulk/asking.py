"""Kinds that reach creators: an invitation to the marketplace, the request to connect TikTok. Neither can be undone."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from crm.enums import BulkState, ConnectState, Network
from crm.errors import AddressTaken, EmailNeeded, NotToBeAsked
from crm.models import AwaitedAccount, ConnectInvitation, SocialAccount
from crm.policies.accounts import INVITE_AGAIN_AFTER, OUTSIDE
from crm.queries.accounts import creators_of_kind
from crm.queries.fields import probe
from crm.services.bulk.kinds import BulkKind, Outcome, Outcomes, Refusal, Slice, sentence
from crm.services.bulk.runs import register_bulk
from crm.services.connections.asking import ask_to_connect
from crm.services.invitations import invite_influencer_accounts, invites_by_mail
from mail.errors import MailProblem
from tenancy.enums import Permission
from tiktok.enums import AccountKind, MarketplaceStatus
from tiktok.errors import OutcomeUnknown, TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.models import Consent, Creator
from tiktok.queries import active_consents
from tiktok.queries.consents import outdated_consents
from tiktok.services.creators.invitations import InviteResult
from tiktok.services.creators.membership import HANDLES_PER_CALL

MAILS_PER_SLICE = 10
ASKED_BEFORE = timedelta(days=90)  # a grant ends
OPEN = ~Q(status=MarketplaceStatus.INVALID)  # of awaited accounts: there may be one
NO_TIKTOK = ("has no TikTok account", "have no TikTok account")
NO_MAIL = (
    "cannot be mailed: no e-mail address is known",
    "cannot be mailed: no e-mail address is known",
)
NOTHING_TO_CONNECT = (
    "has no TikTok account that is to be connected",
    "have no TikTok account that is to be connected",
)
SAID_NO = ("said no, or not now", "said no, or not now")
GRANT = "grant:"  # the filter by the end of a permission
NEVER = datetime.max.replace(tzinfo=UTC)
NO_ANSWER = "TikTok gave no answer. Invite them again."


def _no_mail() -> Refusal:
    return Refusal(NO_MAIL, Q(email="", person=None))


def _tiktok(work: Slice) -> dict[int, list[SocialAccount]]:
    """The TikTok accounts of a slice by influencer, also those that are awaited of them: these are not saved."""
    rows = SocialAccount.objects.filter(influencer__in=work.influencers, creator__isnull=False)
    found = defaultdict(list)
    for account in rows.select_related("creator", "influencer__person").order_by("pk"):
        found[account.influencer_id].append(account)
    awaited = AwaitedAccount.objects.filter(OPEN, influencer__in=work.influencers)
    for each in awaited.select_related("influencer__person").order_by("pk"):
        account = SocialAccount(
            influencer=each.influencer, network=Network.TIKTOK, handle=each.handle
        )
        found[each.influencer_id].append(account)
    return found


def _awaited() -> models.QuerySet[AwaitedAccount]:
    """The TikTok accounts that are awaited of an influencer of the outer query."""
    return AwaitedAccount.objects.filter(OPEN, influencer=OuterRef("pk"))


# --- invitation to the marketplace ---
def _invite_refusals() -> list[Refusal]:
    accounts = SocialAccount.objects.filter(influencer=OuterRef("pk"), creator__isnull=False)
    without = Refusal(NO_TIKTOK, ~(probe(accounts) | probe(_awaited())))
    return [without, _no_mail()] if invites_by_mail() else [without]


def _is_invited(choice: None) -> Q:
    again = timezone.now() - INVITE_AGAIN_AFTER
    creators = Creator.objects.filter(
        account__influencer=OuterRef("pk"), marketplace_status__in=OUTSIDE
    )
    is_long_ago = Q(invited_at=None) | Q(invited_at__lte=again)
    settled = Creator.objects.filter(handle=OuterRef("handle")).exclude(
        is_long_ago, marketplace_status__in=OUTSIDE
    )
    awaited = _awaited().filter(~Exists(settled))
    return ~(probe(creators.filter(is_long_ago)) | probe(awaited))


def _invite(work: Slice) -> Outcomes:
    """Invite a slice; whoever was invited already, by a slice that was lost, is not invited twice."""
    accounts = _tiktok(work)
    every = [account for each in accounts.values() for account in each]
    made = _make_creators([account for account in every if account.creator is None])
    try:
        result = invite_influencer_accounts(every, actor=work.actor)
    except OutcomeUnknown:  # they may be invited
        raise
    except TikTokProblem:
        Creator.objects.filter(pk__in=made).delete()
        raise
    return {
        each.pk: _invited(accounts[each.pk], result)
        if each.pk in accounts
        else Outcome(BulkState.REFUSED, reason=sentence(NO_TIKTOK[0]))
        for each in work.influencers
    }


def _make_creators(accounts: list[SocialAccount]) -> list[int]:
    """Give awaited accounts the creators whose invitations are followed. Returns the keys of those made."""
    made = []
    for account in accounts:
        account.creator, is_new = Creator.objects.get_or_create(handle=account.handle)
        if is_new:
            made.append(account.creator.pk)
    return made


def _invited(accounts: list[SocialAccount], result: InviteResult) -> Outcome:
    handles = {account.creator.handle for account in accounts if account.creator}
    refused = sorted(handles & set(result.rejected))
    reasons = [_as_sentence(result.rejected[handle]) for handle in refused]
    reasons += [NO_ANSWER] * bool(handles & set(result.unanswered))
    if handles & set(result.invited):
        return Outcome(BulkState.PARTLY if reasons else BulkState.DONE, reason="".join(reasons[:1]))
    if reasons:
        return Outcome(BulkState.REFUSED, reason=reasons[0])
    return Outcome(BulkState.UNCHANGED, reason="Is in the marketplace already.")


def _as_sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}"[:300]


# --- request to connect ---
def _ask_refusals() -> list[Refusal]:
    kinds = (AccountKind.NOT_AUTHENTICATED_TTCM, AccountKind.UNSUPPORTED)
    first, second = (
        probe(creators_of_kind(kind).filter(account__influencer=OuterRef("pk"))) for kind in kinds
    )
    ending = probe(_ending().filter(creator__account__influencer=OuterRef("pk")))
    widened = probe(outdated_consents().filter(creator__account__influencer=OuterRef("pk")))
    is_open = first | second | ending | widened | probe(_awaited())
    return [Refusal(NOTHING_TO_CONNECT, ~is_open), _no_mail(), Refusal(SAID_NO, probe(_said_no()))]


def _said_no() -> models.QuerySet[ConnectInvitation]:
    """The answers of an influencer of the outer query that keep everybody from asking again."""
    later = Q(state=ConnectState.LATER, ask_again_on__gt=timezone.now().date())
    rows = ConnectInvitation.objects.filter(influencer=OuterRef("pk"))
    return rows.filter(Q(state=ConnectState.DECLINED) | later)


def _ending() -> models.QuerySet[Consent]:
    """Consents whose grant ends in a time in which it is no nuisance to be asked again."""
    now = timezone.now()
    ends = Q(
        connection__refresh_expires_at__gt=now,
        connection__refresh_expires_at__lte=now + ASKED_BEFORE,
    )
    return active_consents().filter(ends)


def _ask(work: Slice) -> Outcomes:
    """Ask a slice, each for one account. A wish queues the same mail once, so that a lost slice may be repeated."""
    kept = _to_connect(work)
    return {
        each.pk: _ask_one(kept[each.pk], work)
        if each.pk in kept
        else Outcome(BulkState.REFUSED, reason=sentence(NOTHING_TO_CONNECT[0]))
        for each in work.influencers
    }


def _to_connect(work: Slice) -> dict[int, SocialAccount]:
    """The account that each influencer is asked to connect: the first that is not connected, or not for long any more. Of those
    who were found by the end of their permission the one that ends soonest."""
    accounts = _tiktok(work)
    creators = [account.creator_id or 0 for each in accounts.values() for account in each]
    kinds = (AccountKind.NOT_AUTHENTICATED_TTCM, AccountKind.UNSUPPORTED)
    open_ones = {
        pk
        for kind in kinds
        for pk in creators_of_kind(kind).filter(pk__in=creators).values_list("pk", flat=True)
    }
    ends = dict(
        _ending()
        .filter(creator__in=creators)
        .values_list("creator", "connection__refresh_expires_at")
    )
    outdated = outdated_consents().filter(creator__in=creators).values_list("creator", flat=True)
    open_ones |= {*ends, *outdated}
    found = {
        influencer: [a for a in each if a.creator_id is None or a.creator_id in open_ones]
        for influencer, each in accounts.items()
    }
    if any(GRANT in part for part in work.filters):
        for each in found.values():
            each.sort(key=lambda account: ends.get(account.creator_id or 0, NEVER))
    return {influencer: each[0] for influencer, each in found.items() if each}


def _ask_one(account: SocialAccount, work: Slice) -> Outcome:
    try:
        asked = ask_to_connect(account, actor=work.actor, wished_at=work.wished_at)
    except EmailNeeded:
        return Outcome(BulkState.REFUSED, reason="No e-mail address is known.")
    except AddressTaken:  # its text names somebody else
        return Outcome(BulkState.REFUSED, reason="The address belongs to another creator.")
    except (NotToBeAsked, MailProblem) as problem:
        return Outcome(BulkState.REFUSED, reason=_as_sentence(str(problem)))
    if asked.at >= work.wished_at:
        return Outcome(BulkState.DONE)
    return Outcome(BulkState.UNCHANGED, reason="Was asked less than 10 minutes before.")


def register_asking() -> None:
    """Make both kinds known."""
    register_bulk(
        BulkKind(
            "ask", "Ask to connect", "Ask to connect TikTok", "plug", 40, Permission.EDIT_INFLUENCERS,
            "will be asked by e-mail to connect TikTok", "asked by e-mail to connect TikTok",
            ("was asked before", "were asked before"),
            _ask, refusals=_ask_refusals, is_outside=True, needs_release=True, size=MAILS_PER_SLICE,
        )
    )  # fmt: skip
    register_bulk(
        BulkKind(
            "invite", "Invite to the marketplace", "Invite to the marketplace", "brand-tiktok", 50,
            Permission.INVITE_CREATORS,
            "will be invited to the Creator Marketplace", "invited to the Creator Marketplace",
            ("is in the marketplace or invited already", "are in the marketplace or invited already"),
            _invite, _is_invited, _invite_refusals, is_outside=True, needs_release=True, size=HANDLES_PER_CALL,
            temporary=(TikTokUnavailable, TikTokBusy, OutcomeUnknown), lasting=(TikTokProblem,),
        )
    )  # fmt: skip
