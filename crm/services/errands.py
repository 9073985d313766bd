"""Errands of influencers' pages: add an account, invite one, refresh one."""

from __future__ import annotations

from collections.abc import Sequence

from crm.errors import CrmProblem, InfluencerGone
from crm.models import Influencer, SocialAccount
from crm.policies import tiktok_handle
from crm.queries import influencer_now, tiktok_accounts_by_id
from crm.services.accounts import (
    AddOutcome,
    AddResult,
    add_tiktok_account,
    refresh_account,
    refresh_again,
)
from crm.services.influencers import group_of_new
from crm.services.invitations import invite_handle, invite_influencer_accounts
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from jobs.services.queue import JUST_NOW
from mail.errors import MailProblem
from tenancy.enums import Permission
from tenancy.models import User
from tiktok.errors import TikTokProblem
from tiktok.services.creators.invitations import InviteResult
from ui.templatetags.formats import too_soon

ADD, REFRESH = "crm.add_account", "crm.refresh_account"
INVITE_ACCOUNT, INVITE_HANDLE = "crm.invite_account", "crm.invite_handle"
PROBLEMS = (TikTokProblem, CrmProblem, MailProblem)
INFLUENCER_PAGE = "crm:influencer"  # the name of the address that outcomes link to
INVITED_ALREADY = "invited_already"
GONE = "The account is no longer here."
ACCOUNT_GONE = says(("error", GONE), to=("crm:influencers",))


# --- adding ------------------------------------------------------------------------------------------------------
def start_adding(handle: str, *, actor: User, influencer: Influencer | None) -> Job:
    """Have TikTok asked about this handle, and the account added. Raises HandleNotReadable, GroupNeeded."""
    tiktok_handle(handle)
    if influencer is None:
        group_of_new()
    params = {"handle": handle, "influencer": influencer.pk if influencer else None}
    return start_errand(ADD, params, actor=actor)


def _add(job: Job) -> Done:
    influencer = owner_of(job)
    if influencer is None and job.params["influencer"]:
        raise InfluencerGone
    group_id = None if influencer else group_of_new()
    result = add_tiktok_account(
        job.params["handle"], actor=job.actor, influencer=influencer, group_id=group_id
    )
    is_known = result.outcome == AddOutcome.NOT_IN_MARKETPLACE and result.is_invited
    key = INVITED_ALREADY if is_known else str(result.outcome)
    links = (_link(result.account),) if result.account else ()
    return Done(key, links, result.handle)


def owner_of(job: Job) -> Influencer | None:
    """The influencer to whom an account is added, or whoever they were merged into; None for a new one, and for one who is gone."""
    chosen = job.params["influencer"]
    return influencer_now(chosen) if chosen else None


def added(job: Job) -> AddResult | None:
    """The outcome of a finished `start_adding`; None when TikTok could not be asked."""
    done = done_of(job)
    if not done.key:
        return None
    is_invited = done.key == INVITED_ALREADY
    outcome = AddOutcome.NOT_IN_MARKETPLACE if is_invited else AddOutcome(done.key)
    account = (
        SocialAccount.objects.filter(influencer=done.links[0][2], handle=done.text).first()
        if done.links
        else None
    )
    return AddResult(outcome, done.text, account=account, is_invited=is_invited)


def _report_added(job: Job) -> Report:
    result = added(job)
    if result is None or result.outcome != AddOutcome.ADDED:
        return says(to=("crm:added", job.pk))
    if result.account is None:
        sentence = f"@{result.handle} is added, to a creator of a group that you do not see."
        return says(("info", sentence), to=("crm:influencers",))
    sentence = f"@{result.handle} is added and tracked from now on."
    return says(("success", sentence), to=("crm:influencer", result.account.influencer_id))


# --- inviting ----------------------------------------------------------------------------------------------------
def start_inviting(account: SocialAccount, *, actor: User) -> Job:
    """Have TikTok invite this account to the marketplace."""
    return start_errand(INVITE_ACCOUNT, _of(account), actor=actor)


def start_inviting_handle(handle: str, *, actor: User) -> Job:
    """Have TikTok invite an account that stands in no influencer's profile. Raises HandleNotReadable."""
    return start_errand(INVITE_HANDLE, {"handle": tiktok_handle(handle)}, actor=actor)


def _invite_account(job: Job) -> Done:
    account = _account(job)
    return _invited(account.handle, invite_influencer_accounts([account], actor=job.actor), account)


def _invite_handle(job: Job) -> Done:
    handle = job.params["handle"]
    return _invited(handle, invite_handle(handle, actor=job.actor))


def _invited(handle: str, result: InviteResult, account: SocialAccount | None = None) -> Done:
    links = (_link(account),) if account else ()
    if handle in result.rejected:
        return Done("refused", links, result.rejected[handle])
    if result.unanswered:
        return Done("under_way", links, result.problem)
    return Done("in_marketplace" if result.in_marketplace else "invited", links)


