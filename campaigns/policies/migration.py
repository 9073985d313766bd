"""Rules of the move off the old source: what becomes of an account, and whether a plan still holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.utils.translation import ngettext

from campaigns.enums import AccountOutcome
from tiktok.enums import AccountKind, MarketplaceStatus
from tiktok.policies import account_kind

PLAN_JOB, CHECK_JOB = "campaigns.migration_plan", "campaigns.migration_check"
CUT_OVER_JOB, REVERSAL_JOB = "campaigns.cut_over", "campaigns.cut_over_reversal"
JOBS = (PLAN_JOB, CHECK_JOB, CUT_OVER_JOB, REVERSAL_JOB)
KEPT = (AccountOutcome.AUTHENTICATED, AccountOutcome.MARKETPLACE)
LOST = (AccountOutcome.UNSUPPORTED, AccountOutcome.UNKNOWN, AccountOutcome.NOT_CHECKED)
OF_KIND = {
    AccountKind.AUTHENTICATED_TTCM: AccountOutcome.AUTHENTICATED,
    AccountKind.AUTHENTICATED_NON_TTCM: AccountOutcome.AUTHENTICATED,
    AccountKind.NOT_AUTHENTICATED_TTCM: AccountOutcome.MARKETPLACE,
}
OF_STATUS = {
    MarketplaceStatus.INVALID: AccountOutcome.UNKNOWN,
    MarketplaceStatus.UNKNOWN: AccountOutcome.NOT_CHECKED,
}
Facts = Mapping[str, Any]


@cache
def account_outcome(status: str, *, is_authenticated: bool) -> AccountOutcome:
    """The outcome for an account of this marketplace status."""
    kind = account_kind(status, is_authenticated=is_authenticated, is_released=True)
    return OF_KIND.get(kind) or OF_STATUS.get(MarketplaceStatus(status), AccountOutcome.UNSUPPORTED)


def summary_of(facts: Facts) -> dict[str, Any]:
    """The facts of a plan in numbers, as pages show them: `accounts` by outcome, `posts` that are hidden, in how many `campaigns`,
    `kept_posts`, and the `lines` of the purge."""
    return {
        "accounts": {outcome: len(ids) for outcome, ids in facts["accounts"].items()},
        "posts": sum(facts["campaigns"].values()),
        "campaigns": len(facts["campaigns"]),
        "kept_posts": facts["kept_posts"],
        "lines": facts["lines"],
    }


def changes_since(
    planned: Facts, now: Facts, *, handles: Mapping[int, str], campaigns: Mapping[int, str]
) -> Iterator[str]:
    """Everything that is different now, a sentence each; none where the plan still holds."""
    if "kept_ids" not in planned:
        yield "An earlier version of Influence made the plan, which did not tell one row from another."
        return
    yield from _accounts(planned, now, handles)
    yield from _campaigns(planned, now, campaigns)
    yield from _lines(planned, now)
    if planned["kept_posts"] != now["kept_posts"]:
        yield (
            f"{_posts(planned['kept_posts'])} would have kept id and address, "
            f"now {now['kept_posts']:,}."
        )
    elif planned["kept_ids"] != now["kept_ids"]:
        yield "Other posts than planned would keep id and address."
    if planned["renamed"] != now["renamed"]:
        yield "Other accounts than planned are of the old type."


def _by_account(facts: Facts) -> dict[int, AccountOutcome]:
    return {pk: AccountOutcome(outcome) for outcome, ids in facts["accounts"].items() for pk in ids}


def changed_accounts(planned: Facts, now: Facts) -> list[int]:
    """The ids of the accounts of which something else would become now."""
    before, after = _by_account(planned), _by_account(now)
    return sorted(pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk))


def _accounts(planned: Facts, now: Facts, handles: Mapping[int, str]) -> Iterator[str]:
    before, after = _by_account(planned), _by_account(now)
    for pk in changed_accounts(planned, now):
        name = f"@{handles[pk]}" if pk in handles else f"Account {pk}"
        was, becomes = before.get(pk), after.get(pk)
        if was is None and becomes is not None:
            yield f"{name} is new: {becomes.label}."
        elif becomes is None:
            yield f"{name} is gone."
        else:
            yield f"{name} was “{was.label if was else ''}” and is “{becomes.label}” now."


def _campaigns(planned: Facts, now: Facts, names: Mapping[int, str]) -> Iterator[str]:
    before, after = planned["campaigns"], now["campaigns"]
    for key in sorted(before.keys() | after.keys(), key=int):
        name = names.get(int(key), f"Campaign {key}")
        was, becomes = before.get(key, 0), after.get(key, 0)
        if was == becomes and planned["campaign_ids"][key] != now["campaign_ids"][key]:
            yield f"{name}: other posts than planned would be hidden, as many as planned."
        elif was != becomes:
            yield f"{name}: {_posts(was)} would have been hidden, now {becomes:,}."


def _posts(count: int) -> str:
    return ngettext("%(count)s post", "%(count)s posts", count) % {"count": f"{count:,}"}


def _lines(planned: Facts, now: Facts) -> Iterator[str]:
    """Compare rows, not bytes: a name that grew is no reason to plan again."""
    before = {line["name"]: line for line in planned["lines"]}
    after = {line["name"]: line for line in now["lines"]}
    for name in [*after, *(each for each in before if each not in after)]:
        what = (after.get(name) or before[name])["what"]
        was, becomes = (rows.get(name, {}).get("rows", 0) for rows in (before, after))
        if was == becomes and was and before[name]["ids"] != after[name]["ids"]:
            yield f"{what}: other rows than planned would be deleted, as many as planned."
        elif was != becomes:
            yield f"{what}: {was:,} rows were planned, now there are {becomes:,}."
