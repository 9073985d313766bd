"""Errands of administrators: connect, check, disconnect an account of the organization."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.models import Job
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import Report, register_job
from tenancy.enums import Permission
from tenancy.models import User
from tenancy.scope import organization_scope, person_scope
from tiktok.enums import AttemptOutcome
from tiktok.errors import TikTokProblem
from tiktok.models import ConnectAttempt, MarketplaceAccount
from tiktok.services.brands.accounts import (
    check_marketplace_account,
    disconnect_marketplace_account,
)
from tiktok.services.brands.oauth import finish_brand_connect, receive_brand_answer
from ui.bidi import isolated

CONNECT, CHECK, DISCONNECT = (
    "tiktok.connect_brand",
    "tiktok.check_account",
    "tiktok.disconnect_account",
)
SETTINGS = "tiktok_settings:accounts"


# --- connecting --------------------------------------------------------------------------------------------------
def start_finishing(
    *, state: str, session_key: str, person: User, code: str | None, error: str | None
) -> Job:
    """Have TikTok's answer worked off, as a job of the person. Raises ConnectDenied, ConnectRefused."""
    attempt = receive_brand_answer(
        state=state, session_key=session_key, person=person, code=code, error=error
    )
    with person_scope(person):
        return start_errand(CONNECT, {"attempt": attempt.pk}, actor=person)


def _finish(job: Job) -> Done:
    """Links to the connected accounts; the text is what could not be set up yet."""
    attempt = ConnectAttempt.objects.select_related("organization", "person").get(
        pk=job.params["attempt"]
    )
    problem = ""
    if attempt.outcome == AttemptOutcome.CONNECTED:  # by a worker that was lost
        with organization_scope(attempt.organization):
            new = MarketplaceAccount.objects.filter(connected_at__gte=attempt.used_at)
            accounts = list(new.order_by("pk"))
    else:
        outcome = finish_brand_connect(attempt)
        accounts, problem = outcome.accounts, outcome.problem
    slug = attempt.organization.slug
    links = tuple((SETTINGS, str(each), slug) for each in accounts if each.is_connected)
    return Done("connected", links or ((SETTINGS, "", slug),), problem)


def _report_connected(job: Job) -> Report:
    done = done_of(job)
    if not done.key:
        return says(to=("tiktok_brand_finished", job.pk))
    sentences = []
    if names := [str(label) for _, label, _ in done.links if label]:
        sentences.append(("success", f"{names_of(names)} connected."))
    if done.text:
        problem = f"Not everything could be set up; we keep trying. {done.text}"
        sentences.append(("warning", problem))
    return says(*sentences, to=(SETTINGS, done.links[0][2]))


def names_of(names: Sequence[str]) -> str:
    """The accounts as the beginning of a sentence: "A is", "A and B are"."""
    names = [isolated(name) for name in names]
    if len(names) == 1:
        return f"{names[0]} is"
    return f"{', '.join(names[:-1])} and {names[-1]} are"


# --- checking, disconnecting -------------------------------------------------------------------------------------
def start_checking(account: MarketplaceAccount, *, actor: User) -> Job:
    """Have TikTok asked how the account stands."""
    return start_errand(CHECK, {"account": account.pk}, actor=actor)


def start_disconnecting(account: MarketplaceAccount, *, actor: User) -> Job:
    """Have the permission ended at TikTok, and then here."""
    return start_errand(DISCONNECT, {"account": account.pk}, actor=actor)


def _check(job: Job) -> Done:
    check_marketplace_account(_account(job))
    return Done("checked")


def _disconnect(job: Job) -> Done:
    account = _account(job)
    ended = disconnect_marketplace_account(account, actor=job.actor)
    return Done("disconnected", tuple((SETTINGS, str(each)) for each in ended or [account]))


def _account(job: Job) -> MarketplaceAccount:
    return MarketplaceAccount.objects.get(pk=job.params["account"])


def _report_checked(job: Job) -> Report:
    done = done_of(job)
    if not done.key:
        return says(("error", done.text), to=(SETTINGS,))
    return says(("success", f"{_account(job)} was checked with TikTok just now."), to=(SETTINGS,))


def _report_disconnected(job: Job) -> Report:
    done = done_of(job)
    if not done.key:
        kept = f"{_account(job)} is still connected; nothing has changed here. {done.text}"
        return says(("error", kept), to=(SETTINGS,))
    names = names_of([str(label) for _, label in done.links])
    sentence = f"{names} disconnected. The numbers collected so far stay."
    return says(("success", sentence), to=(SETTINGS,))


for _name, _title, _words, _do, _tell in (
    (CONNECT, "Connect TikTok", {"connected": "connected"}, _finish, _report_connected),
    (CHECK, "Check a TikTok account", {"checked": "checked"}, _check, _report_checked),
    (
        DISCONNECT,
        "Disconnect a TikTok account",
        {"disconnected": "disconnected:"},
        _disconnect,
        _report_disconnected,
    ),
):
    _needed = None if _name == CONNECT else Permission.MANAGE_TIKTOK  # connecting is of a person
    register_job(
        errand(_name, _title, _words, _do, _tell, problems=(TikTokProblem,), permission=_needed)
    )
