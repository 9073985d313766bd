"""Many influencers at once: invited to the marketplace, or asked to connect, as jobs that go on while nobody waits."""

from __future__ import annotations

from collections.abc import Sequence

from crm.errors import CrmProblem, EmailNeeded
from crm.models import SocialAccount
from crm.queries import tiktok_accounts_by_id
from crm.services.connections import ask_to_connect
from crm.services.invitations import invite_influencer_accounts
from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from jobs.services.slices import move_on, next_ids
from mail.errors import MailProblem
from tenancy.models import User
from tiktok.errors import OutcomeUnknown, TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.services.creators.membership import HANDLES_PER_CALL, InviteResult

INVITE, ASK = "crm.invite", "crm.ask"
INFLUENCER_PAGE = "crm:influencer"  # the name of the address that outcomes link to
MAILS_PER_SLICE = 10
Asked = list[tuple[SocialAccount, str]]  # with the key of the outcome


def invite_accounts(accounts: Sequence[SocialAccount], *, actor: User) -> Job:
    """Invite these accounts to the marketplace; one call of TikTok's, or a few mails, in each slice."""
    return start_job(INVITE, {"ids": [a.pk for a in accounts]}, total=len(accounts), actor=actor)


def ask_accounts(accounts: Sequence[SocialAccount], *, actor: User) -> Job:
    """E-mail the influencers of these accounts the link to their dashboard, where they can connect TikTok."""
    return start_job(ASK, {"ids": [a.pk for a in accounts]}, total=len(accounts), actor=actor)


def _invite(job: Job) -> tuple[list[SocialAccount], InviteResult]:
    """Invite a slice of accounts; one that was invited already, by a slice that was lost, is not invited twice."""
    accounts = tiktok_accounts_by_id(next_ids(job, HANDLES_PER_CALL))
    return accounts, invite_influencer_accounts(accounts, actor=job.actor)


def _count_invited(job: Job, fetched: tuple[list[SocialAccount], InviteResult]) -> bool:
    accounts, result = fetched
    links = {a.creator.handle: _link(a) for a in accounts if a.creator is not None}
    for key, handles in (
        ("mailed" if result.by_mail else "invited", result.invited),
        ("in_marketplace", result.in_marketplace),
        ("unanswered", result.unanswered),
    ):
        if handles:
            job.count(key, len(handles))
    for handle in result.rejected:
        job.count("mail_refused" if result.by_mail else "refused", 1, links[handle])
    return move_on(job, HANDLES_PER_CALL)


def _ask(job: Job) -> Asked:
    accounts = tiktok_accounts_by_id(next_ids(job, MAILS_PER_SLICE))
    return [(account, _ask_one(account, job)) for account in accounts]


def _ask_one(account: SocialAccount, job: Job) -> str:
    """A job queues the same mail once, so that a lost slice may be repeated, however much later."""
    try:
        asked = ask_to_connect(account, actor=job.actor, wished_at=job.created_at)
    except EmailNeeded:
        return "no_address"
    except (CrmProblem, MailProblem):
        return "not_asked"
    return "asked" if asked.at >= job.created_at else "asked_before"


def _count_asked(job: Job, asked: Asked) -> bool:
    for account, key in asked:
        job.count(key, 1, *([_link(account)] if key != "asked" else []))
    return move_on(job, MAILS_PER_SLICE)


def _link(account: SocialAccount) -> tuple[str, str, int]:
    return (INFLUENCER_PAGE, f"@{account.handle}", account.influencer_id)


def register_jobs() -> None:
    """Make both kinds known."""
    register_job(
        JobKind(
            INVITE,
            "Invite to the marketplace",
            {
                "invited": "invited to the Creator Marketplace",
                "mailed": "invited by e-mail to join TikTok One",
                "in_marketplace": "in the marketplace already",
                "unanswered": "without an answer from TikTok; invite them again",
                "refused": "not invited by TikTok:",
                "mail_refused": "not invited, because no e-mail can reach them:",
            },
            fetch=_invite,
            apply=_count_invited,
            temporary=(TikTokUnavailable, TikTokBusy, OutcomeUnknown),
            lasting=(TikTokProblem,),
        )
    )
    register_job(
        JobKind(
            ASK,
            "Ask to connect TikTok",
            {
                "asked": "asked by e-mail to connect TikTok",
                "asked_before": "not asked again, because they were asked less than 10 minutes before:",
                "no_address": "not asked, because no e-mail address is known:",
                "not_asked": "not asked; open them to see why:",
            },
            fetch=_ask,
            apply=_count_asked,
        )
    )
