"""Creators found in the marketplace are added, and put on a list: a job, 20 in each call to TikTok.

What a page showed of them is not believed: TikTok is asked once more who is in the marketplace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from crm.enums import Network
from crm.errors import CrmProblem
from crm.models import Influencer, List, SocialAccount
from crm.policies import tiktok_handle
from crm.policies.addresses import AccountAddress
from crm.queries import is_hidden, tiktok_account
from crm.services.accounts import follow_renamed, keep_account
from crm.services.collections.lists import add_to_list
from crm.services.influencers import group_of_new
from jobs.models import Job
from jobs.services.errands import says
from jobs.services.jobs import ERRAND_KIND, JobKind, Report, register_job, start_job
from tenancy.enums import Permission
from tenancy.models import User
from tiktok.errors import TikTokProblem
from tiktok.policies import may_be_added_by_staff
from tiktok.services.creators.membership import (
    HANDLES_PER_CALL,
    NOBODY_KNOWS,
    Membership,
    read_memberships,
)
from ui.bidi import isolated

ADD_FOUND = "crm.add_found"
MOST_AT_ONCE = 100
ADDED, PRESENT, HIDDEN, OUTSIDE, LISTED = "added", "present", "hidden", "outside", "listed"
WORDS = {
    ADDED: "added:",
    PRESENT: "here already:",
    HIDDEN: "here already, in a group that you do not see",
    OUTSIDE: "not added, because TikTok no longer says that they are in the marketplace",
    LISTED: "put on the list:",
}

IS, WAS = ("is", "are"), ("was", "were")
# What a person who waited is told: of which outcome, how gravely, and in which words; the place is the list's name.
SAID = (
    (ADDED, "success", IS, "added and tracked from now on."),
    (LISTED, "success", IS, "now on the list “{}”."),
    (PRESENT, "info", WAS, "here already."),
    (HIDDEN, "warning", IS, "here already, in a group that you do not see."),
    (OUTSIDE, "warning", WAS, "not added: TikTok no longer names them in the marketplace."),
)


def start_adding_found(handles: Sequence[str], *, target: List | None, actor: User) -> Job:
    """Have these accounts added and tracked, and put on a list if one is given.

    At most MOST_AT_ONCE of them. Raises HandleNotReadable, GroupNeeded.
    """
    names = list(dict.fromkeys(tiktok_handle(each) for each in handles[:MOST_AT_ONCE]))
    group_of_new()
    params = {"handles": names, "list": target and target.pk}
    return start_job(ADD_FOUND, params, total=len(names), actor=actor)


def _slice(job: Job) -> list[str]:
    handles: list[str] = job.params["handles"]
    return handles[job.cursor : job.cursor + HANDLES_PER_CALL]


def _fetch(job: Job) -> Mapping[str, Membership]:
    answers = read_memberships(_slice(job))
    follow_renamed(answers, actor=job.actor)
    return answers


def _apply(job: Job, answers: Mapping[str, Membership]) -> bool:
    handles = _slice(job)
    accounts = [
        account
        for handle in handles
        if (account := _add(job, handle, answers.get(handle, NOBODY_KNOWS)))
    ]
    _put_on_list(job, [each.influencer for each in accounts])
    job.cursor += HANDLES_PER_CALL
    job.done_count += len(handles)
    return bool(job.done_count >= job.total_count)


def _add(job: Job, handle: str, membership: Membership) -> SocialAccount | None:
    """The account, which may have been here; None for one that cannot be added, or is not seen."""
    if present := tiktok_account(handle):
        job.count(PRESENT, 1, _link(present))
        return present
    if is_hidden(AccountAddress(Network.TIKTOK, handle)):
        job.count(HIDDEN)
        return None
    if not may_be_added_by_staff(membership.status):
        job.count(OUTSIDE)
        return None
    try:
        with transaction.atomic():
            account, _ = keep_account(
                handle, membership, influencer=None, group_id=group_of_new(), actor=job.actor
            )
    except IntegrityError:  # somebody else added it meanwhile
        job.count(PRESENT)
        return tiktok_account(handle)
    job.count(ADDED, 1, _link(account))
    return account


def _put_on_list(job: Job, influencers: Sequence[Influencer]) -> None:
    """Nothing where no list was chosen, or it was deleted meanwhile."""
    target = List.objects.filter(pk=job.params["list"] or 0).first()
    if target is None:
        return
    each_once = list({each.pk: each for each in influencers}.values())
    added = add_to_list(target, each_once, actor=job.actor)
    job.count(LISTED, len(added), *(("crm:influencer", each.name, each.pk) for each in added))


def _link(account: SocialAccount) -> tuple[str, str, int]:
    return ("crm:influencer", f"@{account.handle}", account.influencer_id)


def _report(job: Job) -> Report:
    counts = {row["key"]: row["count"] for row in job.outcome}
    target = List.objects.filter(pk=job.params["list"] or 0).first()
    sentences = [
        (
            level,
            f"{_creators(counts[key])} {verbs[counts[key] != 1]} {rest.format(isolated(target))}",
        )
        for key, level, verbs, rest in SAID
        if counts.get(key)
    ]
    problem = [("error", job.problem)] if job.problem else []
    return says(*sentences, *problem, to=("crm:discover",))


def _creators(count: int) -> str:
    return "1 creator" if count == 1 else f"{count} creators"


def _abouts(jobs: Sequence[Job]) -> dict[int, tuple[str, str]]:
    return {job.pk: ("", _about(job.params["handles"])) for job in jobs}


def _about(handles: Sequence[str]) -> str:
    first, *others = handles
    return f"@{first} and {len(others)} more" if others else f"@{first}"


def register_jobs() -> None:
    """Make the job known."""
    register_job(
        JobKind(
            ADD_FOUND,
            "Add creators from Discover",
            WORDS,
            _apply,
            fetch=_fetch,
            lasting=(TikTokProblem, CrmProblem),
            report=_report,
            about=_abouts,
            work=ERRAND_KIND,
            permission=Permission.EDIT_INFLUENCERS,
        )
    )
