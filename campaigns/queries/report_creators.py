"""The creators of a report, compared: each person once, with all accounts of theirs that have posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Case, OuterRef, QuerySet, Subquery, Sum

from campaigns.models import CampaignResult, Order, Participant
from campaigns.policies.campaigns import GOAL_NUMBERS, RATE_NUMBERS
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.ordered import videos_ordered
from campaigns.queries.report_campaigns import best_accounts
from campaigns.queries.report_lines import SUMS, Line, added, less, sums_of
from crm.models import SocialAccount
from ui.paging import is_among

MOST_LINES = 100
Later = Callable[..., Mapping[Any, Mapping[str, Any]]]
PERSON, NAME, HANDLE = "account__influencer", "account__influencer__name", "account__handle"


def creator_lines(
    ids: Sequence[int], goal: str | None, *, has_money: bool, later: Later
) -> list[Line]:
    """The creators that have reached most, at most about a hundred.

    `goal`: of the one campaign, whose first number decides; None: of several campaigns, views do. `later`: what came after the
    day of the report, by account.
    """
    rows = _rows(ids, is_scored=goal is not None)
    after = later("account", account__in=[row["account"] for row in rows])
    is_rate = goal is not None and GOAL_NUMBERS[goal][0] in RATE_NUMBERS
    of_person: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of_person[row[PERSON]].append(row)
    people = sorted(of_person.values(), key=lambda theirs: _place(theirs, is_rate=is_rate))
    lines = [_line(theirs, after, has_money=has_money) for theirs in people]
    return [line for line in lines if line.sums.posts]


def _rows(ids: Sequence[int], *, is_scored: bool) -> list[Any]:
    """The sums of accounts, the best first: those of everybody who has one among the first."""
    accounts = SocialAccount.objects.order_by()
    owners = accounts.filter(is_among(best_accounts(ids, MOST_LINES)))
    theirs = accounts.filter(is_among(owners.values("influencer"), "influencer_id"))
    mine = {"campaign__in": ids, "account": OuterRef("account")}
    rows: Any = CampaignResult.objects.filter(
        is_among(theirs.values("pk"), "account_id"), campaign__in=ids
    )
    found = list(
        rows.order_by()
        .values("account", HANDLE, PERSON, NAME)
        .annotate(
            best=Sum("score" if is_scored else "views"),
            ordered=_sum_of(Order.objects.filter(**mine), videos_ordered()),
            fee=_sum_of(Participant.objects.filter(**mine, state__in=AGREED_STATES), "fee"),
            **SUMS,
        )
    )
    found.sort(key=lambda row: (-(row["best"] or 0), -row["views"], row["account"]))
    return found


def _sum_of(rows: QuerySet[Any], column: str | Case) -> Subquery:
    """The sum of a column over these rows of an account."""
    return Subquery(rows.order_by().values("account").annotate(n=Sum(column)).values("n"))


def _place(rows: Sequence[Any], *, is_rate: bool) -> tuple[float, float]:
    """The place of a creator among the others. Rates of several accounts are not added up."""
    best = (max if is_rate else sum)(row["best"] or 0 for row in rows)
    return -best, -sum(row["views"] for row in rows)


def _line(rows: Sequence[Any], later: Mapping[Any, Mapping[str, Any]], *, has_money: bool) -> Line:
    sums = added([less(sums_of(row), later.get(row["account"])) for row in rows])
    ordered = sum(row["ordered"] or 0 for row in rows)
    fee = float(sum(row["fee"] or 0 for row in rows)) if has_money else 0
    handles = dict.fromkeys(f"@{row[HANDLE]}" for row in rows)
    return Line(rows[0][NAME], sums, ordered or None, fee or None, " · ".join(handles))