def _report_account(job: Job) -> Report:
    account = _found(job)
    if account is None:
        return ACCOUNT_GONE
    sentences = sentences_about(result_of(job, account.handle))
    return says(*sentences, to=("crm:influencer", account.influencer_id))


def _report_handle(job: Job) -> Report:
    if not done_of(job).key:
        return says(to=("crm:added", job.pk))
    return says(*sentences_about(result_of(job, job.params["handle"])), to=("crm:influencers",))


def result_of(job: Job, handle: str) -> InviteResult:
    """TikTok's answer to a finished invitation of one handle."""
    done = done_of(job)
    if done.key == "refused":
        return InviteResult(rejected={handle: done.text})
    if done.key == "in_marketplace":
        return InviteResult(in_marketplace=[handle])
    if done.key == "invited":
        return InviteResult(invited=[handle])
    return InviteResult(problem=done.text)


def sentences_about(result: InviteResult) -> list[tuple[str, str]]:
    """The sentences that a person is told of an invitation of one account."""
    how = "by e-mail to join TikTok One" if result.by_mail else "to the Creator Marketplace"
    who = "We" if result.by_mail else "TikTok"
    return [
        *(("success", f"@{handle} is invited {how}. We check daily who has joined.") for handle in result.invited),
        *(("success", f"@{handle} is in the marketplace already.") for handle in result.in_marketplace),
        *(("error", f"{who} did not invite @{handle}: {why}") for handle, why in result.rejected.items()),
        *([("error", result.problem)] if result.problem else []),
    ]  # fmt: skip


# --- checking ----------------------------------------------------------------------------------------------------
def start_refreshing(account: SocialAccount, *, actor: User) -> Job:
    """Have TikTok asked about this account now."""
    return start_errand(REFRESH, _of(account), actor=actor)


def _refresh(job: Job) -> Done:
    account = _account(job)
    if refresh_account(account):
        return Done("synced", (_link(account),))
    return Done("synced_already", (_link(account),), too_soon(refresh_again(account), JUST_NOW))


def _report_refreshed(job: Job) -> Report:
    account, done = _found(job), done_of(job)
    if account is None:
        return ACCOUNT_GONE
    sentence = {
        "synced": ("success", f"@{account.handle} was updated just now."),
        "synced_already": ("info", done.text),
    }.get(done.key, ("error", done.text))
    return says(sentence, to=("crm:influencer", account.influencer_id))


# --- of all ------------------------------------------------------------------------------------------------------
def _of(account: SocialAccount) -> dict[str, int]:
    return {"account": account.pk}


def _found(job: Job) -> SocialAccount | None:
    """None when it was deleted meanwhile."""
    return next(iter(tiktok_accounts_by_id([job.params["account"]])), None)


def _account(job: Job) -> SocialAccount:
    account = _found(job)
    if account is None:
        raise JobFailed(GONE)
    return account


def _link(account: SocialAccount) -> tuple[str, str, int]:
    return (INFLUENCER_PAGE, f"@{account.handle}", account.influencer_id)


def _handles(jobs: Sequence[Job]) -> dict[int, tuple[str, str]]:
    return {job.pk: ("", f"@{tiktok_handle(job.params['handle'])}") for job in jobs}


def register_jobs() -> None:
    """Make the errands known."""
    invited = {
        "invited": "invited to the Creator Marketplace",
        "in_marketplace": "in the marketplace already",
        "refused": "not invited by TikTok:",
        "under_way": "invited by somebody else at the same moment",
    }
    for kind in (
        errand(
            ADD,
            "Add a TikTok account",
            {
                AddOutcome.ADDED: "added:",
                AddOutcome.PRESENT: "here already:",
                AddOutcome.NOT_IN_MARKETPLACE: "not added, because it is not in the Creator Marketplace",
                INVITED_ALREADY: "not added, because it has not joined the Creator Marketplace yet",
                AddOutcome.NO_SUCH_ACCOUNT: "not added, because TikTok knows no such account",
            },
            _add,
            _report_added,
            problems=PROBLEMS,
            about=_handles,
            permission=Permission.EDIT_INFLUENCERS,
        ),
        errand(
            INVITE_ACCOUNT, "Invite to the marketplace", invited, _invite_account, _report_account,
            problems=PROBLEMS, permission=Permission.INVITE_CREATORS,
        ),
        errand(
            INVITE_HANDLE, "Invite to the marketplace", invited, _invite_handle, _report_handle,
            problems=PROBLEMS, about=_handles, permission=Permission.INVITE_CREATORS,
        ),
        errand(
            REFRESH,
            "Refresh a TikTok account",
            {"synced": "refreshed:", "synced_already": "refreshed a moment ago:"},
            _refresh,
            _report_refreshed,
            problems=PROBLEMS,
            permission=Permission.EDIT_INFLUENCERS,
        ),
    ):  # fmt: skip
        register_job(kind)
