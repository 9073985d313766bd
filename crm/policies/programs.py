"""Programs: whether one takes applications, and how far an account meets its requirements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from crm.enums import ApplicationState, Network
from crm.policies.addresses import AccountAddress, account_address

# More than half of an audience is "most of it".
MOST = 0.5
# What an applicant may still write in, and what staff may still decide.
WRITABLE = frozenset({ApplicationState.STARTED, ApplicationState.ASKED_BACK})
DECIDABLE = frozenset({ApplicationState.SUBMITTED, ApplicationState.ASKED_BACK})
STATE_BADGES = {
    ApplicationState.SUBMITTED: "info",
    ApplicationState.ASKED_BACK: "warning",
    ApplicationState.ACCEPTED: "success",
    ApplicationState.DECLINED: "neutral",
}


class Refusal(StrEnum):
    """The reason why a program takes no application."""

    CLOSED = "closed"
    PAST = "past"
    FULL = "full"


class Result(StrEnum):
    """The result of a check."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fact:
    """A number of the account, or the reason why it is not known."""

    value: Any = None
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One requirement and the account's number beside it. `key`: followers, countries, views."""

    key: str
    needed: Any
    fact: Fact

    @property
    def value(self) -> Any:
        """The account's number; of countries the share of the audience in them, as a fraction."""
        if self.key != "countries" or self.fact.value is None:
            return self.fact.value
        return share_in(self.fact.value, self.needed)

    @property
    def result(self) -> Result:
        if self.value is None:
            return Result.UNKNOWN
        is_met = self.value > MOST if self.key == "countries" else self.value >= self.needed
        return Result.MET if is_met else Result.NOT_MET


def share_in(shares: Sequence[dict[str, Any]], countries: Collection[str]) -> float:
    """The part of an audience that is in these countries."""
    return float(sum(part["fraction"] for part in shares if part["name"] in countries))


def refusal(program: Any, accepted: int, today: date) -> Refusal | None:
    """The reason why the program takes no application today; None where it does. `accepted`: how many are."""
    if not program.is_open:
        return Refusal.CLOSED
    if program.closes_on is not None and program.closes_on < today:
        return Refusal.PAST
    return Refusal.FULL if is_full(program, accepted) else None


def other_account(text: str) -> AccountAddress:
    """An account as an applicant names it beside their TikTok account: a handle alone is one on Instagram. Raises
    HandleNotReadable."""
    return account_address(text, Network.INSTAGRAM)


def is_full(program: Any, accepted: int) -> bool:
    """Are all places taken?"""
    return program.capacity is not None and accepted >= program.capacity


def checks(program: Any, followers: Fact, countries: Fact, views: Fact) -> list[Check]:
    """Each requirement of the program beside the account's number."""
    asked = (
        Check("followers", program.least_followers, followers),
        Check("countries", program.countries, countries),
        Check("views", program.least_views, views),
    )
    return [check for check in asked if check.needed]
